// SPDX-License-Identifier: MIT
// block_plan.h — the statistics of one block of traces, listed before any trace is looked at. For summary.cpp and
// summary_readings.cpp.
#pragma once
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "thinktrace/analysis/estimates.h"
#include "thinktrace/analysis/summary.h"

namespace thinktrace {

// Some traces, those of a question one after the other. Borrows the records.
class BlockTraces {
 public:
  BlockTraces(const Records& records, uint64_t offset, size_t n)
      : records_(records), offset_(offset), n_(n) {}

  size_t size() const { return n_; }
  // Calls visit(measures), or visit(trace, is_first_of_question).
  template <class F>
  void for_each(F visit) const {
    RecordReader reader(records_, offset_);
    std::string record;
    KeptTrace last;
    for (size_t i = 0; i < n_ && reader.next(record); i++) {
      KeptTrace trace = kept_trace(record);
      if constexpr (std::is_invocable_v<F, const KeptMeasures&>) {
        visit(std::as_const(trace.measures));
      } else {
        const bool is_first =
            i == 0 || trace.question_id != last.question_id || trace.subject != last.subject;
        visit(std::as_const(trace), is_first);
        last = std::move(trace);
      }
    }
  }

 private:
  const Records& records_;
  uint64_t offset_;
  size_t n_;
};

// The statistics of one block on their way to their values.
class BlockPlan {
 public:
  // `value` gives a trace's value, or nothing where the trace has none. It is kept, and called in carry_out().
  template <class F>
  void add(StatisticKind kind, Estimate& into, F value) {
    add_pairs(kind, into, [value](const KeptMeasures& t) -> std::optional<Pair> {
      const std::optional<double> x = value(t);
      return x ? std::optional(Pair{*x, 0}) : std::nullopt;
    });
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
    statistics_.back().count = &into.count;
  }
  // The correlation of thinking length with `value`.
  template <class F>
  void add_with_length(StatisticKind kind, Estimate& into, F value) {
    add_pairs(kind, into, [value](const KeptMeasures& t) -> std::optional<Pair> {
      const std::optional<double> y = value(t);
      return t.length && y ? std::optional(Pair{static_cast<double>(*t.length), *y}) : std::nullopt;
    });
  }
  // The bias at one end of the traces.
  void add_labels(LabelBias& bias, int n_labels, LabelCounts LabelsRead::*end) {
    biases_.push_back({add_label_bias(estimates_, bias, n_labels), end, LabelCounts(n_labels)});
  }

  // Computes all; to be called once. `groups`: the place of each subject's name.
  void carry_out(const BlockTraces& traces, const std::map<std::string, int>& groups,
                 const AnalysisOptions& options) {
    std::optional<int> group;
    const auto end_question = [&] {
      if (!group) return;
      for (Bias& bias : biases_) {
        take_label_counts(estimates_, bias.first, bias.counts);
        bias.counts = LabelCounts(bias.counts.n_labels());
      }
      estimates_.end_question(*group);
    };
    traces.for_each([&](const KeptTrace& trace, bool is_first) {
      if (is_first) {
        end_question();
        group = groups.at(trace.subject);
      }
      for (const Planned& statistic : statistics_) {
        const std::optional<Pair> pair = statistic.value(trace.measures);
        if (!pair) continue;
        estimates_.take(statistic.number, pair->first, pair->second);
        if (statistic.count) *statistic.count += pair->first != 0;
      }
      for (Bias& bias : biases_) {
        if (trace.labels && (*trace.labels.*bias.end).n_labels() == bias.counts.n_labels())
          bias.counts.add(*trace.labels.*bias.end);
      }
    });
    end_question();
    estimates_.finish({options.seed, options.resamples, options.level, options.should_stop});
  }

 private:
  using Pair = std::pair<double, double>;
  struct Planned {
    size_t number = 0;
    std::function<std::optional<Pair>(const KeptMeasures&)> value;
    int* count = nullptr;  // Of how many traces the value is not 0.
  };
  struct Bias {
    size_t first = 0;
    LabelCounts LabelsRead::*end = nullptr;
    LabelCounts counts;  // Of the question.
  };

  template <class F>
  void add_pairs(StatisticKind kind, Estimate& into, F value) {
    statistics_.push_back({estimates_.add(kind, into), value});
  }

  Estimates estimates_;
  std::vector<Planned> statistics_;
  std::vector<Bias> biases_;
};

inline std::optional<double> unless_nan(double x) { return std::isnan(x) ? std::nullopt : std::optional(x); }
// Where a trace that was cut would have settled is not known.
inline bool is_censored(const KeptMeasures& t) { return t.ended == false; }

// What a block says of early answers, of several readings of each trace, and of the plan's own reader beside this one.
void plan_readings(BlockPlan& plan, const BlockTraces& traces, Block& block);
// Its label bias. REQUIRES: block.labels.n_options is known.
void plan_label_bias(BlockPlan& plan, const BlockTraces& traces, Block& block);

}  // namespace thinktrace
