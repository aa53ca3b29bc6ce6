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
  static constexpr const char* kSubjects[] = {"beasts",     "capitals",    "chains",
                                              "digit_sums", "expressions", "hinted"};

  static void SetUpTestSuite() {
    fs::remove_all(folder());
    RunOptions o;
    o.model_path = testing::glassbox_path();
    o.questions_path = testing::glassbox_questions();
    o.out = (folder() / "first" / "run").string();
    o.selection.subjects = {std::begin(kSubjects), std::end(kSubjects)};
    o.selection.last = 4;
    o.probing.stride = 1000;  // Start and end.
    o.compute.threads = 1;
    run_plan(o);
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static fs::path folder() {
    return fs::path(::testing::TempDir()) / ("continue_test_" + std::to_string(::getpid()));
  }
  // A copy of the run, so that no test sees another's experiments.
  static std::string copy(const std::string& name) {
    fs::create_directories(folder() / name);
    fs::copy(folder() / "first" / "run", folder() / name / "run", fs::copy_options::recursive);
    return (folder() / name / "run").string();
  }
  static ContinueRequest request(const std::string& run, const ContinueSettings& settings) {
    ContinueRequest r{.settings = settings};
    r.read.options.out = run;
    r.read.options.format.suffix.clear();
    r.read.options.probing.stride = 0;
    r.read.options.compute.threads = 1;
    return r;
  }
  // Two questions, three beginnings, drawn until it is decided.
  static ContinueRequest small(const std::string& run) {
    ContinueRequest r =
        request(run, {.shares = {0, .5}, .tokens = {3}, .samples = 3, .most = 9, .least = .5});
    r.read.options.selection = {.subjects = {"beasts", "chains"}, .last = 1};
    return r;
  }
  static std::string exported(const std::string& run, TableFormat format = TableFormat::kJsonl) {
    std::string text;
    export_continuations({.folder = run}, std::nullopt, format,
                         [&](const std::string& line) { text += line + "\n"; });
    return text;
  }
};

TEST_F(Continue, ForcedAndFreeAreAsTheWorldSays) {
  const std::string run = copy("world");
  continue_run(request(run, {.shares = {0, 1}, .samples = 4, .most = 4}));
  const ContinuationReport report = report_continuations(open_continuations({.folder = run}));
  EXPECT_EQ(report.overall.n_traces, 24);
  EXPECT_EQ(report.n_left, 0);
  ASSERT_EQ(report.subjects.size(), std::size(kSubjects));
  for (const ContinuationBlock& block : report.subjects) {
    const ContinuationNumbers &start = block.places.at(0).numbers, &end = block.places.at(1).numbers;
    EXPECT_EQ(block.places[0].n_continuations, 16);
    EXPECT_EQ(*block.places[0].mean_kept, 0);
    EXPECT_NEAR(*end.more_right.value, 0, .15) << block.subject;
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
      EXPECT_NEAR(*start.more_right.value, 0, .15) << block.subject;
      EXPECT_LT(*start.beyond_chance.value, .15) << block.subject;
    }
  }
}

TEST_F(Continue, InterruptedOrNotIsTheSame) {
  const std::string whole = copy("whole"), stopped = copy("stopped");
  continue_run(small(whole));
  int stops = 0;
  for (int patience = 12;; patience += 61, stops++) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      continue_run(small(stopped), observer);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.kind(), ErrorKind::kInterrupted) << e.what();
      ASSERT_LT(stops, 100);
    }
  }
  EXPECT_GT(stops, 3);
  EXPECT_EQ(exported(stopped), exported(whole));
  EXPECT_EQ(exported(stopped, TableFormat::kCsv), exported(whole, TableFormat::kCsv));
  EXPECT_TRUE(Store::open(stopped).verify().problems.empty());
  EXPECT_EQ(continue_run(small(stopped)).units_here, 0) << "there is nothing left to do";
}

// The twin: draw by draw, in the batches that were asked for.
TEST_F(Continue, StopsWhereItIsDecided) {
  const std::string run = copy("sequential");
  const ContinueRequest r = small(run);
  continue_run(r);
  const OpenContinuations open = open_continuations({.folder = run});
  int n_early = 0, n_late = 0;
  open.open.run.store.for_each_trace([&](const TraceRecord& record) {
    for (const PrefixResult& result : prefix_results(open, record)) {
      const double chance = std::exp(result.prefix.forced[record.question.answer]);
      Tally tally;
      size_t n = 0;
      for (Verdict verdict = Verdict::kUndecided; verdict == Verdict::kUndecided && n < 9;) {
        for (int i = 0; i < 3; i++, n++) {
          ASSERT_LT(n, result.continuations.size());
          tally.trials++;
          tally.successes += result.continuations[n].chosen == record.question.answer;
        }
        verdict = compare_with_chance(tally, std::min(1., chance), {.least = .5, .negligible = .25});
      }
      EXPECT_EQ(result.continuations.size(), n);
      (n < 9 ? n_early : n_late)++;
      int first = 0;
      for (const int count : result.prefix.free) first += count;
      EXPECT_EQ(first, 3);
      EXPECT_EQ(result.prefix.all.trials, static_cast<int>(n));
    }
  });
  EXPECT_GT(n_early, 0);
  EXPECT_EQ(n_early + n_late, 6);
}

TEST_F(Continue, ForcedAnswersAreReadOnceAndBooked) {
  const std::string run = copy("forced");
  const StoreCounts before = Store::open(run).counts();
  continue_run(small(run));
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
  EXPECT_EQ(n_outcomes, 4) << "two traces, .5 and 3 tokens";
  EXPECT_EQ(store.counts().sampled_tokens - before.sampled_tokens, n_tokens);
  EXPECT_EQ(store.counts().read_probes - before.read_probes, n_outcomes);
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

TEST_F(Continue, OtherSettingsAreAnotherExperiment) {
  const std::string run = copy("others");
  ContinueRequest r = small(run);
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
