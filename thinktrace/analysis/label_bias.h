// SPDX-License-Identifier: MIT
// label_bias.h — does a label win because of where it stands? From readings in several orders of the options.
//
// summary.h says how often each label wins in the original order, where a label that is often right wins often, and
// how far orders agree. Here every reading counts with the label at which the right option stood in it. With orders
// in which each option stands at each label equally often (as those of --permute do in their first n), what a label
// gets more than another is preference, not knowledge.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "thinktrace/analysis/estimates.h"
#include "thinktrace/analysis/measures.h"

namespace thinktrace {

// The trace's row `row` in the original order and in every other one. REQUIRES: row < trace.positions.size().
std::vector<LabelReading> label_readings(const TraceView& trace, size_t row);

// Sums over readings, by label.
class LabelCounts {
 public:
  struct Sums {
    int chosen = 0, right = 0, both = 0;
    int64_t p = 0;  // In units of kUnit, so that the sum does not hang on the order of the readings.
  };

  explicit LabelCounts(int n_labels) : labels_(n_labels) {}
  LabelCounts(int n_readings, std::vector<Sums> labels)
      : n_readings_(n_readings), labels_(std::move(labels)) {}

  int n_labels() const { return static_cast<int>(labels_.size()); }
  int n_readings() const { return n_readings_; }
  // One with another number of labels is left out. REQUIRES: 0 <= right < p.size().
  void add(const LabelReading& reading);
  // REQUIRES: as many labels.
  void add(const LabelCounts& other);

  static constexpr double kUnit = 1. / (int64_t{1} << 40);
  const std::vector<Sums>& labels() const { return labels_; }

 private:
  int n_readings_ = 0;
  std::vector<Sums> labels_;
};

struct LabelNumbers {
  Estimate
      chosen;      // Share of the readings in which the label is the most likely one; on a tie the lower one.
  Estimate right;  // Share in which the right option stands there.
  Estimate p;      // Its mean probability.
  Estimate recall;  // Share of the readings whose right option stands there that choose it.
};

struct LabelBias {
  std::vector<LabelNumbers> labels;  // [n_labels]
  // Standard deviation (n, not n - 1) of the labels' recalls: "RStd" of Zheng et al. 2024, arXiv 2309.03882, there in
  // percent. 0 without bias. Noise makes it larger than 0 too: the fewer readings, the more.
  Estimate recall_deviation;
  // Total variation between how often each label is chosen and how often it is right. 0 without bias, or where errors
  // even out.
  Estimate chosen_minus_right;
};

// Lists the statistics of a bias on their way to an interval. Returns the first one's number. Intervals are of whole
// questions; n_traces counts readings. Borrows `bias`. REQUIRES: n_labels >= 1.
size_t add_label_bias(Estimates& all, LabelBias& bias, int n_labels);
// A question's counts. REQUIRES: add_label_bias() gave `first`; as many labels.
void take_label_counts(Estimates& all, size_t first, const LabelCounts& counts);

// Both, for counts that are in memory. REQUIRES: all counts are of n_labels labels; n_labels >= 1.
LabelBias measure_label_bias(const std::vector<LabelCounts>& by_question, int n_labels,
                             const BootstrapOptions& options = {});

}  // namespace thinktrace
