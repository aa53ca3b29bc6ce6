// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/label_bias.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/analysis/collected.h"
#include "thinktrace/analysis/statistics.h"

namespace thinktrace {
namespace {

// Sums over the readings of a question, by label.
struct LabelCounts {
  std::vector<double> chosen, right, both;
  explicit LabelCounts(int n_labels) : chosen(n_labels), right(n_labels), both(n_labels) {}
};

int chosen_label(const LabelReading& reading) {
  return static_cast<int>(std::max_element(reading.p.begin(), reading.p.end()) - reading.p.begin());
}

LabelCounts sum_counts(const std::vector<LabelCounts>& by_question, const std::vector<int>& counts,
                       int n_labels) {
  LabelCounts total(n_labels);
  for (size_t q = 0; q < by_question.size(); q++) {
    for (int i = 0; i < n_labels; i++) {
      total.chosen[i] += counts[q] * by_question[q].chosen[i];
      total.right[i] += counts[q] * by_question[q].right[i];
      total.both[i] += counts[q] * by_question[q].both[i];
    }
  }
  return total;
}

// Not defined where some label is never right.
std::optional<double> recall_deviation(const LabelCounts& total) {
  std::vector<double> recalls;
  for (size_t i = 0; i < total.right.size(); i++) {
    if (total.right[i] == 0) return std::nullopt;
    recalls.push_back(total.both[i] / total.right[i]);
  }
  const double middle = *mean(recalls);
  double squares = 0;
  for (const double recall : recalls) squares += (recall - middle) * (recall - middle);
  return std::sqrt(squares / static_cast<double>(recalls.size()));
}

std::optional<double> chosen_minus_right(const LabelCounts& total) {
  double n = 0, sum = 0;
  for (const double x : total.right) n += x;
  if (n == 0) return std::nullopt;
  for (size_t i = 0; i < total.right.size(); i++) sum += std::fabs(total.chosen[i] - total.right[i]);
  return sum / n / 2;
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

std::vector<LabelReading> label_readings(const TraceView& trace, int question, size_t row) {
  std::vector<LabelReading> readings;
  const auto add = [&](std::span<const float> logprobs, const std::vector<int>& label_of) {
    LabelReading reading{.question = question, .p = std::vector<double>(trace.n_options)};
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

LabelBias measure_label_bias(const std::vector<LabelReading>& readings, int n_questions, int n_labels,
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
  std::vector<LabelCounts> by_question(n_questions, LabelCounts(n_labels));
  for (const LabelReading& reading : readings) {
    if (static_cast<int>(reading.p.size()) != n_labels) continue;
    const int chosen = chosen_label(reading);
    for (int i = 0; i < n_labels; i++) {
      const auto add = [&](int statistic, double x) {
        statistics.take(4 * i + statistic, reading.question, x);
      };
      add(0, i == chosen ? 1 : 0);
      add(1, i == reading.right ? 1 : 0);
      add(2, reading.p[i]);
      if (i == reading.right) add(3, i == chosen ? 1 : 0);
    }
    LabelCounts& counts = by_question[reading.question];
    counts.chosen[chosen]++;
    counts.right[reading.right]++;
    counts.both[reading.right] += chosen == reading.right ? 1 : 0;
  }
  statistics.estimate_all(n_questions, options);
  estimate_deviations(by_question, n_labels, options, bias);
  return bias;
}

}  // namespace thinktrace
