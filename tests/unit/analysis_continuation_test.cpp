// SPDX-License-Identifier: MIT
// Forced against free answers: hand-made beginnings, and ones whose answers are drawn from a known distribution.
#include "thinktrace/analysis/continuation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace thinktrace {
namespace {

std::vector<float> logs_of(const std::vector<double>& p) {
  std::vector<float> logs;
  for (const double x : p) logs.push_back(static_cast<float>(std::log(x)));
  return logs;
}

// The twin: summed over everything that may come up.
double mean_deviation_naively(int n, double p) {
  double sum = 0;
  for (int k = 0; k <= n; k++) {
    double density = std::pow(p, k) * std::pow(1 - p, n - k);
    for (int i = 1; i <= k; i++) density *= (n - k + i) / static_cast<double>(i);
    sum += density * std::abs(k / static_cast<double>(n) - p);
  }
  return sum;
}

TEST(MeanDeviation, IsTheSumOverAllThatMayComeUp) {
  for (const int n : {1, 2, 3, 8, 20, 33}) {
    for (const double p : {0., .01, .25, .5, .6, .75, .999, 1.})
      EXPECT_NEAR(mean_deviation(n, p), mean_deviation_naively(n, p), 1e-12) << n << " " << p;
  }
}

TEST(ComparePrefix, ByHand) {
  // Of eight continuations four are right, one is wrong, one other wrong, two name nothing.
  ContinuedPrefix prefix{0, 1, logs_of({.25, .25, .25, .125}), {1, 4, 1, 0, 2}, {4, 8}};
  const PrefixComparison c = compare_prefix(prefix);
  EXPECT_NEAR(c.forced_right, .25, 1e-7);
  EXPECT_NEAR(c.mass, .875, 1e-7);
  EXPECT_NEAR(c.free_right, .5, 1e-12);
  EXPECT_NEAR(c.none, .25, 1e-12);
  EXPECT_NEAR(c.distance, (.125 + .25 + .125 + .125 + .125) / 2, 1e-7);
  EXPECT_NEAR(c.distance_by_chance,
              (3 * mean_deviation_naively(8, .25) + 2 * mean_deviation_naively(8, .125)) / 2, 1e-7);
  EXPECT_EQ(c.verdict, Verdict::kUndecided);
  EXPECT_LT(c.free_rate.low, .5);
  EXPECT_GT(c.free_rate.high, .5);
  prefix.all = {60, 64};
  EXPECT_EQ(compare_prefix(prefix).verdict, Verdict::kDiffer);
  EXPECT_TRUE(compare_prefix(prefix).is_more);
  EXPECT_NEAR(compare_prefix(prefix).free_right, .5, 1e-12) << "means are of the first ones";
  prefix.all = {0, 64};
  EXPECT_EQ(compare_prefix(prefix).verdict, Verdict::kDiffer);
  EXPECT_FALSE(compare_prefix(prefix).is_more);
  prefix.all = {64, 256};
  EXPECT_EQ(compare_prefix(prefix).verdict, Verdict::kAlike);
}

TEST(ComparePrefix, AnOptionWithoutAnyProbability) {
  const float none = -std::numeric_limits<float>::infinity();
  const PrefixComparison c = compare_prefix({0, 0, {0, none}, {0, 3, 0}, {0, 3}});
  EXPECT_DOUBLE_EQ(c.distance, 1);
  EXPECT_DOUBLE_EQ(c.distance_by_chance, 0);
}

std::vector<ContinuedPrefix> drawn_prefixes(const std::vector<double>& forced,
                                            const std::vector<double>& free, int n_draws) {
  std::mt19937_64 random(5);
  std::vector<ContinuedPrefix> prefixes;
  for (int question = 0; question < 300; question++) {
    ContinuedPrefix prefix{question, 0, logs_of(forced), std::vector<int>(forced.size() + 1), {0, n_draws}};
    for (int draw = 0; draw < n_draws; draw++) {
      double x = static_cast<double>(random() >> 11) * 0x1p-53;
      size_t i = 0;
      while (i < free.size() && x >= free[i]) x -= free[i++];
      prefix.free[i]++;
      prefix.all.successes += i == 0;
    }
    prefixes.push_back(prefix);
  }
  return prefixes;
}

TEST(MeasureContinuations, AnswersDrawnFromTheForcedDistributionAreBeyondChanceInNothing) {
  for (const int n_draws : {1, 4, 16}) {
    const ContinuationNumbers n =
        measure_continuations(drawn_prefixes({.5, .2, .2}, {.5, .2, .2}, n_draws), 300, {}, {.level = .999});
    EXPECT_LT(n.beyond_chance.interval->low, 0) << n_draws;
    EXPECT_GT(n.beyond_chance.interval->high, 0);
    EXPECT_NEAR(*n.beyond_chance.value, 0, .04);
    EXPECT_LT(n.more_right.interval->low, 0);
    EXPECT_GT(n.more_right.interval->high, 0);
    EXPECT_GT(n.distance.interval->low, .02) << "which is why it needs the correction";
    EXPECT_NEAR(*n.none.value, .1, .05);
  }
}

TEST(MeasureContinuations, OthersAre) {
  // As often right, but the wrong answers are others.
  const ContinuationNumbers n = measure_continuations(drawn_prefixes({.5, .3, .1}, {.5, .1, .3}, 8), 300);
  EXPECT_GT(n.beyond_chance.interval->low, .03);
  EXPECT_LT(n.more_right.interval->low, 0);
  EXPECT_GT(n.more_right.interval->high, 0);
  const ContinuationNumbers more =
      measure_continuations(drawn_prefixes({.25, .25, .25}, {.95, .02, .02}, 24), 300);
  EXPECT_NEAR(*more.more_right.value, .7, .02);
  EXPECT_GT(*more.more.value, .95);
  EXPECT_EQ(*more.less.value, 0);
  const ContinuationNumbers less =
      measure_continuations(drawn_prefixes({.95, .02, .02}, {.1, .4, .4}, 24), 300);
  EXPECT_GT(*less.less.value, .95);
  EXPECT_NEAR(*less.alike.value + *less.more.value + *less.less.value + *less.undecided.value, 1, 1e-12);
}

}  // namespace
}  // namespace thinktrace
