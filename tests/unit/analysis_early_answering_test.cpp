// SPDX-License-Identifier: MIT
// early_answering.h against numpy (tests/golden/make_experiments.py), the paper's own order of steps, and by hand.
#include "thinktrace/analysis/early_answering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "experiment_data.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

using testing::golden_experiments;

SameCurve step_at(double kept) { return {{0, kept, kept, 1}, {0, 0, 1, 1}}; }

TEST(EarlyAnswering, LinesAndAreasAreNumpys) {
  for (const auto& c : golden_experiments()["same_curves"]) {
    const SameCurve curve{c["kept"], c["same"]};
    SCOPED_TRACE(c["kept"].dump());
    EXPECT_NEAR(area_over(curve), c["area_over"].get<double>(), 1e-12);
    for (size_t i = 0; i < c["at"].size(); i++)
      EXPECT_NEAR(same_at(curve, c["at"][i]), c["same_at"][i].get<double>(), 1e-12);
  }
}

TEST(EarlyAnswering, CurvesByHand) {
  const std::vector<int> every{0, 1, 2, 3, 4}, answers{1, 0, 2, 2, 2};
  const SameCurve curve = same_answer_curve(every, answers, 4, 2);
  EXPECT_EQ(curve.kept, (std::vector<double>{0, .25, .5, .75, 1}));
  EXPECT_EQ(curve.same, (std::vector<double>{0, 0, 1, 1, 1}));
  EXPECT_DOUBLE_EQ(area_over(curve), .25 + .125);
  // A few cuts: nothing is known between them, and the line goes through.
  const SameCurve cuts = same_answer_curve(std::vector<int>{0, 4}, std::vector<int>{1, 2}, 4, 2);
  EXPECT_DOUBLE_EQ(area_over(cuts), .5);
  EXPECT_DOUBLE_EQ(same_at(cuts, .3), .3);
  // Compared with an answer that is not that of the last reading.
  EXPECT_DOUBLE_EQ(area_over(same_answer_curve(every, answers, 4, 3)), 1);
  EXPECT_DOUBLE_EQ(area_over({{1}, {1}}), 0);
}

// ---- The paper's order: a group's mean curve, its area, and the areas' mean weighted by the groups' shares. ----

double paper_area(const std::vector<EarlyTrace>& traces, const std::vector<int>& from) {
  double total = 0;
  for (size_t g = 0; g < from.size(); g++) {
    std::vector<EarlyTrace> group;
    for (const EarlyTrace& t : traces) {
      const bool below_next = g + 1 == from.size() || t.length < from[g + 1];
      if (below_next && (g == 0 || t.length >= from[g])) group.push_back(t);
    }
    if (group.empty()) continue;
    std::set<double> shares{0, 1};
    for (const EarlyTrace& t : group) shares.insert(t.curve.kept.begin(), t.curve.kept.end());
    double under = 0, last_share = 0, last_mean = 0;
    for (const double share : shares) {
      double mean = 0;
      for (const EarlyTrace& t : group) mean += same_at(t.curve, share) / static_cast<double>(group.size());
      under += (share - last_share) * (mean + last_mean) / 2;
      last_share = share;
      last_mean = mean;
    }
    total += (1 - under) * static_cast<double>(group.size()) / static_cast<double>(traces.size());
  }
  return total;
}

std::vector<EarlyTrace> random_early_traces(std::mt19937_64& random, int n_questions) {
  std::vector<EarlyTrace> traces;
  for (int q = 0; q < n_questions; q++) {
    for (uint32_t i = 0; i <= draw_below(random, 3); i++) {
      const int length = 1 + static_cast<int>(draw_below(random, 60));
      std::vector<int> positions, answers;
      for (int t = 0; t <= length; t++) {
        if (t > 0 && t < length && draw_below(random, 3) == 0) continue;
        positions.push_back(t);
        answers.push_back(static_cast<int>(draw_below(random, 4)));
      }
      traces.push_back({q, length, same_answer_curve(positions, answers, length, answers.back())});
    }
  }
  return traces;
}

TEST(EarlyAnswering, EqualsThePapersOrderOfSteps) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20; round++) {
    const std::vector<EarlyTrace> traces = random_early_traces(random, 12);
    const EarlyOptions options{.group_from = {1, 10, 25, 70}, .bootstrap = {.resamples = 20}};
    const EarlyAnswering found = early_answering(traces, 12, options);
    EXPECT_NEAR(*found.area_over.value, paper_area(traces, options.group_from), 1e-12);
    double weighted = 0;
    for (const LengthGroup& group : found.groups)
      weighted += group.weight * group.area_over.value.value_or(0);
    EXPECT_NEAR(*found.area_over.value, weighted, 1e-12);
    EXPECT_EQ(found.groups[3].weight, 0);  // Longer than any.
    EXPECT_FALSE(found.groups[3].area_over.value.has_value());
    EXPECT_EQ(found.same.back().value, 1);  // With the whole thinking.
  }
}

TEST(EarlyAnswering, IntervalsKnowQuestions) {
  // Ten questions whose four traces are alike: as good as ten traces.
  std::vector<EarlyTrace> clustered, ignoring;
  for (int i = 0; i < 40; i++) {
    const SameCurve curve = step_at(.1 * (i / 4));
    clustered.push_back({i / 4, 5, curve});
    ignoring.push_back({i, 5, curve});
  }
  const Estimate a = early_answering(clustered, 10).area_over, b = early_answering(ignoring, 40).area_over;
  EXPECT_NEAR(*a.value, .45, 1e-12);
  EXPECT_EQ(a.n_questions, 10);
  EXPECT_GT(a.interval->high - a.interval->low, 1.6 * (b.interval->high - b.interval->low));
}

TEST(EarlyAnswering, ShortTracesAreInTheFirstGroup) {
  const EarlyOptions options{.group_from = {10, 20}, .shares = {0, .5}};
  const EarlyAnswering found =
      early_answering({{0, 3, step_at(1)}, {1, 19, step_at(0)}, {2, 20, step_at(.5)}}, 3, options);
  EXPECT_EQ(found.groups[0].area_over.n_traces, 2);
  EXPECT_EQ(found.groups[1].area_over.n_traces, 1);
  EXPECT_DOUBLE_EQ(*found.groups[0].area_over.value, .5);
  EXPECT_DOUBLE_EQ(*found.groups[1].area_over.value, .5);
  EXPECT_DOUBLE_EQ(found.groups[0].weight, 2. / 3);
}

TEST(EarlyAnswering, EvenGroups) {
  EXPECT_EQ(even_groups({5, 1, 4, 2, 3, 6}, 3), (std::vector<int>{1, 3, 5}));
  EXPECT_EQ(even_groups({7, 7, 7, 7, 9}, 4), (std::vector<int>{7}));
  EXPECT_TRUE(even_groups({}, 4).empty());
}

TEST(Mistakes, ByPartOfTheThinking) {
  // Mistakes in the first half change the answer, later ones don't; the first half has more of them.
  std::vector<Mistake> mistakes;
  for (int q = 0; q < 30; q++) {
    for (const double before : {0., .1, .2, .49}) mistakes.push_back({q, before, 0});
    mistakes.push_back({q, .5, 1});
    mistakes.push_back({q, 1, q % 2 == 0 ? 1. : 0.});
  }
  const MistakeCurve curve = mistake_curve(mistakes, 30, 2);
  EXPECT_EQ(curve.same[0].value, 0);
  EXPECT_DOUBLE_EQ(*curve.same[1].value, .75);
  EXPECT_DOUBLE_EQ(*curve.area_over.value, 1 - .375);  // Not 1 - 45/180: parts count alike.
  EXPECT_EQ(curve.area_over.n_questions, 30);
  EXPECT_LT(curve.area_over.interval->low, .625);
  EXPECT_GT(curve.area_over.interval->high, .625);
  // A part without mistakes is left out.
  EXPECT_DOUBLE_EQ(*mistake_curve({{0, .9, 1}, {1, .9, 0}}, 2, 4).area_over.value, .5);
  EXPECT_FALSE(mistake_curve({}, 2, 4).area_over.value.has_value());
}

// The area is linear in one part's mean where there is one part alone: then the interval is that of a plain mean.
TEST(Mistakes, IntervalIsThatOfEstimateWhereThereIsOnePart) {
  std::mt19937_64 random(2);
  std::vector<Mistake> mistakes;
  for (int i = 0; i < 60; i++)
    mistakes.push_back(
        {static_cast<int>(draw_below(random, 15)), draw_uniform(random), draw_below(random, 2) * 1.});
  const MistakeCurve curve = mistake_curve(mistakes, 15, 1);
  EXPECT_NEAR(curve.area_over.interval->low, 1 - curve.same[0].interval->high, 1e-12);
  EXPECT_NEAR(curve.area_over.interval->high, 1 - curve.same[0].interval->low, 1e-12);
}

}  // namespace
}  // namespace thinktrace
