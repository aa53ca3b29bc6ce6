// SPDX-License-Identifier: MIT
// A block lists what it reports, each as a value for each trace that has one; Estimates does the rest.
#include "thinktrace/analysis/summary.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "thinktrace/analysis/block_plan.h"

namespace thinktrace {
namespace {

using Value = std::optional<double>;
using T = const KeptMeasures&;
using Traces = BlockTraces;
using Plan = BlockPlan;

constexpr auto kShare = StatisticKind::kShare;
constexpr auto kMean = StatisticKind::kMean;

Value free_right(T t) { return t.free_correct; }
Value right_at_end(T t) { return t.has_curve ? Value(t.right_end) : std::nullopt; }

// `pair` gives two truths of a trace, or nothing.
template <class F>
void plan_two_by_two(Plan& plan, TwoByTwo& table, F pair) {
  const auto cell = [&](bool first, bool second) {
    return [=](T t) -> Value {
      const std::optional<std::pair<bool, bool>> p = pair(t);
      if (!p) return std::nullopt;
      return *p == std::pair(first, second);
    };
  };
  plan.add_counted(table.right_right, cell(true, true));
  plan.add_counted(table.right_wrong, cell(true, false));
  plan.add_counted(table.wrong_right, cell(false, true));
  plan.add_counted(table.wrong_wrong, cell(false, false));
}

void plan_answers(Plan& plan, Block& block) {
  ForcedAnswers& forced = block.forced;
  plan.add_of_curve(kShare, forced.right_at_start, [](T c) { return c.right_start; });
  plan.add_of_curve(kShare, forced.right_at_end, [](T c) { return c.right_end; });
  plan.add_of_curve(kShare, forced.p_right_at_start, [](T c) { return c.p_start; });
  plan.add_of_curve(kShare, forced.p_right_at_end, [](T c) { return c.p_end; });
  plan.add(kShare, block.free_right, free_right);
  using Pair = std::optional<std::pair<bool, bool>>;
  plan_two_by_two(plan, forced.start_by_end, [](T t) {
    return t.has_curve ? Pair({t.right_start, t.right_end}) : std::nullopt;
  });
  plan_two_by_two(plan, forced.end_by_free, [](T t) {
    return t.has_curve && t.free_correct ? Pair({t.right_end, *t.free_correct}) : std::nullopt;
  });
}

void plan_mass(Plan& plan, const Traces& traces, Block& block) {
  Mass& mass = block.mass;
  plan.add_of_curve(kShare, mass.at_start, [](T c) { return c.mass_start; });
  plan.add_of_curve(kShare, mass.at_end, [](T c) { return c.mass_end; });
  plan.add_of_curve(kShare, mass.over_curve, [](T c) { return c.mass_mean; });
  traces.for_each([&](T t) {
    if (!t.has_curve) return;
    mass.lowest_at_start = std::min(mass.lowest_at_start.value_or(t.mass_start), t.mass_start);
    mass.lowest_at_end = std::min(mass.lowest_at_end.value_or(t.mass_end), t.mass_end);
  });
}

void plan_length(Plan& plan, const Traces& traces, Block& block) {
  ThinkingLength& length = block.length;
  const auto tokens = [](T t) { return t.length ? Value(*t.length) : std::nullopt; };
  plan.add(kMean, length.mean, tokens);
  plan.add(StatisticKind::kMedian, length.median, tokens);
  traces.for_each([&](T t) {
    length.n_unknown += !t.length;
    if (t.length) length.longest = std::max(length.longest.value_or(*t.length), *t.length);
  });
  const auto correlations = [&](LengthCorrelation& into, auto value) {
    plan.add_with_length(StatisticKind::kCorrelation, into.over_traces, value);
    plan.add_with_length(StatisticKind::kCorrelationWithinQuestions, into.within_questions, value);
    if (block.subject.empty())
      plan.add_with_length(StatisticKind::kCorrelationWithinGroups, into.within_subjects, value);
  };
  correlations(length.with_forced_right_at_end, right_at_end);
  correlations(length.with_free_right, free_right);
}

void plan_commitment(Plan& plan, const Traces& traces, Block& block) {
  Commitment& commitment = block.commitment;
  const auto add = [&](StatisticKind kind, Estimate& into, auto value) {
    plan.add(kind, into,
             [=](T t) { return t.has_curve && !is_censored(t) ? Value(value(t)) : std::nullopt; });
  };
  add(kMean, commitment.t_exit_mean, [](T c) { return c.t_exit; });
  add(StatisticKind::kMedian, commitment.t_exit_median, [](T c) { return c.t_exit; });
  add(kShare, commitment.performative_share, [](T c) { return unless_nan(c.performative_share); });
  add(kShare, commitment.performative_share_high, [](T c) { return unless_nan(c.performative_share_high); });
  add(kShare, commitment.p_right_at_exit, [](T c) { return c.p_right_at_exit; });
  traces.for_each([&](T t) { commitment.n_censored += t.has_curve && is_censored(t); });
  plan.add_of_curve(kMean, block.flips, [](T c) { return c.flips; });
}

void plan_classes(Plan& plan, Classes& classes) {
  const auto add = [&](CountedShare& into, const std::vector<TraceClass>& members) {
    plan.add_counted(into, [members](T t) -> Value {
      if (!t.has_curve) return std::nullopt;
      return std::find(members.begin(), members.end(), t.trace_class) != members.end();
    });
  };
  using enum TraceClass;
  add(classes.productive, {kProductive});
  add(classes.counterproductive, {kCounterproductive});
  add(classes.meaningless_effort, {kRightThroughout, kWrongThroughout, kWavering});
  add(classes.right_throughout, {kRightThroughout});
  add(classes.wrong_throughout, {kWrongThroughout});
  add(classes.wavering, {kWavering});
  plan.add_counted(classes.known_already,
                   [](T t) { return t.known_already ? Value(*t.known_already) : std::nullopt; });
}

int commonest_number_of_options(const Traces& traces) {
  std::map<int, int> count;
  traces.for_each([&](T t) {
    if (t.has_curve) count[t.n_options]++;
  });
  const auto most = std::max_element(count.begin(), count.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == count.end() ? 0 : most->first;
}

void plan_labels(Plan& plan, const Traces& traces, const AnalysisOptions& options, LabelFacts& facts) {
  facts.n_options = commonest_number_of_options(traces);
  const int n_options = facts.n_options;
  traces.for_each([&](T t) { facts.n_traces += t.has_curve && t.n_options == n_options; });
  const auto add = [&](Estimate& into, int label, auto label_of) {
    plan.add(kShare, into, [=](T t) {
      return t.has_curve && t.n_options == n_options ? Value(label_of(t) == label) : std::nullopt;
    });
  };
  const auto right = [](T t) { return t.label_right; };
  facts.labels.resize(n_options);
  for (int i = 0; i < n_options; i++) {
    add(facts.labels[i].top_at_start, i, [](T t) { return t.label_start; });
    add(facts.labels[i].top_at_end, i, [](T t) { return t.label_end; });
    add(facts.labels[i].right, i, right);
  }
  const auto prior = options.prior.find(n_options);
  if (n_options == 0 || prior == options.prior.end()) return;
  const std::vector<double>& p = prior->second;
  int top = 0;
  for (int i = 0; i < n_options; i++) {
    facts.labels[i].prior = p[i];
    if (p[i] > p[top] || std::isnan(p[top])) top = i;
  }
  add(facts.prior_right.emplace(), top, right);
}

void plan_orders(Plan& plan, OrderFacts& orders) {
  const auto add = [&](Estimate& into, double OrderAgreement::*share) {
    plan.add(kShare, into, [=](T t) { return t.orders ? Value((*t.orders).*share) : std::nullopt; });
  };
  add(orders.option, &OrderAgreement::option);
  add(orders.option_at_start, &OrderAgreement::option_start);
  add(orders.option_at_end, &OrderAgreement::option_end);
  add(orders.label, &OrderAgreement::label);
  add(orders.label_at_start, &OrderAgreement::label_start);
  add(orders.label_at_end, &OrderAgreement::label_end);
}

// Writes into `block`, to which estimates are addressed: it must not move until this returns.
void fill_block(const Traces& traces, const std::map<std::string, int>& groups,
                const AnalysisOptions& options, Block& block) {
  Plan plan;
  block.n_traces = static_cast<int>(traces.size());
  traces.for_each([&](const KeptTrace& trace, bool is_first_of_question) {
    const KeptMeasures& t = trace.measures;
    block.n_questions += is_first_of_question;
    block.n_not_ended += t.ended == false;
    block.n_ended_unknown += !t.ended;
    if (!t.has_curve) return;
    const int first = t.first_position;
    block.n_read++;
    block.n_bad_readings += t.has_bad_readings;
    block.first_position = std::min(block.first_position.value_or(first), first);
    block.first_position_high = std::max(block.first_position_high.value_or(first), first);
  });
  plan_answers(plan, block);
  plan_mass(plan, traces, block);
  plan_length(plan, traces, block);
  plan_commitment(plan, traces, block);
  plan_classes(plan, block.classes);
  plan_labels(plan, traces, options, block.labels);
  plan_orders(plan, block.orders);
  plan_readings(plan, traces, block);
  plan_label_bias(plan, traces, block);
  plan.carry_out(traces, groups, options);
  block.warnings = warnings_of(block);
}

}  // namespace

Analysis analyze_traces(const MeasuredTraces& traces, const AnalysisOptions& options) {
  Analysis analysis{.seed = options.seed, .resamples = options.resamples, .level = options.level};
  // By name, so that nothing hangs on the order of the traces.
  std::map<std::string, int> groups;
  for (const std::string& subject : traces.subjects()) groups[subject];
  int n = 0;
  for (auto& [subject, group] : groups) group = n++;
  {
    const Records by_question = traces.by_question();
    fill_block({by_question, 0, traces.size()}, groups, options, analysis.overall);
  }
  const Records by_subject = traces.by_subject();
  struct Part {
    uint64_t begin = 0;
    size_t n = 0;
  };
  std::map<std::string, Part> parts;
  std::string record;
  for (RecordReader reader(by_subject);;) {
    const uint64_t begin = reader.offset();
    if (!reader.next(record)) break;
    parts.try_emplace(kept_trace(record).subject, Part{begin, 0}).first->second.n++;
  }
  analysis.subjects.resize(traces.subjects().size());
  for (size_t i = 0; i < analysis.subjects.size(); i++) {
    const Part& part = parts.at(traces.subjects()[i]);
    analysis.subjects[i].subject = traces.subjects()[i];
    fill_block({by_subject, part.begin, part.n}, groups, options, analysis.subjects[i]);
  }
  return analysis;
}

}  // namespace thinktrace
