// SPDX-License-Identifier: MIT
// A mean over readings hangs on nothing but the sum and the number of each question's readings; Estimates gets these as
// so many readings of the question's mean.
#include "thinktrace/analysis/label_bias.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "thinktrace/analysis/statistics.h"

namespace thinktrace {
namespace {

int chosen_label(const LabelReading& reading) {
  return static_cast<int>(std::max_element(reading.p.begin(), reading.p.end()) - reading.p.begin());
}

// Totals over readings: how many there are, then by label chosen, right and both.
constexpr size_t kSumsOfLabel = 3;

// Not defined where some label is never right.
std::optional<double> recall_deviation(std::span<const double> sums) {
  std::vector<double> recalls;
  for (size_t i = 1; i < sums.size(); i += kSumsOfLabel) {
    if (sums[i + 1] == 0) return std::nullopt;
    recalls.push_back(sums[i + 2] / sums[i + 1]);
  }
  const double middle = *mean(recalls);
  double squares = 0;
  for (const double recall : recalls) squares += (recall - middle) * (recall - middle);
  return std::sqrt(squares / static_cast<double>(recalls.size()));
}

std::optional<double> chosen_minus_right(std::span<const double> sums) {
  if (sums[0] == 0) return std::nullopt;
  double distance = 0;
  for (size_t i = 1; i < sums.size(); i += kSumsOfLabel) distance += std::abs(sums[i] - sums[i + 1]);
  return distance / sums[0] / 2;
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

void LabelCounts::add(const LabelCounts& other) {
  n_readings_ += other.n_readings_;
  for (size_t i = 0; i < labels_.size(); i++) {
    labels_[i].chosen += other.labels_[i].chosen;
    labels_[i].right += other.labels_[i].right;
    labels_[i].both += other.labels_[i].both;
    labels_[i].p += other.labels_[i].p;
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

size_t add_label_bias(Estimates& all, LabelBias& bias, int n_labels) {
  bias.labels.resize(n_labels);
  const size_t n_sums = 1 + kSumsOfLabel * n_labels;
  const size_t first = all.add_of_sums(n_sums, bias.recall_deviation, recall_deviation);
  all.add_of_sums(n_sums, bias.chosen_minus_right, chosen_minus_right);
  for (LabelNumbers& label : bias.labels) {
    all.add(StatisticKind::kShare, label.chosen);
    all.add(StatisticKind::kShare, label.right);
    all.add(StatisticKind::kMean, label.p);
    all.add(StatisticKind::kShare, label.recall);
  }
  return first;
}

void take_label_counts(Estimates& all, size_t first, const LabelCounts& counts) {
  const int n = counts.n_readings();
  size_t statistic = first + 2;
  const auto take = [&](double sum, int readings) {
    for (int k = 0; k < readings; k++) all.take(statistic, sum / readings);
    statistic++;
  };
  std::vector<double> sums{static_cast<double>(n)};
  for (const LabelCounts::Sums& label : counts.labels()) {
    for (const int sum : {label.chosen, label.right, label.both}) sums.push_back(sum);
    take(label.chosen, n);
    take(label.right, n);
    take(static_cast<double>(label.p) * LabelCounts::kUnit, n);
    take(label.both, label.right);
  }
  all.take_sums(first, sums, n);
  all.take_sums(first + 1, sums, n);
}

LabelBias measure_label_bias(const std::vector<LabelCounts>& by_question, int n_labels,
                             const BootstrapOptions& options) {
  LabelBias bias;
  Estimates all;
  const size_t first = add_label_bias(all, bias, n_labels);
  for (const LabelCounts& counts : by_question) {
    take_label_counts(all, first, counts);
    all.end_question();
  }
  all.finish(options);
  return bias;
}

}  // namespace thinktrace
