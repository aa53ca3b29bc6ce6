// SPDX-License-Identifier: MIT
// free_sampling.h — free continuations from beginnings of stored thinking, sampled as the plan's traces were or as is asked.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/run/open_to_read.h"
#include "thinktrace/trace/sample.h"

namespace thinktrace {

// How the continuations of one experiment are sampled. What is in it is in the experiment's identity or its plan's.
struct FreeSampling {
  TraceOptions options;  // With the experiment's seed.
  std::string close;     // The tag that ends the thinking.
  int at_once = 1;       // Sequences decoded at once; as one ends the next takes its place.
};
// As the run's plan has it. Throws Error (kInput), in which `verb` is the command, where that does not say how its traces were
// sampled (an import), or where the run was opened with another model than the writer's.
FreeSampling free_sampling(const ReadingRun& run, uint64_t seed, std::string_view verb);

// How continuations are sampled; what is left open is as the plan's traces were, or for an import as `thinktrace run` samples.
struct SamplingChoice {
  std::optional<double> temperature, top_p, min_p;
  std::optional<int> top_k, budget, answer_tokens;

  bool operator==(const SamplingChoice&) const = default;
};
TraceOptions chosen_sampling(const ReadingRun& run, const SamplingChoice& choice, uint64_t seed);

// That the run's model wrote its traces, or, since an import doesn't say that for sure, that they are one. Throws Error (kInput),
// in which `verb` is the command.
void require_writer(const ReadingRun& run, std::string_view verb);
// That the reader has read traces of the plan: then an import has token ids of its model. Throws as above.
void require_reading(const ReadingRun& run, const StoredReader& reader, std::string_view verb);

// Tokens a second when traces of the run's first question are sampled, as many at once as here: for a few tokens, and then, where
// `n_wanted` tokens are long work beside it, for as many as a trace of the plan has (what was sampled is attended to, so that the
// first tokens are the fastest). Cost: about a twentieth of the work and some tokens, at most two seconds and some tokens.
double sampling_speed(const ReadingRun& run, const FreeSampling& free, GrowingSession& sessions,
                      int64_t n_wanted);

// Draws from one beginning: `position` tokens of the trace's thinking, then those inserted.
struct ContinueFrom {
  const TraceRecord* trace =
      nullptr;  // Prompt, labels, question and thinking. REQUIRES: the writer's own token ids.
  int position = 0;
  std::string arm;  // As it is stored. Arms of one trace and position have random numbers of their own.
  std::vector<Token> inserted;
  int first_draw = 0, n_draws = 1;
};

// What is asked of sample_traces() for it.
TraceRequest request_to_continue(const Model& model, const FreeSampling& free, const ContinueFrom& from);

// Samples all draws together and parses their free answers; `logprobs` stay empty. A draw's random numbers hang on the seed,
// the trace, what it goes on from, the arm and its number alone; in quantised models what is drawn may also hang on the other
// draws of the call. So whoever wants the same again makes the same calls. Budgets count the thinking that is kept and
// inserted; where they leave nothing, the continuation stops (kBudget) after one token that does not close the thinking.
// `on_tokens` as in sample_traces(). Gives them in the order of `from`, then by draw.
// Throws Error (kFailed, kInterrupted). Cost: that of sample_traces(); beginnings of one trace are decoded once where they
// follow each other. The session holds all beginnings at once.
std::vector<StoredContinuation> sample_continuations(GrowingSession& sessions, const Model& model,
                                                     const FreeSampling& free,
                                                     std::span<const ContinueFrom> from,
                                                     const std::function<void(int)>& on_tokens = {});

}  // namespace thinktrace
