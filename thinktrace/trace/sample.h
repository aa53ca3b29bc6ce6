// SPDX-License-Identifier: MIT
// sample.h — traces sampled many at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/engine/sampler.h"
#include "thinktrace/engine/session.h"
#include "thinktrace/trace/trace.h"

namespace thinktrace {

struct TraceOptions {
  SamplerOptions sampler;
  uint64_t seed = 1;
  int budget = 2048;         // Thinking tokens after which a trace counts as not ended.
  int answer_tokens = 256;   // At most so many tokens of free answer.
  int max_tokens = 1 << 30;  // Thinking, closing tag and answer together: what the model's context leaves.
};

// The seed of one sample's random numbers: the first 32 bits of SHA-256 over seed, prompt ids and sample
// index.
uint32_t sample_seed(uint64_t seed, const std::vector<Token>& prompt_ids, int sample);

// Samples first_sample, …, first_sample + n_samples - 1 of one prompt.
struct TraceRequest {
  std::vector<Token> prompt_ids;
  std::string close;  // The tag that ends the thinking.
  int first_sample = 0;
  int n_samples = 1;
  TraceOptions options;
};

// Samples all requests' traces, at most `at_once` sequences in one pass: where one ends the next takes its place. Samples of
// one prompt share its cells. A sample's random numbers hang on its own seed alone; its logits also, in quantised models, on
// what is decoded with it, so what is sampled together is always sampled together. `on_token` is called after every pass
// with the number of tokens it made. Gives the traces of each request.  [n_requests][n_samples]
// REQUIRES: 1 <= at_once <= session.options().n_branches and batch; cells_to_sample() in the session.
// Leaves the session cleared. Cost: a prefill of each prompt, and passes of at most `at_once` tokens, as many as the longest
// row of traces that follow each other has tokens.
std::vector<std::vector<Trace>> sample_traces(Session& session, std::span<const TraceRequest> requests,
                                              int at_once, const std::function<void(int)>& on_token = {});

// Most tokens of one sample of a request, its prompt not counted.
int longest_sample(const TraceRequest& request);

// Cells that sample_traces() may need for so many sequences at once of so many prompts.
int cells_to_sample(int longest_prompt, int n_prompts, int longest_sample, int n_sequences);

}  // namespace thinktrace
