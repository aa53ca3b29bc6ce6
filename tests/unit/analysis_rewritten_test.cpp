// SPDX-License-Identifier: MIT
// rewritten.h: by hand, against numpy, against the paper's order of steps, and its intervals against resamples taken one by one.
#include "thinktrace/analysis/rewritten.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "experiment_data.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

// A forced answer of three options, as sure as `p`.
std::vector<float> forced(int option, double p = .8) {
  std::vector<float> row(3, static_cast<float>(std::log((1 - p) / 4)));
  row[option] = static_cast<float>(std::log(p));
  return row;
}

TEST(Rewritten, ByHand) {
  // Arm 0: a mistake, arm 1: the control. Trace 0 of question 0 ends right, at option 1; trace 1 of question 1 wrong, at 2.
  RewrittenPlace a{.question = 0, .trace = 0, .answer = 1, .before = .1, .real = forced(1), .real_chosen = 1};
  a.arms = {RewrittenOutcome{forced(0), true, 0}, RewrittenOutcome{forced(1, .9), true, 1}};
  RewrittenPlace b = a;
  b.before = .9;
  b.arms = {RewrittenOutcome{forced(1, .5), true, std::nullopt}, std::nullopt};
  RewrittenPlace c{
      .question = 1, .trace = 1, .answer = 0, .before = .9, .real = forced(2), .real_chosen = std::nullopt};
  c.arms = {RewrittenOutcome{forced(2), true, 2}, RewrittenOutcome{forced(0, .6), true, 0}};
  const std::vector<RewrittenPlace> places{a, c, b};
  const RewrittenReport report =
      measure_rewritten(places, 2, {.n_arms = 2, .control = 1, .n_parts = 2, .bootstrap = {.resamples = 20}});

  const RewrittenNumbers& mistake = report.arms[0];
  EXPECT_EQ(mistake.n_places, 3);
  EXPECT_EQ(mistake.same.n_traces, 2);
  EXPECT_DOUBLE_EQ(*mistake.same.value, (.5 + 1) / 2);
  EXPECT_DOUBLE_EQ(*mistake.area_over.value, (.5 + 0) / 2);
  EXPECT_DOUBLE_EQ(*mistake.accuracy.value, (.5 + 0) / 2);
  EXPECT_NEAR(*mistake.p_right.value, ((.05 + .5) / 2 + .05) / 2, 1e-6);
  EXPECT_EQ(mistake.free_same.n_traces, 1);  // The other trace's own free answer names none.
  EXPECT_DOUBLE_EQ(*mistake.free_same.value, 0);
  EXPECT_DOUBLE_EQ(*mistake.free_accuracy.value, 0);
  EXPECT_DOUBLE_EQ(*mistake.by_part.same[0].value, 0);
  EXPECT_DOUBLE_EQ(*mistake.by_part.same[1].value, 1);
  EXPECT_DOUBLE_EQ(*mistake.by_part.area_over.value, .5);

  EXPECT_EQ(report.arms[1].n_places, 2);
  EXPECT_DOUBLE_EQ(*report.arms[1].same.value, .5);
  const RewrittenDifference& paired = report.minus_control[0];
  EXPECT_EQ(paired.same.n_traces, 2);
  EXPECT_DOUBLE_EQ(*paired.same.value, ((0 - 1) + (1 - 0)) / 2.);
  EXPECT_DOUBLE_EQ(*paired.accuracy.value, ((0 - 1) + (0 - 1)) / 2.);
  EXPECT_NEAR(*paired.p_right.value, ((.05 - .9) + (.05 - .6)) / 2, 1e-6);
  EXPECT_DOUBLE_EQ(*paired.free_accuracy.value, ((0 - 1) + (0 - 1)) / 2.);
  EXPECT_FALSE(report.minus_control[1].same.value);
  EXPECT_DOUBLE_EQ(*report.minus_real[0].accuracy.value, (-.5 + 0) / 2);
  EXPECT_NEAR(*report.minus_real[1].p_right.value, ((.9 - .8) + (.6 - .05)) / 2, 1e-6);
  EXPECT_DOUBLE_EQ(*report.minus_real[1].free_accuracy.value, (0. + 1.) / 2);
  EXPECT_FALSE(report.minus_real[0].same.value);
  EXPECT_DOUBLE_EQ(*report.real_accuracy.value, .5);
  EXPECT_DOUBLE_EQ(*report.real_free_accuracy.value, .5);
}

TEST(Rewritten, PartsWithoutFreeAnswersAndAnArmNobodyHas) {
  RewrittenPlace a{.question = 0, .trace = 0, .answer = 1, .before = 1, .real = forced(1)};
  a.arms = {RewrittenOutcome{forced(1)}, std::nullopt};
  const RewrittenReport report = measure_rewritten(std::vector{a}, 1, {.n_arms = 2, .control = 1});
  EXPECT_FALSE(report.arms[0].free_accuracy.value);
  EXPECT_FALSE(report.arms[0].same.interval);
  EXPECT_DOUBLE_EQ(*report.arms[0].by_part.same[4].value, 1);  // At the very end: in the last part.
  EXPECT_EQ(report.arms[1].n_places, 0);
  EXPECT_FALSE(report.arms[1].same.value);
  EXPECT_FALSE(report.arms[1].by_part.area_over.value);
}

std::vector<float> row_of(const nlohmann::json& thousandths) {
  std::vector<float> row;
  for (const int n : thousandths) row.push_back(static_cast<float>(std::log(n / 1000.)));
  return row;
}
std::optional<int> option_of(const nlohmann::json& option) {
  return option.is_null() ? std::nullopt : std::optional(option.get<int>());
}

std::vector<RewrittenPlace> golden_places(const nlohmann::json& places) {
  std::vector<RewrittenPlace> out;
  for (const auto& p : places) {
    out.push_back({.question = p["question"],
                   .trace = p["trace"],
                   .answer = p["answer"],
                   .before = p["before"],
                   .real = row_of(p["real"]),
                   .real_chosen = option_of(p["real_chosen"])});
    for (const auto& o : p["arms"])
      out.back().arms.push_back(
          o.is_null() ? std::nullopt : std::optional(RewrittenOutcome{row_of(o[0]), o[1], option_of(o[2])}));
  }
  return out;
}

void expect_golden(const Estimate& found, const nlohmann::json& golden, const std::string& name) {
  EXPECT_EQ(found.n_traces, golden["traces"].get<int>()) << name;
  ASSERT_EQ(found.value.has_value(), !golden["value"].is_null()) << name;
  if (!found.value) return;
  EXPECT_NEAR(*found.value, golden["value"].get<double>(), 1e-6) << name;
}
void expect_golden(const RewrittenDifference& found, const nlohmann::json& golden) {
  if (golden.contains("same")) expect_golden(found.same, golden["same"], "same");
  expect_golden(found.accuracy, golden["accuracy"], "accuracy");
  expect_golden(found.p_right, golden["p_right"], "p_right");
  expect_golden(found.free_accuracy, golden["free_accuracy"], "free_accuracy");
}
void expect_golden(const RewrittenNumbers& found, const nlohmann::json& golden) {
  expect_golden(found.same, golden["same"], "same");
  expect_golden(found.accuracy, golden["accuracy"], "accuracy");
  expect_golden(found.p_right, golden["p_right"], "p_right");
  expect_golden(found.free_same, golden["free_same"], "free_same");
  expect_golden(found.free_accuracy, golden["free_accuracy"], "free_accuracy");
  expect_golden(found.area_over, golden["area_over"], "area_over");
  for (size_t i = 0; i < golden["by_part"].size(); i++) {
    const auto& part = golden["by_part"][i];
    ASSERT_EQ(found.by_part.same[i].value.has_value(), !part.is_null()) << i;
    if (part.is_null()) continue;
    EXPECT_NEAR(*found.by_part.same[i].value, part.get<double>(), 1e-9) << i;
  }
  EXPECT_NEAR(*found.by_part.area_over.value, golden["area_over_parts"].get<double>(), 1e-9);
}

TEST(Rewritten, GivesWhatNumpyGives) {
  for (const auto& c : golden_experiments()["rewritten"]) {
    const auto& golden = c["report"];
    const RewrittenReport found = measure_rewritten(
        golden_places(c["places"]), c["n_questions"],
        {.n_arms = 3, .control = 2, .n_parts = c["n_parts"], .bootstrap = {.resamples = 10}});
    for (int arm = 0; arm < 3; arm++) {
      SCOPED_TRACE(arm);
      expect_golden(found.arms[arm], golden["arms"][arm]);
      if (arm != 2) expect_golden(found.minus_control[arm], golden["minus_control"][arm]);
      expect_golden(found.minus_real[arm], golden["minus_real"][arm]);
    }
    expect_golden(found.real_accuracy, golden["real_accuracy"], "real");
    expect_golden(found.real_free_accuracy, golden["real_free_accuracy"], "real, free");
  }
}

// Traces of 1 to 6 sentences, each with a mistake at every one of them.
std::vector<RewrittenPlace> traces_with_every_place(std::mt19937_64& random, int n_questions) {
  std::vector<RewrittenPlace> places;
  int trace = 0;
  for (int q = 0; q < n_questions; q++) {
    for (uint32_t sample = 0; sample <= draw_below(random, 3); sample++, trace++) {
      const auto n = static_cast<int>(1 + draw_below(random, 6));
      const std::vector<float> real = forced(static_cast<int>(draw_below(random, 3)));
      for (int i = 0; i < n; i++) {
        RewrittenPlace place{.question = q,
                             .trace = trace,
                             .answer = q % 3,
                             .before = static_cast<double>(i) / n,
                             .real = real};
        place.arms = {
            RewrittenOutcome{forced(static_cast<int>(draw_below(random, 3)), .5 + .4 * draw_uniform(random))},
            RewrittenOutcome{forced(static_cast<int>(draw_below(random, 3)))}};
        places.push_back(std::move(place));
      }
    }
  }
  return places;
}

int top(const std::vector<float>& row) {
  return static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
}

// The paper's: for each length a curve over the places, the mean of all traces of that length; the area over it; the areas'
// mean, weighted with how many traces each length has.
double paper_area_over(const std::vector<RewrittenPlace>& places) {
  std::map<int, int> length;  // By trace.
  for (const RewrittenPlace& p : places) length[p.trace]++;
  std::map<int, std::map<int, std::pair<double, int>>> curves;  // By length and place.
  for (const RewrittenPlace& p : places) {
    const int n = length[p.trace];
    auto& [sum, count] = curves[n][static_cast<int>(std::lround(p.before * n))];
    sum += top(p.arms[0]->logprobs) == top(p.real) ? 1 : 0;
    count++;
  }
  double total = 0;
  for (const auto& [n, curve] : curves) {
    double under = 0;
    for (const auto& [place, mean] : curve) under += mean.first / mean.second / n;
    total += (1 - under) * curve.begin()->second.second / static_cast<double>(length.size());
  }
  return total;
}

TEST(Rewritten, AreaIsThePapers) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5; round++) {
    const std::vector<RewrittenPlace> places = traces_with_every_place(random, 9);
    const RewrittenReport report =
        measure_rewritten(places, 9, {.n_arms = 2, .control = 1, .bootstrap = {.resamples = 10}});
    EXPECT_NEAR(*report.arms[0].area_over.value, paper_area_over(places), 1e-12);
    EXPECT_NEAR(*report.arms[0].area_over.value, 1 - *report.arms[0].same.value, 1e-12);
  }
}

double probability(const RewrittenPlace& place, int arm) {
  return std::exp(static_cast<double>(place.arms[arm]->logprobs[place.answer]));
}

// A naive mean over traces of their means over places, each question as often as `counts` says.
double naive_difference(const std::vector<RewrittenPlace>& places, const std::vector<int>& counts) {
  std::map<int, std::vector<double>> of_trace;
  std::map<int, int> question;
  for (const RewrittenPlace& p : places) {
    of_trace[p.trace].push_back(probability(p, 0) - probability(p, 1));
    question[p.trace] = p.question;
  }
  double sum = 0, n = 0;
  for (const auto& [trace, values] : of_trace) {
    double mean = 0;
    for (const double v : values) mean += v / static_cast<double>(values.size());
    sum += counts[question[trace]] * mean;
    n += counts[question[trace]];
  }
  return sum / n;
}

TEST(Rewritten, PairedIntervalIsOfWholeQuestions) {
  std::mt19937_64 random(4);
  const std::vector<RewrittenPlace> places = traces_with_every_place(random, 12);
  const BootstrapOptions bootstrap{.seed = 5, .resamples = 300};
  const Estimate found = measure_rewritten(places, 12, {.n_arms = 2, .control = 1, .bootstrap = bootstrap})
                             .minus_control[0]
                             .p_right;
  EXPECT_NEAR(*found.value, naive_difference(places, std::vector<int>(12, 1)), 1e-9);
  std::vector<double> replicates;
  for_each_resample(12, bootstrap, [&](const std::vector<int>& counts) {
    replicates.push_back(naive_difference(places, counts));
  });
  const auto expected = percentile_interval(replicates, bootstrap);
  EXPECT_NEAR(found.interval->low, expected->low, 1e-9);
  EXPECT_NEAR(found.interval->high, expected->high, 1e-9);
}

}  // namespace
}  // namespace thinktrace
