// SPDX-License-Identifier: MIT
// parse_answer.h — which option a free answer names.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace thinktrace {

// The option that `text`, the model's answer after its thinking, states, or nothing where it states none or several.
// Rules in order, the first that names exactly one option wins (docs/method.md):
//   1. \boxed{…} with a label or an option's text (the last such box; one with the label of one option and the text of
//      another names none);
//   2. the first line that is not empty is an option's text, and not a label itself;
//   3. the first line, bare of markdown, is a label or begins with one and one of : . ) ] (unless a later line begins
//      with the second label: then it is a list of the options);
//   4. "answer" or "choice" followed by is or : and a label or an option's text, or failing that "answer", "choice" or
//      "option" and a label: the last one on the first line, else in the whole text if all agree;
//   5. the first line holds exactly one option's text as whole words;
//   6. the last line is a label and its option's text, and no other line begins with a label.
// Letters and texts are compared without regard to case, except that a single letter in running text must be a capital.
// Numbers such as 1.5, 1,000, 3:1 or 10 are not the label 1 or 3; "B or C" is no answer.
// Looks at the first 16 KiB (boxes: everywhere). Cost: linear in the text.
std::optional<int> parse_answer(const std::string& text, const std::vector<std::string>& labels,
                                const std::vector<std::string>& options);

}  // namespace thinktrace
