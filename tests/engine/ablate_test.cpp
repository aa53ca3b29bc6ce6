// SPDX-License-Identifier: MIT
// Ablations of Glassbox traces: what they must have in common with the curves, the same draws again, interrupted or not.
#include "thinktrace/run/ablate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"
#include "thinktrace/run/ablation_numbers.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

AblationSettings every_arm() {
  AblationSettings settings{.draws = 2, .shares = {.5, .25}};
  for (int i = 0; i < kArms; i++) settings.arms.push_back(static_cast<Arm>(i));
  return settings;
}

class Ablate : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(folder());
    RunOptions o;
    o.model_path = testing::glassbox_path();
    o.questions_path = testing::glassbox_questions();
    o.out = (folder() / "first" / "run").string();
    o.selection.subjects = {"beasts", "chains"};
    o.selection.last = 2;
    o.samples = 2;
    o.compute.threads = 1;
    run_plan(o);
    result_ = ablate_run(request(copy("done")));
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static fs::path folder() {
    return fs::path(::testing::TempDir()) / ("ablate_test_" + std::to_string(::getpid()));
  }

  // The run with every arm read once, as experiment 1; tests read it and don't change it.
  static std::string done() { return (folder() / "done" / "run").string(); }

  // A copy of the run, so that no test sees another's experiments.
  static std::string copy(const std::string& name) {
    fs::create_directories(folder() / name);
    fs::copy(folder() / "first" / "run", folder() / name / "run", fs::copy_options::recursive);
    return (folder() / name / "run").string();
  }
  static AblateRequest request(const std::string& run, const AblationSettings& settings = every_arm()) {
    AblateRequest r{.settings = settings};
    r.read.options.out = run;
    r.read.options.format.suffix.clear();
    r.read.options.probing.stride = 0;
    r.read.options.compute.threads = 1;
    return r;
  }
  static std::vector<json> rows(const std::string& run, std::optional<int> experiment = std::nullopt) {
    std::vector<json> out;
    export_ablation({.folder = run}, experiment, TableFormat::kJsonl,
                    [&](const std::string& line) { out.push_back(json::parse(line)); });
    return out;
  }
  static std::vector<TraceRecord> records(const std::string& run) {
    std::vector<TraceRecord> out;
    Store::open(run).for_each_trace([&](const TraceRecord& r) { out.push_back(r); });
    return out;
  }

  static AblateResult result_;  // Of what was done.
};
AblateResult Ablate::result_;

TEST_F(Ablate, RealAndNoneAreTheEndsOfTheCurve) {
  const std::string run = done();
  EXPECT_EQ(result_.units_here, 4);
  EXPECT_EQ(result_.units_failed, 0);
  EXPECT_EQ(result_.experiment, 1);
  std::map<std::string, TraceRecord> by_id;
  for (const TraceRecord& r : records(run)) by_id[r.id] = r;
  int seen = 0;
  for (const json& row : rows(run)) {
    const TraceRecord& r = by_id.at(row["trace_id"]);
    const bool is_real = row["arm"] == "real";
    if (!is_real && row["arm"] != "none") continue;
    seen++;
    const size_t end = is_real ? r.curve.positions.size() - 1 : 0;
    EXPECT_EQ(row["n_tokens"], is_real ? static_cast<int>(r.think_text.size()) : 0);
    for (size_t i = 0; i < 4; i++)
      EXPECT_NEAR(row["p_" + std::to_string(i + 1)].get<double>(), std::exp(r.curve.logprobs[end * 4 + i]),
                  .05);
    EXPECT_EQ(row[is_real ? "same_as_real" : "same_as_none"], true);
  }
  EXPECT_EQ(seen, 16);
}

TEST_F(Ablate, InTheReferenceModeTheSharesAreRowsOfTheCurve) {
  RunOptions o;
  o.model_path = testing::glassbox_path();
  o.questions_path = testing::glassbox_questions();
  o.out = (folder() / "reference" / "run").string();
  o.selection.subjects = {"capitals"};
  o.selection.last = 1;
  o.compute = {.threads = 1, .precision = Precision::kReference};
  run_plan(o);
  ablate_run(request(o.out, {.arms = {Arm::kFirst, Arm::kLast}, .shares = {.25, 1}}));
  const TraceRecord r = records(o.out).at(0);
  const auto n = static_cast<int>(r.think_text.size());
  std::map<std::string, int> position{
      {"real", n}, {"none", 0}, {"first_0.25", tokens_of_share(n, .25)}, {"first_1", n}, {"last_1", n}};
  const std::vector<json> found = rows(o.out);
  ASSERT_EQ(found.size(), 6u);
  for (const json& row : found) {
    const auto at = position.find(row["arm"]);
    if (at == position.end()) continue;
    EXPECT_EQ(row["n_tokens"], at->second);
    for (size_t i = 0; i < 4; i++)
      EXPECT_NEAR(row["p_" + std::to_string(i + 1)].get<double>(),
                  std::exp(r.curve.logprobs[at->second * 4 + i]), 1e-6)
          << row["arm"];
  }
}

TEST_F(Ablate, WhatStandsInIsAsLongAsItSays) {
  const std::string run = done();
  std::map<std::string, TraceRecord> by_id;
  for (const TraceRecord& r : records(run)) by_id[r.id] = r;
  std::map<std::string, int> n_rows;
  for (const json& row : rows(run)) {
    const TraceRecord& r = by_id.at(row["trace_id"]);
    const auto n = static_cast<int>(r.think_text.size());
    const std::string arm = row["arm"];
    n_rows[arm]++;
    EXPECT_EQ(row["n_tokens"], arm == "none"            ? 0
                               : arm == "blank"         ? 1
                               : arm.ends_with("_0.5")  ? tokens_of_share(n, .5)
                               : arm.ends_with("_0.25") ? tokens_of_share(n, .25)
                                                        : n)
        << arm;
    if (!arm.starts_with("other_")) {
      EXPECT_TRUE(row["source_trace"].is_null());
      continue;
    }
    const TraceRecord& lender = by_id.at(row["source_trace"]);
    EXPECT_EQ(lender.question.subject, r.question.subject);
    EXPECT_EQ(lender.question.id == r.question.id, arm == "other_sample");
    EXPECT_NE(lender.id, r.id);
  }
  for (const auto& [arm, n] : n_rows)
    EXPECT_EQ(n, arm == "real" || arm == "none" || arm == "blank" || arm == "filler" ||
                         arm.starts_with("first") || arm.starts_with("last")
                     ? 8
                     : 16)
        << arm;
  EXPECT_EQ(n_rows.size(), 13u);
}

TEST_F(Ablate, SeedDecidesAndTwiceIsOnce) {
  const std::vector<json> first = rows(done());
  EXPECT_EQ(ablate_run(request(done())).units_here, 0);
  EXPECT_EQ(rows(done()), first);
  const std::string b = copy("b");
  EXPECT_EQ(ablate_run(request(b)).units_here, 4);
  EXPECT_EQ(rows(b), first);
  AblationSettings other = every_arm();
  other.seed = 2;
  EXPECT_EQ(ablate_run(request(b, other)).experiment, 2);
  EXPECT_EQ(rows(b, 1), first);
  const std::vector<json> second = rows(b);
  ASSERT_EQ(second.size(), first.size());
  int n_changed = 0;
  for (size_t i = 0; i < first.size(); i++) {
    EXPECT_EQ(second[i]["arm"], first[i]["arm"]);
    n_changed += first[i]["arm"] == "random" && second[i]["p_1"] != first[i]["p_1"];
    if (first[i]["arm"] == "real") {
      EXPECT_EQ(second[i]["p_1"], first[i]["p_1"]);
    }
  }
  EXPECT_GT(n_changed, 8);
}

TEST_F(Ablate, StoppedAnywhereAndContinuedEqualsUninterrupted) {
  const std::string parts = copy("parts");
  int stops = 0;
  for (int patience = 15;; patience += 29) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      ablate_run(request(parts), observer);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.kind(), ErrorKind::kInterrupted) << e.what();
      stops++;
    }
    ASSERT_LT(stops, 100);
  }
  EXPECT_GT(stops, 2);
  EXPECT_EQ(rows(parts), rows(done()));
  EXPECT_TRUE(Store::open(parts).verify().problems.empty());
}

TEST_F(Ablate, WithoutAnotherSampleTheArmIsLeftOutAndCounted) {
  RunOptions o;
  o.model_path = testing::glassbox_path();
  o.questions_path = testing::glassbox_questions();
  o.out = (folder() / "single" / "run").string();
  o.selection.subjects = {"beasts", "chains"};
  o.selection.last = 1;
  o.compute.threads = 1;
  run_plan(o);
  std::vector<std::string> notes;
  RunObserver observer;
  observer.note = [&](const std::string& text) { notes.push_back(text); };
  const AblationSettings settings{.arms = {Arm::kOtherSample, Arm::kOtherQuestion}, .draws = 2};
  const AblateResult result = ablate_run(request(o.out, settings), observer);
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& n) {
    return n.find("other_sample is left out for 2 of 2") != std::string::npos;
  }));
  const AblationReport report = report_ablation(open_ablation({.folder = o.out}, result.experiment));
  ASSERT_EQ(report.arms.size(), 4u);
  EXPECT_EQ(report.arms[3].name, "other_sample");
  EXPECT_EQ(report.arms[3].n_left_out, 2);
  EXPECT_EQ(report.arms[2].n_left_out, 0);
  for (const json& row : rows(o.out)) {
    if (row["arm"] == "other_question") {
      EXPECT_NE(row["source_trace"], row["trace_id"]);  // Of the other subject.
    }
  }
  o.samples = 2;  // Grown: what can be read now is read, and nothing else.
  run_plan(o);
  EXPECT_EQ(ablate_run(request(o.out, settings)).units_here, 4);
  EXPECT_EQ(report_ablation(open_ablation({.folder = o.out})).arms[3].n_left_out, 0);
}

TEST_F(Ablate, NumbersAreThoseOfTheRows) {
  const AblationReport report = report_ablation(open_ablation({.folder = done()}), {.resamples = 50});
  EXPECT_EQ(report.overall.n_traces, 8);
  EXPECT_EQ(report.overall.n_questions, 4);
  ASSERT_EQ(report.subjects.size(), 2u);
  EXPECT_EQ(report.subjects[0].subject, "beasts");
  const std::vector<json> all = rows(done());
  for (size_t arm = 0; arm < report.arms.size(); arm++) {
    double right = 0, p_right = 0, same = 0;
    int n = 0;
    for (const json& row : all) {
      if (row["arm"] != report.arms[arm].name) continue;
      n++;
      right += row["right"].get<bool>();
      p_right += row["p_right"].get<double>();
      same += row["same_as_real"].get<bool>();
    }
    const ArmNumbers& numbers = report.overall.numbers.arms[arm];
    EXPECT_EQ(numbers.accuracy.n_traces, 8);
    EXPECT_NEAR(*numbers.accuracy.value, right / n, 1e-12) << report.arms[arm].name;
    EXPECT_NEAR(*numbers.p_right.value, p_right / n, 1e-12);
    EXPECT_NEAR(*numbers.same_as_real.value, same / n, 1e-12);
  }
}

}  // namespace
}  // namespace thinktrace
