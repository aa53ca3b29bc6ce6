// SPDX-License-Identifier: MIT
#include "thinktrace/experiment/sentences.h"

#include <algorithm>
#include <array>

namespace thinktrace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of the first of `marks` that stands at `at`; 0 where none does.
template <size_t n>
size_t mark_at(std::string_view text, size_t at, const std::array<std::string_view, n>& marks) {
  for (const std::string_view mark : marks) {
    if (text.substr(at, mark.size()) == mark) return mark.size();
  }
  return 0;
}

constexpr std::array<std::string_view, 4> kEnds = {".", "?", "!", "…"};
constexpr std::array<std::string_view, 3> kFullWidthEnds = {"。", "！", "？"};
constexpr std::array<std::string_view, 9> kClosing = {"\"", "'", ")", "]", "*", "”", "’", "»", "」"};

// "2." at the beginning of its line counts, and so does " 2." behind blanks.
bool numbers_a_line(std::string_view text, size_t full_stop) {
  size_t i = full_stop;
  while (i > 0 && is_digit(text[i - 1])) i--;
  if (i == full_stop) return false;
  while (i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t')) i--;
  return i == 0 || text[i - 1] == '\n';
}

// Where the sentence ends whose end stands at `at`, without the blanks behind; 0 where none ends there.
size_t end_at(std::string_view text, size_t at) {
  if (text[at] == '\n') return at + 1;
  size_t i = at + mark_at(text, at, kFullWidthEnds);
  const bool full_width = i > at;
  if (!full_width) i += mark_at(text, at, kEnds);
  if (i == at || (text[at] == '.' && numbers_a_line(text, at))) return 0;
  while (i < text.size()) {
    size_t more = mark_at(text, i, kEnds);
    if (more == 0) more = mark_at(text, i, kFullWidthEnds);
    if (more == 0) more = mark_at(text, i, kClosing);
    if (more == 0) break;
    i += more;
  }
  return full_width || i == text.size() || is_blank(text[i]) ? i : 0;
}

}  // namespace

std::vector<Sentence> split_sentences(std::string_view text) {
  std::vector<Sentence> sentences;
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); at++) {
    const size_t end = end_at(text, at);
    if (end == 0) continue;
    sentences.push_back({begin, end});
    begin = end;
    while (begin < text.size() && is_blank(text[begin])) begin++;
    at = begin - 1;
  }
  if (begin < text.size()) sentences.push_back({begin, text.size()});
  return sentences;
}

std::vector<TokenRange> sentence_ranges(const std::vector<std::string>& token_texts) {
  const auto n_tokens = static_cast<int>(token_texts.size());
  std::string text;
  std::vector<size_t> ends;  // Of the tokens, in bytes.
  for (const std::string& token : token_texts) {
    text += token;
    ends.push_back(text.size());
  }
  const std::vector<Sentence> sentences = split_sentences(text);
  std::vector<TokenRange> ranges;
  int begin = 0;
  for (size_t k = 0; k + 1 < sentences.size(); k++) {
    // The last token boundary between the two sentences, or else the first one inside the second.
    const auto past = std::upper_bound(ends.begin(), ends.end(), sentences[k + 1].begin);
    const bool between = past != ends.begin() && past[-1] >= sentences[k].end;
    const int end = static_cast<int>(past - ends.begin()) + (between ? 0 : 1);
    if (end <= begin || end >= n_tokens) continue;
    ranges.push_back({begin, end});
    begin = end;
  }
  if (begin < n_tokens) ranges.push_back({begin, n_tokens});
  return ranges;
}

}  // namespace thinktrace
