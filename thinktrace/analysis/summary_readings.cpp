// SPDX-License-Identifier: MIT
// The parts of a block that compare readings: early ones of a trace with its last, those of several readers, this
// reader's with the plan's own.
#include <algorithm>

#include "thinktrace/analysis/block_plan.h"

namespace thinktrace {
namespace {

using Value = std::optional<double>;
using T = const KeptMeasures&;

constexpr int kLengthGroups = 4;

// A mean area, and by groups of lengths. `area`, `length`: of a trace.
template <class Area, class Length>
void plan_areas(BlockPlan& plan, const BlockTraces& traces, Estimate& over_all,
                std::vector<LengthGroup>& groups, Area area, Length length) {
  const auto counted = [area](T t) {
    return t.has_curve && !is_censored(t) ? unless_nan(area(t)) : std::nullopt;
  };
  plan.add(StatisticKind::kShare, over_all, counted);
  std::vector<int> lengths;
  traces.for_each([&](T t) {
    if (counted(t)) lengths.push_back(length(t));
  });
  const std::vector<int> from = even_groups(lengths, kLengthGroups);
  groups.resize(from.size());  // Estimates are addressed: no growth after this.
  for (size_t g = 0; g < from.size(); g++) {
    groups[g].from = from[g];
    const auto in_group =
        std::count_if(lengths.begin(), lengths.end(), [&](int n) { return group_of(from, n) == g; });
    groups[g].weight = static_cast<double>(in_group) / static_cast<double>(lengths.size());
    plan.add(StatisticKind::kShare, groups[g].area_over,
             [=](T t) { return group_of(from, length(t)) == g ? counted(t) : std::nullopt; });
  }
}

void plan_early_answers(BlockPlan& plan, const BlockTraces& traces, EarlyAnswering& early) {
  for (size_t i = 0; i < early.same_at.size(); i++) {
    plan.add(StatisticKind::kShare, early.same_at[i], [i](T t) -> Value {
      if (!t.has_curve || is_censored(t) || t.end == 0) return std::nullopt;
      return t.same_at[i];
    });
  }
  plan_areas(
      plan, traces, early.area_over, early.by_tokens, [](T t) { return t.area_over; },
      [](T t) { return t.end; });
  plan_areas(
      plan, traces, early.area_over_sentences, early.by_sentences, [](T t) { return t.area_over_sentences; },
      [](T t) { return t.n_sentences; });
}

void plan_ensemble(BlockPlan& plan, EnsembleFacts& facts) {
  const auto add = [&](Estimate& into, auto value) {
    plan.add(StatisticKind::kShare, into, [value](T t) -> Value {
      if (!t.ensemble) return std::nullopt;
      return value(*t.ensemble);
    });
  };
  using E = const EnsembleMeasures&;
  add(facts.spread, [](E e) { return e.spread.mean; });
  add(facts.spread_at_start, [](E e) { return e.spread.start; });
  add(facts.spread_at_end, [](E e) { return e.spread.end; });
  add(facts.deviation, [](E e) { return e.deviation.mean; });
  add(facts.deviation_at_start, [](E e) { return e.deviation.start; });
  add(facts.deviation_at_end, [](E e) { return e.deviation.end; });
  add(facts.agreement, [](E e) { return e.agreement.mean; });
  add(facts.agreement_at_start, [](E e) { return e.agreement.start; });
  add(facts.agreement_at_end, [](E e) { return e.agreement.end; });
  add(facts.p_right_at_start, [](E e) { return e.p_start; });
  add(facts.p_right_at_end, [](E e) { return e.p_end; });
  add(facts.right_at_start, [](E e) { return e.right_start; });
  add(facts.right_at_end, [](E e) { return e.right_end; });
}

void plan_comparison(BlockPlan& plan, ComparisonFacts& facts) {
  const auto add = [&](StatisticKind kind, Estimate& into, auto value) {
    plan.add(kind, into, [value](T t) -> Value {
      if (!t.against_own) return std::nullopt;
      return value(t, *t.against_own);
    });
  };
  using C = const ReadingComparison&;
  const auto share = StatisticKind::kShare, mean = StatisticKind::kMean;
  add(share, facts.same_at_start, [](T, C c) -> Value { return c.same_start; });
  add(share, facts.same_at_end, [](T, C c) -> Value { return c.same_end; });
  add(share, facts.same, [](T, C c) { return c.same; });
  add(share, facts.distance, [](T, C c) { return c.distance; });
  add(mean, facts.p_right_at_start, [](T, C c) -> Value { return c.p_start; });
  add(mean, facts.p_right_at_end, [](T, C c) -> Value { return c.p_end; });
  add(mean, facts.mass_at_start, [](T, C c) -> Value { return c.mass_start; });
  add(mean, facts.mass_at_end, [](T, C c) -> Value { return c.mass_end; });
  const auto add_exit = [&](StatisticKind kind, Estimate& into, auto value) {
    add(kind, into, [value](T t, C c) -> Value {
      if (is_censored(t) || !c.t_exit) return std::nullopt;
      return value(c);
    });
  };
  add_exit(mean, facts.t_exit_mean, [](C c) -> Value { return *c.t_exit; });
  add_exit(StatisticKind::kMedian, facts.t_exit_median, [](C c) -> Value { return *c.t_exit; });
  add_exit(mean, facts.t_exit_share, [](C c) { return c.t_exit_share; });
  add_exit(share, facts.earlier, [](C c) -> Value { return *c.t_exit < 0; });
  add_exit(share, facts.later, [](C c) -> Value { return *c.t_exit > 0; });
}

}  // namespace

void plan_readings(BlockPlan& plan, const BlockTraces& traces, Block& block) {
  plan_early_answers(plan, traces, block.early);
  plan_ensemble(plan, block.ensemble);
  plan_comparison(plan, block.against_own);
}

void plan_label_bias(BlockPlan& plan, const BlockTraces& traces, Block& block) {
  const int n_labels = block.labels.n_options;
  if (n_labels == 0) return;
  bool is_any = false;
  traces.for_each([&](const KeptTrace& trace, bool) {
    is_any |= trace.labels && trace.labels->start.n_labels() == n_labels;
  });
  if (!is_any) return;
  plan.add_labels(block.label_bias_at_start, n_labels, &LabelsRead::start);
  plan.add_labels(block.label_bias_at_end, n_labels, &LabelsRead::end);
}

}  // namespace thinktrace
