// SPDX-License-Identifier: MIT
// continuation_report.h — forced answers beside free ones, as JSON and for a terminal.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/analysis/continuation.h"

namespace thinktrace {

// A place in every trace: a share of its thinking, or so many tokens.
struct ContinuedPlace {
  std::optional<double> share;
  int tokens = 0;
  int n_traces = 0;
  int64_t n_continuations = 0;      // All of them.
  std::optional<double> mean_kept;  // Thinking tokens; nothing without traces.
  ContinuationNumbers numbers;
};

struct ContinuationBlock {
  std::string subject;  // Empty: all.
  int n_traces = 0, n_questions = 0;
  std::vector<ContinuedPlace> places;
};

struct ContinuationReport {
  int experiment = 0, reader = 0;  // Their numbers in the folder.
  int samples = 0, most = 0;       // Continuations of each beginning.
  DifferenceOptions difference;
  int n_left = 0;  // Traces of the plan of which nothing was continued.
  BootstrapOptions bootstrap;
  ContinuationBlock overall;
  std::vector<ContinuationBlock> subjects;
};

// One object on one line, keys in a fixed order; what isn't defined is null. Every statistic is an object as in
// analysis_json.h.
//
//   experiment, reader, samples, most
//   test         least, negligible, alpha: of the verdicts
//   resampling   seed, resamples, level: of the intervals
//   left         traces of which nothing was continued: they are in no number
//   overall      a block over all traces
//   subjects     a block for each subject, which also has the key "subject"
//
// A block: traces, questions, and places, a list: share and tokens (one of them null), traces, mean_kept, continuations, and the
// statistics forced_right, mass, free_right, none, more_right, distance, beyond_chance, alike, more, less, undecided as in
// ContinuationNumbers.
std::string to_json(const ContinuationReport& report);

// Lines of at most 100 columns, each with its line break; with a table for each subject if `by_subject`. Text from outside is
// printable().
std::string describe_continuations(const ContinuationReport& report, bool by_subject);

}  // namespace thinktrace
