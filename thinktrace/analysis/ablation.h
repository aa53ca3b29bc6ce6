// SPDX-License-Identifier: MIT
// ablation.h — what becomes of the answer when something else stands in place of the thinking: arm by arm, in pairs.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

// One trace's forced answer at the end of each arm's thinking. Arms are numbered by the caller.
struct AblatedTrace {
  int question = 0;
  int answer = 0;  // Index of the right option.
  // Natural log, one for each option, in the order of the prompt; empty where the arm was not read.
  // [n_arms][n_options]
  std::vector<std::vector<float>> logprobs;
};

struct AblationOptions {
  int real = 0;             // The arm with the real thinking.
  std::optional<int> none;  // The arm without any.
  // The arms that leave nothing of this trace's thinking to read (none, blank, filler, random, another question's), for
  // `does_not_matter`. Arms that keep its words or a part of it don't belong here.
  std::vector<int> emptied;
  // Entries of each trace in `traces`, one a draw; an arm without draws is the same in all of them. Every number is then
  // a mean over draws too, and n_traces counts traces.
  int draws = 1;
  BootstrapOptions bootstrap;
};

// What one arm made of one trace.
struct ArmOutcome {
  int top = 0;  // The forced answer: the most likely option, on a tie the lower index.
  bool right = false;
  double p_right = 0, mass = 0;
  double entropy = 0;  // In bits, as in CurveMeasures.
  std::optional<bool> same_as_real,
      same_as_none;  // The forced answer is the same; nothing where that arm was not read.
  std::optional<double> distance_to_real;  // Total variation, "none of the options" counted.
};

struct TraceOutcome {
  std::vector<std::optional<ArmOutcome>> arms;  // Nothing where the arm was not read.  [n_arms]
  // Nothing where there are no emptied arms, or the real arm or one of them was not read.
  std::optional<bool>
      does_not_matter;        // The forced answer is the same in all of them: the thinking changes nothing.
  std::optional<bool> helps;  // It is right in the real arm, and wrong in more than half of the emptied ones.
  std::optional<bool> harms;  // It is wrong in the real arm, and right in more than half of the emptied ones.
};

// REQUIRES: as for measure_ablation().
TraceOutcome compare_trace(const AblatedTrace& trace, const AblationOptions& options = {});

// Over the traces that were read in the arm.
struct ArmNumbers {
  Estimate accuracy;                // The forced answer is right.
  Estimate p_right, mass, entropy;  // Means; entropy in bits, as in CurveMeasures.
  // Of them, those that were also read with the real thinking, or without any:
  Estimate same_as_real, same_as_none;  // The forced answer is the same.
  Estimate distance_to_real;            // Mean total variation, "none of the options" counted.
};

// Means of (arm - other) over the traces read in both: every trace is compared with itself.
struct ArmDifference {
  Estimate accuracy, p_right, mass;
};

struct AblationNumbers {
  std::vector<ArmNumbers> arms;            // [n_arms]
  std::vector<ArmDifference> minus_real;   // Arm - real.  [n_arms]
  std::vector<ArmDifference> minus_none;   // Arm - none; empty without that arm.  [n_arms]
  Estimate does_not_matter, helps, harms;  // Over the traces of which it is known.
};

// Intervals are of whole questions, all on the same resamples. REQUIRES: 0 <= question < n_questions; every trace has
// n_arms entries, each empty or of as many values as the trace has options; the arms named in the options are below
// n_arms. Cost: as estimate() with ten statistics an arm.
AblationNumbers measure_ablation(std::span<const AblatedTrace> traces, int n_questions, int n_arms,
                                 const AblationOptions& options = {});

// The paired differences a - b of any two arms. REQUIRES: as above.
ArmDifference compare_arms(std::span<const AblatedTrace> traces, int n_questions, int a, int b,
                           const BootstrapOptions& options = {});

}  // namespace thinktrace
