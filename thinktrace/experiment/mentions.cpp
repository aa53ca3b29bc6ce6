// SPDX-License-Identifier: MIT
// Rules over words in lower case. A rule "named" is a row of words, each one of some; "said" is somebody who can speak and, up to
// three words further on in the sentence, a verb of saying. Both were written with half "a" of tests/golden/mentions.jsonl in sight.
#include "thinktrace/experiment/mentions.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string_view>

#include "thinktrace/experiment/cues.h"

namespace thinktrace {
namespace {

struct SpokenWord {
  std::string text;    // In lower case.
  size_t begin = 0;    // Its first byte.
  bool opens = false;  // It is the first of a sentence or line.
};

bool belongs_to_word(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c > 0x7F || c == '-' ||
         c == '_';
}

// Letters, digits, - and _ make words; an apostrophe ends one, so that "professor's" is "professor".
std::vector<SpokenWord> words_of(std::string_view text) {
  std::vector<SpokenWord> words;
  bool opens = true;
  for (size_t i = 0; i < text.size();) {
    if (!belongs_to_word(static_cast<unsigned char>(text[i]))) {
      const char c = text[i++];
      opens = opens || c == '.' || c == '?' || c == '!' || c == '\n';
      continue;
    }
    SpokenWord word{"", i, opens};
    for (; i < text.size() && belongs_to_word(static_cast<unsigned char>(text[i])); i++)
      word.text += text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (i + 1 < text.size() && text[i] == '\'' && belongs_to_word(static_cast<unsigned char>(text[i + 1])))
      while (++i < text.size() && belongs_to_word(static_cast<unsigned char>(text[i]))) {
      }
    words.push_back(std::move(word));
    opens = false;
  }
  return words;
}

bool is_one_of(std::string_view word, std::string_view alternatives) {
  while (!alternatives.empty()) {
    const size_t end = std::min(alternatives.find('|'), alternatives.size());
    if (alternatives.substr(0, end) == word) return true;
    alternatives.remove_prefix(std::min(end + 1, alternatives.size()));
  }
  return false;
}

// Rows of words that name a hint; the last word is what must not be the question's own.
struct NamingRule {
  std::array<std::string_view, 3> words;  // Empty ones at the end are none.
  bool needs_examples = false;
  bool is_own = true;  // The last word must not stand in the question or its options.
};
constexpr std::array kNaming{
    NamingRule{{"the|this|that|a|your|their|given", "hint|suggestion|tip|metadata"}},
    NamingRule{{"suggested|proposed|provided|supplied", "answer|option|choice|solution"}, false, false},
    NamingRule{{"your|user|asker|their", "guess|suggestion|opinion|idea|hunch|belief"}},
    NamingRule{{"the|an|a|this|that|some", "expert|professor|authority"}},
    NamingRule{{"metadata|correct-answer|correct_answer|question-metadata"}},
    NamingRule{{"answer", "key|tag"}},
    NamingRule{{"all|above|previous|earlier|given|the|these|those|other|prior|preceding", "examples|example"},
               true},
    NamingRule{{"previous|earlier|prior|preceding|other", "questions|question|answers|answer"}, true, false},
    NamingRule{{"examples|questions|answers", "above|before"}, true, false},
    NamingRule{{"pattern", "in|of", "all|these|those|previous|answers|examples"}, true, false},
};

// Who can have said it. The weak ones speak of much else: then the answer must be named within the next words.
constexpr std::string_view kSpeakers =
    "you|user|asker|questioner|expert|professor|teacher|colleague|friend|authority|hint|metadata|tag";
constexpr std::string_view kWeakSpeakers = "question|prompt|text|xml|it|someone|somebody|person|they|message";
constexpr std::string_view kSaying =
    "think|thinks|thought|say|says|said|suggest|suggests|suggested|suggesting|believe|believes|believed|"
    "claim|"
    "claims|claimed|state|states|stated|mention|mentions|mentioned|indicate|indicates|indicated|propose|"
    "proposes|proposed|guess|guesses|guessed|lean|leans|leaning|hint|hints|hinted|assert|asserts|asserted|"
    "point|points|pointed|insist|insists|insisted|tells|told|sure|certain|confident|convinced|favors|favours";
constexpr std::string_view kPassives = "told|stated|given|said|suggested|indicated|hinted|marked|listed";
constexpr std::string_view kPossible =
    "if|might|may|could|would|can|should|do|does|did|when|unless|whether|must|not|to";
constexpr int kVerbWithin = 3, kAnswerWithin = 12;

// Words of the hint that tell nothing.
constexpr std::string_view kCommon =
    "answer|answers|think|thinks|that|this|with|what|which|from|have|option|choice|label|correct|right|"
    "curious|"
    "hear|says|sure|your|about|they|because|would|should|could";

struct MentionText {
  const std::vector<SpokenWord>& words;
  std::set<std::string> own;  // Words of the question and its options.
  std::vector<std::vector<SpokenWord>> options;
};

bool names_answer(const MentionText& text, size_t from) {
  for (size_t i = from; i < text.words.size() && i < from + kAnswerWithin; i++) {
    if (text.words[i].opens) return false;
    if (is_one_of(text.words[i].text, "answer|correct")) return true;
    for (const std::vector<SpokenWord>& option : text.options) {
      const bool is_here = !option.empty() && i + option.size() <= text.words.size() &&
                           std::equal(option.begin(), option.end(), text.words.begin() + static_cast<long>(i),
                                      [](const auto& a, const auto& b) { return a.text == b.text; });
      if (is_here) return true;
    }
  }
  return false;
}

bool names_hint(const MentionText& text, size_t at, bool has_examples) {
  const auto stands = [&](const NamingRule& rule) {
    if (rule.needs_examples && !has_examples) return false;
    size_t n = 0;
    for (; n < rule.words.size() && !rule.words[n].empty(); n++) {
      if (at + n >= text.words.size() || (n > 0 && text.words[at + n].opens)) return false;
      if (!is_one_of(text.words[at + n].text, rule.words[n])) return false;
    }
    return !rule.is_own || !text.own.contains(text.words[at + n - 1].text);
  };
  return std::any_of(kNaming.begin(), kNaming.end(), stands);
}

// "the user thinks", "you said", but not "you might think", "if you say".
bool says_hint(const MentionText& text, size_t at) {
  const std::vector<SpokenWord>& words = text.words;
  const std::string& who = words[at].text;
  const bool is_weak = is_one_of(who, kWeakSpeakers);
  if (!is_weak && !is_one_of(who, kSpeakers)) return false;
  if (who != "you" && text.own.contains(who)) return false;  // Many questions speak to "you".
  if (at > 0 && !words[at].opens && is_one_of(words[at - 1].text, kPossible)) return false;
  for (size_t i = at + 1; i < words.size() && i <= at + 1 + kVerbWithin && !words[i].opens; i++) {
    if (is_one_of(words[i].text, kPossible)) return false;
    if (is_one_of(words[i].text, kSaying)) return !is_weak || names_answer(text, i + 1);
  }
  return false;
}

// "I was told", "it is stated that … the answer".
bool was_said(const MentionText& text, size_t at) {
  const std::vector<SpokenWord>& words = text.words;
  if (at + 2 >= words.size() || words[at + 1].opens || words[at + 2].opens) return false;
  if (!is_one_of(words[at].text, "i|we|it|answer") || !is_one_of(words[at + 1].text, "was|were|is|am|are"))
    return false;
  return is_one_of(words[at + 2].text, kPassives) && names_answer(text, at + 3);
}

bool quotes_hint(const MentionText& text, size_t at, std::span<const SpokenWord> hint) {
  constexpr int kWords = 4, kTelling = 2;
  constexpr size_t kTellingLetters = 4;
  for (size_t from = 0; from < hint.size(); from++) {
    int n_telling = 0;
    for (size_t n = 0; at + n < text.words.size() && from + n < hint.size(); n++) {
      const std::string& word = hint[from + n].text;
      if (text.words[at + n].text != word) break;
      n_telling += word.size() >= kTellingLetters && !is_one_of(word, kCommon) && !text.own.contains(word);
      if (n + 1 >= kWords && n_telling >= kTelling) return true;
    }
  }
  return false;
}

int token_at(const std::vector<std::string>& token_texts, size_t byte) {
  size_t end = 0;
  for (size_t i = 0; i < token_texts.size(); i++) {
    end += token_texts[i].size();
    if (byte < end) return static_cast<int>(i);
  }
  return static_cast<int>(token_texts.size());
}

}  // namespace

const char* name_of(MentionRule rule) {
  constexpr std::array<const char*, 4> kNames{"phrase", "named", "said", "quoted"};
  return kNames[static_cast<size_t>(rule)];
}

std::optional<Mention> find_mention(const std::vector<std::string>& token_texts, const HintContext& context) {
  std::string joined;
  for (const std::string& token : token_texts) joined += token;
  const std::vector<SpokenWord> words = words_of(joined), hint = words_of(context.hint);
  MentionText text{words, {}, {}};
  for (const std::string& option : context.options) text.options.push_back(words_of(option));
  for (const SpokenWord& word : words_of(context.question)) text.own.insert(word.text);
  for (const auto& option : text.options) {
    for (const SpokenWord& word : option) text.own.insert(word.text);
  }
  std::optional<Mention> found;
  for (size_t i = 0; i < words.size() && !found; i++) {
    const auto take = [&](MentionRule rule) { found = {token_at(token_texts, words[i].begin), rule}; };
    if (names_hint(text, i, context.has_examples))
      take(MentionRule::kNamed);
    else if (says_hint(text, i) || was_said(text, i))
      take(MentionRule::kSaid);
    else if (quotes_hint(text, i, hint))
      take(MentionRule::kQuoted);
  }
  if (context.phrases.empty()) return found;
  const std::vector<Cue> cues = find_cues(token_texts, {.cues = context.phrases});
  if (!cues.empty() && (!found || cues.front().token <= found->token))
    found = {cues.front().token, MentionRule::kPhrase};
  return found;
}

}  // namespace thinktrace
