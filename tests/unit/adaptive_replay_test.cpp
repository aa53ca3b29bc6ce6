// SPDX-License-Identifier: MIT
// Adaptive probing replayed on published traces that it was not tuned on, where a copy lies beside the source tree; and the
// bounds that it is compared with, on curves made by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "bench/bounds.h"
#include "thinktrace/probe/stretch.h"

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

using Ints = std::vector<int>;

// Two options, the first as given.
KnownTrace known(const std::vector<double>& p) {
  KnownTrace trace{.token_texts = std::vector<std::string>(p.size() - 1, " word"), .n_options = 2};
  for (size_t t = 0; t < p.size(); t++) {
    trace.exact.positions.push_back(static_cast<int>(t));
    for (const double x : {p[t], 1 - p[t]}) trace.exact.logprobs.push_back(static_cast<float>(std::log(x)));
  }
  return trace;
}

double cost_of(const AdaptiveCurve& curve, const KnownTrace& trace, double price) {
  return replay_with([&](const KnownTrace&) { return curve; }, trace).sum_abs_dp +
         price * static_cast<double>(curve.probed.positions.size() - 1);
}

// What reading the positions of `mask`, those between the ends, costs.
double cost_of_mask(const KnownTrace& trace, unsigned mask, double price) {
  const int last = static_cast<int>(trace.token_texts.size());
  std::vector<double> clock = {0};
  for (const double rate : change_rates(trace.token_texts, {})) clock.push_back(clock.back() + rate);
  Ints probed = {0};
  for (int t = 1; t < last; t++)
    if (mask >> (t - 1) & 1) probed.push_back(t);
  probed.push_back(last);
  double cost = price * static_cast<double>(probed.size() - 1);
  const auto p = [&](int t) { return std::exp(static_cast<double>(trace.exact.logprobs[2 * t])); };
  for (size_t k = 0; k + 1 < probed.size(); k++)
    for (int t = probed[k] + 1; t < probed[k + 1]; t++) {
      const double w = way_at({.begin = probed[k], .end = probed[k + 1]}, clock, t);
      cost += 2 * std::fabs(p(probed[k]) * (1 - w) + p(probed[k + 1]) * w - p(t));
    }
  return cost;
}

TEST(AdaptiveBounds, NoPositionsAreBetterThanTheBest) {
  const KnownTrace trace = known({.5, .52, .7, .71, .3, .35, .36, .9, .88, .89, .2});
  for (const double price : {0.001, 0.05, 0.2, 0.5, 2.0}) {
    double least = INFINITY;
    for (unsigned mask = 0; mask < 1U << 9; mask++) least = std::min(least, cost_of_mask(trace, mask, price));
    EXPECT_NEAR(cost_of(best_positions(trace, price), trace, price), least, 1e-5) << price;
    EXPECT_GE(cost_of(best_strides(trace, 4, price), trace, price), least - 1e-5) << price;
  }
}

TEST(AdaptiveBounds, AStepTakesTwoProbesAndABlockOneStride) {
  std::vector<double> p(101, .9);
  std::fill(p.begin() + 40, p.end(), .1);
  const KnownTrace step = known(p);
  EXPECT_EQ(best_positions(step, .01).probed.positions, (Ints{0, 39, 40, 100}));
  EXPECT_EQ(best_strides(step, 10, 100).probed.positions, (Ints{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}));
  EXPECT_EQ(best_strides(step, 10, .01).probed.positions,
            (Ints{0, 10, 20, 30, 33, 36, 39, 40, 50, 60, 70, 80, 90, 100}));
}

TEST(AdaptiveBounds, ThePriceGivesTheShare) {
  std::vector<double> p;
  for (int t = 0; t <= 200; t++) p.push_back(.5 + .3 * std::sin(t * .11) + .1 * std::sin(t * 1.7));
  const std::vector<KnownTrace> traces = {known(p)};
  for (const double share : {0.1, 0.3}) {
    const double price = price_for(best_positions, traces, share);
    const auto share_at = [&](double x) {
      return static_cast<double>(best_positions(traces[0], x).probed.positions.size()) / 201;
    };
    EXPECT_LE(share_at(price), share);
    EXPECT_GT(share_at(price / 1.02), share) << "a little cheaper, and it is too many";
  }
}

}  // namespace
}  // namespace thinktrace::bench
