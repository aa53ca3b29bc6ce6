// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/continuation.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/analysis/collected.h"
#include "thinktrace/analysis/measures.h"

namespace thinktrace {

double mean_deviation(int n, double p) {
  if (p <= 0 || p >= 1) return 0;
  const double v = std::floor(n * p) + 1;  // The least whole number above the mean.
  const double log_density = std::lgamma(n + 1.) - std::lgamma(v + 1) - std::lgamma(n - v + 1) +
                             v * std::log(p) + (n - v) * std::log1p(-p);
  return 2 * v * (1 - p) * std::exp(log_density) / n;
}

PrefixComparison compare_prefix(const ContinuedPrefix& prefix, const DifferenceOptions& options) {
  int n = 0;
  for (const int count : prefix.free) n += count;
  const auto share = [&](size_t i) { return prefix.free[i] / static_cast<double>(n); };
  const size_t n_options = prefix.forced.size();
  PrefixComparison c;
  c.forced_right = probability_of(prefix.forced[prefix.answer]);
  c.mass = mass_of(prefix.forced);
  c.free_right = share(prefix.answer);
  c.none = share(n_options);
  for (size_t i = 0; i <= n_options; i++) {
    const double p = i < n_options ? probability_of(prefix.forced[i]) : std::max(0., 1 - c.mass);
    c.distance += std::abs(share(i) - p) / 2;
    c.distance_by_chance += mean_deviation(n, std::min(p, 1.)) / 2;
  }
  const double chance = std::clamp(c.forced_right, 0., 1.);
  c.verdict = compare_with_chance(prefix.all, chance, options);
  c.is_more = prefix.all.successes > chance * prefix.all.trials;
  c.free_rate = rate_interval(prefix.all, options.alpha);
  return c;
}

ContinuationNumbers measure_continuations(std::span<const ContinuedPrefix> prefixes, int n_questions,
                                          const DifferenceOptions& options,
                                          const BootstrapOptions& bootstrap) {
  ContinuationNumbers numbers;
  Collected collection;
  const auto add = [&](StatisticKind kind, Estimate& result) { return collection.add(kind, result); };
  const size_t forced_right = add(StatisticKind::kMean, numbers.forced_right);
  const size_t mass = add(StatisticKind::kMean, numbers.mass);
  const size_t free_right = add(StatisticKind::kShare, numbers.free_right);
  const size_t none = add(StatisticKind::kShare, numbers.none);
  const size_t more_right = add(StatisticKind::kMean, numbers.more_right);
  const size_t distance = add(StatisticKind::kMean, numbers.distance);
  const size_t beyond_chance = add(StatisticKind::kMean, numbers.beyond_chance);
  const size_t alike = add(StatisticKind::kShare, numbers.alike);
  const size_t more = add(StatisticKind::kShare, numbers.more);
  const size_t less = add(StatisticKind::kShare, numbers.less);
  const size_t undecided = add(StatisticKind::kShare, numbers.undecided);
  for (const ContinuedPrefix& prefix : prefixes) {
    const PrefixComparison c = compare_prefix(prefix, options);
    const auto take = [&](size_t statistic, double x) { collection.take(statistic, prefix.question, x); };
    take(forced_right, c.forced_right);
    take(mass, c.mass);
    take(free_right, c.free_right);
    take(none, c.none);
    take(more_right, c.free_right - c.forced_right);
    take(distance, c.distance);
    take(beyond_chance, c.distance - c.distance_by_chance);
    take(alike, c.verdict == Verdict::kAlike);
    take(more, c.verdict == Verdict::kDiffer && c.is_more);
    take(less, c.verdict == Verdict::kDiffer && !c.is_more);
    take(undecided, c.verdict == Verdict::kUndecided);
  }
  collection.estimate_all(n_questions, bootstrap);
  return numbers;
}

}  // namespace thinktrace
