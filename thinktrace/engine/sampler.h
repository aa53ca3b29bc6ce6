// SPDX-License-Identifier: MIT
// sampler.h — how the next token is drawn.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "thinktrace/engine/nucleus.h"
#include "thinktrace/engine/session.h"

struct llama_sampler;
struct llama_token_data;
struct llama_token_data_array;

namespace thinktrace {

struct SamplerOptions {
  double temperature = 0.6;  // 0: always the most likely token.
  double top_p = 0.95;       // Nucleus; 1 turns it off.
  int top_k = 0;             // 0 turns it off.
  double min_p = 0;          // 0 turns it off.
};

// One sequence's sampler with its own random numbers. The order is temperature, top-k, top-p, min-p, draw
// (that of transformers and vLLM, in which the DeepSeek-R1 settings are stated; llama.cpp's own programs
// apply temperature last).
class Sampler {
 public:
  Sampler(const SamplerOptions& options, uint32_t seed);

  // Draws from a row of logits without NaN, as Session::logits() gives it.
  // Cost: three passes over the row; what sample_from_all costs with other settings than a temperature and top-p, and where
  // rounding may decide what is drawn.
  Token sample(std::span<const float> logits);
  // Its slow, obvious twin: every token goes through the engine's own samplers. Draws the same.
  Token sample_from_all(std::span<const float> logits);

 private:
  struct Free {
    void operator()(llama_sampler* sampler) const;
  };
  llama_token_data* room(size_t n);
  Token draw(llama_token_data_array& candidates);

  using Chain = std::unique_ptr<llama_sampler, Free>;
  // What chooses the nucleus, and what draws from it.
  Chain choose_, draw_;
  std::optional<NucleusOptions> nucleus_;  // Where `choose_` is nothing else.
  std::vector<char> candidates_;           // Room for llama_token_data, kept between draws.
};

}  // namespace thinktrace
