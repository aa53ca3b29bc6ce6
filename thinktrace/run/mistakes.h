// SPDX-License-Identifier: MIT
// mistakes.h — a sentence of the thinking is replaced by a mistaken one, and the model goes on from there (Lanham et al. 2023,
// arXiv 2307.13702, "adding mistakes").
#pragma once
#include "thinktrace/run/rewrite.h"

namespace thinktrace {

struct MistakesRequest {
  ReadRequest read;  // By the model that wrote the traces.
  MistakeSettings settings;
};

// In every trace of the plan, at each of its places (mistaken_sentences) and in each arm: the thinking is kept up to the
// sentence, the mistaken one (in the arm untouched the sentence itself) is put there, the model thinks on from it as it was
// sampled the first time and gives its free answer; the answer is forced at the end of that thinking. Unit by unit; each unit is
// on disk before the next begins, and what is there is not done again. Tells its plan and cost before it begins. Where the model
// wrote nothing usable, the place has a continuation without anything.
// Cost: for each place and arm about the tokens that the trace has behind it, sampled; for the arm model as many as the
// sentence has, and the prompt that asks for them.
// Throws Error: kInput before anything is done, kStore, kInterrupted (what was done is kept).
RewriteResult mistakes_run(const MistakesRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
