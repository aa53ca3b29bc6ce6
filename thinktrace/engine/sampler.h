// SPDX-License-Identifier: MIT
// sampler.h — how the next token is drawn.
#pragma once
#include <cstdint>
#include <memory>

#include "thinktrace/engine/session.h"

struct llama_sampler;

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

  // Draws from a row of the session's last decode.
  Token sample(const Session& session, int row);

 private:
  struct Free {
    void operator()(llama_sampler* sampler) const;
  };
  std::unique_ptr<llama_sampler, Free> chain_;
  std::vector<char> candidates_;  // Room for one llama_token_data a vocabulary entry, kept between draws.
};

}  // namespace thinktrace
