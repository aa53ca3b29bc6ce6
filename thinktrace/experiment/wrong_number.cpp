// SPDX-License-Identifier: MIT
// A number is found by its digits, then by what stands on both sides. Everything but the digits themselves is left alone, so
// that its form stays. Tested by tests/unit/experiment_wrong_number_test.cpp: by hand, and by properties on random sentences.
#include "thinktrace/experiment/wrong_number.h"

#include <algorithm>
#include <array>

#include "thinktrace/analysis/random.h"
#include "thinktrace/experiment/sentences.h"

namespace thinktrace {
namespace {

constexpr std::array<std::string_view, 13> kNumberWords = {"zero", "one",    "two",   "three", "four",
                                                           "five", "six",    "seven", "eight", "nine",
                                                           "ten",  "eleven", "twelve"};
// What ends a text that states a result.
constexpr std::array<std::string_view, 30> kResultWords = {
    "is",   "are",   "was",  "were", "be",   "becomes", "become",    "equals",   "equal to", "makes",
    "make", "gives", "give", "get",  "gets", "got",     "yields",    "leaves",   "leave",    "left with",
    "keep", "keeps", "have", "has",  "had",  "ends in", "ends with", "end with", "end in",   "up to"};
// What a number behind it only names.
constexpr std::array<std::string_view, 12> kNamers = {"choice", "option",   "answer",  "answer is",
                                                      "step",   "question", "case",    "line",
                                                      "figure", "choices",  "options", "steps"};
// May stand between a word of result and its number.
constexpr std::array<std::string_view, 9> kPassedOver = {"about", "exactly", "only", "just",  "now",
                                                         "then",  "also",    "the",  "indeed"};

bool is_digit_char(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  const char low = static_cast<char>(c | 0x20);
  return (low >= 'a' && low <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_wordy(char c) { return is_letter(c) || is_digit_char(c) || c == '_' || c == '^'; }
bool is_joint(char c) { return c == '-' || c == '/' || c == ':' || c == '.' || c == ','; }

std::string lowered(std::string_view text) {
  std::string low(text);
  for (char& c : low) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return low;
}

// Whether `text` ends with one of `words`, whole.
template <size_t n>
const std::string_view* ends_with_word(std::string_view text, const std::array<std::string_view, n>& words) {
  for (const std::string_view& word : words) {
    if (!text.ends_with(word)) continue;
    if (text.size() == word.size() || !is_wordy(text[text.size() - word.size() - 1])) return &word;
  }
  return nullptr;
}

std::string_view without_marks(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) ||
                           std::string_view("$*({[\\:\"'").find(text.back()) != std::string_view::npos))
    text.remove_suffix(1);
  return text;
}

bool only_names(std::string_view before) { return ends_with_word(without_marks(before), kNamers) != nullptr; }

bool states_result(std::string_view before) {
  before = without_marks(before);
  while (const std::string_view* word = ends_with_word(before, kPassedOver)) {
    before.remove_suffix(word->size());
    before = without_marks(before);
  }
  return before.ends_with('=') || before.ends_with("≈") || ends_with_word(before, kResultWords) != nullptr;
}

// "2." and "2)" at the beginning of a line.
bool numbers_its_line(std::string_view text, size_t begin, size_t end) {
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) begin--;
  const bool begins_line = begin == 0 || text[begin - 1] == '\n';
  return begins_line && end < text.size() && (text[end] == '.' || text[end] == ')');
}

struct FoundNumber {
  size_t begin = 0, end = 0;
  int word = -1;  // Place in kNumberWords; -1: digits.
  bool is_result = false;
};

// The end of the digits that begin at `at`, with commas between thousands and decimals.
size_t end_of_digits(std::string_view text, size_t at) {
  const auto digits_from = [&](size_t from) {
    size_t n = 0;
    while (from + n < text.size() && is_digit_char(text[from + n])) n++;
    return n;
  };
  size_t n = digits_from(at);
  size_t end = at + n;
  while (n <= 3 && end < text.size() && text[end] == ',' && digits_from(end + 1) == 3) end += 4;
  if (end < text.size() && text[end] == '.' && digits_from(end + 1) > 0) end += 1 + digits_from(end + 1);
  return end;
}

// Not a part of something else.
bool stands_alone(std::string_view text, size_t begin, size_t end) {
  if (begin > 0) {
    const char c = text[begin - 1];
    if (is_wordy(c)) return false;
    if (is_joint(c) && begin > 1 && is_wordy(text[begin - 2])) return false;
  }
  if (end < text.size()) {
    const char c = text[end];
    if (is_wordy(c)) return false;
    if (is_joint(c) && end + 1 < text.size() && is_wordy(text[end + 1])) return false;
  }
  return true;
}

std::vector<FoundNumber> numbers_in(std::string_view text, std::string_view low) {
  std::vector<FoundNumber> found;
  for (size_t at = 0; at < text.size();) {
    if (is_digit_char(text[at])) {
      const size_t end = end_of_digits(text, at);
      if (stands_alone(text, at, end) && !numbers_its_line(text, at, end) && !only_names(low.substr(0, at)))
        found.push_back(
            {at, end, -1, states_result(low.substr(0, text[at > 0 ? at - 1 : 0] == '-' ? at - 1 : at))});
      at = end;
      continue;
    }
    size_t end = at;
    while (end < text.size() && is_letter(text[end])) end++;
    if (end == at) {
      at++;
      continue;
    }
    const auto word = std::find(kNumberWords.begin(), kNumberWords.end(), low.substr(at, end - at));
    const bool is_one_of = low.substr(end).starts_with(" of ");
    if (word != kNumberWords.end() && !is_one_of && stands_alone(text, at, end) &&
        states_result(low.substr(0, at)))
      found.push_back({at, end, static_cast<int>(word - kNumberWords.begin()), true});
    at = end;
  }
  return found;
}

// The steps by which a number can be wrong, drawn in an order.
std::vector<int> drawn_steps(uint64_t seed) {
  std::vector<int> steps{-2, -1, 1, 2};
  std::mt19937_64 random(seed);
  shuffle(random, steps);
  return steps;
}

// The digits of `number` with `step` added to their last ones; nothing where there would be more or fewer of them.
std::optional<std::string> stepped(std::string_view number, int step) {
  std::string changed(number);
  int carry = step;
  for (size_t i = changed.size(); i-- > 0 && carry != 0;) {
    if (!is_digit_char(changed[i])) continue;
    const int value = changed[i] - '0' + carry;
    carry = value < 0 ? -1 : value > 9 ? 1 : 0;
    changed[i] = static_cast<char>('0' + (value + 10) % 10);
  }
  const bool lost_digit = changed.size() > 1 && changed[0] == '0' && number[0] != '0' && changed[1] != '.';
  return carry != 0 || lost_digit ? std::nullopt : std::optional(changed);
}

std::string in_case_of(std::string_view word, std::string_view model) {
  std::string text(word);
  const bool first_large = !is_small(model[0]),
             all_large = first_large && model.size() > 1 && !is_small(model[1]);
  for (size_t i = 0; i < text.size() && (i == 0 ? first_large : all_large); i++)
    text[i] = static_cast<char>(text[i] & ~0x20);
  return text;
}

}  // namespace

std::optional<NumberChange> wrong_number(std::string_view sentence, uint64_t seed) {
  const std::string low = lowered(sentence);
  const std::vector<FoundNumber> found = numbers_in(sentence, low);
  if (found.empty()) return std::nullopt;
  const auto result =
      std::find_if(found.rbegin(), found.rend(), [](const FoundNumber& n) { return n.is_result; });
  const FoundNumber& number = result == found.rend() ? found.back() : *result;
  const std::string_view text = sentence.substr(number.begin, number.end - number.begin);
  for (const int step : drawn_steps(seed)) {
    if (number.word < 0) {
      if (const auto changed = stepped(text, step)) return NumberChange{number.begin, number.end, *changed};
    } else if (const int word = number.word + step;
               word >= 0 && word < static_cast<int>(kNumberWords.size())) {
      return NumberChange{number.begin, number.end, in_case_of(kNumberWords[word], text)};
    }
  }
  return std::nullopt;
}

std::optional<TokenChange> wrong_number_tokens(const std::vector<std::string>& token_texts, uint64_t seed) {
  std::string text;
  std::vector<size_t> ends;
  for (const std::string& token : token_texts) {
    text += token;
    ends.push_back(text.size());
  }
  const std::optional<NumberChange> change = wrong_number(text, seed);
  if (!change) return std::nullopt;
  // The first and the last byte that become others.
  size_t begin = change->begin, end = change->end, n_same = 0;
  const std::string& wrong = change->text;
  while (n_same < wrong.size() && begin < end && text[begin] == wrong[n_same]) begin++, n_same++;
  size_t n_wrong = wrong.size();
  while (n_wrong > n_same && end > begin && text[end - 1] == wrong[n_wrong - 1]) end--, n_wrong--;
  const auto first = std::upper_bound(ends.begin(), ends.end(), begin) - ends.begin();
  const auto last = std::lower_bound(ends.begin(), ends.end(), end) - ends.begin();
  const size_t from = first == 0 ? 0 : ends[first - 1];
  return TokenChange{static_cast<int>(first), static_cast<int>(last) + 1,
                     text.substr(from, begin - from) + wrong.substr(n_same, n_wrong - n_same) +
                         text.substr(end, ends[last] - end)};
}

}  // namespace thinktrace
