// SPDX-License-Identifier: MIT
// comparison.h — one trace read by two readers, of one model or of two: where they answer alike, and which settles first.
#pragma once
#include <optional>
#include <span>
#include <vector>

namespace thinktrace {

struct TraceView;

// The other reader's curve of a trace. Borrowed.
struct OtherCurve {
  std::span<const int> positions;   // Increasing.  [n_positions]
  std::span<const float> logprobs;  // Natural log, by option.  [n_positions, n_options]
  int end = 0;                      // The end of the thinking in its tokens.
  // For each of this trace's positions, after how many of the other's tokens it stands (writer_positions in
  // probe/record.h); empty: not known, as where the two texts differ.  [this trace's n_positions]
  std::vector<int> aligned;
};

// "Start" is the other's first position, "end" the last one of each. Differences are this reader minus the other.
struct ReadingComparison {
  bool same_start = false, same_end = false;  // The same forced answer.
  double p_start = 0, p_end = 0;              // Of P(right).
  double mass_start = 0, mass_end = 0;
  // Over the other's positions, at each with the last row of this trace that stands there or before (its first row where
  // none does): the share with the same forced answer, and the mean total variation. Nothing where not aligned.
  std::optional<double> same, distance;
  // Of t_exit in the other's tokens, and as a share of its thinking. Nothing where not aligned, or without thinking.
  std::optional<int> t_exit;
  std::optional<double> t_exit_share;
};

// REQUIRES: both have positions, and the shapes above. `margin`: as in first_stays(). Cost: one pass over both.
ReadingComparison compare_readings(const TraceView& trace, const OtherCurve& other, double margin = 0);

}  // namespace thinktrace
