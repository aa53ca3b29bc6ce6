// SPDX-License-Identifier: MIT
// arbor_item.h — one published trace, as both published forms hold it.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace {

class JsonObject;

inline constexpr const char* kArborModel = "DeepSeek-R1-Distill-Qwen-7B";

struct ArborItem {
  std::string subject, question;
  std::vector<std::string> choices;
  int answer = 0;                         // Index of the right choice.
  std::string prompt;                     // Empty where the form has none.
  std::vector<std::string> think_tokens;  // [n_tokens]
  std::vector<int> hundredths;  // Of the choices' probabilities after each token.  [n_tokens, n_choices]
  std::vector<std::string>
      answer_tokens;   // The end of the text included; empty where the thinking did not end.
  bool ended = false;  // The thinking did.
};

// A line of the JSONL form, but for its subject. Throws Error (kInput) with the reason it can't be used.
ArborItem arbor_item_of(const JsonObject& line);

// Throws Error (kInput) if the question is not whole.
TraceRecord record_of(ArborItem&& item);

}  // namespace thinktrace
