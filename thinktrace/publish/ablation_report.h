// SPDX-License-Identifier: MIT
// ablation_report.h — the numbers of an ablation, as JSON and for a terminal.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "thinktrace/analysis/ablation.h"

namespace thinktrace {

struct AblationArm {
  std::string name, label;  // As exports have it, and in words.
  int draws = 1;
  bool is_length_matched = false;
  bool is_emptied = false;  // Counts for "the thinking does not matter".
  int n_left_out = 0;       // Traces that were read, but not in this arm.
};

struct AblationBlock {
  std::string subject;  // Empty: all.
  int n_traces = 0, n_questions = 0;
  AblationNumbers numbers;  // [n_arms]
};

struct AblationReport {
  int experiment = 0, reader = 0;  // Their numbers in the folder.
  std::vector<AblationArm> arms;
  int n_unread = 0;  // Traces of the plan of which nothing was read.
  BootstrapOptions bootstrap;
  AblationBlock overall;
  std::vector<AblationBlock> subjects;
};

// One object on one line, keys in a fixed order; what isn't defined is null. Every statistic is an object as in
// analysis_json.h.
//
//   experiment, reader
//   resampling   seed, resamples, level: of the intervals
//   arms         name, label, draws, length_matched, emptied, left_out: traces that lack the arm
//   unread       traces of which nothing was read: they are in no number
//   overall      a block over all traces
//   subjects     a block for each subject, which also has the key "subject"
//
// A block: traces, questions, does_not_matter, helps, harms (shares), and arms, an object by name: accuracy, same_as_real,
// same_as_none (shares), p_right, mass, entropy, distance_to_real (means), and the paired differences minus_real and
// minus_none: accuracy, p_right, mass.
std::string to_json(const AblationReport& report);

// Lines of at most 100 columns, each with its line break; with a table for each subject if `by_subject`. Text from outside is
// printable().
std::string describe_ablation(const AblationReport& report, bool by_subject);

}  // namespace thinktrace
