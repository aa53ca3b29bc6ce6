// SPDX-License-Identifier: MIT
// experiment_texts.h — texts cut into tokens at random places, for the tests of experiment/.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/analysis/random.h"

namespace thinktrace::testing {

inline std::string join(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

// Tokens of up to `longest` bytes, some of them empty.
inline std::vector<std::string> cut_at_random(const std::string& text, int longest, std::mt19937_64& random) {
  std::vector<std::string> tokens;
  for (size_t at = 0; at < text.size();) {
    tokens.push_back(text.substr(at, draw_below(random, longest + 1)));
    at += tokens.back().size();
  }
  return tokens;
}

// A text of `n` of the pieces, drawn at random.
inline std::string random_text(const std::vector<std::string>& pieces, int n, std::mt19937_64& random) {
  std::string text;
  for (int i = 0; i < n; i++) text += pieces[draw_below(random, static_cast<uint32_t>(pieces.size()))];
  return text;
}

}  // namespace thinktrace::testing
