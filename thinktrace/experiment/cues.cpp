// SPDX-License-Identifier: MIT
#include "thinktrace/experiment/cues.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "thinktrace/experiment/sentences.h"

namespace thinktrace {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether the character whose first byte is at `at` is a letter or digit. Outside ASCII all are but Latin-1's signs,
// general punctuation (dashes, curly quotes, the ellipsis) and CJK punctuation.
bool is_word_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const char c = lower(text[at]);
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return true;
  if (byte(at) == 0xE2) return byte(at + 1) != 0x80 && byte(at + 1) != 0x81;
  if (byte(at) == 0xE3) return byte(at + 1) != 0x80;
  return byte(at) > 0x7F && byte(at) != 0xC2;
}

// Where the character begins whose last byte is at `last`.
size_t first_byte_of(std::string_view text, size_t last) {
  while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) last--;
  return last;
}

// How many bytes of the text from `at` on the cue takes; 0 where it doesn't stand there.
size_t length_at(std::string_view text, size_t at, std::string_view cue, bool match_case) {
  size_t i = at;
  for (const char c : cue) {
    if (is_blank(c)) {
      const size_t first = i;
      while (i < text.size() && is_blank(text[i])) i++;
      if (i == first) return 0;
      continue;
    }
    if (i == text.size() || (match_case ? text[i] != c : lower(text[i]) != lower(c))) return 0;
    i++;
  }
  const bool inside_before = at > 0 && is_word_at(cue, 0) && is_word_at(text, first_byte_of(text, at - 1));
  const bool inside_after =
      i < text.size() && is_word_at(text, i) && is_word_at(cue, first_byte_of(cue, cue.size() - 1));
  return inside_before || inside_after ? 0 : i - at;
}

// Where the words of each sentence begin.
std::vector<size_t> word_starts(std::string_view text) {
  std::vector<size_t> starts;
  for (const Sentence& sentence : split_sentences(text))
    starts.push_back(text.find_first_not_of(" \n\r\t\"'(*", sentence.begin));
  return starts;
}

}  // namespace

std::vector<Cue> find_cues(const std::vector<std::string>& token_texts, const CueOptions& options) {
  const std::string text = std::accumulate(token_texts.begin(), token_texts.end(), std::string());
  const std::vector<size_t> starts = options.sentence_initial ? word_starts(text) : std::vector<size_t>{};
  std::vector<Cue> found;
  int token = 0;
  size_t token_end = token_texts.empty() ? 0 : token_texts[0].size();
  for (size_t at = 0; at < text.size();) {
    while (at >= token_end) token_end += token_texts[++token].size();
    size_t longest = 0;
    int which = 0;
    if (!options.sentence_initial || std::binary_search(starts.begin(), starts.end(), at)) {
      for (size_t c = 0; c < options.cues.size(); c++) {
        const size_t length = length_at(text, at, options.cues[c], options.match_case);
        if (length > longest) longest = length, which = static_cast<int>(c);
      }
    }
    if (longest > 0) found.push_back({token, which});
    at += std::max<size_t>(longest, 1);
  }
  return found;
}

}  // namespace thinktrace
