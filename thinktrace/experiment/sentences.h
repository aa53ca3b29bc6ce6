// SPDX-License-Identifier: MIT
// sentences.h — where sentences end in a thinking text, and the tokens that make up each.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace thinktrace {

// Tokens begin, …, end - 1.
struct TokenRange {
  int begin = 0, end = 0;
};

// What is left out between sentences.
inline bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Offsets in bytes. The blanks and line breaks behind a sentence are part of neither it nor the next.
struct Sentence {
  size_t begin = 0, end = 0;
};

// In order; the first begins at 0. None for an empty text. A sentence ends
// - after . ? ! or … (and any of these and of closing quotes, brackets and asterisks that follow) where a blank or the end
//   of the text follows, but not after a full stop behind a number that begins its line ("2. Then");
// - after 。 ！ or ？ (and what follows, likewise);
// - after a line break.
// Abbreviations are not known: "e.g. this" is cut.
std::vector<Sentence> split_sentences(std::string_view text);

// The sentences as ranges of tokens, without gaps from the first token to the last; joined, the texts of a range are
// its bytes exactly. A token of blanks goes with the sentence before it, one that begins with a blank (" So") with
// the one behind it; a token that holds the end of one and the beginning of the next belongs to the sentence that
// ends.
std::vector<TokenRange> sentence_ranges(const std::vector<std::string>& token_texts);

}  // namespace thinktrace
