// SPDX-License-Identifier: MIT
// pivot_cost.h — what a search for pivotal tokens has to do, and what it will cost.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/run/free_sampling.h"
#include "thinktrace/run/pivot_plan.h"

namespace thinktrace {

// Units of a plan, and which of their traces are meant.
using UnitTraces = std::vector<std::pair<UnitKey, std::set<std::string>>>;

struct PivotWork {
  UnitTraces units;  // With the traces whose search is not over.
  int n_traces = 0;  // Of these units.
  int n_unread = 0;  // Traces without a curve of the reader: they can't be searched.
  // Continuations and tokens to decode, about: as if the chance of success were everywhere the share of the subject's traces that
  // succeed, continuations as long as what is left of their trace, and their tokens the trace's own with the mean chance that the
  // model gives to those of the first traces (which are decoded for it, three at most).
  int64_t n_continuations = 0, n_tokens = 0;
  int64_t n_continuations_at_most = 0;  // Every position up to the cap, and every token a fork.
};
// Of `units`, what is to be done. A unit whose last attempt failed only if `with_failed`.
PivotWork plan_pivots(const ReadingRun& run, const StoredExperiment& experiment,
                      const PivotSettings& settings, const UnitTraces& units, bool with_failed,
                      GrowingSession& sessions);

}  // namespace thinktrace
