// SPDX-License-Identifier: MIT
// measures.h — what one trace's curve says: where it starts and ends, where it settles, what the thinking changed.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace thinktrace {

// The same positions read with the options in another order in the prompt.
struct OrderView {
  std::vector<int> label_of;  // The label (its index) that stands before each option there.  [n_options]
  std::span<const float> logprobs;  // By option, not by label.  [n_positions, n_options]
};

// What analysis needs of a trace. Borrowed: valid during the call it is passed to.
struct TraceView {
  std::string question_id, subject;
  int answer = 0;  // Index of the right option.
  std::optional<int>
      n_tokens;  // Thinking length in the writer's tokens; nothing where an import does not know it.
  std::optional<bool> ended;  // The model closed its thinking itself; nothing where unknown.
  std::optional<int> chosen;  // Option that the free answer names.
  int n_options = 0;
  int end = 0;  // The position that is the end of the thinking, in the tokens of `positions`.
  std::span<const int> positions;   // Increasing; may be empty: nothing was read.  [n_positions]
  std::span<const float> logprobs;  // Natural log, in the order of the prompt.  [n_positions, n_options]
  std::vector<OrderView> orders;
};

}  // namespace thinktrace
