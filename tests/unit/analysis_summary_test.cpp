// SPDX-License-Identifier: MIT
// The numbers of a whole run against numpy and scipy, and what a reader is told of them.
#include "thinktrace/analysis/summary.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "analysis_data.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/analysis_text.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

Analysis analyzed(const std::vector<TraceMeasures>& traces, const AnalysisOptions& options = {}) {
  return analyze_traces(MeasuredTraces(traces), options);
}

using testing::golden_measures;
using testing::golden_options;
using testing::golden_statistics;
using testing::HandMade;
using testing::Json;

// Everything that `expected` has, `actual` has and is.
void expect_all(const Json& actual, const Json& expected, const std::string& path) {
  if (expected.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      ASSERT_TRUE(actual.contains(key)) << path << '/' << key;
      expect_all(actual[key], value, path + '/' + key);
    }
  } else if (expected.is_array()) {
    ASSERT_EQ(actual.size(), expected.size()) << path;
    for (size_t i = 0; i < expected.size(); i++)
      expect_all(actual[i], expected[i], path + '/' + std::to_string(i));
  } else if (expected.is_number_float()) {
    ASSERT_TRUE(actual.is_number()) << path;
    EXPECT_NEAR(actual.get<double>(), expected.get<double>(), 1e-12 * (1 + std::fabs(expected.get<double>())))
        << path;
  } else {
    EXPECT_EQ(actual, expected) << path;
  }
}

// Every number in `actual` is in `expected`, but for what resampling gives, the warnings, and the number of failed traces,
// which the caller counts.
void expect_covered(const Json& actual, const Json& expected, const std::string& path) {
  if (actual.is_object()) {
    for (const auto& [key, value] : actual.items()) {
      if (key == "low" || key == "high" || key == "method" || key == "warnings" || key == "resampling" ||
          (key == "failed" && path.empty()))
        continue;
      ASSERT_TRUE(expected.contains(key)) << path << '/' << key << " has no golden";
      expect_covered(value, expected[key], path + '/' + key);
    }
  } else if (actual.is_array()) {
    for (size_t i = 0; i < actual.size(); i++)
      expect_covered(actual[i], expected[i], path + '/' + std::to_string(i));
  }
}

TEST(Analysis, EveryNumberIsNumpysAndScipys) {
  const Json actual = Json::parse(to_json(analyzed(golden_measures(), golden_options(20))));
  const Json& expected = golden_statistics()["analysis"];
  expect_all(actual, expected, "");
  expect_covered(actual, expected, "");
}

TEST(Analysis, IntervalsAreAsWideAsClusterRobustStandardErrorsSay) {
  const Json actual = Json::parse(to_json(analyzed(golden_measures(), golden_options(4000))));
  int n = 0;
  for (const auto& [path, expected] : golden_statistics()["standard_errors"].items()) {
    const Json& estimate = actual[Json::json_pointer(path)];
    if (estimate["n_questions"] < 30) continue;  // The percentiles of few questions are not yet normal.
    const double error = (estimate["high"].get<double>() - estimate["low"].get<double>()) / (2 * 1.959964);
    EXPECT_NEAR(error / expected.get<double>(), 1, 0.12) << path;
    n++;
  }
  EXPECT_GE(n, 25);
}

TEST(Analysis, HangsOnTheTracesNotOnTheirOrder) {
  std::vector<TraceMeasures> traces = golden_measures();
  const Json first = Json::parse(to_json(analyzed(traces, golden_options(50))));
  std::reverse(traces.begin(), traces.end());
  std::rotate(traces.begin(), traces.begin() + 71, traces.end());
  const Json second = Json::parse(to_json(analyzed(traces, golden_options(50))));
  EXPECT_EQ(first["overall"].dump(), second["overall"].dump());
  for (const Json& subject : first["subjects"])
    EXPECT_EQ(std::count(second["subjects"].begin(), second["subjects"].end(), subject), 1);
}

// Two questions of one id, as imports may have them, told in turns.
TEST(Analysis, QuestionsAreToldApartBySubjectToo) {
  std::vector<TraceMeasures> traces = golden_measures();
  traces.erase(traces.begin() + 1, traces.end());
  for (int i = 1; i < 6; i++) {
    traces.push_back(traces[0]);
    if (i % 2 == 1) traces.back().subject = "another subject";
  }
  const Analysis analysis = analyzed(traces, golden_options(5));
  EXPECT_EQ(analysis.overall.n_questions, 2);
  EXPECT_EQ(analysis.overall.length.mean.n_questions, 2);
  ASSERT_EQ(analysis.subjects.size(), 2u);
  for (const Block& subject : analysis.subjects) {
    EXPECT_EQ(subject.n_questions, 1);
    EXPECT_EQ(subject.n_traces, 3);
  }
}

TEST(Analysis, SubjectsStandInTheOrderOfFirstAppearance) {
  const Analysis analysis = analyzed(golden_measures(), golden_options(1));
  std::vector<std::string> expected, actual;
  for (const Json& t : golden_statistics()["traces"]) {
    const std::string subject = t["subject"];
    if (std::find(expected.begin(), expected.end(), subject) == expected.end()) expected.push_back(subject);
  }
  for (const Block& block : analysis.subjects) actual.push_back(block.subject);
  EXPECT_EQ(actual, expected);
}

std::vector<TraceMeasures> copies(HandMade trace, int n, const std::string& subject = "s") {
  std::vector<TraceMeasures> traces;
  for (int i = 0; i < n; i++) {
    TraceView view = trace.view();
    view.question_id = fmt::format("q{}", i);
    view.subject = subject;
    view.answer = i % 2;
    traces.push_back(measure_trace(view));
  }
  return traces;
}

bool warns(const Block& block, WarningKind kind) {
  return std::any_of(block.warnings.begin(), block.warnings.end(),
                     [&](const Warning& w) { return w.kind == kind; });
}

TEST(Analysis, WarnsWhereOneLabelAlwaysWins) {
  const HandMade same{.rows = {{.8, .1}, {.9, .1}}};
  const Block block = analyzed(copies(same, 20), {.resamples = 10}).overall;
  EXPECT_EQ(block.forced.right_at_start.value, .5);
  EXPECT_EQ(block.labels.labels[0].top_at_start.value, 1);
  EXPECT_EQ(block.labels.labels[0].right.value, .5);
  ASSERT_EQ(block.warnings.size(), 1u);
  EXPECT_EQ(block.warnings[0].kind, WarningKind::kLabelPreference);
  EXPECT_NE(block.warnings[0].text.find("label 1 of 2"), std::string::npos);
  EXPECT_FALSE(warns(analyzed(copies(same, 19), {.resamples = 10}).overall, WarningKind::kLabelPreference));

  std::vector<TraceMeasures> right = copies(same, 20);
  for (TraceMeasures& t : right) t.answer = t.label_right = 0;
  EXPECT_TRUE(analyzed(right, {.resamples = 10}).overall.warnings.empty());
}

TEST(Analysis, WarnsWhereOrdersDisagree) {
  std::vector<TraceMeasures> traces = copies({.rows = {{.8, .1}, {.1, .8}}}, 3);
  for (TraceMeasures& t : traces)
    t.curve->order_agreement = OrderAgreement{.option_start = .2, .label_start = .9};
  const Block block = analyzed(traces, {.resamples = 10}).overall;
  ASSERT_EQ(block.warnings.size(), 1u);
  EXPECT_EQ(block.warnings[0].kind, WarningKind::kOrderDisagreement);
}

TEST(Analysis, WarnsOfLowMassCutTracesAndBadReadings) {
  std::vector<TraceMeasures> traces = copies({.rows = {{.3, .1}, {.1, .8}}}, 20);
  traces[0].ended = false;
  EXPECT_TRUE(warns(analyzed(traces, {.resamples = 10}).overall, WarningKind::kLowMass));
  EXPECT_FALSE(warns(analyzed(traces, {.resamples = 10}).overall, WarningKind::kNotEnded));
  traces[1].ended = false;
  traces[2].curve->n_bad_readings = 1;
  const Block block = analyzed(traces, {.resamples = 10}).overall;
  EXPECT_TRUE(warns(block, WarningKind::kNotEnded));
  EXPECT_TRUE(warns(block, WarningKind::kBadReadings));
  EXPECT_EQ(block.commitment.n_censored, 2);
  EXPECT_EQ(block.commitment.performative_share.n_traces, 18);
}

TEST(Analysis, APriorThatIsNotANumberIsNull) {
  const std::vector<TraceMeasures> traces = copies({.rows = {{.8, .1, .1}}}, 6);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Analysis analysis = analyzed(traces, {.resamples = 10, .prior = {{3, {nan, .4, .4}}, {2, {1, 0}}}});
  EXPECT_EQ(analysis.overall.labels.prior_right->value, .5);  // Label 2, at the lower index of the tie.
  const Json labels = Json::parse(to_json(analysis))["overall"]["labels"]["each"];
  EXPECT_TRUE(labels[0]["prior"].is_null());
  EXPECT_EQ(labels[1]["prior"], .4);
  EXPECT_FALSE(analyzed(traces, {.resamples = 10}).overall.labels.prior_right.has_value());
}

TEST(Analysis, QuestionsOfTwoSubjectsAreTwo) {
  std::vector<TraceMeasures> traces = copies({.rows = {{.8, .1}}}, 4, "a");
  for (const TraceMeasures& t : copies({.rows = {{.8, .1}}}, 4, "b")) traces.push_back(t);
  const Analysis analysis = analyzed(traces, {.resamples = 10});
  EXPECT_EQ(analysis.overall.n_questions, 8);
  EXPECT_EQ(analysis.subjects[0].n_questions, 4);
}

TEST(Analysis, OfNothing) {
  const Analysis none = analyzed({});
  EXPECT_EQ(none.overall.n_traces, 0);
  EXPECT_TRUE(none.subjects.empty());
  EXPECT_TRUE(Json::parse(to_json(none))["overall"]["forced"]["right_at_end"]["value"].is_null());
  EXPECT_FALSE(describe_analysis(none).empty());

  const TraceMeasures unread{.question_id = "q", .subject = "s"};
  const Analysis one = analyzed({unread}, {.resamples = 5});
  EXPECT_EQ(one.overall.n_traces, 1);
  EXPECT_EQ(one.overall.n_read, 0);
  EXPECT_EQ(one.overall.labels.n_options, 0);
  EXPECT_FALSE(describe_analysis(one).empty());
}

TEST(Analysis, TheSeedSurvivesJson) {
  const std::string json = to_json(analyzed({}, {.seed = 18446744073709551615ull, .resamples = 3}));
  EXPECT_EQ(
      json.find(
          R"({"resampling":{"seed":18446744073709551615,"resamples":3,"level":0.95},"failed":0,"overall":{"traces":0,)"),
      0u);
  EXPECT_EQ(json.find('\n'), std::string::npos);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

int characters(const std::string& line) {
  return static_cast<int>(std::count_if(
      line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

TEST(AnalysisText, FitsATerminal) {
  std::vector<TraceMeasures> traces = golden_measures();
  for (const TraceMeasures& t : copies({.rows = {{.3, .1}, {.1, .2}}, .first = 1000000, .stride = 100000}, 30,
                                       std::string(200, 'x') + "ñ"))
    traces.push_back(t);
  for (const TraceMeasures& t : copies({.rows = {{1, 0}, {1, 0}}}, 3, "名前名前名前名前名前名前"))
    traces.push_back(t);
  const std::string text = describe_analysis(analyzed(traces, golden_options(100)));
  for (const std::string& line : lines_of(text)) {
    EXPECT_LE(characters(line), 100) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << '"' << line << '"';
  }
  EXPECT_TRUE(is_utf8(text));
}

TEST(AnalysisText, TextFromOutsideCannotActOnATerminal) {
  const auto traces = copies({.rows = {{.8, .1}, {.9, .1}}}, 30, "\x1b[2Jevil\n\xff");
  auto more = copies({.rows = {{.8, .1}, {.1, .8}}}, 300, "good");
  more.insert(more.end(), traces.begin(), traces.end());
  const Analysis analysis = analyzed(more, {.resamples = 10});
  ASSERT_TRUE(warns(analysis.subjects[1], WarningKind::kLabelPreference));
  for (const std::string& text : {describe_analysis(analysis), to_json(analysis)}) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_TRUE(is_utf8(text));
  }
  EXPECT_NE(describe_analysis(analysis).find("\\x1B[2Jevil\\n\\xFF"), std::string::npos);
}

TEST(AnalysisText, SaysWhereTheCurvesBegin) {
  const auto text = [](int first) {
    return describe_analysis(
        analyzed(copies({.rows = {{.8, .1}, {.9, .1}}, .first = first}, 4), {.resamples = 10}));
  };
  EXPECT_NE(text(0).find("at the start"), std::string::npos);
  EXPECT_EQ(text(1).find("at the start"), std::string::npos);
  EXPECT_NE(text(1).find("after 1 token .50"), std::string::npos);
  EXPECT_NE(text(3).find("after 3 tokens .50"), std::string::npos);
}

}  // namespace
}  // namespace thinktrace
