// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/pivots.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/analysis/collected.h"

namespace thinktrace {

PivotNumbers measure_pivots(std::span<const PivotTrace> traces, int n_questions,
                            const BootstrapOptions& options) {
  PivotNumbers numbers;
  Collected all;
  const size_t per_trace = all.add(StatisticKind::kMean, numbers.per_trace);
  const size_t rises = all.add(StatisticKind::kMean, numbers.rises);
  const size_t falls = all.add(StatisticKind::kMean, numbers.falls);
  const size_t has_one = all.add(StatisticKind::kShare, numbers.has_one);
  const size_t size = all.add(StatisticKind::kMean, numbers.size);
  const size_t decided = all.add(StatisticKind::kShare, numbers.decided);
  const size_t has_counterpart = all.add(StatisticKind::kShare, numbers.has_counterpart);
  std::vector<FoundAndTrue> places;
  for (const PivotTrace& trace : traces) {
    const auto n = static_cast<int>(trace.pivots.size());
    const auto n_rises = std::count_if(trace.pivots.begin(), trace.pivots.end(),
                                       [](const FoundPivot& p) { return p.change > 0; });
    all.take(per_trace, trace.question, n);
    all.take(rises, trace.question, static_cast<double>(n_rises));
    all.take(falls, trace.question, static_cast<double>(n - n_rises));
    all.take(has_one, trace.question, n > 0);
    numbers.counts[std::min(n, kPivotCounts - 1)]++;
    places.push_back({trace.question, trace.candidates, {}});
    for (const FoundPivot& pivot : trace.pivots) {
      all.take(size, trace.question, std::fabs(pivot.change));
      all.take(decided, trace.question, pivot.decided);
      all.take(has_counterpart, trace.question, pivot.has_counterpart);
      numbers.places[kPivotPlaces * static_cast<int64_t>(pivot.token) / trace.n_tokens]++;
      places.back().truth.push_back(pivot.token);
    }
  }
  all.estimate_all(n_questions, options);
  numbers.of_forced_answer = score_positions(places, n_questions, kPivotsAgree, options);
  return numbers;
}

}  // namespace thinktrace
