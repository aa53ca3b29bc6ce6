// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/ablation.h"

#include "thinktrace/analysis/collected.h"
#include "thinktrace/analysis/measures.h"

namespace thinktrace {
namespace {

std::optional<ArmOutcome> outcome_of(const AblatedTrace& trace, int arm, const AblationOptions& options) {
  const std::vector<float>& row = trace.logprobs[arm];
  if (row.empty()) return std::nullopt;
  ArmOutcome outcome{.top = most_likely(row),
                     .right = most_likely(row) == trace.answer,
                     .p_right = probability_of(row[trace.answer]),
                     .mass = mass_of(row),
                     .entropy = entropy_of(row)};
  if (const std::vector<float>& real = trace.logprobs[options.real]; !real.empty()) {
    outcome.same_as_real = most_likely(real) == outcome.top;
    outcome.distance_to_real = distance_between(row, real);
  }
  if (options.none && !trace.logprobs[*options.none].empty())
    outcome.same_as_none = most_likely(trace.logprobs[*options.none]) == outcome.top;
  return outcome;
}

using Outcomes = std::vector<TraceOutcome>;

void collect_difference(std::span<const AblatedTrace> traces, const Outcomes& outcomes, int a, int b,
                        ArmDifference& result, Collected& into) {
  const size_t accuracy = into.add(StatisticKind::kMean, result.accuracy);
  const size_t p_right = into.add(StatisticKind::kMean, result.p_right);
  const size_t mass = into.add(StatisticKind::kMean, result.mass);
  for (size_t i = 0; i < traces.size(); i++) {
    const auto &x = outcomes[i].arms[a], &y = outcomes[i].arms[b];
    if (!x || !y) continue;
    into.take(accuracy, traces[i].question, static_cast<int>(x->right) - static_cast<int>(y->right));
    into.take(p_right, traces[i].question, x->p_right - y->p_right);
    into.take(mass, traces[i].question, x->mass - y->mass);
  }
}

void collect_arm(std::span<const AblatedTrace> traces, const Outcomes& outcomes, int arm, ArmNumbers& result,
                 Collected& into) {
  const size_t accuracy = into.add(StatisticKind::kShare, result.accuracy);
  const size_t p_right = into.add(StatisticKind::kMean, result.p_right);
  const size_t mass = into.add(StatisticKind::kMean, result.mass);
  const size_t entropy = into.add(StatisticKind::kMean, result.entropy);
  const size_t same_as_real = into.add(StatisticKind::kShare, result.same_as_real);
  const size_t same_as_none = into.add(StatisticKind::kShare, result.same_as_none);
  const size_t distance = into.add(StatisticKind::kMean, result.distance_to_real);
  for (size_t i = 0; i < traces.size(); i++) {
    const auto& outcome = outcomes[i].arms[arm];
    if (!outcome) continue;
    into.take(accuracy, traces[i].question, outcome->right);
    into.take(p_right, traces[i].question, outcome->p_right);
    into.take(mass, traces[i].question, outcome->mass);
    into.take(entropy, traces[i].question, outcome->entropy);
    if (outcome->same_as_real) into.take(same_as_real, traces[i].question, *outcome->same_as_real);
    if (outcome->same_as_none) into.take(same_as_none, traces[i].question, *outcome->same_as_none);
    if (outcome->distance_to_real) into.take(distance, traces[i].question, *outcome->distance_to_real);
  }
}

void collect_matter(std::span<const AblatedTrace> traces, const Outcomes& outcomes, AblationNumbers& result,
                    Collected& into) {
  const size_t same = into.add(StatisticKind::kShare, result.does_not_matter);
  const size_t helps = into.add(StatisticKind::kShare, result.helps);
  const size_t harms = into.add(StatisticKind::kShare, result.harms);
  for (size_t i = 0; i < traces.size(); i++) {
    if (!outcomes[i].does_not_matter) continue;
    into.take(same, traces[i].question, *outcomes[i].does_not_matter);
    into.take(helps, traces[i].question, *outcomes[i].helps);
    into.take(harms, traces[i].question, *outcomes[i].harms);
  }
}

Outcomes outcomes_of(std::span<const AblatedTrace> traces, const AblationOptions& options) {
  Outcomes outcomes;
  for (const AblatedTrace& trace : traces) outcomes.push_back(compare_trace(trace, options));
  return outcomes;
}

}  // namespace

TraceOutcome compare_trace(const AblatedTrace& trace, const AblationOptions& options) {
  TraceOutcome result;
  for (size_t arm = 0; arm < trace.logprobs.size(); arm++)
    result.arms.push_back(outcome_of(trace, static_cast<int>(arm), options));
  const auto& real = result.arms[options.real];
  bool known = real.has_value() && !options.emptied.empty(), all_same = true;
  size_t n_right = 0;
  for (const int arm : options.emptied) {
    const auto& emptied = result.arms[arm];
    known = known && emptied;
    if (!known) break;
    all_same = all_same && emptied->top == real->top;
    n_right += emptied->right;
  }
  if (!known) return result;
  const size_t n_wrong = options.emptied.size() - n_right;
  result.does_not_matter = all_same;
  result.helps = real->right && n_wrong > n_right;
  result.harms = !real->right && n_right > n_wrong;
  return result;
}

AblationNumbers measure_ablation(std::span<const AblatedTrace> traces, int n_questions, int n_arms,
                                 const AblationOptions& options) {
  AblationNumbers numbers;
  numbers.arms.resize(n_arms);
  numbers.minus_real.resize(n_arms);
  if (options.none) numbers.minus_none.resize(n_arms);
  const Outcomes outcomes = outcomes_of(traces, options);
  Collected collection;
  for (int arm = 0; arm < n_arms; arm++) {
    collect_arm(traces, outcomes, arm, numbers.arms[arm], collection);
    collect_difference(traces, outcomes, arm, options.real, numbers.minus_real[arm], collection);
    if (options.none)
      collect_difference(traces, outcomes, arm, *options.none, numbers.minus_none[arm], collection);
  }
  collect_matter(traces, outcomes, numbers, collection);
  collection.estimate_all(n_questions, options.bootstrap, options.draws);
  return numbers;
}

ArmDifference compare_arms(std::span<const AblatedTrace> traces, int n_questions, int a, int b,
                           const BootstrapOptions& options) {
  ArmDifference difference;
  Collected collection;
  collect_difference(traces, outcomes_of(traces, {}), a, b, difference, collection);
  collection.estimate_all(n_questions, options);
  return difference;
}

}  // namespace thinktrace
