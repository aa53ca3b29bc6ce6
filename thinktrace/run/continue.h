// SPDX-License-Identifier: MIT
// continue.h — free continuations from beginnings of stored thinking, beside the answers that are forced there.
#pragma once
#include "thinktrace/run/continuation_plan.h"
#include "thinktrace/run/free_sampling.h"

namespace thinktrace {

inline constexpr int kImportSequences = 32;

struct ContinueRequest {
  ReadRequest
      read;  // options.selection: of the plan's questions. The model is the writer's; an import names it.
  ContinueSettings settings;  // `sampling` is filled in.
  SamplingChoice sampling;
  int sequences = 0;  // Decoded at once; 0: as the plan's traces were, of an import kImportSequences.
};

struct ContinueResult {
  int plan = 0, experiment = 0;  // Their numbers.
  int units_here = 0;
  int units_failed = 0;  // That could not be continued whole, now or earlier.
};

// Samples what the plan's traces lack of continuations, unit by unit and in rounds: first settings.samples from every
// beginning, then as many again where the right answers are not yet decided to be as frequent as the forced answer says or
// not. A round is on disk before the next begins, so that what is stored decides what the next one is; a run that was stopped
// goes on with the same calls. Forced answers that the reader has not read are read with the first round.
// Traces that the model has not read are left out where they are an import's, and this is told: they have no token ids of its own.
// Tells the plan and its cost before it begins. Throws Error: kInput before anything is sampled, kStore, kInterrupted.
ContinueResult continue_run(const ContinueRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
