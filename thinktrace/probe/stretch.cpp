// SPDX-License-Identifier: MIT
#include "thinktrace/probe/stretch.h"

#include <algorithm>
#include <cmath>

namespace thinktrace {
namespace {

// Keep logarithms finite, and say what is too small to matter.
constexpr double kLeastStep = 0.008, kLeastUnrest = 0.003, kLeastDoubt = 0.02, kLeastMargin = 0.03;
constexpr int kNeighbours = 6;            // On each side,
constexpr double kNeighbourDecay = 0.75;  // each counting so many times as much as the one before.

struct End {
  double doubt = 0, margin = 0;
  size_t top = 0;
};

using Row = std::span<const double>;

Row row_of(const Readings& readings, size_t k) {
  const size_t n = static_cast<size_t>(readings.n_options);
  return Row(readings.probabilities).subspan(k * n, n);
}

double outside(Row row) {
  double mass = 0;
  for (const double p : row) mass += p;
  return std::max(0.0, 1 - mass);
}

End end_of(Row row) {
  const double none = outside(row);
  End end{.doubt = 1 - none * none};
  double first = -1, second = -1;
  for (size_t i = 0; i < row.size(); i++) {
    end.doubt -= row[i] * row[i];
    if (row[i] > first) {
      second = first;
      first = row[i];
      end.top = i;
    } else {
      second = std::max(second, row[i]);
    }
  }
  end.doubt = std::sqrt(std::max(0.0, end.doubt));
  end.margin = first - std::max(0.0, second);
  return end;
}

// Between row a + w (b - a) and row c.
double distance(Row a, Row b, double w, Row c) {
  double sum = std::fabs(outside(a) * (1 - w) + outside(b) * w - outside(c));
  for (size_t i = 0; i < a.size(); i++) sum += std::fabs(a[i] * (1 - w) + b[i] * w - c[i]);
  return sum / 2;
}

double bend_at(const Readings& readings, size_t k) {
  if (k == 0 || k + 1 == readings.positions.size()) return 0;
  const double at = readings.clock[readings.positions[k]], low = readings.clock[readings.positions[k - 1]],
               high = readings.clock[readings.positions[k + 1]];
  return distance(row_of(readings, k - 1), row_of(readings, k + 1), (at - low) / (high - low),
                  row_of(readings, k));
}

}  // namespace

std::vector<Stretch> stretches_of(const Readings& readings) {
  const size_t n = readings.positions.size() - 1;  // Gaps, those with nothing inside included.
  std::vector<double> steps(n), roots(n), bends(n + 1);
  std::vector<End> ends(n + 1);
  double all_steps = 0, all_roots = 0;
  for (size_t k = 0; k <= n; k++) {
    ends[k] = end_of(row_of(readings, k));
    bends[k] = bend_at(readings, k);
    if (k == n) break;
    steps[k] = distance(row_of(readings, k), row_of(readings, k), 0, row_of(readings, k + 1));
    roots[k] = std::sqrt(readings.positions[k + 1] - readings.positions[k]);
    all_steps += steps[k];
    all_roots += roots[k];
  }
  std::vector<Stretch> stretches;
  for (size_t k = 0; k < n; k++) {
    Stretch s{.begin = readings.positions[k], .end = readings.positions[k + 1], .step = steps[k]};
    const int length = s.end - s.begin;
    if (length < 2) continue;
    double near_steps = 0, near_roots = 0, weight = 1;
    for (size_t i = 1; i <= kNeighbours; i++, weight *= kNeighbourDecay) {
      for (const size_t j : {k - i, k + i}) {  // k - i below 0 wraps to a number above n.
        if (j >= n) continue;
        near_steps += weight * steps[j];
        near_roots += weight * roots[j];
      }
    }
    const double unrest = near_roots > 0 ? near_steps / near_roots : 0;
    const End &a = ends[k], &b = ends[k + 1];
    const double moved = readings.clock[s.end - 1] - readings.clock[s.begin];
    s.signs = {1,
               std::log(length),
               length == 2 ? 1.0 : 0.0,
               std::log(steps[k] + kLeastStep),
               std::log(unrest + kLeastUnrest),
               std::log(all_steps / all_roots + kLeastUnrest),
               std::log(std::max(bends[k], bends[k + 1]) + kLeastStep),
               std::log(std::max(a.doubt, b.doubt) + kLeastDoubt),
               std::log(std::min(a.margin, b.margin) + kLeastMargin),
               a.top != b.top ? 1.0 : 0.0,
               std::log(moved / (length - 1))};
    stretches.push_back(s);
  }
  return stretches;
}

double foreseen(const StretchSigns& weights, const StretchSigns& signs) {
  double sum = 0;
  for (size_t i = 0; i < kNStretchSigns; i++) sum += weights[i] * signs[i];
  return std::exp(sum);
}

int middle_of(const Stretch& stretch, std::span<const double> clock) {
  const double half = (clock[stretch.begin] + clock[stretch.end]) / 2;
  const auto at = std::lower_bound(clock.begin() + stretch.begin, clock.begin() + stretch.end, half);
  int t = static_cast<int>(at - clock.begin());
  if (t > stretch.begin && half - clock[t - 1] < clock[t] - half) t--;
  return std::clamp(t, stretch.begin + 1, stretch.end - 1);
}

double way_at(const Stretch& stretch, std::span<const double> clock, int t) {
  const double x = (clock[t] - clock[stretch.begin]) / (clock[stretch.end] - clock[stretch.begin]);
  return x * x / (x * x + (1 - x) * (1 - x));
}

}  // namespace thinktrace
