// SPDX-License-Identifier: MIT
// together.h — how many traces are sampled at once: what the machine is good for, and what its memory holds.
#pragma once
#include "thinktrace/run/prepare.h"

namespace thinktrace {

// Fills in what options.together leaves open: units of up to 4 samples; blocks of as many units as make 4 sequences on a CPU
// and 64 on a GPU, on which one pass of many costs little more than one of few; all of a block at once, or as many as
// weights and cache have room for in options.memory.
// Throws Error (kInput) if options.memory does not hold a single sequence, or not as many as options.together asks for.
Together plan_together(const RunOptions& options, const Model& model,
                       const std::vector<PreparedQuestion>& questions);

// Bytes of one cell of the cache.
int64_t cell_bytes(const ModelCard& card, Precision precision);

// What is counted for the engine's own buffers, beside weights and cache.
inline constexpr int64_t kBufferBytes = 300'000'000;

}  // namespace thinktrace
