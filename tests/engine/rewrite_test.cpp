// SPDX-License-Identifier: MIT
// Mistakes and paraphrase on Glassbox traces: what the world says of them, what is kept, interrupted or not.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"
#include "thinktrace/run/mistakes.h"
#include "thinktrace/run/paraphrase.h"
#include "thinktrace/run/rewrite_numbers.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Short, since the model's context is.
const RewriteTemplate kShort{"{{ question }} {{ before }} Not: {{ text }}", "short.txt"};

class Rewrite : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(folder());
    RunOptions o;
    o.model_path = testing::glassbox_path();
    o.questions_path = testing::glassbox_questions();
    o.out = (folder() / "first" / "run").string();
    o.selection.subjects = {"capitals", "chains"};
    o.selection.last = 3;
    o.compute.threads = 1;
    run_plan(o);
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static fs::path folder() {
    return fs::path(::testing::TempDir()) / ("rewrite_test_" + std::to_string(::getpid()));
  }
  static std::string copy(const std::string& name) {
    fs::create_directories(folder() / name);
    fs::copy(folder() / "first" / "run", folder() / name / "run", fs::copy_options::recursive);
    return (folder() / name / "run").string();
  }
  static ReadRequest reading(const std::string& run) {
    ReadRequest r;
    r.options.out = run;
    r.options.format.suffix.clear();
    r.options.probing.stride = 0;
    r.options.compute.threads = 1;
    return r;
  }
  static std::vector<json> rows(const std::string& run,
                                decltype(export_mistakes)& exported = export_mistakes) {
    std::vector<json> out;
    exported({.folder = run}, std::nullopt, TableFormat::kJsonl,
             [&](const std::string& line) { out.push_back(json::parse(line)); });
    return out;
  }
  static std::map<std::string, TraceRecord> records(const std::string& run) {
    std::map<std::string, TraceRecord> out;
    Store::open(run).for_each_trace([&](const TraceRecord& r) { out[r.id] = r; });
    return out;
  }
};

std::string joined_text(const std::vector<std::string>& texts, size_t begin, size_t end) {
  std::string all;
  for (size_t i = begin; i < end; i++) all += texts[i];
  return all;
}

const MistakesBlock& of_subject(const MistakesReport& report, const std::string& subject) {
  return *std::find_if(report.subjects.begin(), report.subjects.end(),
                       [&](const MistakesBlock& b) { return b.subject == subject; });
}

// The answer follows the digit that a chain ends with: the wrong one is carried on, and where it stands among the options, it is
// the answer, unless the model goes through the chain once more.
void check_chain(const json& row, const TraceRecord& r, int& n_followed) {
  static const std::regex end("I end with \\d, which is (\\w+)");
  const std::string thinking = row["thinking"];
  const std::vector<std::smatch> ends(std::sregex_iterator(thinking.begin(), thinking.end(), end), {});
  const auto& options = r.question.options;
  if (ends.size() != 1) return;
  const auto option = std::find(options.begin(), options.end(), ends[0][1].str());
  if (option == options.end()) return;
  EXPECT_EQ(row["top"], option - options.begin()) << thinking;
  n_followed += row["same_as_real"] == false;
}

TEST_F(Rewrite, AMistakeChangesChainsAndCapitalsHaveNoPlaceForOne) {
  const std::string run = copy("truth");
  const RewriteResult result = mistakes_run({reading(run), {.arms = {kByRule}, .per_trace = 5}});
  EXPECT_EQ(result.units_here, 6);
  EXPECT_EQ(result.units_failed, 0);
  const MistakesReport report = report_mistakes({.folder = run}, std::nullopt, {.resamples = 500});
  EXPECT_EQ(report.arms, (std::vector<std::string>{kByRule, kUntouched}));
  const RewrittenReport& chains = of_subject(report, "chains").numbers;
  EXPECT_GT(*chains.arms[0].area_over.value, .1);
  EXPECT_LT(*chains.arms[1].area_over.value, .15);
  EXPECT_LT(*chains.minus_control[0].same.value, 0);
  // The thinking of these has no number but that of a choice, which is a name.
  const RewrittenReport& capitals = of_subject(report, "capitals").numbers;
  EXPECT_EQ(capitals.arms[0].n_places, 0);
  EXPECT_EQ(capitals.arms[1].n_places, 0);
  EXPECT_FALSE(capitals.arms[0].area_over.value);
  int n_followed = 0;
  const std::map<std::string, TraceRecord> by_id = records(run);
  for (const json& row : rows(run)) {
    if (row["subject"] == "chains" && row["arm"] == kByRule)
      check_chain(row, by_id.at(row["trace_id"]), n_followed);
  }
  EXPECT_GT(n_followed, 0);
}

TEST_F(Rewrite, KeepsWhatStandsBeforeAndReadsWhatFollows) {
  const std::string run = copy("rows");
  mistakes_run({reading(run), {.per_trace = 1, .ask = kShort}});
  const std::map<std::string, TraceRecord> by_id = records(run);
  std::map<std::string, int> n;
  for (const json& row : rows(run)) {
    const TraceRecord& r = by_id.at(row["trace_id"]);
    const std::string arm = row["arm"], sentence = row["sentence"];
    n[arm]++;
    const size_t position = row["position"];
    EXPECT_TRUE(joined_text(r.think_text, position, r.think_text.size()).starts_with(sentence));
    if (row["written"].is_null()) {
      EXPECT_EQ(arm, kByModel);
      EXPECT_TRUE(row["top"].is_null());
      continue;
    }
    EXPECT_GE(row["n_tokens"].get<size_t>(), position);
    EXPECT_EQ(row["written"] == sentence, arm == kUntouched) << sentence;
    EXPECT_EQ(row["right"], row["top"] == r.question.answer);
    EXPECT_EQ(row["same_as_real"],
              row["top"] == top_option(r.curve, 4, static_cast<int>(r.curve.positions.size()) - 1));
    if (row["stop"] == "closed" && r.chosen) {
      EXPECT_EQ(row["same_free"], row["free"] == *r.chosen);
    }
  }
  EXPECT_GE(n[kByRule], 3);
  EXPECT_EQ(n[kByModel], 6);
  EXPECT_GE(n[kUntouched], 6);
  EXPECT_TRUE(Store::open(run).verify().problems.empty());
}

TEST_F(Rewrite, StoppedAnywhereAndContinuedEqualsUninterrupted) {
  const std::string whole = copy("whole"), parts = copy("parts");
  const MistakeSettings settings{.arms = {kByRule}, .per_trace = 1};
  mistakes_run({reading(whole), settings});
  EXPECT_EQ(mistakes_run({reading(whole), settings}).units_here, 0);
  int stops = 0;
  for (int patience = 200;; patience += 300, stops++) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      mistakes_run({reading(parts), settings}, observer);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.kind(), ErrorKind::kInterrupted) << e.what();
    }
    ASSERT_LT(stops, 50);
  }
  EXPECT_GT(stops, 1);
  EXPECT_EQ(rows(parts), rows(whole));
}

TEST_F(Rewrite, GreedyGoesOnFromAnUntouchedSentenceAsBefore) {
  RunOptions o;
  o.model_path = testing::glassbox_path();
  o.questions_path = testing::glassbox_questions();
  o.out = (folder() / "greedy" / "run").string();
  o.selection.subjects = {"chains"};
  o.selection.last = 1;
  o.trace.sampler.temperature = 0;
  o.compute.threads = 1;
  run_plan(o);
  mistakes_run({reading(o.out), {.arms = {kByRule}, .per_trace = 4}});
  const std::map<std::string, TraceRecord> by_id = records(o.out);
  int n = 0, n_same = 0;
  for (const json& row : rows(o.out)) {
    if (row["arm"] != kUntouched) continue;
    const TraceRecord& r = by_id.at(row["trace_id"]);
    const std::string all = joined_text(r.think_text, 0, row["position"].get<size_t>()) +
                            row["written"].get<std::string>() + row["thinking"].get<std::string>();
    n++;
    n_same +=
        all == joined_text(r.think_text, 0, r.think_text.size()) && row["answer_text"] == r.trace.answer_text;
  }
  EXPECT_GT(n, 3);
  EXPECT_GE(n_same, n - 1);  // What is decoded beside it moves last digits, and may decide a tie.
}

TEST_F(Rewrite, ParaphraseStandsBesideTheBeginningsThemselves) {
  const std::string run = copy("paraphrase");
  const ParaphraseSettings settings{.shares = {.5, 1}, .ask = {"{{ text }}", "short.txt"}};
  EXPECT_EQ(paraphrase_run({reading(run), settings}).units_here, 6);
  EXPECT_EQ(paraphrase_run({reading(run), settings}).units_here, 0);
  const std::map<std::string, TraceRecord> by_id = records(run);
  double right = 0, n = 0;
  for (const json& row : rows(run, export_paraphrases)) {
    const TraceRecord& r = by_id.at(row["trace_id"]);
    const size_t position = row["position"];
    if (row["arm"] != "prefix") {
      right += row["share"] == .5 && row["right"] == true;
      n += row["share"] == .5 && !row["right"].is_null();
      continue;
    }
    EXPECT_EQ(row["n_tokens"], position);
    EXPECT_EQ(row["share"] == 1, position == r.think_text.size());
    EXPECT_EQ(row["written"], joined_text(r.think_text, 0, position));
    for (size_t i = 0; i < 4; i++)
      EXPECT_NEAR(row["p_" + std::to_string(i + 1)].get<double>(),
                  std::exp(r.curve.logprobs[position * 4 + i]), .05);
  }
  const ParaphraseReport report = report_paraphrase({.folder = run}, std::nullopt, {.resamples = 20});
  ASSERT_EQ(report.overall.shares.size(), 2u);
  EXPECT_EQ(report.overall.n_traces, 6);
  EXPECT_DOUBLE_EQ(*report.overall.shares[1].arms[1].same.value, 1);  // The whole thinking, as it was.
  ASSERT_GT(n, 0);
  EXPECT_EQ(report.overall.shares[0].arms[0].accuracy.n_traces, n);
  EXPECT_NEAR(*report.overall.shares[0].arms[0].accuracy.value, right / n, 1e-12);
}

TEST_F(Rewrite, RefusesWhatCanNotBe) {
  const std::string run = copy("refused");
  const auto message = [&](const std::function<void()>& f) -> std::string {
    try {
      f();
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      return e.what();
    }
    return "";
  };
  const RewriteTemplate wrong{"Rewrite {{ sentence }}", "wrong.txt"}, broken{"{{ text", "broken.txt"};
  EXPECT_NE(message([&] {
              mistakes_run({reading(run), {.ask = wrong}});
            }).find("wrong.txt: the template leaves out"),
            std::string::npos);
  EXPECT_NE(message([&] {
              paraphrase_run({reading(run), {.ask = broken}});
            }).find("broken.txt"),
            std::string::npos);
  EXPECT_NE(message([&] {
              mistakes_run({reading(run), {.arms = {"chance"}}});
            }).find("'chance'; there are rule, model"),
            std::string::npos);
  EXPECT_NE(message([&] { report_mistakes({.folder = run}); }).find("thinktrace mistakes"),
            std::string::npos);
  EXPECT_TRUE(Store::open(run).experiments().empty());
}

}  // namespace
}  // namespace thinktrace
