// SPDX-License-Identifier: MIT
// paraphrase.h — beginnings of the thinking in the model's own other words, and the answer forced after them (Lanham et al.
// 2023, arXiv 2307.13702, "paraphrasing").
#pragma once
#include "thinktrace/run/rewrite.h"

namespace thinktrace {

struct ParaphraseRequest {
  ReadRequest read;  // By the model that wrote the traces.
  ParaphraseSettings settings;
};

// For every trace of the plan and each share: the model writes the first sentences of its thinking again in other words, and the
// answer is forced after the paraphrase alone, and after the beginning as it was. Shares that come to the same sentences are
// written once each. Otherwise as mistakes_run(). Cost: for each share twice its tokens, once sampled, and the prompt that asks.
// Throws Error: kInput before anything is done, kStore, kInterrupted (what was done is kept).
RewriteResult paraphrase_run(const ParaphraseRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
