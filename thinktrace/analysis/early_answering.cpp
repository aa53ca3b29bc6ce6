// SPDX-License-Identifier: MIT
// A trace's curve is a line through its readings, so its area is a sum of trapezoids. Everything else is means over
// traces, which estimate() gives with their intervals; only the area over the parts of the mistakes is a mean of
// means, with a resampling of its own. Tested by tests/unit/analysis_early_answering_test.cpp against the paper's
// order of steps: mean curves of the groups first, their areas then.
#include "thinktrace/analysis/early_answering.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/analysis/collected.h"

namespace thinktrace {
namespace {

// The group that a length belongs to.
size_t group_of(const std::vector<int>& from, int length) {
  const auto next = std::upper_bound(from.begin(), from.end(), length);
  return next == from.begin() ? 0 : static_cast<size_t>(next - from.begin() - 1);
}

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

double same_at(const SameCurve& curve, double kept) {
  const auto next = std::lower_bound(curve.kept.begin(), curve.kept.end(), kept);
  const auto i = static_cast<size_t>(next - curve.kept.begin());
  if (i == curve.kept.size()) return curve.same.back();
  if (i == 0 || curve.kept[i] == kept) return curve.same[i];
  const double way = (kept - curve.kept[i - 1]) / (curve.kept[i] - curve.kept[i - 1]);
  return curve.same[i - 1] + way * (curve.same[i] - curve.same[i - 1]);
}

double area_over(const SameCurve& curve) {
  double under = curve.kept.front() * curve.same.front() + (1 - curve.kept.back()) * curve.same.back();
  for (size_t i = 1; i < curve.kept.size(); i++)
    under += (curve.kept[i] - curve.kept[i - 1]) * (curve.same[i] + curve.same[i - 1]) / 2;
  return 1 - under;
}

EarlyAnswering early_answering(const std::vector<EarlyTrace>& traces, int n_questions,
                               const EarlyOptions& options) {
  EarlyAnswering result;
  const size_t n_shares = options.shares.size();
  result.same.resize(n_shares);
  result.groups.resize(std::max<size_t>(options.group_from.size(), 1));
  Collected statistics;
  statistics.add(StatisticKind::kMean, result.area_over);
  for (Estimate& e : result.same) statistics.add(StatisticKind::kShare, e);
  for (size_t g = 0; g < result.groups.size(); g++) {
    LengthGroup& group = result.groups[g];
    if (!options.group_from.empty()) group.from = options.group_from[g];
    group.same.resize(n_shares);
    statistics.add(StatisticKind::kMean, group.area_over);
    for (Estimate& e : group.same) statistics.add(StatisticKind::kShare, e);
  }
  for (const EarlyTrace& trace : traces) {
    const size_t g = group_of(options.group_from, trace.length);
    const size_t in_group = (g + 1) * (n_shares + 1);
    result.groups[g].weight += 1.0 / static_cast<double>(traces.size());
    const double area = area_over(trace.curve);
    for (const size_t first : {size_t{0}, in_group}) {
      statistics.take(first, trace.question, area);
      for (size_t i = 0; i < n_shares; i++)
        statistics.take(first + 1 + i, trace.question, same_at(trace.curve, options.shares[i]));
    }
  }
  statistics.estimate_all(n_questions, options.bootstrap);
  return result;
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
