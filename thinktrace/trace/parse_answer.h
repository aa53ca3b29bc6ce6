// SPDX-License-Identifier: MIT
// parse_answer.h — which option a free answer names.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace thinktrace {

// The option that `text`, the model's answer after its thinking, states, or nothing where it states none or several.
// Rules in order, the first that names exactly one option wins (docs/method.md):
//   1. \boxed{L} with a label L (the last one);
//   2. the first line that is not empty, bare of markdown, is a label, or begins with one and one of : . ) or a bracket;
//   3. "answer", "choice" or "option" followed by is, : or nothing, and a label (all such mentions agree, or the last
//      one on the first line);
//   4. the first line is an option's text, or holds exactly one option's text as whole words.
// Letters and texts are compared without regard to case, except that a single letter in running text must be a capital.
std::optional<int> parse_answer(const std::string& text, const std::vector<std::string>& labels, const std::vector<std::string>& options);

}  // namespace thinktrace
