// SPDX-License-Identifier: MIT
// pivot_report.h — the numbers of a search for pivotal tokens, as JSON and for a terminal.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "thinktrace/analysis/pivots.h"
#include "thinktrace/analysis/sequential.h"

namespace thinktrace {

struct PivotBlock {
  std::string subject;  // Empty: all.
  int n_traces = 0, n_questions = 0;
  int64_t n_continuations = 0, n_positions = 0;  // Of the search, those at forks left aside.
  PivotNumbers numbers;
};

struct PivotReport {
  int experiment = 0, reader = 0;  // Their numbers in the folder.
  std::string success;             // "right", "own"
  double temperature = 0;
  DifferenceOptions difference;
  int most = 0;          // Continuations of a position.
  int n_unfinished = 0;  // Traces whose search was begun and is not over, and
  int n_unsearched = 0;  // those of the plan of which it was not begun: they are in no number.
  BootstrapOptions bootstrap;
  PivotBlock overall;
  std::vector<PivotBlock> subjects;
};

// One object on one line, keys in a fixed order; what isn't defined is null. Every statistic is an object as in
// analysis_json.h.
//
//   experiment, reader
//   resampling   seed, resamples, level: of the intervals
//   search       success, temperature, least, negligible, alpha, most
//   unfinished, unsearched   traces that are in no number
//   overall      a block over all traces
//   subjects     a block for each subject, which also has the key "subject"
//
// A block: traces, questions, continuations, positions (sampled); per_trace, rises, falls (means), has_one (share of traces),
// size (mean |change|), decided, has_counterpart (shares of the pivots; their n_traces counts pivots); forced_answer: within (tokens),
// precision (share of the forced answer's jumps at which there is a pivot), recall (share of the pivots at which it jumps); counts:
// traces with 0, 1, 2, 3, 4 and more pivots; places: pivots in each tenth of the thinking.
std::string to_json(const PivotReport& report);

// Lines of at most 100 columns, each with its line break; with a block for each subject if `by_subject`. Text from outside is
// printable().
std::string describe_pivots(const PivotReport& report, bool by_subject);

}  // namespace thinktrace
