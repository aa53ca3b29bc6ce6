// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/jumps.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "thinktrace/analysis/collected.h"

namespace thinktrace {
namespace {

struct Curve {
  std::vector<int> positions;
  std::vector<double> values;
};

// A span between two readings, by their numbers.
struct Span {
  size_t from = 0, to = 0;
};

// Up or down: the shortest spans whose change is at least the threshold, in order; none holds another.
std::vector<Span> shortest_spans(const Curve& curve, double direction, const JumpOptions& options) {
  std::vector<Span> spans;
  for (size_t to = 1; to < curve.values.size(); to++) {
    for (size_t from = to; from-- > 0;) {
      if (curve.positions[to] - curve.positions[from] > options.window) break;
      if (direction * (curve.values[to] - curve.values[from]) < options.threshold) continue;
      // The last beginning is the shortest span that ends here. One that ended earlier and began later is inside it.
      if (spans.empty() || from > spans.back().from) spans.push_back({from, to});
      break;
    }
  }
  return spans;
}

Jump jump_over(const Curve& curve, const Span& span, double direction) {
  size_t steepest = span.from;
  const auto step = [&](size_t i) { return direction * (curve.values[i + 1] - curve.values[i]); };
  for (size_t i = span.from; i < span.to; i++) {
    if (step(i) > step(steepest)) steepest = i;
  }
  return {curve.positions[span.from], curve.positions[span.to], curve.positions[steepest],
          curve.values[span.to] - curve.values[span.from]};
}

void add_jumps(const Curve& curve, double direction, const JumpOptions& options, std::vector<Jump>& jumps) {
  std::vector<Span> merged;
  for (const Span& span : shortest_spans(curve, direction, options)) {
    const bool apart =
        merged.empty() || curve.positions[span.from] >= curve.positions[merged.back().to] + options.merge;
    if (apart)
      merged.push_back(span);
    else
      merged.back().to = span.to;
  }
  for (const Span& span : merged) jumps.push_back(jump_over(curve, span, direction));
}

}  // namespace

std::vector<Jump> find_jumps(std::span<const int> positions, std::span<const double> values,
                             const JumpOptions& options) {
  Curve curve;
  for (size_t i = 0; i < positions.size(); i++) {
    if (std::isnan(values[i])) continue;
    curve.positions.push_back(positions[i]);
    curve.values.push_back(values[i]);
  }
  std::vector<Jump> jumps;
  add_jumps(curve, 1, options, jumps);
  add_jumps(curve, -1, options, jumps);
  std::sort(jumps.begin(), jumps.end(), [](const Jump& a, const Jump& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  return jumps;
}

// Both lists in order: the first two that are near enough are a pair, as neither has a better use; of two that are
// not, the earlier one is too early for all that follow.
Matching match_positions(std::span<const int> found, std::span<const int> truth, int within) {
  Matching matching{std::vector<bool>(found.size()), std::vector<bool>(truth.size())};
  size_t i = 0, k = 0;
  while (i < found.size() && k < truth.size()) {
    if (std::abs(found[i] - truth[k]) <= within) {
      matching.found[i++] = true;
      matching.truth[k++] = true;
    } else if (found[i] < truth[k]) {
      i++;
    } else {
      k++;
    }
  }
  return matching;
}

Agreement score_positions(std::span<const FoundAndTrue> traces, int n_questions, int within,
                          const BootstrapOptions& options) {
  Agreement agreement;
  Collected statistics;
  statistics.add(StatisticKind::kShare, agreement.precision);
  statistics.add(StatisticKind::kShare, agreement.recall);
  for (const FoundAndTrue& trace : traces) {
    const Matching matching = match_positions(trace.found, trace.truth, within);
    for (const bool has_partner : matching.found) statistics.take(0, trace.question, has_partner ? 1. : 0.);
    for (const bool has_partner : matching.truth) statistics.take(1, trace.question, has_partner ? 1. : 0.);
  }
  statistics.estimate_all(n_questions, options);
  return agreement;
}

}  // namespace thinktrace
