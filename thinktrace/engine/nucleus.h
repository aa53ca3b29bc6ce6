// SPDX-License-Identifier: MIT
// nucleus.h — the tokens that top-p sampling draws from, found without sorting a vocabulary.
#pragma once
#include <optional>
#include <span>
#include <vector>

namespace thinktrace {

struct NucleusOptions {
  float temperature = 1;  // More than 0.
  float top_p = 1;        // Less than 1.
};

struct NucleusToken {
  int token = 0;
  float logit = 0;  // Divided by the temperature.
};

// The fewest most likely tokens whose probabilities add up to top_p, most likely first: those that the engine's own samplers
// (llama_sampler_init_temp, _top_p) leave, in their order and with their logits. Nothing where the engine's rounding may
// decide which they are, or in which order: where two of them are equally likely, or the sum comes too near to top_p.
// REQUIRES: logits holds no NaN and is not empty.
// Cost: three passes over the logits.
std::optional<std::vector<NucleusToken>> find_nucleus(std::span<const float> logits,
                                                      const NucleusOptions& options);

}  // namespace thinktrace
