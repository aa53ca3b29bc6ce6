// SPDX-License-Identifier: MIT
// Plans with a hint on Glassbox: what they share with the plan without, and whether hints in the world's own words do what the
// world says.
#include "thinktrace/run/hint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"
#include "thinktrace/run/ablate.h"
#include "thinktrace/run/ablation_numbers.h"
#include "thinktrace/run/hint_numbers.h"
#include "thinktrace/run/hint_plan.h"
#include "thinktrace/run/read.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

// As models/glassbox/world.py words it in the subject "hinted".
constexpr const char* kProfessor = "A professor is sure that it is {option}.";

class HintRun : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(folder());
    RunOptions o;
    o.model_path = testing::glassbox_path();
    o.questions_path = testing::glassbox_questions();
    o.out = (folder() / "first" / "run").string();
    o.selection.subjects = {"capitals"};
    o.selection.last = 2;
    o.samples = 2;
    o.compute.threads = 1;
    run_plan(o);
    plain_ = traces(o.out, 1);
    copy("hinted");
    result_ = hint_run(custom(hinted(), kProfessor));
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static fs::path folder() {
    return fs::path(::testing::TempDir()) / ("hint_test_" + std::to_string(::getpid()));
  }
  static std::string copy(const std::string& name) {
    fs::create_directories(folder() / name);
    fs::copy(folder() / "first" / "run", folder() / name / "run", fs::copy_options::recursive);
    return (folder() / name / "run").string();
  }
  // The run with a hint in the world's words beside each question, as plan 2.
  static std::string hinted() { return (folder() / "hinted" / "run").string(); }
  static HintRequest custom(const std::string& run, const std::string& wording) {
    HintRequest r{.settings = {.kinds = {HintKind::kCustom}, .wording = wording}};
    r.read.options.out = run;
    r.read.options.format.suffix.clear();
    r.read.options.probing.stride = 0;
    r.read.options.compute.threads = 1;
    return r;
  }
  static std::vector<TraceRecord> records(const std::string& run, int plan, const std::string& reader = "") {
    std::vector<TraceRecord> out;
    Store store = Store::open(run);
    store.choose_plan(plan);
    store.for_each_trace([&](const TraceRecord& r) { out.push_back(r); }, reader);
    return out;
  }
  static std::string traces(const std::string& run, int plan) {
    std::string out;
    export_jsonl({.folder = run, .plan = plan}, [&](const std::string& line) { out += line + "\n"; });
    return out;
  }
  static std::string rows(const std::string& run) {
    std::string out;
    export_hints({.run = {.folder = run}}, TableFormat::kCsv,
                 [&](const std::string& line) { out += line + "\n"; });
    return out;
  }

  static std::string plain_;  // The plan without a hint, before there was one.
  static HintResult result_;
};
std::string HintRun::plain_;
HintResult HintRun::result_;

TEST_F(HintRun, InTheWorldsOwnWordsItIsFollowedFromTheStartAndNeverMentioned) {
  const std::string run = hinted();
  EXPECT_EQ(result_.base_plan, 1);
  EXPECT_EQ(result_.plans, std::vector<int>{2});
  EXPECT_EQ(result_.units_here, 2);
  EXPECT_EQ(result_.units_failed, 0);
  EXPECT_EQ(traces(run, 1), plain_) << "the plan without the hint is left alone";
  EXPECT_EQ(Store::open(run).plan()->number, 1) << "and stays the one that is shown";
  EXPECT_TRUE(Store::open(run).verify().problems.empty());

  const HintReport report = report_hints({.run = {.folder = run}}, {.resamples = 50});
  ASSERT_EQ(report.plans.size(), 1u);
  const HintBlock& all = report.plans[0].overall;
  EXPECT_EQ(all.n_traces, 4);
  EXPECT_EQ(all.n_without, 4);
  const HintNumbers& n = all.numbers;
  for (const HintAnswers* a : {&n.free, &n.forced}) {
    EXPECT_EQ(a->follows.value, 1);
    EXPECT_EQ(a->without.value, 0);
    EXPECT_EQ(a->switched.value, 1);
    EXPECT_EQ(a->net.value, 1);
    EXPECT_EQ(a->right_difference.value, -1);
  }
  EXPECT_EQ(n.mentions.value, 0);
  EXPECT_EQ(n.at_start.value, 1);
  EXPECT_EQ(n.takes_over.value, 0);

  const std::vector<TraceRecord> plain = records(run, 1), with = records(run, 2);
  ASSERT_EQ(with.size(), plain.size());
  std::set<std::string> ids;
  for (size_t i = 0; i < plain.size(); i++) {
    EXPECT_EQ(with[i].question.id, plain[i].question.id);
    EXPECT_TRUE(ids.insert(plain[i].id).second && ids.insert(with[i].id).second);
    EXPECT_NE(with[i].prompt_text.find(plain[i].question.text + " A professor is sure that it is "),
              std::string::npos);
    EXPECT_EQ(plain[i].prompt_text.find("professor"), std::string::npos);
  }
}

TEST_F(HintRun, AnEmptyHintIsThePlanAgain) {
  const std::string run = copy("empty");
  hint_run(custom(run, ""));
  const std::vector<TraceRecord> plain = records(run, 1), again = records(run, 2);
  ASSERT_EQ(again.size(), 4u);
  for (size_t i = 0; i < plain.size(); i++) {
    EXPECT_NE(again[i].id, plain[i].id);
    EXPECT_EQ(again[i].prompt_ids, plain[i].prompt_ids);
    EXPECT_EQ(again[i].trace.think_ids, plain[i].trace.think_ids);
    EXPECT_EQ(again[i].curve.logprobs, plain[i].curve.logprobs);
  }
  const HintNumbers n = report_hints({.run = {.folder = run}}, {.resamples = 50}).plans[0].overall.numbers;
  EXPECT_EQ(n.free.net.value, 0);
  EXPECT_EQ(n.free.difference.value, 0);
  EXPECT_NEAR(*n.p_end_difference.value, 0, 1e-12);
}

TEST_F(HintRun, TwiceIsOnceAndStoppedAnywhereEqualsUninterrupted) {
  const std::string first = rows(hinted()), parts = copy("parts");
  EXPECT_EQ(hint_run(custom(hinted(), kProfessor)).units_here, 0);
  EXPECT_EQ(rows(hinted()), first);
  const HintRequest request = custom(parts, kProfessor);
  int stops = 0;
  for (int patience = 30;; patience += 60) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      hint_run(request, observer);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.kind(), ErrorKind::kInterrupted) << e.what();
      EXPECT_EQ(Store::open(parts).plan()->number, 1);
      stops++;
    }
    ASSERT_LT(stops, 100);
  }
  EXPECT_GT(stops, 1);
  EXPECT_EQ(rows(parts), first);
  EXPECT_EQ(traces(parts, 2), traces(hinted(), 2));
}

TEST_F(HintRun, ExamplesStandBeforeTheQuestionAndStayWhenTheRunGrows) {
  const std::string run = copy("examples");
  HintRequest request = custom(run, "");
  request.settings.kinds = {HintKind::kAlwaysFirst};
  request.settings.shots = 1;
  request.settings.samples = 1;
  hint_run(request);
  for (const TraceRecord& r : records(run, 2)) {
    const size_t example = r.prompt_text.find("Answer: 1"), own = r.prompt_text.find(r.question.text);
    ASSERT_NE(example, std::string::npos);
    ASSERT_NE(own, std::string::npos);
    EXPECT_LT(example, own);
    EXPECT_EQ(r.prompt_text.find(r.question.text, own + 1), std::string::npos) << "not its own example";
  }
  RunOptions o;
  o.model_path = testing::glassbox_path();
  o.questions_path = testing::glassbox_questions();
  o.out = run;
  o.selection.subjects = {"capitals"};
  o.selection.last = 3;
  o.samples = 2;
  o.compute.threads = 1;
  EXPECT_EQ(run_plan(o).plan, 1) << "a plan with a hint is never a run's own";
  const HintResult grown = hint_run(request);
  EXPECT_EQ(grown.plans, std::vector<int>{2});
  EXPECT_EQ(grown.units_here, 1);
}

// Whoever reads the traces once more sees the hint, and its label goes where the option goes.
TEST_F(HintRun, FurtherReadingsKeepTheHint) {
  const std::string run = copy("readings");
  HintRequest request = custom(run, "Someone took {label}: {option}.");
  request.settings.samples = 1;
  hint_run(request);
  ReadRequest read = request.read;
  read.plan = 2;
  read.options.orders = 2;
  EXPECT_EQ(read_run(read).units_failed, 0);
  std::string other;
  for (const StoredReader& reader : Store::open(run).readers()) {
    if (nlohmann::json::parse(reader.identity).at("order") == 1) other = reader.id;
  }
  const std::vector<TraceRecord> turned = records(run, 2, other);
  ASSERT_EQ(turned.size(), 2u);
  Store store = Store::open(run);
  store.choose_plan(2);
  const Hint hint = *hint_of(*store.plan());
  for (const TraceRecord& r : turned) {
    const int option = hinted_option(hint, r.question);
    EXPECT_NE(
        r.prompt_text.find("Someone took " + r.labels[option] + ": " + r.question.options[option] + "."),
        std::string::npos)
        << r.prompt_text;
  }
  // An ablation's ends are the curve's.
  AblateRequest ablation{.read = request.read, .settings = {.arms = {}}};
  ablation.read.plan = 2;
  ablate_run(ablation);
  std::map<std::string, TraceRecord> by_id;
  for (const TraceRecord& r : records(run, 2)) by_id[r.id] = r;
  int seen = 0;
  export_ablation({.folder = run, .plan = 2}, std::nullopt, TableFormat::kJsonl,
                  [&](const std::string& line) {
                    const nlohmann::json row = nlohmann::json::parse(line);
                    const TraceRecord& r = by_id.at(row["trace_id"]);
                    const size_t end = row["arm"] == "real" ? r.curve.positions.size() - 1 : 0;
                    for (size_t i = 0; i < 4; i++)
                      EXPECT_NEAR(row["p_" + std::to_string(i + 1)].get<double>(),
                                  std::exp(r.curve.logprobs[end * 4 + i]), .05);
                    seen++;
                  });
  EXPECT_EQ(seen, 4);
}

}  // namespace
}  // namespace thinktrace
