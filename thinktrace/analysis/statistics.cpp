// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace thinktrace {
namespace {

int weight_at(std::span<const int> weights, size_t i) { return weights.empty() ? 1 : weights[i]; }

}  // namespace

std::optional<double> mean(std::span<const double> values, std::span<const int> weights) {
  double n = 0, sum = 0;
  for (size_t i = 0; i < values.size(); i++) {
    n += weight_at(weights, i);
    sum += weight_at(weights, i) * values[i];
  }
  if (n == 0) return std::nullopt;
  return sum / n;
}

std::optional<double> median(std::span<const double> values, std::span<const int> weights) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  int64_t n = 0;
  for (size_t i = 0; i < values.size(); i++) n += weight_at(weights, i);
  if (n == 0) return std::nullopt;
  const auto at = [&](int64_t rank) {
    size_t i = 0;
    for (int64_t seen = weight_at(weights, order[0]); seen <= rank; seen += weight_at(weights, order[i])) i++;
    return values[order[i]];
  };
  return (at((n - 1) / 2) + at(n / 2)) / 2;
}

double percentile(std::span<const double> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

void add_pair(PairSums& sums, double x, double y, double weight) {
  sums.n += weight;
  sums.x += weight * x;
  sums.y += weight * y;
  sums.xx += weight * x * x;
  sums.xy += weight * x * y;
  sums.yy += weight * y * y;
}

PairSums centred(const PairSums& s) {
  if (s.n == 0) return {};
  return {.n = s.n,
          .xx = (s.n * s.xx - s.x * s.x) / s.n,
          .xy = (s.n * s.xy - s.x * s.y) / s.n,
          .yy = (s.n * s.yy - s.y * s.y) / s.n};
}

std::optional<double> correlation_of_centred(const PairSums& sums) {
  if (!(sums.xx > 0 && sums.yy > 0)) return std::nullopt;
  // Rounding may carry a perfect correlation past 1.
  return std::clamp(sums.xy / (std::sqrt(sums.xx) * std::sqrt(sums.yy)), -1.0, 1.0);
}

std::optional<double> correlation(const PairSums& sums) { return correlation_of_centred(centred(sums)); }

std::optional<double> correlation_within(std::span<const PairSums> groups) {
  PairSums within;
  for (const PairSums& group : groups) {
    const PairSums c = centred(group);
    within.xx += c.xx;
    within.xy += c.xy;
    within.yy += c.yy;
  }
  return correlation_of_centred(within);
}

std::optional<double> pearson(std::span<const double> x, std::span<const double> y,
                              std::span<const int> weights) {
  // Moved by a whole number near the mean: sums of whole numbers stay exact and others lose less.
  const double x0 = std::round(mean(x).value_or(0)), y0 = std::round(mean(y).value_or(0));
  PairSums sums;
  for (size_t i = 0; i < x.size(); i++) add_pair(sums, x[i] - x0, y[i] - y0, weight_at(weights, i));
  return correlation(sums);
}

std::optional<double> pearson_within(std::span<const double> x, std::span<const double> y,
                                     std::span<const int> groups, std::span<const int> weights) {
  const double x0 = std::round(mean(x).value_or(0)), y0 = std::round(mean(y).value_or(0));
  std::vector<PairSums> by_group;
  for (size_t i = 0; i < x.size(); i++) {
    if (static_cast<size_t>(groups[i]) >= by_group.size()) by_group.resize(groups[i] + 1);
    add_pair(by_group[groups[i]], x[i] - x0, y[i] - y0, weight_at(weights, i));
  }
  return correlation_within(by_group);
}

Bounds wilson_interval(double share, double n, double level) {
  const double z = normal_quantile((1 + level) / 2);
  const double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {share > 0 ? std::max(middle - half, 0.0) : 0, share < 1 ? std::min(middle + half, 1.0) : 1};
}

// Newton's method on the distribution function, which erfc gives to the last digits. It begins at the mean
// and the distribution function bends away from the line there, so no step goes past the root.
double normal_quantile(double p) {
  const double tail = std::min(p, 1 - p);
  double z = 0;
  for (int i = 0; i < 200; i++) {
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    const double step = (std::erfc(-z / std::numbers::sqrt2) / 2 - tail) / density;
    z -= step;
    if (std::fabs(step) < 1e-15 * (1 + std::fabs(z))) break;
  }
  return p < 0.5 ? z : -z;
}

}  // namespace thinktrace
