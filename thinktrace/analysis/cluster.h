// SPDX-License-Identifier: MIT
// cluster.h — traces whose curves have one shape.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thinktrace {

// P(right option) at `n_points` evenly spaced fractions of the thinking, from 0 to 1: at fraction f the reading in
// force, that of the last probed position at or before f * end; before the first probed position, the first reading.
// REQUIRES: positions is not empty and increases up to `end` at most; p_right has as many values; n_points >= 2.
std::vector<float> sample_curve(std::span<const int> positions, std::span<const float> p_right, int end,
                                int n_points);

struct ClusterOptions {
  int n_clusters = 6;
  int n_points = 32;  // Values a curve.
  int restarts = 8;   // The best of so many starts is kept.
  int max_iterations = 100;
  uint64_t seed = 1;
  std::function<bool()> should_stop;  // Asked before each iteration; true throws Error (kInterrupted).
};

struct Clusters {
  std::vector<int> of_curve;                 // [n_curves]
  std::vector<std::vector<double>> centres;  // Means; the largest cluster first.  [n_clusters, n_points]
  std::vector<int> sizes;                    // [n_clusters]
  double inertia = 0;                        // Sum of squared distances to the centres.
};

// k-means (Lloyd 1982) from starts chosen by k-means++ (Arthur & Vassilvitskii 2007), Euclidean, on curves of
// `n_points` values. There are fewer clusters where fewer curves differ. The result hangs on the seed and on the order of
// the curves. REQUIRES: curves.size() is a multiple of n_points; finite values; n_clusters, restarts, max_iterations >= 1.
// Cost: curves x clusters x points x iterations x restarts; 8,476 curves take about a second.
Clusters cluster_curves(std::span<const float> curves, const ClusterOptions& options = {});

// The cluster that a curve would be in, whether or not it was among those that were clustered; on a tie the larger one.
// REQUIRES: there is a cluster; the curve has as many values as its centre.
int nearest_centre(std::span<const float> curve, const Clusters& clusters);

}  // namespace thinktrace
