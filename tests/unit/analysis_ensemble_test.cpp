// SPDX-License-Identifier: MIT
// ensemble.h and label_bias.h against numpy and scipy (tests/golden/make_experiments.py) and by hand.
#include "thinktrace/analysis/ensemble.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "experiment_data.h"
#include "thinktrace/analysis/label_bias.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

using testing::golden_experiments;

std::vector<float> logs(const std::vector<double>& probabilities) {
  std::vector<float> out;
  for (const double p : probabilities) out.push_back(static_cast<float>(std::log(p)));
  return out;
}

TEST(Ensemble, IsNumpysAndScipys) {
  const std::vector<int> position{7};
  for (const auto& c : golden_experiments()["ensembles"]) {
    SCOPED_TRACE(c["thousandths"].dump());
    std::vector<std::vector<float>> rows;
    for (const auto& row : c["thousandths"]) {
      rows.emplace_back();
      for (const double p : row) rows.back().push_back(static_cast<float>(std::log(p / 1000)));
    }
    std::vector<ReaderCurve> readers;
    for (const auto& row : rows) readers.push_back({position, row});
    const std::vector<EnsemblePoint> points = combine_readers(readers, static_cast<int>(rows[0].size()));
    ASSERT_EQ(points.size(), 1u);
    EXPECT_EQ(points[0].position, 7);
    EXPECT_EQ(points[0].n_readers, static_cast<int>(rows.size()));
    for (size_t i = 0; i < rows[0].size(); i++) {
      EXPECT_NEAR(points[0].mean[i], c["mean"][i].get<double>(), 1e-6);
      EXPECT_NEAR(points[0].deviation[i], c["deviation"][i].get<double>(), 1e-6);
    }
    EXPECT_NEAR(points[0].spread, c["spread"].get<double>(), 1e-6);
    EXPECT_NEAR(points[0].entropy, c["entropy"].get<double>(), 1e-5);
    EXPECT_NEAR(points[0].entropy_mean, c["entropy_mean"].get<double>(), 1e-5);
    EXPECT_NEAR(points[0].agreement, c["agreement"].get<double>(), 1e-12);
  }
}

TEST(Ensemble, TakesEveryPositionOfAnyReader) {
  const std::vector<int> all{0, 1, 2}, ends{0, 2};
  const std::vector<float> a = logs({.5, .25, .6, .25, .1, .8}), b = logs({.25, .5, .3, .6});
  const std::vector<ReaderCurve> readers{{all, a}, {ends, b}};
  const std::vector<EnsemblePoint> points = combine_readers(readers, 2);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[1].n_readers, 1);
  EXPECT_EQ(points[1].deviation, (std::vector<double>{0, 0}));
  EXPECT_EQ(points[1].spread, 0);
  EXPECT_NEAR(points[0].spread, .125, 1e-6);
  EXPECT_NEAR(points[2].spread, .1, 1e-6);  // .1 each, all of it between the options: none of the mass moves.
  EXPECT_EQ(points[0].top, 0);              // A tie.
  EXPECT_DOUBLE_EQ(points[0].agreement, .5);
  EXPECT_DOUBLE_EQ(points[2].agreement, 1);
  EXPECT_TRUE(combine_readers({}, 2).empty());
}

TEST(Ensemble, OfATrace) {
  const std::vector<int> all{0, 1, 2};
  const std::vector<float> a = logs({.5, .25, .6, .25, .1, .8}), b = logs({.25, .5, .5, .25, .3, .6});
  const std::vector<ReaderCurve> readers{{all, a}, {all, b}};
  const EnsembleMeasures m = measure_ensemble(readers, 2, 1);
  EXPECT_EQ(m.n_readers, 2);
  EXPECT_NEAR(m.p_start, .375, 1e-6);
  EXPECT_NEAR(m.p_end, .7, 1e-6);
  EXPECT_FALSE(m.right_start);  // A tie: the first option.
  EXPECT_TRUE(m.right_end);
  EXPECT_NEAR(m.deviation.start, .25 / std::sqrt(2), 1e-6);
  EXPECT_NEAR(m.deviation.end, .2 / std::sqrt(2), 1e-6);
  EXPECT_NEAR(m.deviation.mean, .15 / std::sqrt(2), 1e-6);
  EXPECT_NEAR(m.spread.mean, (.125 + .05 + .1) / 3, 1e-6);
  EXPECT_DOUBLE_EQ(m.agreement.start, .5);
  EXPECT_DOUBLE_EQ(m.agreement.mean, 2.5 / 3);
}

// Readings of each question, in the order of questions.
std::vector<LabelCounts> counts_of(const std::vector<std::pair<int, LabelReading>>& readings, int n_questions,
                                   int n_labels) {
  std::vector<LabelCounts> counts(n_questions, LabelCounts(n_labels));
  for (const auto& [question, reading] : readings) counts[question].add(reading);
  return counts;
}

TEST(LabelBias, IsNumpys) {
  for (const auto& c : golden_experiments()["label_biases"]) {
    std::vector<std::pair<int, LabelReading>> readings;
    for (size_t i = 0; i < c["right"].size(); i++)
      readings.push_back({static_cast<int>(i / 3), {c["right"][i], c["p"][i].get<std::vector<double>>()}});
    const int n_labels = static_cast<int>(readings[0].second.p.size());
    const auto counts = counts_of(readings, readings.back().first + 1, n_labels);
    const LabelBias bias = measure_label_bias(counts, n_labels, {.resamples = 200});
    for (int i = 0; i < n_labels; i++) {
      EXPECT_NEAR(*bias.labels[i].chosen.value, c["chosen"][i].get<double>(), 1e-12);
      EXPECT_NEAR(*bias.labels[i].recall.value, c["recalls"][i].get<double>(), 1e-12);
      EXPECT_NEAR(*bias.labels[i].p.value, c["mean_p"][i].get<double>(), 1e-12);
    }
    EXPECT_NEAR(*bias.recall_deviation.value, c["recall_deviation"].get<double>(), 1e-12);
    EXPECT_NEAR(*bias.chosen_minus_right.value, c["chosen_minus_right"].get<double>(), 1e-12);
    EXPECT_LT(bias.recall_deviation.interval->low, bias.recall_deviation.interval->high);
    EXPECT_GT(bias.chosen_minus_right.interval->high, *bias.chosen_minus_right.value);
  }
}

// Four questions in all four rotations of their options: one chooser knows, one always takes the first label.
TEST(LabelBias, TellsKnowledgeFromPreference) {
  std::vector<std::pair<int, LabelReading>> knows, prefers;
  for (int q = 0; q < 4; q++) {
    for (int right = 0; right < 4; right++) {
      LabelReading reading{right, {.1, .1, .1, .1}};
      reading.p[right] = .6;
      knows.push_back({q, reading});
      prefers.push_back({q, {right, {.6, .1, .1, .1}}});
    }
  }
  const LabelBias a = measure_label_bias(counts_of(knows, 4, 4), 4, {.resamples = 50}),
                  b = measure_label_bias(counts_of(prefers, 4, 4), 4, {.resamples = 50});
  EXPECT_EQ(a.recall_deviation.value, 0);
  EXPECT_EQ(a.chosen_minus_right.value, 0);
  EXPECT_NEAR(*b.recall_deviation.value, std::sqrt(.1875), 1e-12);
  EXPECT_DOUBLE_EQ(*b.chosen_minus_right.value, .75);
  EXPECT_EQ(b.labels[0].recall.value, 1);
  EXPECT_EQ(b.labels[3].recall.value, 0);
  EXPECT_EQ(b.recall_deviation.n_traces, 16);
}

TEST(LabelBias, WhatIsNotDefinedIsNothing) {
  // No reading has its right option at the second label; another has three labels.
  const auto counts = counts_of({{0, {0, {.6, .2}}}, {1, {0, {.2, .6}}}, {1, {2, {.2, .2, .2}}}}, 2, 2);
  const LabelBias bias = measure_label_bias(counts, 2, {.resamples = 20});
  EXPECT_FALSE(bias.recall_deviation.value.has_value());
  EXPECT_FALSE(bias.recall_deviation.interval.has_value());
  EXPECT_DOUBLE_EQ(*bias.chosen_minus_right.value, .5);
  EXPECT_EQ(bias.labels[0].chosen.n_traces, 2);
  EXPECT_FALSE(measure_label_bias(counts_of({}, 2, 2), 2).chosen_minus_right.value.has_value());
}

TEST(LabelBias, ReadsTheLabelsOfEveryOrder) {
  const std::vector<int> positions{0, 5};
  const std::vector<float> original = logs({.7, .2, .1, .1, .2, .7}), turned = logs({.2, .5, .3, .3, .5, .2});
  TraceView trace{.answer = 1, .n_options = 3, .end = 5, .positions = positions, .logprobs = original};
  // There the first option has the second one's label, and so on round.
  trace.orders = {{{1, 2, 0}, turned}};
  std::vector<LabelReading> readings = label_readings(trace, 1);
  ASSERT_EQ(readings.size(), 2u);
  EXPECT_EQ(readings[0].right, 1);
  EXPECT_NEAR(readings[0].p[2], .7, 1e-6);
  EXPECT_EQ(readings[1].right, 2);
  EXPECT_NEAR(readings[1].p[0], .2, 1e-6);
  EXPECT_NEAR(readings[1].p[1], .3, 1e-6);
  EXPECT_NEAR(readings[1].p[2], .5, 1e-6);
  // Where the original order's labels are turned themselves, orders name labels by the option that has them there.
  trace.label_of = {2, 0, 1};
  readings = label_readings(trace, 0);
  EXPECT_EQ(readings[0].right, 0);
  EXPECT_NEAR(readings[0].p[2], .7, 1e-6);
  EXPECT_EQ(readings[1].right, 1);  // The label of the third option.
  EXPECT_NEAR(readings[1].p[0], .2, 1e-6);
}

}  // namespace
}  // namespace thinktrace
