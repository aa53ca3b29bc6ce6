// SPDX-License-Identifier: MIT
// Intervals: against recomputing each statistic on the list of drawn traces, and against the truth.
#include "thinktrace/analysis/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "thinktrace/analysis/statistics.h"

namespace thinktrace {
namespace {

double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

// ---- The slow, obvious twin ------------------------------------------------------------------------------

struct Drawn {
  std::vector<double> x, y;
  std::vector<int> question, group;
};

double average(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void subtract_group_means(std::vector<double>& values, const std::vector<int>& groups) {
  std::vector<double> out = values;
  for (size_t i = 0; i < values.size(); i++) {
    std::vector<double> together;
    for (size_t k = 0; k < values.size(); k++) {
      if (groups[k] == groups[i]) together.push_back(values[k]);
    }
    out[i] -= average(together);
  }
  values = out;
}

std::optional<double> naive_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.empty()) return std::nullopt;
  const double mx = average(x), my = average(y);
  double xx = 0, xy = 0, yy = 0;
  for (size_t i = 0; i < x.size(); i++) {
    xx += (x[i] - mx) * (x[i] - mx);
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) * (y[i] - my);
  }
  if (xx < 1e-9 || yy < 1e-9) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

std::optional<double> naive(StatisticKind kind, Drawn d) {
  if (d.x.empty()) return std::nullopt;
  if (kind == StatisticKind::kMean || kind == StatisticKind::kShare) return average(d.x);
  if (kind == StatisticKind::kMedian) {
    std::sort(d.x.begin(), d.x.end());
    const size_t n = d.x.size();
    return n % 2 == 1 ? d.x[n / 2] : (d.x[n / 2 - 1] + d.x[n / 2]) / 2;
  }
  if (kind != StatisticKind::kCorrelation) {
    const std::vector<int>& by = kind == StatisticKind::kCorrelationWithinGroups ? d.group : d.question;
    subtract_group_means(d.x, by);
    subtract_group_means(d.y, by);
  }
  return naive_correlation(d.x, d.y);
}

Drawn draw(const std::vector<Sample>& samples, const std::vector<int>& groups,
           const std::vector<int>& counts) {
  Drawn drawn;
  for (const Sample& s : samples) {
    for (int copy = 0; copy < counts[s.question]; copy++) {
      drawn.x.push_back(s.x);
      drawn.y.push_back(s.y);
      drawn.question.push_back(s.question);
      drawn.group.push_back(groups[s.question]);
    }
  }
  return drawn;
}

Estimate naive_estimate(const Statistic& statistic, const std::vector<int>& groups,
                        const BootstrapOptions& options) {
  std::vector<int> counts(groups.size(), 1);
  const std::vector<Sample> samples = statistic.samples;
  Estimate out{.value = naive(statistic.kind, draw(samples, groups, counts))};
  std::mt19937_64 random(options.seed);
  std::vector<double> replicates;
  for (int r = 0; r < options.resamples; r++) {
    draw_questions(random, counts);
    if (const auto value = naive(statistic.kind, draw(samples, groups, counts))) replicates.push_back(*value);
  }
  std::sort(replicates.begin(), replicates.end());
  out.interval = Interval{percentile(replicates, (1 - options.level) / 2),
                          percentile(replicates, (1 + options.level) / 2)};
  return out;
}

constexpr StatisticKind kEveryKind[] = {StatisticKind::kMean,
                                        StatisticKind::kShare,
                                        StatisticKind::kMedian,
                                        StatisticKind::kCorrelation,
                                        StatisticKind::kCorrelationWithinQuestions,
                                        StatisticKind::kCorrelationWithinGroups};

// Questions of one to five traces whose lengths go together; some questions are left out.
std::vector<Sample> clustered_samples(std::mt19937_64& random, int n_questions, bool whole_numbers) {
  std::vector<Sample> samples;
  for (int q = 0; q < n_questions; q++) {
    const double level = 300 * uniform(random);
    if (q % 7 == 3) continue;
    for (int i = 0; i <= q % 5; i++) {
      const double x = level + 100 * uniform(random);
      const double y = uniform(random) < (level + x) / 800 ? 1 : 0;
      samples.push_back({q, whole_numbers ? std::floor(x) : x, y});
    }
  }
  return samples;
}

TEST(Bootstrap, EqualsRecomputingOnTheListOfDrawnTraces) {
  std::mt19937_64 random(3);
  const int n_questions = 23;
  std::vector<int> groups;
  for (int q = 0; q < n_questions; q++) groups.push_back(q % 3);
  const BootstrapOptions options{.seed = 9, .resamples = 150, .level = 0.9};
  for (const bool whole_numbers : {true, false}) {
    const std::vector<Sample> samples = clustered_samples(random, n_questions, whole_numbers);
    std::vector<Estimate> fast(std::size(kEveryKind));
    std::vector<Statistic> statistics;
    for (size_t i = 0; i < std::size(kEveryKind); i++)
      statistics.push_back({kEveryKind[i], samples, &fast[i]});
    estimate(statistics, groups, options);
    for (size_t i = 0; i < std::size(kEveryKind); i++) {
      SCOPED_TRACE(i);
      const Estimate slow = naive_estimate(statistics[i], groups, options);
      ASSERT_TRUE(fast[i].value && fast[i].interval);
      EXPECT_NEAR(*fast[i].value, *slow.value, 1e-9);
      EXPECT_NEAR(fast[i].interval->low, slow.interval->low, 1e-9);
      EXPECT_NEAR(fast[i].interval->high, slow.interval->high, 1e-9);
      EXPECT_LT(fast[i].interval->low, *fast[i].value);
      EXPECT_GT(fast[i].interval->high, *fast[i].value);
    }
    EXPECT_EQ(fast[0].n_traces, static_cast<int>(samples.size()));
    EXPECT_EQ(fast[0].n_questions, 20);  // 23 without 3, 10 and 17.
    EXPECT_EQ(fast[4].n_questions, 16);  // Without those of one trace: 0, 5, 15 and 20.
  }
}

Estimate estimate_one(StatisticKind kind, const std::vector<Sample>& samples, int n_questions,
                      const BootstrapOptions& options = {}) {
  Estimate result;
  estimate({{kind, samples, &result}}, std::vector<int>(n_questions), options);
  return result;
}

TEST(Bootstrap, DoesNotHangOnTheOrderOfTheSamples) {
  std::mt19937_64 random(4);
  std::vector<Sample> samples = clustered_samples(random, 30, false);
  for (const StatisticKind kind : kEveryKind) {
    const Estimate first = estimate_one(kind, samples, 30, {.resamples = 100});
    for (size_t i = samples.size(); i > 1; i--) std::swap(samples[i - 1], samples[random() % i]);
    const Estimate second = estimate_one(kind, samples, 30, {.resamples = 100});
    EXPECT_EQ(first.value, second.value);
    EXPECT_EQ(first.interval->low, second.interval->low);
    EXPECT_EQ(first.interval->high, second.interval->high);
  }
}

TEST(Bootstrap, TheSeedDecides) {
  std::mt19937_64 random(4);
  const std::vector<Sample> samples = clustered_samples(random, 30, false);
  const auto low = [&](uint64_t seed) {
    return estimate_one(StatisticKind::kMean, samples, 30, {.seed = seed, .resamples = 50}).interval->low;
  };
  EXPECT_EQ(low(1), low(1));
  EXPECT_NE(low(1), low(2));
}

TEST(Bootstrap, DrawsAreEvenAndTheSameEverywhere) {
  std::mt19937_64 random(1);
  std::vector<int> counts(7), total(7);
  for (int r = 0; r < 10000; r++) {
    draw_questions(random, counts);
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), 0), 7);
    for (int q = 0; q < 7; q++) total[q] += counts[q];
  }
  double chi_square = 0;
  for (const int n : total) chi_square += (n - 10000.) * (n - 10000.) / 10000.;
  EXPECT_LT(chi_square, 22.5);  // 6 degrees of freedom: p = .001.
  std::mt19937_64 again(1);
  draw_questions(again, counts);
  EXPECT_EQ(counts, (std::vector<int>{3, 0, 1, 2, 0, 0, 1}));
}

TEST(Bootstrap, SharesThatNeverVaryHaveWilsonsIntervalOverQuestions) {
  for (const double share : {0.0, 1.0}) {
    std::vector<Sample> samples;
    for (int i = 0; i < 40; i++) samples.push_back({i / 4, share});
    const Estimate e = estimate_one(StatisticKind::kShare, samples, 10);
    const Bounds wilson = wilson_interval(share, 10);
    EXPECT_EQ(e.value, share);
    EXPECT_EQ(e.interval->method, IntervalMethod::kWilson);
    EXPECT_EQ(e.interval->low, wilson.low);
    EXPECT_EQ(e.interval->high, wilson.high);
    EXPECT_EQ(e.n_traces, 40);
    EXPECT_EQ(e.n_questions, 10);
  }
  const Estimate mixed = estimate_one(StatisticKind::kShare, {{0, 0}, {0, 0}, {1, 1}}, 2);
  EXPECT_EQ(mixed.interval->method, IntervalMethod::kBootstrap);
}

TEST(Bootstrap, FewerThanTwoQuestionsHaveNoInterval) {
  const Estimate one = estimate_one(StatisticKind::kMean, {{0, 3}, {0, 5}}, 1);
  EXPECT_EQ(one.value, 4);
  EXPECT_FALSE(one.interval.has_value());
  EXPECT_FALSE(estimate_one(StatisticKind::kShare, {{2, 1}, {2, 1}}, 3).interval.has_value());
  const Estimate none = estimate_one(StatisticKind::kMedian, {}, 3);
  EXPECT_FALSE(none.value.has_value() || none.interval.has_value());
  EXPECT_FALSE(estimate_one(StatisticKind::kMean, {}, 0).value.has_value());
  const Estimate flat = estimate_one(StatisticKind::kCorrelation, {{0, 5, 1}, {1, 5, 0}, {2, 5, 1}}, 3);
  EXPECT_FALSE(flat.value.has_value() || flat.interval.has_value());
}

TEST(Bootstrap, WhatIsDefinedInFewerThanHalfOfTheResamplesHasNoInterval) {
  const BootstrapOptions five{.resamples = 5, .level = .5};
  EXPECT_FALSE(percentile_interval({2, 1}, five).has_value());
  EXPECT_EQ(percentile_interval({3, 1, 2}, five)->low, 1.5);
  EXPECT_EQ(percentile_interval({3, 1, 2}, five)->high, 2.5);
}

// 60 questions of 4 traces. A question's chance is Beta(1/2, 1/2): mean 1/2, correlation within questions 1/2.
TEST(Bootstrap, IntervalsCoverTheTruthAndWouldNotIfClustersWereIgnored) {
  constexpr int kDataSets = 400;
  std::mt19937_64 random(2024);
  int covered = 0, covered_ignoring = 0;
  for (int d = 0; d < kDataSets; d++) {
    std::vector<Sample> clustered, ignoring;
    for (int q = 0; q < 60; q++) {
      const double sine = std::sin(std::numbers::pi / 2 * uniform(random));
      for (int i = 0; i < 4; i++) {
        const double x = uniform(random) < sine * sine ? 1 : 0;
        clustered.push_back({q, x});
        ignoring.push_back({4 * q + i, x});
      }
    }
    const BootstrapOptions options{.seed = static_cast<uint64_t>(d), .resamples = 1000};
    const auto covers = [&](const std::vector<Sample>& samples, int n_questions) {
      const Interval interval =
          estimate_one(StatisticKind::kShare, samples, n_questions, options).interval.value();
      return interval.low <= .5 && .5 <= interval.high;
    };
    covered += covers(clustered, 60);
    covered_ignoring += covers(ignoring, 240);
  }
  // The Monte Carlo error of a coverage of .95 over 400 data sets is .011 (one standard deviation).
  EXPECT_GE(covered, kDataSets * 92 / 100);
  EXPECT_LE(covered, kDataSets * 98 / 100);
  // The design effect is 1 + 3/2, so the intervals are too short by a factor of 1.6 and cover .78.
  EXPECT_LE(covered_ignoring, kDataSets * 86 / 100);
}

}  // namespace
}  // namespace thinktrace
