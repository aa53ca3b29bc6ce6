// SPDX-License-Identifier: MIT
// Adaptive probing replayed on published traces that it was not tuned on, where a copy lies beside the source tree.
#include <gtest/gtest.h>

#include <filesystem>

#include "bench/replay.h"

namespace thinktrace::bench {
namespace {

const std::string kLines = THINKTRACE_SOURCE_DIR "/../shared/data/arbor-mmlu";

std::vector<KnownTrace> held_back() {
  std::vector<KnownTrace> traces = published_traces(kLines);
  std::erase_if(traces, [](const KnownTrace& trace) { return trace.tuning; });
  return traces;
}

Score adaptive(const std::vector<KnownTrace>& traces, double tolerance) {
  return score_of(
      [&](const KnownTrace& t) {
        return probe_adaptive(replay(t), t.token_texts,
                              {.tolerance = tolerance, .option_texts = t.option_texts});
      },
      traces);
}

TEST(AdaptiveReplay, FiguresOnTracesHeldBack) {
  if (!std::filesystem::exists(kLines)) GTEST_SKIP() << "no published traces at " << kLines;
  const std::vector<KnownTrace> traces = held_back();
  EXPECT_EQ(traces.size(), 756u);

  const Score usual = adaptive(traces, kUsualTolerance);
  EXPECT_LE(usual.share, 0.15);
  EXPECT_LE(usual.mean_abs_dp, 0.006);
  EXPECT_LE(usual.abs_dp_99, 0.0715);
  EXPECT_GE(usual.same_top, 0.993);
  EXPECT_GE(usual.exit_within_2, 0.93);
  EXPECT_GE(usual.coverage, 0.9);
  EXPECT_NEAR(usual.stated_mean / usual.mean_abs_dp, 1, 0.1);

  const Score fine = adaptive(traces, 0.03);
  EXPECT_LE(fine.share, 0.225);
  EXPECT_LE(fine.mean_abs_dp, 0.005);
  EXPECT_LE(fine.abs_dp_99, 0.05);
  EXPECT_GE(fine.same_top, 0.993);
  EXPECT_GE(fine.exit_within_2, 0.93);
  EXPECT_GE(fine.coverage, 0.9);

  // Plain bisection takes more probes for less.
  const Score plain = score_of([](const KnownTrace& t) { return bisect(t, 16, kUsualTolerance); }, traces);
  EXPECT_GT(plain.share, usual.share);
  EXPECT_GT(plain.mean_abs_dp, usual.mean_abs_dp);
  EXPECT_GT(plain.abs_dp_99, usual.abs_dp_99);
  EXPECT_LT(plain.same_top, usual.same_top);
  EXPECT_LT(plain.exit_within_2, usual.exit_within_2);
}

}  // namespace
}  // namespace thinktrace::bench
