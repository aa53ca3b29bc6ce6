// SPDX-License-Identifier: MIT
// experiment_units.h — an experiment that does a plan's traces unit by unit, each trace whole.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/run/open_to_read.h"

namespace thinktrace {

// Throws Error (kInput) where the plan has no traces. `verb` begins the message.
void require_traces(const ReadingRun& run, const char* verb);

// Traces of a unit that an experiment has no results of.
struct UndoneUnit {
  UnitKey unit;
  std::vector<std::string> traces;  // Their ids, by sample.
};
// Of the plan's units that did not fail, in order; one at which the last attempt for the experiment failed only if
// `retry_failed`. A trace is done when it has an outcome.
std::vector<UndoneUnit> undone_units(const Store& store, const StoredExperiment& experiment,
                                     bool retry_failed);

// What an experiment made of one trace.
struct ExperimentResults {
  std::vector<StoredOutcome> outcomes;  // At least one.
  std::vector<StoredContinuation> continuations;
  int64_t n_sampled = 0;  // Tokens.
  double seconds_sampling = 0;
};

// Does the traces of every unit and commits what came of them, each unit before the next begins. A trace that can't be done
// makes the attempt at its unit a failed one, with its reason, which is told; the unit's other traces are done. Probes are the
// rows that were read. Throws Error: kStore, kInterrupted.
void do_undone_units(ReadingRun& run, const StoredExperiment& experiment,
                     const std::vector<UndoneUnit>& units,
                     const std::function<ExperimentResults(const TraceRecord&)>& do_trace,
                     Reporter& reporter);

// Tokens that the run's reader decodes to read after `n_tokens` (prompt and thinking), of which the first `n_common` are those
// of its reading before; what is forced is not counted.
int64_t tokens_to_read(const ReadingRun& run, int64_t n_tokens, int64_t n_common);

// The answer forced at the end of each of `thinkings`, by option, as the run's reader reads.  [n_thinkings][n_options]
// What one has in common with the one before is decoded once. Throws Error (kFailed) where the model's context does not hold
// one of them.
std::vector<std::vector<float>> read_ends(const ReadingRun& run, GrowingSession& sessions,
                                          const Question& question,
                                          const std::vector<std::vector<Token>>& thinkings);

}  // namespace thinktrace
