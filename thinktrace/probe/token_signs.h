// SPDX-License-Identifier: MIT
// token_signs.h — where in a text the forced answer is likely to move, by the text alone.
#pragma once
#include <array>
#include <string>
#include <vector>

namespace thinktrace {

// The signs of one token, each 0 or 1.
enum TokenSign {
  kOpensLine,      // Something before it ends in a line break, and only blanks stand between.
  kOpensSentence,  // The token with text before it ends a sentence on the same line.
  kEndsSentence,   // Its text ends in . ? or !
  kComma,
  kColon,
  kQuote,
  kNumber,       // Digits only.
  kAfterNumber,  // The token with text before it is a number.
  kLabelNamed,   // A digit or capital letter shortly after "option", "choice" or "answer".
  kOptionWord,   // Begins a word of some options' texts, though not of all.
  kCueWord,      // "Wait", "but", "so" and the like: the words of turning and concluding, in English.
  kInsideWord,   // Goes on with the word of the token before it.
  kNTokenSigns
};
using TokenSigns = std::array<double, kNTokenSigns>;

std::vector<TokenSigns> token_signs(const std::vector<std::string>& token_texts,
                                    const std::vector<std::string>& option_texts);

// How much the probabilities are expected to move at each token, as a multiple of what they move at a token without
// signs. bench/adaptive_replay --fit measured it.  [n_tokens], all above 0
std::vector<double> change_rates(const std::vector<std::string>& token_texts,
                                 const std::vector<std::string>& option_texts);

}  // namespace thinktrace
