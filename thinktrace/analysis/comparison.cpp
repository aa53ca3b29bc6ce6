// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/comparison.h"

#include "thinktrace/analysis/measures.h"

namespace thinktrace {
namespace {

// The place of the position from which the answer of the last row stays.
size_t exit_row(std::span<const float> logprobs, int n_options, double margin) {
  return *first_stays(logprobs, n_options, most_likely(logprobs.last(n_options)), margin);
}

}  // namespace

ReadingComparison compare_readings(const TraceView& trace, const OtherCurve& other, double margin) {
  const int n = trace.n_options;
  const auto mine = [&](size_t k) { return trace.logprobs.subspan(k * n, n); };
  const auto others = [&](size_t k) { return other.logprobs.subspan(k * n, n); };
  const size_t n_other = other.positions.size();
  ReadingComparison c;
  double n_same = 0, distance = 0;
  size_t at = 0, start = 0;
  for (size_t k = 0; k < n_other && !other.aligned.empty(); k++) {
    while (at + 1 < other.aligned.size() && other.aligned[at + 1] <= other.positions[k]) at++;
    if (k == 0) start = at;
    n_same += most_likely(mine(at)) == most_likely(others(k));
    distance += distance_between(mine(at), others(k));
  }
  const auto first = mine(start), first_other = others(0);
  const auto last = mine(trace.positions.size() - 1), last_other = others(n_other - 1);
  c.same_start = most_likely(first) == most_likely(first_other);
  c.same_end = most_likely(last) == most_likely(last_other);
  c.p_start = probability_of(first[trace.answer]) - probability_of(first_other[trace.answer]);
  c.p_end = probability_of(last[trace.answer]) - probability_of(last_other[trace.answer]);
  c.mass_start = mass_of(first) - mass_of(first_other);
  c.mass_end = mass_of(last) - mass_of(last_other);
  if (other.aligned.empty()) return c;
  c.same = n_same / static_cast<double>(n_other);
  c.distance = distance / static_cast<double>(n_other);
  if (other.end <= 0) return c;
  c.t_exit = other.aligned[exit_row(trace.logprobs, n, margin)] -
             other.positions[exit_row(other.logprobs, n, margin)];
  c.t_exit_share = static_cast<double>(*c.t_exit) / other.end;
  return c;
}

}  // namespace thinktrace
