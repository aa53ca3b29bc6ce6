// SPDX-License-Identifier: MIT
// block_plan.h — the statistics of one block of traces, listed before any of them is computed. For summary.cpp and
// summary_readings.cpp.
#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "thinktrace/analysis/summary.h"

namespace thinktrace {

// Some of the traces.
struct BlockTraces {
  const MeasuredTraces& all;
  std::span<const uint32_t> places;

  size_t size() const { return places.size(); }
  const KeptMeasures& operator[](size_t i) const { return all[places[i]]; }
  template <class F>
  void for_each(F visit) const {
    for (const uint32_t place : places) visit(all[place]);
  }
};

// The statistics of one block on their way to estimate().
class BlockPlan {
 public:
  explicit BlockPlan(const BlockTraces& traces) : traces_(traces) {
    // Questions are numbered by id and groups by name, so that nothing hangs on the order of the traces.
    const auto& questions = traces.all.questions();
    const std::vector<std::string>& subjects = traces.all.subjects();
    std::vector<uint32_t> sorted;
    traces.for_each([&](const KeptMeasures& t) {
      if (sorted.empty() || sorted.back() != t.question) sorted.push_back(t.question);
    });
    const auto name = [&](uint32_t q) { return std::tie(questions[q].id, subjects[questions[q].subject]); };
    std::sort(sorted.begin(), sorted.end(), [&](uint32_t a, uint32_t b) { return name(a) < name(b); });
    const std::vector<int> groups = places_by_name(subjects);
    if (sorted.empty()) return;
    const auto [first, last] = std::minmax_element(sorted.begin(), sorted.end());
    first_ = *first;
    numbers_.resize(*last - first_ + 1);
    for (size_t i = 0; i < sorted.size(); i++) {
      if (i == 0 || name(sorted[i]) != name(sorted[i - 1]))
        groups_.push_back(groups[questions[sorted[i]].subject]);
      numbers_[sorted[i] - first_] = static_cast<int>(groups_.size()) - 1;
    }
  }

  int n_questions() const { return static_cast<int>(groups_.size()); }
  // The number of a trace's question, from 0.
  int number_of(const KeptMeasures& t) const { return numbers_[t.question - first_]; }

  // `value` gives a trace's value, or nothing where the trace has none. It is kept, and called when the numbers are
  // computed: the samples of all statistics together would be a multiple of the traces.
  template <class F>
  void add(StatisticKind kind, Estimate& into, F value) {
    const auto samples = [this, value] {
      std::vector<Sample> found;
      found.reserve(traces_.size());
      traces_.for_each([&](const KeptMeasures& t) {
        if (const std::optional<double> x = value(t)) found.push_back({number_of(t), *x});
      });
      return found;
    };
    statistics_.push_back({kind, samples, &into});
  }
  // The same with the trace's curve, over the traces that have one.
  template <class F>
  void add_of_curve(StatisticKind kind, Estimate& into, F value) {
    add(kind, into, [value](const KeptMeasures& t) {
      return t.has_curve ? std::optional<double>(value(t)) : std::nullopt;
    });
  }
  template <class F>
  void add_counted(CountedShare& into, F value) {
    add(StatisticKind::kShare, into.share, value);
    traces_.for_each([&](const KeptMeasures& t) { into.count += value(t).value_or(0) != 0; });
  }
  // The correlation of thinking length with `value`.
  template <class F>
  void add_with_length(StatisticKind kind, Estimate& into, F value) {
    const auto samples = [this, value] {
      std::vector<Sample> found;
      found.reserve(traces_.size());
      traces_.for_each([&](const KeptMeasures& t) {
        const std::optional<double> y = value(t);
        if (t.length && y) found.push_back({number_of(t), static_cast<double>(*t.length), *y});
      });
      return found;
    };
    statistics_.push_back({kind, samples, &into});
  }

  void carry_out(const AnalysisOptions& options) const {
    estimate(statistics_, groups_, {options.seed, options.resamples, options.level, options.should_stop});
  }

 private:
  // By name; the order in which they come hangs on the traces.
  static std::vector<int> places_by_name(const std::vector<std::string>& names) {
    std::vector<int> sorted(names.size()), places(names.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    std::sort(sorted.begin(), sorted.end(), [&](int a, int b) { return names[a] < names[b]; });
    for (size_t i = 0; i < sorted.size(); i++) places[sorted[i]] = static_cast<int>(i);
    return places;
  }

  const BlockTraces& traces_;
  uint32_t first_ = 0;
  std::vector<int> numbers_;  // Of KeptMeasures::question, less first_.
  std::vector<int> groups_;   // Each question's subject.  [n_questions]
  std::vector<Statistic> statistics_;
};

inline std::optional<double> unless_nan(double x) { return std::isnan(x) ? std::nullopt : std::optional(x); }
// Where a trace that was cut would have settled is not known.
inline bool is_censored(const KeptMeasures& t) { return t.ended == false; }

// What a block says of early answers, of several readings of each trace, and of the plan's own reader beside this one.
void plan_readings(BlockPlan& plan, const BlockTraces& traces, Block& block);
// Its label bias, which estimate() doesn't know. REQUIRES: block.labels is filled.
void measure_block_labels(const BlockPlan& plan, const BlockTraces& traces, const AnalysisOptions& options,
                          Block& block);

}  // namespace thinktrace
