// SPDX-License-Identifier: MIT
#include "thinktrace/probe/token_signs.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace thinktrace {
namespace {

// Log of how many times as much the probabilities move at a token with the sign.
constexpr TokenSigns kLogRates = {0.630, 0.328, 0.136, 0.106, 0.600, 0.292,
                                  0.050, 0.330, 0.357, 0.104, 0.084, 0.276};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || (c & 0x80); }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

template <size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 5> kNaming = {"option", "choice", "answer", "options", "choices"};
constexpr std::array<std::string_view, 15> kCues = {
    "wait", "but",  "so",    "therefore", "hmm",   "however", "alternatively", "actually",
    "now",  "thus", "hence", "because",   "since", "looking", "putting"};
constexpr size_t kShortestWord = 3;
constexpr size_t kNamingReach = 3;  // Tokens between "option" and its label, at most.

std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (is_letter(c)) {
      word += lower(c);
      continue;
    }
    if (word.size() >= kShortestWord) words.insert(word);
    word.clear();
  }
  return words;
}

// The words of some options that not every option has.
std::set<std::string> telling_words(const std::vector<std::string>& option_texts) {
  std::set<std::string> some, all;
  for (size_t i = 0; i < option_texts.size(); i++) {
    const std::set<std::string> words = words_of(option_texts[i]);
    some.insert(words.begin(), words.end());
    if (i == 0) {
      all = words;
      continue;
    }
    std::erase_if(all, [&](const std::string& word) { return !words.contains(word); });
  }
  std::erase_if(some, [&](const std::string& word) { return all.contains(word); });
  return some;
}

bool begins_one_of(const std::string& word, const std::set<std::string>& words) {
  const auto at = words.lower_bound(word);
  return at != words.end() && at->starts_with(word);
}

bool is_label(std::string_view text) { return text.size() == 1 && (is_digit(text[0]) || is_upper(text[0])); }

struct TextBefore {
  std::string_view word;   // The last token with text, trimmed.
  bool line_break = true;  // Between that and here; the beginning counts.
  bool blank = true;       // Right before.
  size_t since_naming = kNamingReach + 1;
};

TokenSigns signs_after(const TextBefore& before, std::string_view raw, const std::set<std::string>& telling) {
  const std::string_view text = trimmed(raw);
  TokenSigns signs{};
  if (text.empty()) return signs;
  const std::string_view last = before.word;
  const auto ends_sentence = [](std::string_view word) {
    return !word.empty() && std::string_view(".?!").find(word.back()) != std::string_view::npos;
  };
  const auto is_number = [](std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
  };
  const std::string word = lowered(text);
  const bool letters = std::all_of(text.begin(), text.end(), is_letter);
  signs[kOpensLine] = before.line_break;
  signs[kOpensSentence] = !before.line_break && ends_sentence(last);
  signs[kEndsSentence] = ends_sentence(text);
  signs[kComma] = text.front() == ',';
  signs[kColon] = text.back() == ':';
  signs[kQuote] = text.find('"') != std::string_view::npos;
  signs[kNumber] = is_number(text);
  signs[kAfterNumber] = is_number(last);
  signs[kLabelNamed] = is_label(text) && before.since_naming <= kNamingReach;
  signs[kOptionWord] = letters && word.size() >= kShortestWord && begins_one_of(word, telling);
  signs[kCueWord] = is_one_of(word, kCues);
  signs[kInsideWord] =
      letters && !before.blank && !is_blank(raw.front()) && !last.empty() && is_letter(last.back());
  return signs;
}

}  // namespace

std::vector<TokenSigns> token_signs(const std::vector<std::string>& token_texts,
                                    const std::vector<std::string>& option_texts) {
  const std::set<std::string> telling = telling_words(option_texts);
  std::vector<TokenSigns> all;
  TextBefore before;
  for (const std::string& raw : token_texts) {
    all.push_back(signs_after(before, raw, telling));
    const std::string_view text = trimmed(raw);
    before.since_naming = is_one_of(lowered(text), kNaming) ? 1 : before.since_naming + 1;
    if (raw.empty()) continue;
    const bool breaks = raw.find('\n', raw.find_last_not_of(" \t\r\n") + 1) != std::string::npos;
    before.line_break = breaks || (text.empty() && before.line_break);
    before.blank = is_blank(raw.back());
    if (!text.empty()) before.word = text;
  }
  return all;
}

std::vector<double> change_rates(const std::vector<std::string>& token_texts,
                                 const std::vector<std::string>& option_texts) {
  std::vector<double> rates;
  for (const TokenSigns& signs : token_signs(token_texts, option_texts)) {
    double log_rate = 0;
    for (size_t i = 0; i < kNTokenSigns; i++) log_rate += kLogRates[i] * signs[i];
    rates.push_back(std::exp(log_rate));
  }
  return rates;
}

}  // namespace thinktrace
