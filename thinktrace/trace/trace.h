// SPDX-License-Identifier: MIT
// trace.h — one sampled response: thinking, how it ended, and the free answer after it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/engine/sampler.h"
#include "thinktrace/engine/session.h"

namespace thinktrace {

enum class Stop {
  kClosed,     // The model closed its thinking itself.
  kBudget,     // The budget for thinking ran out.
  kEndOfText,  // The model ended its whole output without closing its thinking.
  kUnknown,    // An import that does not say.
};
const char* name_of(Stop stop);  // "closed", "budget", "end_of_text", "unknown"
Stop stop_named(const std::string& name);

struct Trace {
  int sample = 0;                // Index among the samples of its question.
  std::vector<Token> think_ids;  // Before the closing tag.
  std::vector<Token>
      answer_ids;  // After the closing tag, the end-of-text token left out; empty unless stop is kClosed.
  std::string answer_text;  // The text after the closing tag, valid UTF-8.
  Stop stop = Stop::kClosed;
};

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

struct TraceRequest {
  std::vector<Token> prompt_ids;
  std::string close;  // The tag that ends the thinking.
  int first_sample = 0;
  int n_samples = 1;
};

// Samples traces first_sample, …, first_sample + n_samples - 1 of one prompt, decoded together with the
// prompt shared. A sample's random numbers hang on its own seed alone; its logits also, in quantised models,
// on how many samples are decoded with it, so a unit of work is always sampled whole. `on_token` is called
// after every pass with the number of tokens it made. REQUIRES: n_samples <= session.options().n_branches
// - 1. Leaves the session cleared. Cost: one prefill of the prompt, then one pass of at most n_samples tokens
// for each token of the longest trace.
std::vector<Trace> sample_traces(Session& session, const TraceRequest& request, const TraceOptions& options,
                                 const std::function<void(int)>& on_token = {});

}  // namespace thinktrace
