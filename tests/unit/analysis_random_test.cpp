// SPDX-License-Identifier: MIT
// random.h: even, and the same everywhere.
#include "thinktrace/analysis/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace thinktrace {
namespace {

TEST(Random, DrawsAreTheSameEverywhere) {
  std::mt19937_64 random(1);
  std::vector<uint32_t> draws;
  for (int i = 0; i < 8; i++) draws.push_back(draw_below(random, 10));
  EXPECT_EQ(draws, (std::vector<uint32_t>{1, 1, 4, 0, 3, 9, 4, 0}));
  std::vector<int> values{1, 2, 3, 4, 5, 6, 7, 8};
  shuffle(random, values);
  EXPECT_EQ(values, (std::vector<int>{2, 7, 6, 4, 3, 1, 8, 5}));
  EXPECT_DOUBLE_EQ(draw_uniform(random), 0.24977792341670946);
}

TEST(Random, OrdersAreEven) {
  std::mt19937_64 random(7);
  std::map<std::vector<int>, int> seen;
  constexpr int kRounds = 24000;
  for (int r = 0; r < kRounds; r++) {
    std::vector<int> values{0, 1, 2, 3};
    shuffle(random, values);
    seen[values]++;
  }
  ASSERT_EQ(seen.size(), 24u);
  double chi_square = 0;
  for (const auto& [order, n] : seen) chi_square += (n - 1000.) * (n - 1000.) / 1000.;
  EXPECT_LT(chi_square, 49.7);  // 23 degrees of freedom: p = .001.
}

TEST(Random, NumbersThatDoNotDivideTheRangeAreEven) {
  // Without rejection every third number would come up twice as often.
  std::mt19937_64 random(3);
  int multiples = 0;
  for (int i = 0; i < 30000; i++) multiples += draw_below(random, 3221225472U) % 3 == 0 ? 1 : 0;
  EXPECT_NEAR(multiples, 10000, 330);  // Four standard deviations.
}

}  // namespace
}  // namespace thinktrace
