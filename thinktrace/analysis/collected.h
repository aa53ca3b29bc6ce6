// SPDX-License-Identifier: MIT
// collected.h — statistics whose samples come one at a time.
#pragma once
#include <utility>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

class Collected {
 public:
  // A new statistic; its number, from 0. REQUIRES: `result` outlives the collection.
  size_t add(StatisticKind kind, Estimate& result) {
    statistics_.push_back({.kind = kind, .result = &result});
    return statistics_.size() - 1;
  }
  void take(size_t statistic, int question, double x) {
    statistics_[statistic].samples.push_back({question, x});
  }
  // As estimate(), all questions being of one group. What was collected is gone afterwards. `entries`: how often each
  // trace was taken; it counts once.
  void estimate_all(int n_questions, const BootstrapOptions& options, int entries = 1) {
    std::vector<Estimate*> results;
    for (const Statistic& statistic : statistics_) results.push_back(statistic.result);
    estimate(std::exchange(statistics_, {}), std::vector<int>(n_questions), options);
    for (Estimate* result : results) result->n_traces /= entries;
  }

 private:
  std::vector<Statistic> statistics_;
};

}  // namespace thinktrace
