// SPDX-License-Identifier: MIT
// Free continuations of Glassbox traces: what the world says of forced and free answers, and the same again, interrupted or not.
#include "thinktrace/run/continue.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"
#include "thinktrace/run/continuation_numbers.h"
#include "thinktrace/run/read.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

class Continue : public ::testing::Test {
 protected:
  Continue() : folder_(fs::path(::testing::TempDir()) / ("continue_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~Continue() override { fs::remove_all(folder_); }

  // A run of the first questions of each subject, read at start and end alone.
  std::string sampled(const std::vector<std::string>& subjects, int n_questions) const {
    RunOptions o;
    o.model_path = testing::glassbox_path();
    o.questions_path = testing::glassbox_questions();
    o.out = (folder_ / "first" / "run").string();
    o.selection.subjects = subjects;
    o.selection.last = n_questions;
    o.probing.stride = 1000;
    o.compute.threads = 1;
    run_plan(o);
    return o.out;
  }
  std::string copy(const std::string& run, const std::string& name) const {
    fs::create_directories(folder_ / name);
    fs::copy(run, folder_ / name / "run", fs::copy_options::recursive);
    return (folder_ / name / "run").string();
  }
  static ContinueRequest request(const std::string& run, const ContinueSettings& settings) {
    ContinueRequest r{.settings = settings};
    r.read.options.out = run;
    r.read.options.format.suffix.clear();
    r.read.options.probing.stride = 0;
    r.read.options.compute.threads = 1;
    return r;
  }
  // Three beginnings, drawn until it is decided.
  static ContinueRequest sequential(const std::string& run) {
    return request(run, {.shares = {0, .75}, .tokens = {3}, .samples = 3, .most = 6, .least = .9});
  }
  static std::string exported(const std::string& run, TableFormat format = TableFormat::kJsonl) {
    std::string text;
    export_continuations({.folder = run}, std::nullopt, format,
                         [&](const std::string& line) { text += line + "\n"; });
    return text;
  }

  fs::path folder_;
};

TEST_F(Continue, ForcedAndFreeAreAsTheWorldSays) {
  const std::vector<std::string> subjects{"beasts",     "capitals",    "chains",
                                          "digit_sums", "expressions", "hinted"};
  const std::string run = sampled(subjects, 2);
  continue_run(request(run, {.shares = {0, 1}, .samples = 3, .most = 3}));
  const ContinuationReport report = report_continuations(open_continuations({.folder = run}));
  EXPECT_EQ(report.overall.n_traces, 12);
  EXPECT_EQ(report.n_left, 0);
  ASSERT_EQ(report.subjects.size(), subjects.size());
  for (const ContinuationBlock& block : report.subjects) {
    const ContinuationNumbers &start = block.places.at(0).numbers, &end = block.places.at(1).numbers;
    EXPECT_EQ(block.places[0].n_continuations, 6);
    EXPECT_EQ(*block.places[0].mean_kept, 0);
    EXPECT_NEAR(*end.more_right.value, 0, .2) << block.subject;
    EXPECT_LT(*end.beyond_chance.value, .15) << block.subject;
    EXPECT_NEAR(*start.forced_right.value + *start.more_right.value, *start.free_right.value, 1e-9);
    if (block.subject == "chains" || block.subject == "expressions") {
      EXPECT_GT(start.more_right.interval->low, .3) << block.subject;
      EXPECT_LT(*start.forced_right.value, .6);
      EXPECT_GT(*start.free_right.value, .8);
    } else if (block.subject == "beasts") {
      EXPECT_LT(start.more_right.interval->high, -.3);
      EXPECT_GT(*start.forced_right.value, .9);
    } else {
      EXPECT_NEAR(*start.more_right.value, 0, .2) << block.subject;
      EXPECT_LT(*start.beyond_chance.value, .15) << block.subject;
    }
  }
}

// The twin: draw by draw, in the batches that were asked for.
void expect_decided(const std::string& run) {
  const OpenContinuations open = open_continuations({.folder = run});
  int n_early = 0, n_late = 0;
  open.open.run.store.for_each_trace([&](const TraceRecord& record) {
    for (const PrefixResult& result : prefix_results(open, record)) {
      const double chance = std::exp(result.prefix.forced[record.question.answer]);
      Tally tally;
      size_t n = 0;
      for (Verdict verdict = Verdict::kUndecided; verdict == Verdict::kUndecided && n < 6;) {
        for (int i = 0; i < 3; i++, n++) {
          ASSERT_LT(n, result.continuations.size());
          tally.trials++;
          tally.successes += result.continuations[n].chosen == record.question.answer;
        }
        verdict = compare_with_chance(tally, std::min(1., chance), {.least = .9, .negligible = .45});
      }
      EXPECT_EQ(result.continuations.size(), n);
      (n < 6 ? n_early : n_late)++;
      int first = 0;
      for (const int count : result.prefix.free) first += count;
      EXPECT_EQ(first, 3);
      EXPECT_EQ(result.prefix.all.trials, static_cast<int>(n));
    }
  });
  EXPECT_GT(n_early, 0);
  EXPECT_EQ(n_early + n_late, 6);
}

// Forced answers are read once, are those of a curve, and are booked as what was sampled is.
void expect_booked(const std::string& before, const std::string& run) {
  const Store store = Store::open(run);
  const StoredExperiment experiment = store.experiments().back();
  int64_t n_tokens = 0, n_outcomes = 0;
  store.for_each_trace([&](const TraceRecord& record) {
    for (const StoredContinuation& c : store.continuations(record, experiment.id))
      n_tokens += static_cast<int64_t>(c.think_ids.size() + c.answer_ids.size());
    for (const StoredOutcome& o : store.outcomes(record, experiment.id)) {
      n_outcomes++;
      EXPECT_NE(o.n_tokens, 0) << "the curve has it";
      EXPECT_EQ(o.arm, forced_arm(o.n_tokens));
    }
  });
  EXPECT_EQ(n_outcomes, 4) << "two traces, .75 and 3 tokens";
  EXPECT_EQ(store.counts().sampled_tokens - Store::open(before).counts().sampled_tokens, n_tokens);
  EXPECT_EQ(store.counts().read_probes - Store::open(before).counts().read_probes, n_outcomes);
  // What is read is what a curve has there.
  RunOptions again;
  again.out = run;
  again.model_path = testing::glassbox_path();
  again.compute.threads = 1;
  again.probing.stride = 1;
  const ReadResult read = read_run({again, std::nullopt});
  std::string reader;
  for (const StoredReader& r : store.readers()) reader = r.number == read.readers.front() ? r.id : reader;
  store.for_each_trace(
      [&](const TraceRecord& record) {
        const size_t n = record.question.options.size();
        for (const StoredOutcome& o : store.outcomes(record, experiment.id)) {
          for (size_t i = 0; i < n; i++)
            EXPECT_NEAR(std::exp(o.logprobs[i]), std::exp(record.curve.logprobs[o.n_tokens * n + i]), .02);
        }
      },
      reader);
}

TEST_F(Continue, InterruptedOrNotIsTheSame) {
  const std::string first = sampled({"beasts", "chains"}, 1), whole = copy(first, "whole"),
                    stopped = copy(first, "stopped");
  continue_run(sequential(whole));
  expect_decided(whole);
  expect_booked(first, whole);
  int stops = 0;
  for (int patience = 12;; patience += 200, stops++) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      continue_run(sequential(stopped), observer);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.kind(), ErrorKind::kInterrupted) << e.what();
      ASSERT_LT(stops, 100);
    }
  }
  EXPECT_GT(stops, 1);
  EXPECT_EQ(exported(stopped), exported(whole));
  EXPECT_EQ(exported(stopped, TableFormat::kCsv), exported(whole, TableFormat::kCsv));
  EXPECT_TRUE(Store::open(stopped).verify().problems.empty());
  EXPECT_EQ(continue_run(sequential(stopped)).units_here, 0) << "there is nothing left to do";
}

TEST_F(Continue, OtherSettingsAreAnotherExperiment) {
  const std::string run = sampled({"beasts", "capitals"}, 2);
  ContinueRequest r = request(run, {.shares = {1}, .samples = 1, .most = 1});
  r.read.options.selection.last = 1;
  const int first = continue_run(r).experiment;
  r.settings.seed = 2;
  EXPECT_NE(continue_run(r).experiment, first);
  r.settings.seed = 1;
  EXPECT_EQ(continue_run(r).experiment, first);
  r.read.options.selection.last = 2;  // More of the same.
  const ContinueResult more = continue_run(r);
  EXPECT_EQ(more.experiment, first);
  EXPECT_EQ(more.units_here, 2);
  EXPECT_EQ(report_continuations(open_continuations({.folder = run}, first)).overall.n_traces, 4);
  r.read.options.selection.subjects = {"unheard of"};
  EXPECT_THROW(continue_run(r), Error);
}

}  // namespace
}  // namespace thinktrace
