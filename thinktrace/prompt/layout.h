// SPDX-License-Identifier: MIT
// layout.h — how a question is put into words.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/question/question.h"

namespace thinktrace {

enum class LabelKind {
  kAuto,     // Digits up to 9 options, letters beyond.
  kDigits,   // 1, 2, …, 26
  kLetters,  // A, B, …, Z
};

// The labels of the first `n_options` options.
std::vector<std::string> option_labels(LabelKind kind, int n_options);

// The layout of the published work ("Reasoning or Performing?"), a jinja template over `question`, `subject`
// and `options`, a list of objects with `label` and `text`.
extern const char* const kDefaultLayout;

// The text of the user's turn. `what` names the layout in messages.
// Throws Error (kInput) if the template can't be rendered, or if its output lacks the question or one of the
// options.
std::string lay_out_question(const Question& question, const std::vector<std::string>& labels,
                             const std::string& layout, const std::string& what);

}  // namespace thinktrace
