// SPDX-License-Identifier: MIT
// A trace's curve is a line through its readings, so its area is a sum of trapezoids; over traces it is a mean (summary.h).
// The area over the parts of the mistakes is a mean of means, with a resampling of its own. Tested by
// tests/unit/analysis_early_answering_test.cpp against the paper's order of steps: mean curves of the groups first,
// their areas then.
#include "thinktrace/analysis/early_answering.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/analysis/collected.h"

namespace thinktrace {
namespace {

struct PartSums {
  double n = 0, same = 0;
};

std::optional<double> area_over_parts(const std::vector<std::vector<PartSums>>& by_question,
                                      const std::vector<int>& counts, int n_parts) {
  std::vector<PartSums> parts(n_parts);
  for (size_t q = 0; q < by_question.size(); q++) {
    for (int i = 0; i < n_parts; i++) {
      parts[i].n += counts[q] * by_question[q][i].n;
      parts[i].same += counts[q] * by_question[q][i].same;
    }
  }
  double sum = 0;
  int n = 0;
  for (const PartSums& part : parts) {
    if (part.n == 0) continue;
    sum += part.same / part.n;
    n++;
  }
  if (n == 0) return std::nullopt;
  return 1 - sum / n;
}

}  // namespace

SameCurve same_answer_curve(std::span<const int> positions, std::span<const int> answers, int end,
                            int whole) {
  SameCurve curve;
  for (size_t i = 0; i < positions.size(); i++) {
    curve.kept.push_back(static_cast<double>(positions[i]) / end);
    curve.same.push_back(answers[i] == whole ? 1 : 0);
  }
  return curve;
}

double area_over(const SameCurve& curve) {
  double under = curve.kept.front() * curve.same.front() + (1 - curve.kept.back()) * curve.same.back();
  for (size_t i = 1; i < curve.kept.size(); i++)
    under += (curve.kept[i] - curve.kept[i - 1]) * (curve.same[i] + curve.same[i - 1]) / 2;
  return 1 - under;
}

std::vector<int> even_groups(std::vector<int> lengths, int n_groups) {
  std::sort(lengths.begin(), lengths.end());
  std::vector<int> from;
  for (int g = 0; g < n_groups && !lengths.empty(); g++) {
    const int length = lengths[lengths.size() * g / n_groups];
    if (from.empty() || length > from.back()) from.push_back(length);
  }
  return from;
}

size_t group_of(const std::vector<int>& from, int length) {
  const auto next = std::upper_bound(from.begin(), from.end(), length);
  return next == from.begin() ? 0 : static_cast<size_t>(next - from.begin() - 1);
}

MistakeCurve mistake_curve(const std::vector<Mistake>& mistakes, int n_questions, int n_parts,
                           const BootstrapOptions& options) {
  MistakeCurve curve;
  curve.same.resize(n_parts);
  Collected statistics;
  for (Estimate& e : curve.same) statistics.add(StatisticKind::kShare, e);
  std::vector<std::vector<PartSums>> by_question(n_questions, std::vector<PartSums>(n_parts));
  for (const Mistake& mistake : mistakes) {
    const int part = std::min(n_parts - 1, static_cast<int>(mistake.before * n_parts));
    statistics.take(part, mistake.question, mistake.same);
    by_question[mistake.question][part].n++;
    by_question[mistake.question][part].same += mistake.same;
  }
  statistics.estimate_all(n_questions, options);

  Estimate& area = curve.area_over;
  area.n_traces = static_cast<int>(mistakes.size());
  for (const auto& parts : by_question)
    area.n_questions += std::any_of(parts.begin(), parts.end(), [](const PartSums& p) { return p.n > 0; });
  area.value = area_over_parts(by_question, std::vector<int>(n_questions, 1), n_parts);
  if (area.n_questions < 2) return curve;
  std::vector<double> replicates;
  for_each_resample(n_questions, options, [&](const std::vector<int>& counts) {
    if (const auto value = area_over_parts(by_question, counts, n_parts)) replicates.push_back(*value);
  });
  area.interval = percentile_interval(std::move(replicates), options);
  return curve;
}

}  // namespace thinktrace
