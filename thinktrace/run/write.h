// SPDX-License-Identifier: MIT
// write.h — parts of its thinking that the model itself writes again, as it is asked to.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/prompt/rewriting.h"
#include "thinktrace/run/free_sampling.h"

namespace thinktrace {

// A part of a trace's thinking, and what stands before it.
struct WriteRequest {
  std::string before, text;
  int n_tokens = 0;  // Of the text.
};

struct Written {
  // What takes the place of the text, with the blanks at both ends of that; empty: the model wrote nothing usable, or its
  // context has no room for what it is asked.
  std::string text;
  std::vector<Token> ids;  // Tokenised as plain text.
  Stop stop = Stop::kEndOfText;
  int n_sampled = 0;
};

// How it is asked.
struct WriteOptions {
  RewriteTemplate ask;
  RewriteLength length = RewriteLength::kLine;
};

// Tokens that the model may write for a text of so many: twice as many, and some.
int write_budget(int n_tokens);

// Asks for all of them together, sampled by the plan's sampler with the experiment's seed. [n_requests]
// Throws Error (kInput) where a template can't be rendered, kFailed, kInterrupted. Cost: for each the prompt (its own, and what
// the template shows of the thinking) and at most write_budget() tokens.
std::vector<Written> write_again(GrowingSession& sessions, const ReadingRun& run, const FreeSampling& free,
                                 const Question& question, std::span<const WriteRequest> requests,
                                 const WriteOptions& options, const std::function<void(int)>& on_tokens = {});

}  // namespace thinktrace
