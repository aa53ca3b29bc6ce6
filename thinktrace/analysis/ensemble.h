// SPDX-License-Identifier: MIT
// ensemble.h — one trace read in several ways (suffixes, labels, orders of the options, models): the mean, and how
// far apart.
#pragma once
#include <span>
#include <vector>

namespace thinktrace {

// One reader's curve of the trace. Borrowed. Positions must mean the same in all: tokens of one tokenizer, or aligned
// ones.
struct ReaderCurve {
  std::span<const int> positions;   // Increasing.  [n_positions]
  std::span<const float> logprobs;  // Natural log, by option, not by label.  [n_positions, n_options]
};

struct EnsemblePoint {
  int position = 0;
  int n_readers = 0;         // That have a reading here.
  std::vector<double> mean;  // Of each option's probability.  [n_options]
  // Standard deviation of each option's probability over the readers (n - 1; 0 with one reader).  [n_options]
  std::vector<double> deviation;
  // Mean over the readers of the total variation from the mean ("none of the options" counted): 0 where all say the
  // same.
  double spread = 0;
  int top = 0;              // Most likely by the mean; on a tie the lower index.
  double agreement = 0;     // Share of the readers whose own most likely option it is.
  double entropy = 0;       // Of the mean, in bits, as in CurveMeasures.
  double entropy_mean = 0;  // Mean of the readers' own. What the first has more is their disagreement.
};

// At every position that some reader has read. A number that is no log-probability counts as probability 0. Readers
// of fewer positions make the set of readers change along the trace: look at n_readers, or read all at the same
// positions. REQUIRES: n_options > 0 and the shapes above. Cost: one pass over each curve.
std::vector<EnsemblePoint> combine_readers(std::span<const ReaderCurve> readers, int n_options);

// Means over a curve, and what it is at its first and last position.
struct AlongCurve {
  double mean = 0, start = 0, end = 0;
};

// What several readings make of one trace.
struct EnsembleMeasures {
  int n_readers = 0;
  AlongCurve spread, agreement;                 // As in EnsemblePoint.
  AlongCurve deviation;                         // Of P(right).
  double p_start = 0, p_end = 0;                // P(right), mean over the readers.
  bool right_start = false, right_end = false;  // The most likely option by the mean is the right one.
};
// REQUIRES: as combine_readers(); at least one reader, of at least one position; 0 <= answer < n_options.
EnsembleMeasures measure_ensemble(std::span<const ReaderCurve> readers, int n_options, int answer);

}  // namespace thinktrace
