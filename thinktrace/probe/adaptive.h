// SPDX-License-Identifier: MIT
// adaptive.h — a curve from a part of its probes: coarse to fine, finer where the distribution moves or may move.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/probe/probe.h"
#include "thinktrace/probe/stretch.h"

namespace thinktrace {

// The natural-log probabilities at some positions, increasing: a row of n_options for each.
using ReadPositions = std::function<std::vector<float>(const std::vector<int>& positions)>;

// The numbers behind the choice of positions and the error estimate, tuned on one half of the published R1 traces
// (docs/method.md, "Adaptive probing"; bench/adaptive_replay --fit prints them).
struct AdaptiveModel {
  // foreseen() of these is the summed distance of a stretch's interpolated rows from the true ones,
  StretchSigns error{};
  // and of these what a probe in its middle is worth: the same with large errors and wrong most likely options counted extra.
  StretchSigns cost{};
  // At kUsualTolerance a stretch is parted where its foreseen cost is above `limit` or its ends are further apart than
  // `largest_step`.
  double limit = 0, largest_step = 0;
  double upper_slope = 1, upper_offset = 0;  // From the estimate to its 90 % upper bound.
};
const AdaptiveModel& tuned_model();
inline constexpr double kUsualTolerance = 0.05;

struct AdaptiveOptions {
  double tolerance = kUsualTolerance;     // Both thresholds grow in proportion; 0: every stretch is worth it.
  double max_share = 1;                   // Of the positions, at most; the coarse grid is always probed.
  int batch = 32;                         // Probes in a round of what is probed beyond the tolerance.
  std::vector<std::string> option_texts;  // Words of theirs in the thinking are signs; may be empty.
  // Asked once the tolerance is met, before every further round of `batch` probes: whether to spend more. Empty: no.
  std::function<bool()> may_go_on;
  AdaptiveModel model = tuned_model();
};

struct AdaptiveCurve {
  Curve probed;             // What was read, as it was read.
  Curve full;               // Every position, 0 to the last.
  std::vector<int> rounds;  // Probes read in each round.
};

// Probes a trace of token_texts.size() thinking tokens in rounds, each one call of `read`: first a grid, then the middles
// of all stretches that are worth it: their foreseen cost is above the limit, their ends are too far apart, or t_exit lies in
// them. Between probed positions the curve is interpolated on a clock that runs faster where the text gives signs. What lies
// wholly between two probes and comes back is not seen. Where a reading is no probability it counts as 0. The same readings and
// options give the same curve, as long as may_go_on gives the same answers. With tolerance 0 and no bound on the share every
// position is read in one round.
// REQUIRES: tolerance >= 0, batch >= 1; token_texts as token_texts() gives them.
AdaptiveCurve probe_adaptive(const ReadPositions& read, const std::vector<std::string>& token_texts,
                             const AdaptiveOptions& options = {});

}  // namespace thinktrace
