// SPDX-License-Identifier: MIT
// label_bias.h — does a label win because of where it stands? From readings in several orders of the options.
//
// summary.h says how often each label wins in the original order, where a label that is often right wins often, and
// how far orders agree. Here every reading counts with the label at which the right option stood in it. With orders
// in which each option stands at each label equally often (as those of --permute do in their first n), what a label
// gets more than another is preference, not knowledge.
#pragma once
#include <vector>

#include "thinktrace/analysis/bootstrap.h"
#include "thinktrace/analysis/measures.h"

namespace thinktrace {

// One trace at one position in one order.
struct LabelReading {
  int question = 0;
  int right = 0;          // The label that stands before the right option.
  std::vector<double> p;  // The options' probabilities, by label.  [n_labels]
};

// The trace's row `row` in the original order and in every other one. REQUIRES: row < trace.positions.size().
std::vector<LabelReading> label_readings(const TraceView& trace, int question, size_t row);

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

// Intervals are of whole questions. Readings with another number of labels are left out.
// REQUIRES: 0 <= question < n_questions; 0 <= right < p.size(); n_labels >= 1.
LabelBias measure_label_bias(const std::vector<LabelReading>& readings, int n_questions, int n_labels,
                             const BootstrapOptions& options = {});

}  // namespace thinktrace
