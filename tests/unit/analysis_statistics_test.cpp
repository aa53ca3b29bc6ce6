// SPDX-License-Identifier: MIT
// statistics.h against numpy and scipy (tests/golden/make_statistics.py).
#include "thinktrace/analysis/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis_data.h"

namespace thinktrace {
namespace {

using testing::golden_statistics;
using testing::Json;

void expect_close(const std::optional<double>& value, const Json& expected, double tolerance = 1e-12) {
  ASSERT_EQ(value.has_value(), !expected.is_null());
  if (!value) return;
  EXPECT_NEAR(*value, expected.get<double>(), tolerance * (1 + std::fabs(*value)));
}

TEST(Statistics, OfListsAreNumpysAndScipys) {
  for (const Json& c : golden_statistics()["functions"]["lists"]) {
    SCOPED_TRACE(c["x"].size());
    auto x = c["x"].get<std::vector<double>>();
    const auto y = c["y"].get<std::vector<double>>();
    const auto weights = c["weights"].get<std::vector<int>>(), groups = c["groups"].get<std::vector<int>>();
    expect_close(mean(x), c["mean"]);
    expect_close(mean(x, weights), c["weighted_mean"]);
    expect_close(median(x), c["median"]);
    expect_close(median(x, weights), c["weighted_median"]);
    expect_close(pearson(x, y), c["pearson"]);
    expect_close(pearson(x, y, weights), c["weighted_pearson"]);
    expect_close(pearson_within(x, y, groups), c["within"]);
    expect_close(pearson_within(x, y, groups, weights), c["weighted_within"]);
    std::sort(x.begin(), x.end());
    for (const Json& p : c["percentiles"]) expect_close(percentile(x, p[0]), p[1]);
  }
}

TEST(Statistics, WilsonsIntervalIsScipys) {
  for (const Json& c : golden_statistics()["functions"]["wilson"]) {
    const Bounds bounds = wilson_interval(c[0].get<double>() / c[1].get<double>(), c[1], c[2]);
    expect_close(bounds.low, c[3]);
    expect_close(bounds.high, c[4]);
  }
}

TEST(Statistics, NormalQuantilesAreScipys) {
  for (const Json& c : golden_statistics()["functions"]["normal_quantiles"])
    expect_close(normal_quantile(c[0]), c[1]);
}

TEST(Statistics, WhatIsNotDefinedIsNothing) {
  const std::vector<double> none, one{3}, same{7.1, 7.1, 7.1}, some{1, 2, 3};
  EXPECT_EQ(mean(none), std::nullopt);
  EXPECT_EQ(median(none), std::nullopt);
  EXPECT_EQ(median(one, std::vector<int>{0}), std::nullopt);
  EXPECT_EQ(pearson(none, none), std::nullopt);
  EXPECT_EQ(pearson(one, one), std::nullopt);
  EXPECT_EQ(pearson(std::vector<double>{7, 7, 7}, some), std::nullopt);
  EXPECT_EQ(pearson_within(some, some, std::vector<int>{0, 1, 2}), std::nullopt);
}

TEST(Statistics, APerfectCorrelationIsOne) {
  const std::vector<double> x{100001, 100002, 100003}, y{-1, -2, -3};
  EXPECT_DOUBLE_EQ(*pearson(x, x), 1);
  EXPECT_DOUBLE_EQ(*pearson(x, y), -1);
  EXPECT_LE(std::fabs(*pearson(x, y)), 1);
}

}  // namespace
}  // namespace thinktrace
