// SPDX-License-Identifier: MIT
// comparison.h by hand: two readers of one trace, in the same tokens and in others.
#include "thinktrace/analysis/comparison.h"

#include <gtest/gtest.h>

#include "analysis_data.h"

namespace thinktrace {
namespace {

using testing::HandMade;

OtherCurve other_of(const TraceView& view, std::vector<int> aligned) {
  return {view.positions, view.logprobs, view.end, std::move(aligned)};
}

TEST(Comparison, InTheSameTokens) {
  HandMade mine{.rows = {{.9, .1}, {.2, .8}, {.1, .9}}, .answer = 1},
      own{.rows = {{.6, .2}, {.6, .3}, {.3, .7}}};
  const ReadingComparison c = compare_readings(mine.view(), other_of(own.view(), {0, 1, 2}));
  EXPECT_TRUE(c.same_start);
  EXPECT_TRUE(c.same_end);
  EXPECT_NEAR(c.p_start, -.1, 1e-6);
  EXPECT_NEAR(c.p_end, .2, 1e-6);
  EXPECT_NEAR(c.mass_start, .2, 1e-6);
  EXPECT_NEAR(c.mass_end, 0, 1e-6);
  EXPECT_NEAR(*c.same, 2. / 3, 1e-12);
  EXPECT_NEAR(*c.distance, (.3 + .5 + .2) / 3, 1e-6);
  EXPECT_EQ(c.t_exit, -1);
  EXPECT_DOUBLE_EQ(*c.t_exit_share, -.5);
}

// The reader has 3 tokens where the writer has 6: its positions 0, …, 3 stand after 0, 2, 3 and 6 of the writer's.
TEST(Comparison, InTheOthersTokens) {
  HandMade mine{.rows = {{.9, .1}, {.9, .1}, {.1, .9}, {.1, .9}}};
  HandMade own{.rows = {{.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}, {.1, .9}, {.1, .9}, {.1, .9}}};
  const ReadingComparison c = compare_readings(mine.view(), other_of(own.view(), {0, 2, 3, 6}));
  EXPECT_EQ(c.t_exit, 3 - 4);
  EXPECT_DOUBLE_EQ(*c.t_exit_share, -1. / 6);
  EXPECT_DOUBLE_EQ(*c.same, 6. / 7);  // At 3 alone this reader is ahead.
}

TEST(Comparison, OfCurvesThatBeginElsewhere) {
  // The other begins after its first token; this reader's start is the row in force there.
  HandMade mine{.rows = {{.9, .1}, {.1, .9}, {.1, .9}}}, own{.rows = {{.2, .8}, {.1, .9}}, .first = 1};
  const ReadingComparison c = compare_readings(mine.view(), other_of(own.view(), {0, 1, 2}));
  EXPECT_TRUE(c.same_start);
  EXPECT_NEAR(c.p_start, -.1, 1e-6);
  EXPECT_EQ(c.t_exit, 0);
}

TEST(Comparison, WhatIsNotAlignedIsNotKnown) {
  HandMade mine{.rows = {{.9, .1}, {.1, .9}}}, own{.rows = {{.9, .1}, {.8, .2}}};
  const ReadingComparison c = compare_readings(mine.view(), other_of(own.view(), {}));
  EXPECT_TRUE(c.same_start);
  EXPECT_FALSE(c.same_end);
  EXPECT_FALSE(c.same.has_value());
  EXPECT_FALSE(c.distance.has_value());
  EXPECT_FALSE(c.t_exit.has_value());
  OtherCurve without = other_of(own.view(), {0, 0});
  without.end = 0;  // No thinking.
  EXPECT_TRUE(compare_readings(mine.view(), without).same.has_value());
  EXPECT_FALSE(compare_readings(mine.view(), without).t_exit.has_value());
}

}  // namespace
}  // namespace thinktrace
