// SPDX-License-Identifier: MIT
// question.h — a multiple-choice question.
#pragma once
#include <string>
#include <vector>

namespace thinktrace {

inline constexpr int kMinOptions = 2;
inline constexpr int kMaxOptions = 26;

struct Question {
  std::string id;  // question_id() of the rest.
  std::string subject;
  std::string text;
  std::vector<std::string> options;  // kMinOptions to kMaxOptions.
  int answer = 0;                    // Index of the right option.
};

// The identity of a question by its content (subject, text, options, answer): the same in whatever file and
// place it stands.
std::string question_id(const Question& question);

// Throws Error (kInput) with a reason, but no file name, unless `question` is whole: text not empty, a number
// of options within bounds, none of them empty, an answer among them, everything valid UTF-8.
void check_question(const Question& question);

// The index that a file's statement of the right option means: a letter from A, or the text of exactly one option.
// Throws Error (kInput) with a reason, but no file name, where it is neither.
int answer_index(const std::string& stated, const std::vector<std::string>& options);

}  // namespace thinktrace
