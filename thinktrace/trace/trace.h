// SPDX-License-Identifier: MIT
// trace.h — one sampled response: thinking, how it ended, and the free answer after it.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/engine/model.h"

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

}  // namespace thinktrace
