// SPDX-License-Identifier: MIT
// Everything but the curve by parts is a mean over places within each trace, then over traces. Tested by
// tests/unit/analysis_rewritten_test.cpp: by hand, and against the paper's order of steps (a curve for each length, its area,
// and the areas' mean weighted by the lengths' shares).
#include "thinktrace/analysis/rewritten.h"

#include <map>

#include "thinktrace/analysis/collected.h"
#include "thinktrace/analysis/measures.h"

namespace thinktrace {
namespace {

// A trace's mean over its places.
struct TraceMean {
  int question = 0, n = 0;
  double sum = 0;
};

// By trace, in order.
class TraceMeans {
 public:
  void take(const RewrittenPlace& place, double x) {
    TraceMean& mean = means_[place.trace];
    mean.question = place.question;
    mean.n++;
    mean.sum += x;
  }
  void give(StatisticKind kind, Estimate& result, Collected& into) const {
    const size_t statistic = into.add(kind, result);
    for (const auto& [trace, mean] : means_) into.take(statistic, mean.question, mean.sum / mean.n);
  }

 private:
  std::map<int, TraceMean> means_;
};

bool is_right(const RewrittenPlace& place, const std::vector<float>& row) {
  return most_likely(row) == place.answer;
}
bool is_same(const RewrittenPlace& place, const RewrittenOutcome& outcome) {
  return most_likely(outcome.logprobs) == most_likely(place.real);
}

void collect_rewritten_arm(std::span<const RewrittenPlace> places, int arm, RewrittenNumbers& result,
                           Collected& into) {
  TraceMeans same, accuracy, p_right, free_same, free_accuracy, area;
  for (const RewrittenPlace& place : places) {
    const auto& outcome = place.arms[arm];
    if (!outcome) continue;
    result.n_places++;
    same.take(place, is_same(place, *outcome));
    area.take(place, 1 - is_same(place, *outcome));
    accuracy.take(place, is_right(place, outcome->logprobs));
    p_right.take(place, probability_of(outcome->logprobs[place.answer]));
    if (!outcome->has_free) continue;
    free_accuracy.take(place, outcome->chosen == place.answer);
    if (place.real_chosen) free_same.take(place, outcome->chosen == place.real_chosen);
  }
  same.give(StatisticKind::kShare, result.same, into);
  accuracy.give(StatisticKind::kShare, result.accuracy, into);
  p_right.give(StatisticKind::kMean, result.p_right, into);
  free_same.give(StatisticKind::kShare, result.free_same, into);
  free_accuracy.give(StatisticKind::kShare, result.free_accuracy, into);
  area.give(StatisticKind::kShare, result.area_over, into);
}

void collect_minus_control(std::span<const RewrittenPlace> places, int arm, int control,
                           RewrittenDifference& result, Collected& into) {
  TraceMeans same, accuracy, p_right, free_accuracy;
  for (const RewrittenPlace& place : places) {
    const auto &a = place.arms[arm], &b = place.arms[control];
    if (!a || !b || arm == control) continue;
    same.take(place, is_same(place, *a) - is_same(place, *b));
    accuracy.take(place, is_right(place, a->logprobs) - is_right(place, b->logprobs));
    p_right.take(place,
                 probability_of(a->logprobs[place.answer]) - probability_of(b->logprobs[place.answer]));
    if (a->has_free && b->has_free)
      free_accuracy.take(place, (a->chosen == place.answer) - (b->chosen == place.answer));
  }
  same.give(StatisticKind::kMean, result.same, into);
  accuracy.give(StatisticKind::kMean, result.accuracy, into);
  p_right.give(StatisticKind::kMean, result.p_right, into);
  free_accuracy.give(StatisticKind::kMean, result.free_accuracy, into);
}

void collect_minus_untouched(std::span<const RewrittenPlace> places, int arm, RewrittenDifference& result,
                             Collected& into) {
  TraceMeans accuracy, p_right, free_accuracy;
  for (const RewrittenPlace& place : places) {
    const auto& a = place.arms[arm];
    if (!a) continue;
    accuracy.take(place, is_right(place, a->logprobs) - is_right(place, place.real));
    p_right.take(place, probability_of(a->logprobs[place.answer]) - probability_of(place.real[place.answer]));
    if (a->has_free)
      free_accuracy.take(place, (a->chosen == place.answer) - (place.real_chosen == place.answer));
  }
  accuracy.give(StatisticKind::kMean, result.accuracy, into);
  p_right.give(StatisticKind::kMean, result.p_right, into);
  free_accuracy.give(StatisticKind::kMean, result.free_accuracy, into);
}

MistakeCurve curve_of(std::span<const RewrittenPlace> places, int arm, int n_questions,
                      const RewrittenOptions& options) {
  std::vector<Mistake> mistakes;
  for (const RewrittenPlace& place : places) {
    if (const auto& outcome = place.arms[arm])
      mistakes.push_back({place.question, place.before, is_same(place, *outcome) ? 1. : 0.});
  }
  return mistake_curve(mistakes, n_questions, options.n_parts, options.bootstrap);
}

}  // namespace

RewrittenReport measure_rewritten(std::span<const RewrittenPlace> places, int n_questions,
                                  const RewrittenOptions& options) {
  RewrittenReport report;
  report.arms.resize(options.n_arms);
  report.minus_control.resize(options.n_arms);
  report.minus_real.resize(options.n_arms);
  Collected collection;
  for (int arm = 0; arm < options.n_arms; arm++) {
    collect_rewritten_arm(places, arm, report.arms[arm], collection);
    collect_minus_control(places, arm, options.control, report.minus_control[arm], collection);
    collect_minus_untouched(places, arm, report.minus_real[arm], collection);
  }
  TraceMeans accuracy, free_accuracy;
  for (const RewrittenPlace& place : places) {
    accuracy.take(place, is_right(place, place.real));
    free_accuracy.take(place, place.real_chosen == place.answer);
  }
  accuracy.give(StatisticKind::kShare, report.real_accuracy, collection);
  free_accuracy.give(StatisticKind::kShare, report.real_free_accuracy, collection);
  collection.estimate_all(n_questions, options.bootstrap);
  for (int arm = 0; arm < options.n_arms; arm++)
    report.arms[arm].by_part = curve_of(places, arm, n_questions, options);
  return report;
}

}  // namespace thinktrace
