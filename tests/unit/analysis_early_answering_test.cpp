// SPDX-License-Identifier: MIT
// early_answering.h against numpy (tests/golden/make_experiments.py), the paper's own order of steps, and by hand.
#include "thinktrace/analysis/early_answering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "analysis_data.h"
#include "experiment_data.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

using testing::golden_experiments;
using testing::HandMade;

// The value at a share of the thinking, on the line between the readings beside it.
double same_at(const SameCurve& curve, double kept) {
  const auto next = std::lower_bound(curve.kept.begin(), curve.kept.end(), kept);
  const auto i = static_cast<size_t>(next - curve.kept.begin());
  if (i == curve.kept.size()) return curve.same.back();
  if (i == 0 || curve.kept[i] == kept) return curve.same[i];
  const double way = (kept - curve.kept[i - 1]) / (curve.kept[i] - curve.kept[i - 1]);
  return curve.same[i - 1] + way * (curve.same[i] - curve.same[i - 1]);
}

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
  // Compared with an answer that is not that of the last reading.
  EXPECT_DOUBLE_EQ(area_over(same_answer_curve(every, answers, 4, 3)), 1);
  EXPECT_DOUBLE_EQ(area_over({{1}, {1}}), 0);
}

// ---- The paper's order: a group's mean curve, its area, and the areas' mean weighted by the groups' shares. ----

struct EarlyTrace {
  int length = 0;
  SameCurve curve;
};

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

// A trace of `n` sentences of `width` tokens each, answers drawn at random.
HandMade random_answers(std::mt19937_64& random, int n, int width) {
  HandMade trace;
  for (int t = 0; t <= n * width; t++) {
    trace.rows.push_back({.1, .1, .1});
    trace.rows.back()[draw_below(random, 3)] = .6;
  }
  return trace;
}

TEST(EarlyAnswering, OfARunEqualsThePapersOrderOfSteps) {
  std::mt19937_64 random(5);
  std::vector<TraceMeasures> measures;
  std::vector<EarlyTrace> by_token, by_sentence;
  for (int i = 0; i < 60; i++) {
    const int n = 3 + static_cast<int>(draw_below(random, 4)),
              width = 1 + static_cast<int>(draw_below(random, 3));
    HandMade trace = random_answers(random, n, width);
    TraceView view = trace.view();
    view.question_id = std::to_string(i / 3);
    for (int s = 1; s <= n; s++) view.sentence_ends.push_back(s * width);
    measures.push_back(measure_trace(view));
    std::vector<int> tops, after_sentences, sentences;
    for (const auto& row : trace.rows)
      tops.push_back(static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin()));
    for (int s = 0; s <= n; s++) {
      sentences.push_back(s);
      after_sentences.push_back(tops[s * width]);
    }
    by_token.push_back({view.end, same_answer_curve(view.positions, tops, view.end, tops.back())});
    by_sentence.push_back({n, same_answer_curve(sentences, after_sentences, n, tops.back())});
  }
  const EarlyAnswering early = analyze_traces(MeasuredTraces(measures), {.resamples = 10}).overall.early;
  // Whatever the groups: one for each number of sentences, as in the paper, or bins.
  EXPECT_NEAR(*early.area_over_sentences.value, paper_area(by_sentence, {3, 4, 5, 6}), 1e-12);
  EXPECT_NEAR(*early.area_over.value, paper_area(by_token, {1, 6, 12}), 1e-12);
  for (const auto* groups : {&early.by_tokens, &early.by_sentences}) {
    double weighted = 0, weights = 0;
    for (const LengthGroup& g : *groups) {
      weighted += g.weight * *g.area_over.value;
      weights += g.weight;
    }
    EXPECT_NEAR(weights, 1, 1e-12);
    EXPECT_NEAR(weighted, *(groups == &early.by_tokens ? early.area_over : early.area_over_sentences).value,
                1e-12);
  }
  EXPECT_EQ(early.by_sentences.front().from, 3);
}

TEST(EarlyAnswering, OfACutTraceIsNotKnown) {
  HandMade trace{.rows = {{.9, .1}, {.1, .9}, {.1, .9}}};
  TraceView view = trace.view();
  const CurveMeasures curve = measure_trace(view).curve.value();
  EXPECT_DOUBLE_EQ(*curve.area_over, .25);
  EXPECT_FALSE(curve.area_over_sentences.has_value());
  EXPECT_EQ(curve.same_at[0], false);
  EXPECT_EQ(curve.same_at[2], true);
  view.ended = false;
  const Block cut = analyze_traces(MeasuredTraces({measure_trace(view)}), {.resamples = 10}).overall;
  EXPECT_EQ(cut.early.area_over.n_traces, 0);
  EXPECT_TRUE(cut.early.by_tokens.empty());
}

TEST(EarlyAnswering, SentenceEndsThatWereNotReadAreLeftOut) {
  HandMade trace{.rows = {{.9, .1}, {.1, .9}, {.9, .1}, {.1, .9}}, .stride = 2};  // 0, 2, 4, 6
  TraceView view = trace.view();
  view.sentence_ends = {3, 4, 6};
  const CurveMeasures curve = measure_trace(view).curve.value();
  EXPECT_EQ(curve.n_sentences, 3);
  // Read after 0, 2 and 3 of the 3 sentences: not, not, yes.
  EXPECT_DOUBLE_EQ(*curve.area_over_sentences, 1 - 1. / 6);
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
