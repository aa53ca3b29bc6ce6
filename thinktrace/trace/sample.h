// SPDX-License-Identifier: MIT
// sample.h — traces, and continuations of given beginnings of one, sampled many at a time.
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
  int budget = 2048;         // Thinking tokens, given ones counted, after which a trace counts as not ended.
  int answer_tokens = 256;   // At most so many tokens of free answer.
  int max_tokens = 1 << 30;  // Thinking, closing tag and answer together: what the model's context leaves.
};

// The seed of one sample's random numbers: the first 32 bits of SHA-256 over seed, ids of the prompt (and of the thinking
// that is given, as one list) and sample index.
uint32_t sample_seed(uint64_t seed, const std::vector<Token>& prompt_ids, int sample);

// Samples first_sample, …, first_sample + n_samples - 1 of one prompt. Several requests for the same prompt and sample
// differ in what is given or in options.seed, or else they draw the same random numbers.
struct TraceRequest {
  std::vector<Token> prompt_ids;
  std::string close;  // The tag that ends the thinking.
  int first_sample = 0;
  int n_samples = 1;
  TraceOptions options;
  // Thinking that is there already: what is sampled goes on from it, and is all that Trace::think_ids holds. It may end
  // with the whole tag or with a part of it; after the whole tag only an answer is sampled. Empty: a trace from its beginning.
  std::vector<Token> given = {};
};

// A trace that has ended while what was decoded of it is still in the cache. Borrowed: valid during the call.
struct EndedTrace {
  int request = 0;  // Its place among the requests.
  const Trace& trace;
  int branch = 0;     // Holds what the request begins with and then what was sampled,
  int n_decoded = 0;  // so many tokens together.
};

// Either may be empty.
struct SamplingObserver {
  // Called after every pass with the number of tokens it made.
  std::function<void(int)> on_tokens;
  // Called as each trace ends. May read in the trace's branch and in branches from `at_once` on, which it leaves empty; gives
  // whether the first tokens of the trace's branch, those that the request begins with, are still there.
  std::function<bool(const EndedTrace&)> on_end;
};

// Samples all requests' traces, at most `at_once` sequences in one pass: where one ends the next takes its place. Samples of
// one prompt share its cells, and those of the given thinking as far as it is the same: requests of one trace, in the order of
// what they are given, decode it once. A sample's random numbers hang on its own seed alone; its logits also, in quantised models, on
// what is decoded with it, so what is sampled together is always sampled together. Gives the traces of each request.  [n_requests][n_samples]
// REQUIRES: 1 <= at_once <= session.options().n_branches and batch; cells_to_sample() in the session.
// Leaves the session cleared. Cost: a prefill of each prompt with what is given, and passes of at most `at_once` tokens, as many as the longest
// row of traces that follow each other has tokens.
std::vector<std::vector<Trace>> sample_traces(Session& session, std::span<const TraceRequest> requests,
                                              int at_once, const SamplingObserver& observer = {});

// Most tokens of one sample of a request, its prompt not counted, what is given counted.
int longest_sample(const TraceRequest& request);

// Cells that sample_traces() may need for so many sequences at once of so many prompts.
int cells_to_sample(int longest_prompt, int n_prompts, int longest_sample, int n_sequences);

// The same of requests that are known, where those of one prompt share what they are given. Counts every beginning, so it is
// for requests that are sampled side by side rather than for a long queue.
int cells_to_sample(std::span<const TraceRequest> requests, int at_once);

}  // namespace thinktrace
