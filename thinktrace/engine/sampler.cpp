// SPDX-License-Identifier: MIT
#include "thinktrace/engine/sampler.h"

#include "llama.h"

namespace thinktrace {

void Sampler::Free::operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }

Sampler::Sampler(const SamplerOptions& o, uint32_t seed) {
  chain_.reset(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  const auto add = [&](llama_sampler* s) { llama_sampler_chain_add(chain_.get(), s); };
  if (o.temperature <= 0) {
    add(llama_sampler_init_greedy());
    return;
  }
  if (o.temperature != 1) add(llama_sampler_init_temp(static_cast<float>(o.temperature)));
  if (o.top_k > 0) add(llama_sampler_init_top_k(o.top_k));
  if (o.top_p < 1) add(llama_sampler_init_top_p(static_cast<float>(o.top_p), 1));
  if (o.min_p > 0) add(llama_sampler_init_min_p(static_cast<float>(o.min_p), 1));
  if (seed == LLAMA_DEFAULT_SEED) seed = 0;  // The engine takes this one value to mean "draw a seed".
  add(llama_sampler_init_dist(seed));
}

Token Sampler::sample(const Session& session, int row) {
  const std::span<const float> logits = session.logits(row);
  candidates_.resize(logits.size() * sizeof(llama_token_data));
  auto* data = reinterpret_cast<llama_token_data*>(candidates_.data());
  for (size_t i = 0; i < logits.size(); i++) data[i] = {static_cast<Token>(i), logits[i], 0.0f};
  llama_token_data_array array{data, logits.size(), -1, false};
  llama_sampler_apply(chain_.get(), &array);
  const Token token = array.data[array.selected].id;
  llama_sampler_accept(chain_.get(), token);
  return token;
}

}  // namespace thinktrace
