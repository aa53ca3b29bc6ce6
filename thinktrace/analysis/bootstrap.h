// SPDX-License-Identifier: MIT
// bootstrap.h — statistics of traces with intervals that know that traces of one question go together.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace thinktrace {

enum class IntervalMethod { kBootstrap, kWilson };

struct Interval {
  double low = 0, high = 0;
  IntervalMethod method = IntervalMethod::kBootstrap;
};

// A statistic, its interval, and what it stands on.
struct Estimate {
  std::optional<double> value;       // Nothing where it isn't defined: no traces, or a variance of 0.
  std::optional<Interval> interval;  // Nothing with fewer than two questions.
  int n_traces = 0, n_questions = 0;
};

enum class StatisticKind {
  kMean,
  kShare,  // A mean of values between 0 and 1. Where all are 0, or all 1, the interval is Wilson's.
  kMedian,
  kCorrelation,                 // Of x and y.
  kCorrelationWithinQuestions,  // Both centred on their question's mean, over questions with two or more.
  kCorrelationWithinGroups,     // Both centred on their group's mean.
};

// What one trace gives to a statistic.
struct Sample {
  int question = 0;
  double x = 0, y = 0;  // Means and medians are of x.
};

struct Statistic {
  StatisticKind kind = StatisticKind::kMean;
  std::vector<Sample> samples;  // Finite numbers; in any order.
  Estimate* result = nullptr;   // Borrowed: estimate() writes it.
};

struct BootstrapOptions {
  uint64_t seed = 1;
  int resamples = 2000;
  double level = 0.95;
  std::function<bool()> should_stop = {};  // Asked before each resample; true throws Error (kInterrupted).
};

// How often each of counts.size() questions comes up when as many are drawn with replacement. The same on
// every machine. REQUIRES: counts is not empty and has fewer than 2^32 elements.
void draw_questions(std::mt19937_64& random, std::vector<int>& counts);

// Calls `visit` with the counts of each resample of whole questions, options.resamples times: for statistics that
// estimate() doesn't know. The same resamples as estimate() takes. REQUIRES: 0 < n_questions < 2^32.
void for_each_resample(size_t n_questions, const BootstrapOptions& options,
                       const std::function<void(const std::vector<int>& counts)>& visit);

// The percentile interval from what a statistic was in the resamples, without those in which it isn't defined.
// Nothing where these are more than half of options.resamples.
std::optional<Interval> percentile_interval(std::vector<double> replicates, const BootstrapOptions& options);

// Computes all `statistics` and their percentile intervals on the same resamples of whole questions (Efron &
// Tibshirani 1993, ch. 13; clusters as Field & Welsh 2007). Resamples in which a statistic isn't defined are
// left out; where that is more than half of them there is no interval. The result hangs on the seed, not on
// the order of the samples. REQUIRES: 0 <= question < group_of_question.size(), which holds each question's
// group (0 or more; subjects, say); resamples >= 1; 0 < level < 1.
// Cost: resamples x questions x statistics. Memory: the samples. Where they come question by question, estimates.h
// does without.
void estimate(std::vector<Statistic> statistics, const std::vector<int>& group_of_question,
              const BootstrapOptions& options);

}  // namespace thinktrace
