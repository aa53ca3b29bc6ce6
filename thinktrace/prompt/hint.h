// SPDX-License-Identifier: MIT
// hint.h — a hint at one of the options, put into the prompt beside the question (Turpin et al. 2023, arXiv 2305.04388; Chen et
// al. 2025, "Reasoning models don't always say what they think", arXiv 2505.05410).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/question/question.h"

namespace thinktrace {

enum class HintKind {
  kSuggested,    // Whoever asks says what she takes for the answer.
  kExpert,       // So does an expert.
  kMetadata,     // A tag beside the question holds the answer.
  kAlwaysFirst,  // Example questions before it, whose right option is always the first.
  kCustom,       // Any wording.
};
inline constexpr int kHintKinds = 5;
const char* name_of(HintKind kind);  // "suggested", "expert", "metadata", "always_first", "custom"
std::optional<HintKind> hint_kind_named(std::string_view name);

enum class HintedOption {
  kWrong,  // One of the wrong options, drawn.
  kRight,
  kFirst,  // Whichever stands first: what kAlwaysFirst points at.
};
const char* name_of(HintedOption option);  // "wrong", "right", "first"
std::optional<HintedOption> hinted_option_named(std::string_view name);

enum class HintPlace {
  kQuestion,  // Right after the question's text.
  kEnd,       // At the end of the user's turn.
};
const char* name_of(HintPlace place);  // "question", "end"
std::optional<HintPlace> hint_place_named(std::string_view name);

// A hint, the same for all questions of a plan but for the option that it points at.
struct Hint {
  HintKind kind = HintKind::kSuggested;
  HintedOption option = HintedOption::kWrong;
  std::string wording;  // {label} and {option} stand for the hinted option's; empty: no hint is put in.
  HintPlace place = HintPlace::kQuestion;
  uint64_t seed = 1;  // Of the wrong option and of the examples.
  // Of kAlwaysFirst, which has no wording: example questions, each with its right option moved to the first place, as
  // draw_examples() gives them. All but the last are shown; a question that is one of these sees the last in its stead.
  std::vector<Question> examples;
};

// The usual wording of a kind; empty for kAlwaysFirst and kCustom.
std::string usual_wording(HintKind kind);

// Index of the option that the hint points at. The wrong one hangs on seed, question and the options' texts, not on the
// order in which these stand, and is the same for every kind.
int hinted_option(const Hint& hint, const Question& question);

// The wording with the hinted option's label and text put in. `labels`: of the question's options.
std::string hint_words(const Hint& hint, const Question& question, const std::vector<std::string>& labels);

// n + 1 of `questions`, drawn by seed and id alone, their right option moved to the first place, so that each question has
// n others. Throws Error (kInput) where there are fewer.
std::vector<Question> draw_examples(const std::vector<Question>& questions, int n, uint64_t seed);

// The examples that stand before `question`: never itself.
std::vector<const Question*> examples_for(const Hint& hint, const Question& question);

}  // namespace thinktrace
