// SPDX-License-Identifier: MIT
#include "thinktrace/engine/sampler.h"

#include <algorithm>

#include "llama.h"

namespace thinktrace {

void Sampler::Free::operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }

Sampler::Sampler(const SamplerOptions& o, uint32_t seed) {
  for (Chain* chain : {&choose_, &draw_})
    chain->reset(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  const auto add = [](const Chain& chain, llama_sampler* s) { llama_sampler_chain_add(chain.get(), s); };
  if (o.temperature <= 0) {
    add(draw_, llama_sampler_init_greedy());
    return;
  }
  const NucleusOptions nucleus{static_cast<float>(o.temperature), static_cast<float>(o.top_p)};
  if (o.temperature != 1) add(choose_, llama_sampler_init_temp(nucleus.temperature));
  if (o.top_k > 0) add(choose_, llama_sampler_init_top_k(o.top_k));
  if (o.top_p < 1) add(choose_, llama_sampler_init_top_p(nucleus.top_p, 1));
  if (o.top_k <= 0 && o.top_p < 1) nucleus_ = nucleus;
  if (o.min_p > 0) add(draw_, llama_sampler_init_min_p(static_cast<float>(o.min_p), 1));
  if (seed == LLAMA_DEFAULT_SEED) seed = 0;  // The engine takes this one value to mean "draw a seed".
  add(draw_, llama_sampler_init_dist(seed));
}

Token Sampler::sample(std::span<const float> logits) {
  if (!nucleus_) return sample_from_all(logits);
  const auto nucleus = find_nucleus(logits, *nucleus_);
  if (!nucleus) return sample_from_all(logits);
  llama_token_data* data = room(nucleus->size());
  std::transform(nucleus->begin(), nucleus->end(), data, [](const NucleusToken& t) {
    return llama_token_data{t.token, t.logit, 0.0f};
  });
  llama_token_data_array array{data, nucleus->size(), -1, /*sorted=*/true};
  return draw(array);
}

Token Sampler::sample_from_all(std::span<const float> logits) {
  llama_token_data* data = room(logits.size());
  for (size_t i = 0; i < logits.size(); i++) data[i] = {static_cast<Token>(i), logits[i], 0.0f};
  llama_token_data_array array{data, logits.size(), -1, /*sorted=*/false};
  llama_sampler_apply(choose_.get(), &array);
  return draw(array);
}

llama_token_data* Sampler::room(size_t n) {
  candidates_.resize(n * sizeof(llama_token_data));
  return reinterpret_cast<llama_token_data*>(candidates_.data());
}

Token Sampler::draw(llama_token_data_array& candidates) {
  llama_sampler_apply(draw_.get(), &candidates);
  const Token token = candidates.data[candidates.selected].id;
  llama_sampler_accept(draw_.get(), token);
  return token;
}

}  // namespace thinktrace
