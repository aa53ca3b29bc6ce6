// SPDX-License-Identifier: MIT
#include "thinktrace/engine/log_sum_exp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace thinktrace {
namespace {

constexpr float kInfF = std::numeric_limits<float>::infinity();
constexpr float kNanF = std::numeric_limits<float>::quiet_NaN();
constexpr double kTolerance = 2e-7;

// The slow, obvious twin: the sum written out, in the order of the values, in long double.
double written_out(const std::vector<float>& values) {
  const float top = *std::max_element(values.begin(), values.end());
  if (std::isinf(top)) return top;
  long double sum = 0;
  for (const float v : values) sum += std::exp(static_cast<long double>(v) - top);
  return static_cast<double>(top + std::log(sum));
}

void expect_the_sum(const std::vector<float>& values, const char* what) {
  const double expected = written_out(values);
  EXPECT_NEAR(log_sum_exp(values), expected, kTolerance + std::abs(expected) * 1e-15)
      << what << ", " << values.size() << " values";
}

// Around the lanes, the blocks, and a real vocabulary.
const std::vector<size_t> kSizes{1, 2, 3, 15, 16, 17, 255, 256, 257, 1000, 49152, 152064};

std::vector<float> random_row(size_t n, float spread, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw(0, spread);
  std::vector<float> row(n);
  for (float& v : row) v = draw(random);
  return row;
}

TEST(LogSumExp, EqualsTheSumWrittenOut) {
  for (const size_t n : kSizes) {
    for (const float spread : {0.0f, 0.01f, 1.0f, 5.0f, 30.0f, 1000.0f})
      expect_the_sum(random_row(n, spread, static_cast<uint32_t>(n)), "random");
  }
}

// Each value between 0 and -80 alone beside the largest, so that an error at one of them can't hide in a sum of many.
TEST(LogSumExp, IsRightForEachDistance) {
  for (float x = 0; x > -90; x -= 0.0131f) expect_the_sum({x, 0}, "a pair");
}

TEST(LogSumExp, HoldsWithValuesHugeTinyAndMasked) {
  for (const size_t n : kSizes) {
    for (const float shift : {-3e38f, -1e30f, -1000.0f, 1000.0f, 1e30f, 3e38f})
      expect_the_sum(std::vector<float>(n, shift), "all equal");
    std::vector<float> row = random_row(n, 3, 7);
    for (size_t i = 0; i < n; i += 3) row[i] = -kInfF;
    row[n / 2] = 4;
    expect_the_sum(row, "some are -inf");
    row[n / 2] = std::numeric_limits<float>::max();
    row[0] = std::numeric_limits<float>::lowest();
    expect_the_sum(row, "the largest and the lowest float");
    for (float& v : row) v = std::numeric_limits<float>::denorm_min();
    expect_the_sum(row, "denormal");
  }
}

TEST(LogSumExp, OfInfinities) {
  for (const size_t n : kSizes) {
    std::vector<float> row(n, -kInfF);
    EXPECT_EQ(log_sum_exp(row), -kInfF);
    row[n - 1] = kInfF;
    EXPECT_EQ(log_sum_exp(row), kInfF);
    EXPECT_FALSE(holds_nan(row));
  }
}

// What a largest value leaves of the others does not hang on where it stands.
TEST(LogSumExp, TheLargestMayStandAnywhere) {
  for (const size_t n : {1u, 16u, 40u, 300u}) {
    for (size_t at = 0; at < n; at++) {
      std::vector<float> row = random_row(n, 1, 3);
      row[at] = 50;
      expect_the_sum(row, "one stands out");
    }
  }
}

TEST(LogSumExp, NanAnywhereIsFound) {
  for (const size_t n : {1u, 2u, 16u, 17u, 40u, 300u}) {
    std::vector<float> row = random_row(n, 2, 5);
    EXPECT_FALSE(holds_nan(row));
    for (size_t at = 0; at < n; at++) {
      for (const float nan : {kNanF, -kNanF, std::numeric_limits<float>::signaling_NaN()}) {
        std::vector<float> damaged = row;
        damaged[at] = nan;
        EXPECT_TRUE(holds_nan(damaged)) << at << " of " << n;
        EXPECT_TRUE(std::isnan(log_sum_exp(damaged))) << at << " of " << n;
      }
    }
  }
}

// The same bits for every width of vectors: these were computed with vectors of 4, of 8 and of 16 floats.
TEST(LogSumExp, IsTheSameOnEveryMachine) {
  std::vector<float> row;
  for (int i = 0; i < 1001; i++) row.push_back(static_cast<float>((i * 37) % 1001) / 64);
  EXPECT_EQ(log_sum_exp(row), 0x1.3caabe26c270ap+4);
}

}  // namespace
}  // namespace thinktrace
