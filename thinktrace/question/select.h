// SPDX-License-Identifier: MIT
// select.h — which of the questions a run takes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/question/question.h"

namespace thinktrace {

struct Selection {
  std::vector<std::string> subjects = {};  // Empty: all.
  std::optional<uint64_t> shuffle_seed =
      {};                        // Orders the questions of each subject by a hash of seed and id.
  int first = 1;                 // First and last question of each subject, counted from 1
  std::optional<int> last = {};  // after shuffling; nothing: to the end.
};

// "20" is the first 20 questions of each subject, "11-20" the eleventh to the twentieth. Throws Error
// (kInput).
void parse_limit(const std::string& text, Selection& selection);

// The questions that `selection` names, subjects in their first order. The shuffled order hangs on seed and
// content alone, so a larger limit keeps what a smaller one took. Throws Error (kInput) for a subject that no
// question has, naming those there are, or if nothing is left.
std::vector<Question> select_questions(const std::vector<Question>& questions, const Selection& selection);

}  // namespace thinktrace
