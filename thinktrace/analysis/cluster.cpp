// SPDX-License-Identifier: MIT
// k-means in its plain form: every curve goes to the nearest centre, every centre to the mean of its curves, until
// nothing moves. Starts are drawn one after the other, each curve with a chance that grows with the square of its distance
// to the nearest start so far. A centre that loses all its curves takes the curve that is farthest from its own.
// Tested by tests/unit/analysis_cluster_test.cpp against scikit-learn and a naive twin.
#include "thinktrace/analysis/cluster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include "thinktrace/analysis/random.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

struct Curves {
  std::span<const float> values;
  size_t n = 0, n_points = 0;
  std::span<const float> at(size_t i) const { return values.subspan(i * n_points, n_points); }
};

double distance(std::span<const float> curve, const std::vector<double>& centre) {
  double sum = 0;
  for (size_t j = 0; j < centre.size(); j++) {
    const double d = curve[j] - centre[j];
    sum += d * d;
  }
  return sum;
}

// Its place and the squared distance; on a tie the first.
std::pair<int, double> nearest(std::span<const float> curve,
                               const std::vector<std::vector<double>>& centres) {
  std::pair<int, double> best{0, std::numeric_limits<double>::infinity()};
  for (size_t c = 0; c < centres.size(); c++) {
    const double d = distance(curve, centres[c]);
    if (d < best.second) best = {static_cast<int>(c), d};
  }
  return best;
}

std::vector<double> as_centre(std::span<const float> curve) { return {curve.begin(), curve.end()}; }

// Up to `k` different curves.
std::vector<std::vector<double>> draw_starts(const Curves& curves, int k, std::mt19937_64& random) {
  std::vector<std::vector<double>> starts;
  std::vector<double> to_start(curves.n, std::numeric_limits<double>::infinity());
  size_t next =
      std::min(curves.n - 1, static_cast<size_t>(draw_uniform(random) * static_cast<double>(curves.n)));
  while (true) {
    starts.push_back(as_centre(curves.at(next)));
    for (size_t i = 0; i < curves.n; i++)
      to_start[i] = std::min(to_start[i], distance(curves.at(i), starts.back()));
    const double total = std::accumulate(to_start.begin(), to_start.end(), 0.0);
    if (static_cast<int>(starts.size()) == k || total == 0) return starts;
    double left = draw_uniform(random) * total;
    next = curves.n;
    for (size_t i = 0; i < curves.n; i++) {
      if (to_start[i] == 0) continue;
      next = i;  // Rounding may leave a little at the end: then it is the last that differs.
      left -= to_start[i];
      if (left < 0) break;
    }
  }
}

struct Fit {
  std::vector<std::vector<double>> centres;
  std::vector<int> of_curve;
  double inertia = 0;
};

// Nearest centres; on a tie the first. Whether any curve has moved.
bool assign(const Curves& curves, Fit& fit, std::vector<double>& distances) {
  bool moved = false;
  fit.inertia = 0;
  for (size_t i = 0; i < curves.n; i++) {
    const auto [best, least] = nearest(curves.at(i), fit.centres);
    moved |= fit.of_curve[i] != best;
    fit.of_curve[i] = best;
    distances[i] = least;
    fit.inertia += least;
  }
  return moved;
}

void move_centres(const Curves& curves, Fit& fit, std::vector<double>& distances) {
  std::vector<int> sizes(fit.centres.size(), 0);
  for (std::vector<double>& centre : fit.centres) std::fill(centre.begin(), centre.end(), 0.0);
  for (size_t i = 0; i < curves.n; i++) {
    sizes[fit.of_curve[i]]++;
    std::vector<double>& centre = fit.centres[fit.of_curve[i]];
    for (size_t j = 0; j < curves.n_points; j++) centre[j] += curves.at(i)[j];
  }
  for (size_t c = 0; c < fit.centres.size(); c++) {
    if (sizes[c] > 0) {
      for (double& x : fit.centres[c]) x /= sizes[c];
      continue;
    }
    const auto farthest = std::max_element(distances.begin(), distances.end());
    fit.centres[c] = as_centre(curves.at(static_cast<size_t>(farthest - distances.begin())));
    *farthest = 0;
  }
}

Fit fit_once(const Curves& curves, const ClusterOptions& options, std::mt19937_64& random) {
  Fit fit{draw_starts(curves, options.n_clusters, random), std::vector<int>(curves.n, -1), 0};
  std::vector<double> distances(curves.n);
  for (int i = 0; i < options.max_iterations && assign(curves, fit, distances); i++) {
    if (options.should_stop && options.should_stop())
      throw Error(ErrorKind::kInterrupted, "[analysis] interrupted");
    move_centres(curves, fit, distances);
  }
  assign(curves, fit, distances);
  return fit;
}

}  // namespace

std::vector<float> sample_curve(std::span<const int> positions, std::span<const float> p_right, int end,
                                int n_points) {
  std::vector<float> values(n_points);
  size_t k = 0;
  for (int j = 0; j < n_points; j++) {
    // Whole numbers: position * (n_points - 1) <= j * end.
    while (k + 1 < positions.size() && int64_t{positions[k + 1]} * (n_points - 1) <= int64_t{j} * end) k++;
    values[j] = p_right[k];
  }
  return values;
}

Clusters cluster_curves(std::span<const float> values, const ClusterOptions& options) {
  const auto n_points = static_cast<size_t>(options.n_points);
  const Curves curves{values, values.size() / n_points, n_points};
  Clusters result;
  if (curves.n == 0) return result;
  std::mt19937_64 random(options.seed);
  Fit best;
  for (int i = 0; i < options.restarts; i++) {
    Fit fit = fit_once(curves, options, random);
    if (i == 0 || fit.inertia < best.inertia) best = std::move(fit);
  }
  std::vector<int> sizes(best.centres.size(), 0);
  for (const int c : best.of_curve) sizes[c]++;
  std::vector<int> order(best.centres.size()), place(best.centres.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return sizes[a] > sizes[b]; });
  for (size_t rank = 0; rank < order.size(); rank++) {
    if (sizes[order[rank]] == 0) continue;  // Ran out of iterations with nothing in it.
    place[order[rank]] = static_cast<int>(rank);
    result.centres.push_back(best.centres[order[rank]]);
    result.sizes.push_back(sizes[order[rank]]);
  }
  for (const int c : best.of_curve) result.of_curve.push_back(place[c]);
  result.inertia = best.inertia;
  return result;
}

int nearest_centre(std::span<const float> curve, const Clusters& clusters) {
  return nearest(curve, clusters.centres).first;
}

}  // namespace thinktrace
