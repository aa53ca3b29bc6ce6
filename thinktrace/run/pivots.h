// SPDX-License-Identifier: MIT
// pivots.h — the tokens of stored traces after which the chance of success is another one, found by sampling.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/run/free_sampling.h"
#include "thinktrace/run/pivot_plan.h"

namespace thinktrace {

struct PivotRequest {
  // read.options.selection: of which questions. The model is the writer's; an import names it.
  ReadRequest read;
  std::vector<std::string> traces;  // Only these, by id or its beginning; none: all.
  PivotSettings settings;           // `sampling` but for its seed is filled in.
  SamplingChoice sampling;
};
struct PivotsResult {
  int plan = 1;        // Its number in the folder.
  int experiment = 0;  // Number of the experiment.
  int traces_here = 0;
  int units_failed = 0;  // Of which some trace could not be searched, now or earlier.
};

// Searches every trace that was asked for, one after another: a round of the search (what PivotSearch::next() asks for) is sampled
// together and on disk before the next, and at last the tokens of all forks. What is there is not sampled again, and the search
// goes on from where it was. Continuations hang on seed, trace, position, token and draw, and in quantised models on the
// round they belong to, which the stored ones decide. Tells its plan and cost before it begins.
// A trace that its model has not read has no curve, and so no candidates: it is left out, and this is told.
// Throws Error: kInput before anything is sampled (among others where nothing was read), kStore, kInterrupted (finished rounds are
// kept).
PivotsResult find_pivots(const PivotRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
