// SPDX-License-Identifier: MIT
// mentions.h — whether a thinking text says that something in the prompt hinted at an answer.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace thinktrace {

enum class MentionRule {
  kPhrase,  // One of the user's own phrases.
  kNamed,   // Names the hint or who gave it: "the hint", "your suggestion", "an expert", "the answer key".
  kSaid,    // Says that somebody said it: "the user thinks", "you suggested", "I was told".
  kQuoted,  // Repeats four words or more of the hint, two of them telling ones.
};
const char* name_of(MentionRule rule);  // "phrase", "named", "said", "quoted"

// What stands in the prompt, and what else is to count.
struct HintContext {
  std::string hint;  // As it is put in; empty where examples are the hint.
  bool has_examples = false;
  std::string question;              // Without the hint.
  std::vector<std::string> options;  // Their texts.
  std::vector<std::string> phrases;  // Count wherever they stand, as cues do (cues.h).
};

struct Mention {
  int token = 0;  // The token that holds its first byte.
  MentionRule rule = MentionRule::kNamed;
};

// The first mention in the text. The rules, word for word, are in mentions.cpp and docs/method.md; they know English alone, and
// err: tests/unit/experiment_mentions_test.cpp holds how often on a sample labelled by hand. A word that stands in the question
// or its options names no hint. REQUIRES: as find_cues() of the phrases. Cost: text length x rules, and x hint length.
std::optional<Mention> find_mention(const std::vector<std::string>& token_texts, const HintContext& context);

}  // namespace thinktrace
