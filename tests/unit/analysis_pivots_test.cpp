// SPDX-License-Identifier: MIT
// pivots.h, on traces whose numbers can be counted by hand.
#include "thinktrace/analysis/pivots.h"

#include <gtest/gtest.h>

namespace thinktrace {
namespace {

TEST(PivotNumbers, AreThoseCountedByHand) {
  const std::vector<PivotTrace> traces{
      {0, 20, {{3, .5, true, true}, {19, -.25, false, false}}, {0, 9}},
      {0, 10, {}, {5}},
      {1, 30, {{0, -.75, true, true}}, {}},
      {2, 0, {}, {}},
  };
  const PivotNumbers n = measure_pivots(traces, 3, {.resamples = 200});
  EXPECT_DOUBLE_EQ(*n.per_trace.value, 3. / 4);
  EXPECT_DOUBLE_EQ(*n.rises.value, 1. / 4);
  EXPECT_DOUBLE_EQ(*n.falls.value, 2. / 4);
  EXPECT_DOUBLE_EQ(*n.has_one.value, 2. / 4);
  EXPECT_EQ(n.has_one.n_traces, 4);
  EXPECT_EQ(n.has_one.n_questions, 3);
  EXPECT_DOUBLE_EQ(*n.size.value, .5);
  EXPECT_EQ(n.size.n_traces, 3);
  EXPECT_DOUBLE_EQ(*n.decided.value, 2. / 3);
  EXPECT_DOUBLE_EQ(*n.has_counterpart.value, 2. / 3);
  // Of three jumps of the forced answer one is within three tokens of a pivot; of three pivots one has such a jump.
  EXPECT_DOUBLE_EQ(*n.of_forced_answer.precision.value, 1. / 3);
  EXPECT_DOUBLE_EQ(*n.of_forced_answer.recall.value, 1. / 3);
  EXPECT_EQ(n.counts, (std::array<int, kPivotCounts>{2, 1, 1, 0, 0}));
  EXPECT_EQ(n.places, (std::array<int, kPivotPlaces>{1, 1, 0, 0, 0, 0, 0, 0, 0, 1}));
  ASSERT_TRUE(n.per_trace.interval);
  EXPECT_LE(n.per_trace.interval->low, .75);
  EXPECT_GE(n.per_trace.interval->high, .75);
}

TEST(PivotNumbers, OfNothingAreNothing) {
  const PivotNumbers none = measure_pivots({}, 0);
  EXPECT_FALSE(none.per_trace.value);
  EXPECT_FALSE(none.of_forced_answer.recall.value);
  const std::vector<PivotTrace> without{{0, 5, {}, {}}, {1, 5, {}, {}}};
  const PivotNumbers n = measure_pivots(without, 2);
  EXPECT_EQ(n.per_trace.value, 0);
  EXPECT_FALSE(n.size.value);
  EXPECT_EQ(n.counts[0], 2);
}

TEST(PivotNumbers, ManyPivotsAreFourAndMore) {
  PivotTrace trace{0, 12, {}, {}};
  for (int t = 0; t < 7; t++) trace.pivots.push_back({t, .2, true, false});
  EXPECT_EQ(measure_pivots(std::vector{trace}, 1).counts[4], 1);
}

}  // namespace
}  // namespace thinktrace
