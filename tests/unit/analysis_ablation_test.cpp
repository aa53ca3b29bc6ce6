// SPDX-License-Identifier: MIT
// ablation.h: by hand, against a naive twin on random readings, and against resampling the list of traces.
#include "thinktrace/analysis/ablation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

std::vector<float> row(const std::vector<double>& probabilities) {
  std::vector<float> out;
  for (const double p : probabilities) out.push_back(static_cast<float>(std::log(p)));
  return out;
}

// Arms: 0 real, 1 none, 2 random, 3 sentences.
const AblationOptions kFourArms{.real = 0, .none = 1, .emptied = {1, 2}, .bootstrap = {.resamples = 50}};

TEST(Ablation, ByHand) {
  const std::vector<float> a = row({.6, .2}), b = row({.1, .7}), unsure = row({.3, .1});
  const std::vector<AblatedTrace> traces{
      {0, 0, {a, a, unsure, a}},  // Right whatever stands there.
      {0, 0, {a, b, b, {}}},      // The thinking helps; sentences were not read.
      {1, 0, {b, a, a, b}},       // It harms.
      {1, 1, {b, b, a, b}},       // Right; one emptied arm of two is wrong: neither.
      {2, 1, {{}, b, b, b}},      // The real arm is missing.
  };
  const AblationNumbers n = measure_ablation(traces, 3, 4, kFourArms);
  EXPECT_DOUBLE_EQ(*n.arms[0].accuracy.value, .75);
  EXPECT_EQ(n.arms[0].accuracy.n_traces, 4);
  EXPECT_DOUBLE_EQ(*n.arms[1].accuracy.value, .8);
  EXPECT_EQ(n.arms[1].accuracy.n_traces, 5);
  EXPECT_NEAR(*n.arms[0].p_right.value, (.6 + .6 + .1 + .7) / 4, 1e-6);
  EXPECT_NEAR(*n.arms[2].mass.value, (.4 + .8 + .8 + .8 + .8) / 5, 1e-6);
  EXPECT_EQ(n.arms[0].same_as_real.value, 1);
  EXPECT_DOUBLE_EQ(*n.arms[1].same_as_real.value, .5);
  EXPECT_EQ(n.arms[1].same_as_none.value, 1);
  EXPECT_DOUBLE_EQ(*n.arms[3].same_as_real.value, 1);
  EXPECT_EQ(n.arms[3].same_as_real.n_traces, 3);
  EXPECT_NEAR(*n.arms[1].distance_to_real.value, (0 + .5 + .5 + 0) / 4, 1e-6);
  EXPECT_DOUBLE_EQ(*n.minus_real[1].accuracy.value, 0);
  EXPECT_EQ(n.minus_real[1].accuracy.n_traces, 4);
  EXPECT_NEAR(*n.minus_none[0].p_right.value, 0, 1e-6);
  EXPECT_EQ(n.minus_real[3].mass.n_traces, 3);
  EXPECT_NEAR(*n.minus_real[2].mass.value, -.1, 1e-6);  // .4 - .8 in one trace of four.
  EXPECT_EQ(n.does_not_matter.n_traces, 4);
  EXPECT_DOUBLE_EQ(*n.does_not_matter.value, .25);
  EXPECT_DOUBLE_EQ(*n.helps.value, .25);
  EXPECT_DOUBLE_EQ(*n.harms.value, .25);
}

// Arm 2 has two draws; 0 and 1 are the same in both entries.
TEST(Ablation, DrawsAreAveragedAndATraceCountsOnce) {
  const std::vector<float> a = row({.6, .2}), b = row({.1, .7});
  const std::vector<AblatedTrace> entries{{0, 0, {a, b, a}}, {0, 0, {a, b, b}},  {1, 0, {b, b, b}},
                                          {1, 0, {b, b, b}}, {2, 1, {b, a, {}}}, {2, 1, {b, a, {}}}};
  const AblationNumbers n = measure_ablation(
      entries, 3, 3, {.real = 0, .none = 1, .emptied = {2}, .draws = 2, .bootstrap = {.resamples = 50}});
  EXPECT_DOUBLE_EQ(*n.arms[0].accuracy.value, 2 / 3.);
  EXPECT_EQ(n.arms[0].accuracy.n_traces, 3);
  EXPECT_DOUBLE_EQ(*n.arms[2].accuracy.value, .25);
  EXPECT_EQ(n.arms[2].accuracy.n_traces, 2);
  EXPECT_EQ(n.minus_real[2].accuracy.n_traces, 2);
  EXPECT_DOUBLE_EQ(*n.does_not_matter.value, .75);
  EXPECT_DOUBLE_EQ(*n.helps.value, .25);
  EXPECT_EQ(n.helps.n_traces, 2);
  EXPECT_EQ(n.helps.n_questions, 2);
}

TEST(Ablation, OfOneTrace) {
  const TraceOutcome outcome =
      compare_trace({0, 0, {row({.6, .2}), row({.1, .7}), row({.3, .1}), {}}}, kFourArms);
  ASSERT_EQ(outcome.arms.size(), 4u);
  EXPECT_FALSE(outcome.arms[3].has_value());
  EXPECT_TRUE(outcome.arms[0]->right);
  EXPECT_EQ(outcome.arms[1]->top, 1);
  EXPECT_EQ(outcome.arms[1]->same_as_real, false);
  EXPECT_EQ(outcome.arms[2]->same_as_none, false);
  EXPECT_NEAR(*outcome.arms[2]->distance_to_real, .4, 1e-6);  // .3 and .1 go to neither option.
  EXPECT_EQ(outcome.does_not_matter, false);
  EXPECT_EQ(outcome.helps, false);  // Wrong in half of the two.
  EXPECT_FALSE(compare_trace({0, 0, {row({.6, .2}), {}, row({.3, .1}), {}}}, kFourArms).helps.has_value());
}

TEST(Ablation, WithoutNoneOrEmptiedArmsThereIsNothingOfThem) {
  const std::vector<AblatedTrace> traces{{0, 0, {row({.6, .2}), row({.2, .6})}}};
  const AblationNumbers n = measure_ablation(traces, 1, 2, {.bootstrap = {.resamples = 5}});
  EXPECT_TRUE(n.minus_none.empty());
  EXPECT_FALSE(n.arms[1].same_as_none.value.has_value());
  EXPECT_FALSE(n.does_not_matter.value.has_value());
  EXPECT_DOUBLE_EQ(*n.minus_real[1].accuracy.value, -1);
}

std::vector<AblatedTrace> random_ablated_traces(std::mt19937_64& random, int n_questions) {
  std::vector<AblatedTrace> traces;
  for (int q = 0; q < n_questions; q++) {
    for (uint32_t i = 0; i <= draw_below(random, 3); i++) {
      AblatedTrace trace{.question = q, .answer = static_cast<int>(draw_below(random, 3))};
      for (int arm = 0; arm < 4; arm++) {
        if (draw_below(random, 5) == 0) {
          trace.logprobs.emplace_back();
          continue;
        }
        trace.logprobs.push_back(row({.02 + .3 * draw_uniform(random), .02 + .3 * draw_uniform(random), .2}));
      }
      traces.push_back(std::move(trace));
    }
  }
  return traces;
}

// Paired differences of P(right) on a list of traces.
std::optional<double> naive_difference(const std::vector<const AblatedTrace*>& traces, int a, int b) {
  double sum = 0;
  int n = 0;
  for (const AblatedTrace* t : traces) {
    if (t->logprobs[a].empty() || t->logprobs[b].empty()) continue;
    sum += std::exp(t->logprobs[a][t->answer]) - std::exp(t->logprobs[b][t->answer]);
    n++;
  }
  return n == 0 ? std::nullopt : std::optional(sum / n);
}

TEST(Ablation, DifferencesAreThoseOfTheListOfDrawnTraces) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 10; round++) {
    const std::vector<AblatedTrace> traces = random_ablated_traces(random, 15);
    const BootstrapOptions options{.seed = static_cast<uint64_t>(round), .resamples = 100};
    const ArmDifference found = compare_arms(traces, 15, 2, 3, options);
    std::vector<double> replicates;
    for_each_resample(15, options, [&](const std::vector<int>& counts) {
      std::vector<const AblatedTrace*> drawn;
      for (const AblatedTrace& t : traces) drawn.insert(drawn.end(), counts[t.question], &t);
      if (const auto value = naive_difference(drawn, 2, 3)) replicates.push_back(*value);
    });
    const Interval slow = percentile_interval(replicates, options).value();
    EXPECT_NEAR(found.p_right.interval->low, slow.low, 1e-6);
    EXPECT_NEAR(found.p_right.interval->high, slow.high, 1e-6);

    AblationOptions all = kFourArms;
    all.bootstrap = options;
    const AblationNumbers numbers = measure_ablation(traces, 15, 4, all);
    const ArmDifference real = compare_arms(traces, 15, 2, 0, options);
    EXPECT_EQ(numbers.minus_real[2].mass.value, real.mass.value);
    EXPECT_EQ(numbers.minus_real[2].mass.interval->low, real.mass.interval->low);
  }
}

TEST(Ablation, SharesEqualANaiveCount) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 20; round++) {
    const std::vector<AblatedTrace> traces = random_ablated_traces(random, 10);
    const AblationNumbers numbers = measure_ablation(traces, 10, 4, kFourArms);
    for (int arm = 0; arm < 4; arm++) {
      int n = 0, right = 0, both = 0, same = 0;
      for (const AblatedTrace& t : traces) {
        const auto top = [&](int i) {
          return std::max_element(t.logprobs[i].begin(), t.logprobs[i].end()) - t.logprobs[i].begin();
        };
        if (t.logprobs[arm].empty()) continue;
        n++;
        right += top(arm) == t.answer;
        if (t.logprobs[0].empty()) continue;
        both++;
        same += top(arm) == top(0);
      }
      EXPECT_EQ(numbers.arms[arm].accuracy.n_traces, n);
      EXPECT_NEAR(*numbers.arms[arm].accuracy.value, right / static_cast<double>(n), 1e-12);
      EXPECT_NEAR(*numbers.arms[arm].same_as_real.value, same / static_cast<double>(both), 1e-12);
    }
    EXPECT_LE(*numbers.does_not_matter.value + *numbers.helps.value + *numbers.harms.value, 1 + 1e-12);
  }
}

}  // namespace
}  // namespace thinktrace
