// SPDX-License-Identifier: MIT
// estimates.h — estimate() of bootstrap.h for samples that come question by question and that memory does not hold.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"
#include "thinktrace/spool/records.h"

namespace thinktrace {

//     Estimates all;
//     const size_t mean = all.add(StatisticKind::kMean, result);
//     for (each question) { for (each trace) all.take(mean, x);   all.end_question(); }
//     all.finish({.seed = 1});    // Writes `result`.
//
// Memory: one number for each statistic and resample, and for each group where a statistic is within groups; 4 bytes a question
// and 128 KiB for the resampling, 6 bytes a question where there are more than 65,536; 32 KiB a median. Sums and medians' values are in
// temporary files. Cost: as estimate(), with some reading.
// Errors: Error (kFailed) where the folder for temporary files takes no more; kInterrupted as options.should_stop says.
class Estimates {
 public:
  // Of sums over questions; nothing where it isn't defined.
  using OfSums = std::function<std::optional<double>(std::span<const double> sums)>;

  // A new statistic; its number, from 0. `result` is borrowed until finish().
  // REQUIRES: no question was told yet.
  size_t add(StatisticKind kind, Estimate& result);
  // A statistic of the totals of `n_sums` sums.
  size_t add_of_sums(size_t n_sums, Estimate& result, OfSums value);

  // A sample of the question that is being told; in any order within it. Finite numbers.
  void take(size_t statistic, double x, double y = 0);
  // The question's sums, over so many traces: once a question. REQUIRES: add_of_sums() made the statistic, n_sums.
  void take_sums(size_t statistic, std::span<const double> sums, int n_traces);
  // The next question begins. `group`: for kCorrelationWithinGroups, 0 or more.
  void end_question(int group = 0);

  // Values and intervals of all, as estimate(). To be called once.
  void finish(const BootstrapOptions& options);

 private:
  struct Entry {
    StatisticKind kind = StatisticKind::kMean;
    Estimate* result = nullptr;
    OfSums of_sums = {};
    size_t first = 0, n = 0;        // Its columns in row_.
    std::vector<Sample> samples{};  // Of the question that is being told.
    int n_told = 0;                 // Traces of the question that gives sums.
    std::optional<std::pair<double, double>> centre{};
    std::optional<RecordSorter> values{};  // Medians.
    // When all was told:
    std::vector<size_t> columns{};
    Records sorted{};
    std::vector<double> replicates{};
  };
  class Resampler;

  void end_entry(Entry& entry, int question);
  size_t narrow_rows();

  std::vector<Entry> entries_;
  std::vector<double> row_;                           // Of the question that is being told.
  std::vector<std::array<uint64_t, 2>> column_hash_;  // Of what stands in each column.
  Spool rows_;  // [n_questions, 1 + columns]; the first is the question's group.
  int n_questions_ = 0, n_groups_ = 1;
};

}  // namespace thinktrace
