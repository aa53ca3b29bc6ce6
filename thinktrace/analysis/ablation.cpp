// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/ablation.h"

#include "thinktrace/analysis/measures.h"

namespace thinktrace {
namespace {

// Statistics that are collected trace by trace and estimated together.
class Collection {
 public:
  // A new statistic; its number.
  size_t add(StatisticKind kind, Estimate& result) {
    statistics_.push_back({.kind = kind, .result = &result});
    return statistics_.size() - 1;
  }
  void take(size_t statistic, const AblatedTrace& trace, double x) {
    statistics_[statistic].samples.push_back({trace.question, x});
  }
  void estimate_all(int n_questions, const BootstrapOptions& options) const {
    estimate(statistics_, std::vector<int>(n_questions), options);
  }

 private:
  std::vector<Statistic> statistics_;
};

struct Reading {
  bool there = false;
  int top = 0;
  double right = 0, p_right = 0, mass = 0;
};

Reading reading_of(const AblatedTrace& trace, int arm) {
  const std::vector<float>& row = trace.logprobs[arm];
  if (row.empty()) return {};
  const int top = most_likely(row);
  return {true, top, top == trace.answer ? 1. : 0., probability_of(row[trace.answer]), mass_of(row)};
}

void collect_difference(std::span<const AblatedTrace> traces, int a, int b, ArmDifference& result,
                        Collection& into) {
  const size_t accuracy = into.add(StatisticKind::kMean, result.accuracy);
  const size_t p_right = into.add(StatisticKind::kMean, result.p_right);
  const size_t mass = into.add(StatisticKind::kMean, result.mass);
  for (const AblatedTrace& trace : traces) {
    const Reading x = reading_of(trace, a), y = reading_of(trace, b);
    if (!x.there || !y.there) continue;
    into.take(accuracy, trace, x.right - y.right);
    into.take(p_right, trace, x.p_right - y.p_right);
    into.take(mass, trace, x.mass - y.mass);
  }
}

void collect_sameness(std::span<const AblatedTrace> traces, int arm, int other, Estimate& result,
                      Collection& into) {
  const size_t same = into.add(StatisticKind::kShare, result);
  for (const AblatedTrace& trace : traces) {
    const Reading x = reading_of(trace, arm), y = reading_of(trace, other);
    if (x.there && y.there) into.take(same, trace, x.top == y.top ? 1 : 0);
  }
}

void collect_arm(std::span<const AblatedTrace> traces, int arm, const AblationOptions& options,
                 ArmNumbers& result, Collection& into) {
  const size_t accuracy = into.add(StatisticKind::kShare, result.accuracy);
  const size_t p_right = into.add(StatisticKind::kMean, result.p_right);
  const size_t mass = into.add(StatisticKind::kMean, result.mass);
  const size_t entropy = into.add(StatisticKind::kMean, result.entropy);
  const size_t distance = into.add(StatisticKind::kMean, result.distance_to_real);
  for (const AblatedTrace& trace : traces) {
    const Reading r = reading_of(trace, arm);
    if (!r.there) continue;
    into.take(accuracy, trace, r.right);
    into.take(p_right, trace, r.p_right);
    into.take(mass, trace, r.mass);
    into.take(entropy, trace, entropy_of(trace.logprobs[arm]));
    const std::vector<float>& real = trace.logprobs[options.real];
    if (!real.empty()) into.take(distance, trace, distance_between(trace.logprobs[arm], real));
  }
  collect_sameness(traces, arm, options.real, result.same_as_real, into);
  if (options.none) collect_sameness(traces, arm, *options.none, result.same_as_none, into);
}

void collect_matter(std::span<const AblatedTrace> traces, const AblationOptions& options,
                    AblationNumbers& result, Collection& into) {
  const size_t same = into.add(StatisticKind::kShare, result.does_not_matter);
  const size_t helps = into.add(StatisticKind::kShare, result.helps);
  const size_t harms = into.add(StatisticKind::kShare, result.harms);
  for (const AblatedTrace& trace : traces) {
    const Reading real = reading_of(trace, options.real);
    bool all_there = real.there && !options.emptied.empty(), all_same = true;
    int n_right = 0;
    for (const int arm : options.emptied) {
      const Reading r = reading_of(trace, arm);
      all_there &= r.there;
      all_same &= r.top == real.top;
      n_right += r.right > 0;
    }
    if (!all_there) continue;
    const int n_wrong = static_cast<int>(options.emptied.size()) - n_right;
    into.take(same, trace, all_same);
    into.take(helps, trace, real.right > 0 && n_wrong > n_right);
    into.take(harms, trace, real.right == 0 && n_right > n_wrong);
  }
}

}  // namespace

AblationNumbers measure_ablation(std::span<const AblatedTrace> traces, int n_questions, int n_arms,
                                 const AblationOptions& options) {
  AblationNumbers numbers;
  numbers.arms.resize(n_arms);
  numbers.minus_real.resize(n_arms);
  if (options.none) numbers.minus_none.resize(n_arms);
  Collection collection;
  for (int arm = 0; arm < n_arms; arm++) {
    collect_arm(traces, arm, options, numbers.arms[arm], collection);
    collect_difference(traces, arm, options.real, numbers.minus_real[arm], collection);
    if (options.none) collect_difference(traces, arm, *options.none, numbers.minus_none[arm], collection);
  }
  collect_matter(traces, options, numbers, collection);
  collection.estimate_all(n_questions, options.bootstrap);
  return numbers;
}

ArmDifference compare_arms(std::span<const AblatedTrace> traces, int n_questions, int a, int b,
                           const BootstrapOptions& options) {
  ArmDifference difference;
  Collection collection;
  collect_difference(traces, a, b, difference, collection);
  collection.estimate_all(n_questions, options);
  return difference;
}

}  // namespace thinktrace
