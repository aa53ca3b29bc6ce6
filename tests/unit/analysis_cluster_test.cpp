// SPDX-License-Identifier: MIT
// cluster.h against scikit-learn (tests/golden/make_clusters.py), a naive twin and curves made by hand.
#include "thinktrace/analysis/cluster.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using Json = nlohmann::json;

const Json& golden() {
  static const Json json = [] {
    std::ifstream file(THINKTRACE_SOURCE_DIR "/tests/golden/clusters.json");
    return Json::parse(file);
  }();
  return json;
}

std::vector<float> golden_curves() {
  std::vector<float> values;
  for (const Json& curve : golden()["curves"]) {
    for (const Json& p : curve) values.push_back(p);
  }
  return values;
}

// The same parts, whatever they are called.
bool same_partition(const std::vector<int>& a, const std::vector<int>& b) {
  std::map<int, int> to, from;
  for (size_t i = 0; i < a.size(); i++) {
    if (to.try_emplace(a[i], b[i]).first->second != b[i]) return false;
    if (from.try_emplace(b[i], a[i]).first->second != a[i]) return false;
  }
  return a.size() == b.size();
}

TEST(Clusters, EqualScikitLearns) {
  const std::vector<float> curves = golden_curves();
  for (const auto& [k, fit] : golden()["fits"].items()) {
    ClusterOptions options;
    options.n_clusters = std::stoi(k);
    options.n_points = golden()["points"];
    options.restarts = 200;
    const Clusters found = cluster_curves(curves, options);
    EXPECT_NEAR(found.inertia, fit["inertia"].get<double>(), 1e-5) << k;
    EXPECT_TRUE(same_partition(found.of_curve, fit["labels"])) << k;
    EXPECT_EQ(found.sizes, fit["sizes"].get<std::vector<int>>()) << k;
  }
}

// What must hold of any result: nearest centres, centres that are means, sums that fit.
TEST(Clusters, AreWhatTheySay) {
  std::mt19937 random(3);
  for (int round = 0; round < 30; round++) {
    ClusterOptions options;
    options.n_points = 2 + round % 5;
    options.n_clusters = 1 + round % 7;
    options.seed = round;
    const size_t n = 1 + random() % 40, d = options.n_points;
    std::vector<float> curves(n * d);
    for (float& x : curves) x = static_cast<float>(random() % 5) / 4;
    const Clusters found = cluster_curves(curves, options);
    ASSERT_EQ(found.of_curve.size(), n);
    ASSERT_LE(found.centres.size(), static_cast<size_t>(options.n_clusters));
    std::vector<std::vector<double>> sums(found.centres.size(), std::vector<double>(d));
    std::vector<int> sizes(found.centres.size());
    double inertia = 0;
    for (size_t i = 0; i < n; i++) {
      std::vector<double> to;
      for (const auto& centre : found.centres) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) sum += std::pow(curves[i * d + j] - centre[j], 2);
        to.push_back(sum);
      }
      const int own = found.of_curve[i];
      EXPECT_LE(to[own], *std::min_element(to.begin(), to.end()) + 1e-12);
      inertia += to[own];
      sizes[own]++;
      for (size_t j = 0; j < d; j++) sums[own][j] += curves[i * d + j];
    }
    EXPECT_EQ(sizes, found.sizes);
    EXPECT_TRUE(std::is_sorted(sizes.rbegin(), sizes.rend()));
    EXPECT_NEAR(inertia, found.inertia, 1e-9);
    for (size_t c = 0; c < sums.size(); c++) {
      for (size_t j = 0; j < d; j++) EXPECT_NEAR(sums[c][j] / sizes[c], found.centres[c][j], 1e-9);
    }
  }
}

TEST(Clusters, FewerWhereFewerCurvesDiffer) {
  const std::vector<float> curves{0, 0, 1, 1, 0, 0, 1, 1, 0, 0};
  ClusterOptions options;
  options.n_points = 2;
  const Clusters found = cluster_curves(curves, options);
  EXPECT_EQ(found.sizes, (std::vector<int>{3, 2}));
  EXPECT_EQ(found.of_curve, (std::vector<int>{0, 1, 0, 1, 0}));
  EXPECT_EQ(found.inertia, 0);
  EXPECT_TRUE(cluster_curves({}, options).of_curve.empty());
}

TEST(Clusters, HangOnTheSeedAlone) {
  const std::vector<float> curves = golden_curves();
  ClusterOptions options;
  options.n_points = golden()["points"];
  options.restarts = 1;  // The best of many starts is often the same.
  std::set<std::vector<std::vector<double>>> found;
  for (options.seed = 1; options.seed <= 20; options.seed++) {
    const Clusters a = cluster_curves(curves, options), b = cluster_curves(curves, options);
    EXPECT_EQ(a.of_curve, b.of_curve) << options.seed;
    EXPECT_EQ(a.centres, b.centres) << options.seed;
    found.insert(a.centres);
  }
  EXPECT_GT(found.size(), 1u) << "starts are not drawn by the seed";
}

TEST(Clusters, CanBeStopped) {
  ClusterOptions options;
  options.n_points = golden()["points"];
  int asked = 0;
  options.should_stop = [&] { return ++asked == 5; };
  EXPECT_THROW(cluster_curves(golden_curves(), options), Error);
  EXPECT_EQ(asked, 5);
}

TEST(SampleCurve, TakesTheReadingInForce) {
  const std::vector<float> p{.1F, .2F, .3F, .4F, .5F};
  EXPECT_EQ(sample_curve(std::vector<int>{0, 1, 2, 3, 4}, p, 4, 5), p);
  EXPECT_EQ(sample_curve(std::vector<int>{0, 1, 2, 3, 4}, p, 4, 3), (std::vector<float>{.1F, .3F, .5F}));
  EXPECT_EQ(sample_curve(std::vector<int>{0, 1, 2, 3, 4}, p, 4, 9),
            (std::vector<float>{.1F, .1F, .2F, .2F, .3F, .3F, .4F, .4F, .5F}));
  // Strided, and beginning late.
  EXPECT_EQ(sample_curve(std::vector<int>{2, 4}, std::vector<float>{.2F, .4F}, 4, 5),
            (std::vector<float>{.2F, .2F, .2F, .2F, .4F}));
  // No thinking at all.
  EXPECT_EQ(sample_curve(std::vector<int>{0}, std::vector<float>{.7F}, 0, 3),
            (std::vector<float>{.7F, .7F, .7F}));
}

}  // namespace
}  // namespace thinktrace
