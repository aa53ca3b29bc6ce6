// SPDX-License-Identifier: MIT
// wrong_number.h — a mistake put into a sentence by rules: a number that it states becomes a near wrong one.
//
// Lanham et al. 2023 (arXiv 2307.13702) let a model write the mistaken sentence. A rule knows only numbers, but what it
// does is known exactly, needs no model, and is a mistake for certain wherever the number was right.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thinktrace {

// Bytes begin, …, end - 1 of a sentence are to be `text`.
struct NumberChange {
  size_t begin = 0, end = 0;
  std::string text;
};

// Which number is changed: the last one that the sentence states as a result (behind "=", or behind a word such as is, makes,
// gives, keep, ends in, up to); where there is none, its last number. Not counted are
// - what only names something: a number behind choice, option, answer, step, question, case, line or figure (or behind "answer
//   is" and "answer:"), or at the beginning of its line with a full stop or bracket behind ("2. Then");
// - parts of other things: next to a letter, an underscore or ^ (x2, 5kg, 3rd), in dates, times, ratios, ranges and lists
//   without blanks (3:1, 1/2, 4-6, 1,2,3);
// - number words (zero to twelve) that are not right behind a word of result, and "one of".
//
// Into what: the number of its last digits' units is 1 or 2 larger or smaller, by seed, each of the four with the same
// chance unless its form forbids it. The form stays: number of digits, sign, decimals, commas between thousands; a word stays
// a word, large where it was large. 7 may become 5, 6, 8, 9; 99 becomes 97 or 98; 3.10 may become 3.12; 1,000 becomes 1,001
// or 1,002. Nothing where there is no such number.
// The same on every machine. Cost: linear in the sentence.
std::optional<NumberChange> wrong_number(std::string_view sentence, uint64_t seed);

// Tokens begin, …, end - 1 of a sentence are to be those of `text`; the others stay the ids that they are.
struct TokenChange {
  int begin = 0, end = 0;
  std::string text;
};

// wrong_number() of the tokens' joined text, as a change of the fewest tokens.
std::optional<TokenChange> wrong_number_tokens(const std::vector<std::string>& token_texts, uint64_t seed);

}  // namespace thinktrace
