// SPDX-License-Identifier: MIT
// A mean over readings hangs on nothing but the sum and the number of each question's readings; estimate() gets these as
// so many readings of the question's mean.
#include "thinktrace/analysis/label_bias.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "thinktrace/analysis/collected.h"
#include "thinktrace/analysis/statistics.h"

namespace thinktrace {
namespace {

int chosen_label(const LabelReading& reading) {
  return static_cast<int>(std::max_element(reading.p.begin(), reading.p.end()) - reading.p.begin());
}

LabelCounts sum_counts(const std::vector<LabelCounts>& by_question, const std::vector<int>& times,
                       int n_labels) {
  LabelCounts total(n_labels);
  for (size_t q = 0; q < by_question.size(); q++) {
    if (times[q] > 0) total.add(by_question[q], times[q]);
  }
  return total;
}

// Not defined where some label is never right.
std::optional<double> recall_deviation(const LabelCounts& total) {
  std::vector<double> recalls;
  for (const LabelCounts::Sums& label : total.labels()) {
    if (label.right == 0) return std::nullopt;
    recalls.push_back(static_cast<double>(label.both) / label.right);
  }
  const double middle = *mean(recalls);
  double squares = 0;
  for (const double recall : recalls) squares += (recall - middle) * (recall - middle);
  return std::sqrt(squares / static_cast<double>(recalls.size()));
}

std::optional<double> chosen_minus_right(const LabelCounts& total) {
  if (total.n_readings() == 0) return std::nullopt;
  double sum = 0;
  for (const LabelCounts::Sums& label : total.labels()) sum += std::abs(label.chosen - label.right);
  return sum / total.n_readings() / 2;
}

// Both numbers that estimate() doesn't know, on the resamples that it takes.
void estimate_deviations(const std::vector<LabelCounts>& by_question, int n_labels,
                         const BootstrapOptions& options, LabelBias& bias) {
  const auto n_questions = by_question.size();
  const LabelCounts once = sum_counts(by_question, std::vector<int>(n_questions, 1), n_labels);
  bias.recall_deviation.value = recall_deviation(once);
  bias.chosen_minus_right.value = chosen_minus_right(once);
  for (Estimate* e : {&bias.recall_deviation, &bias.chosen_minus_right}) {
    e->n_traces = bias.labels[0].chosen.n_traces;
    e->n_questions = bias.labels[0].chosen.n_questions;
  }
  if (bias.labels[0].chosen.n_questions < 2) return;
  std::vector<double> deviations, differences;
  for_each_resample(n_questions, options, [&](const std::vector<int>& counts) {
    const LabelCounts total = sum_counts(by_question, counts, n_labels);
    if (const auto value = recall_deviation(total)) deviations.push_back(*value);
    if (const auto value = chosen_minus_right(total)) differences.push_back(*value);
  });
  if (bias.recall_deviation.value) bias.recall_deviation.interval = percentile_interval(deviations, options);
  bias.chosen_minus_right.interval = percentile_interval(differences, options);
}

}  // namespace

void LabelCounts::add(const LabelReading& reading) {
  if (static_cast<int>(reading.p.size()) != n_labels()) return;
  const int chosen = chosen_label(reading);
  n_readings_++;
  labels_[chosen].chosen++;
  labels_[reading.right].right++;
  labels_[reading.right].both += chosen == reading.right ? 1 : 0;
  for (size_t i = 0; i < labels_.size(); i++) labels_[i].p += std::llround(reading.p[i] / kUnit);
}

void LabelCounts::add(const LabelCounts& other, int times) {
  n_readings_ += times * other.n_readings_;
  for (size_t i = 0; i < labels_.size(); i++) {
    labels_[i].chosen += times * other.labels_[i].chosen;
    labels_[i].right += times * other.labels_[i].right;
    labels_[i].both += times * other.labels_[i].both;
    labels_[i].p += times * other.labels_[i].p;
  }
}

std::vector<LabelReading> label_readings(const TraceView& trace, size_t row) {
  std::vector<LabelReading> readings;
  const auto add = [&](std::span<const float> logprobs, const std::vector<int>& label_of) {
    LabelReading reading{.p = std::vector<double>(trace.n_options)};
    for (int i = 0; i < trace.n_options; i++) {
      const int label = label_of.empty() ? i : label_of[i];
      reading.p[label] = probability_of(logprobs[row * trace.n_options + i]);
      if (i == trace.answer) reading.right = label;
    }
    readings.push_back(std::move(reading));
  };
  add(trace.logprobs, trace.label_of);
  for (const OrderView& order : trace.orders) {
    // An order's labels are named by the option that has them in the original order.
    std::vector<int> label_of;
    for (const int option : order.label_of)
      label_of.push_back(trace.label_of.empty() ? option : trace.label_of[option]);
    add(order.logprobs, label_of);
  }
  return readings;
}

LabelBias measure_label_bias(const std::vector<LabelCounts>& by_question, int n_labels,
                             const BootstrapOptions& options) {
  LabelBias bias;
  bias.labels.resize(n_labels);
  Collected statistics;
  for (LabelNumbers& label : bias.labels) {
    for (Estimate* e : {&label.chosen, &label.right, &label.p, &label.recall}) {
      const StatisticKind kind = e == &label.p ? StatisticKind::kMean : StatisticKind::kShare;
      statistics.add(kind, *e);
    }
  }
  for (size_t q = 0; q < by_question.size(); q++) {
    const int n = by_question[q].n_readings();
    const auto take = [&](size_t statistic, double sum, int readings) {
      for (int k = 0; k < readings; k++) statistics.take(statistic, static_cast<int>(q), sum / readings);
    };
    for (int i = 0; i < n_labels; i++) {
      const LabelCounts::Sums& sums = by_question[q].labels()[i];
      const size_t first = 4 * static_cast<size_t>(i);
      take(first, sums.chosen, n);
      take(first + 1, sums.right, n);
      take(first + 2, static_cast<double>(sums.p) * LabelCounts::kUnit, n);
      take(first + 3, sums.both, sums.right);
    }
  }
  statistics.estimate_all(static_cast<int>(by_question.size()), options);
  estimate_deviations(by_question, n_labels, options, bias);
  return bias;
}

}  // namespace thinktrace
