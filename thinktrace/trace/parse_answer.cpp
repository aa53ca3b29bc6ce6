// SPDX-License-Identifier: MIT
#include "thinktrace/trace/parse_answer.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>
#include <string_view>

namespace thinktrace {
namespace {

// Longer texts are looked at up to here only: std::regex recurses, and an answer states its choice early.
constexpr size_t kLookAt = 4096;

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

std::string trim(std::string s, const char* what = " \t\r\n") {
  const size_t first = s.find_first_not_of(what);
  if (first == std::string::npos) return "";
  return s.substr(first, s.find_last_not_of(what) - first + 1);
}

// Without the marks of markdown emphasis, code and headings.
std::string bare(const std::string& line) {
  std::string out;
  for (const char c : line) {
    if (c != '*' && c != '`' && c != '#' && c != '_') out += c;
  }
  return trim(out);
}

std::string first_line(const std::string& text) {
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    if (std::string line = bare(text.substr(begin, end - begin)); !line.empty()) return line;
    begin = end + 1;
  }
  return "";
}

std::optional<int> label_index(const std::string& word, const std::vector<std::string>& labels) {
  for (size_t i = 0; i < labels.size(); i++) {
    if (lower(word) == lower(labels[i])) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> boxed(const std::string& text, const std::vector<std::string>& labels) {
  const size_t at = text.rfind("\\boxed{");
  if (at == std::string::npos) return std::nullopt;
  const size_t end = text.find('}', at);
  if (end == std::string::npos) return std::nullopt;
  std::string inside = text.substr(at + 7, end - at - 7);
  if (inside.starts_with("\\text{")) inside = inside.substr(6);
  return label_index(trim(inside, " ()."), labels);
}

std::optional<int> leading_label(const std::string& line, const std::vector<std::string>& labels) {
  static const std::regex pattern(R"(^[(\[]?([A-Za-z]|[0-9]{1,2})(?:[)\].:]|\s*$|\s*[:)]).*)");
  std::smatch m;
  if (!std::regex_match(line, m, pattern)) return std::nullopt;
  return label_index(m[1], labels);
}

// All options that the text names as its answer, in order.
std::vector<int> stated_labels(const std::string& text, const std::vector<std::string>& labels) {
  static const std::regex pattern(
      R"(\b(?:[Aa]nswer|[Cc]hoice|[Oo]ption|ANSWER|CHOICE|OPTION)(?:\s+is)?\s*:?\s*(?:(?:choice|option|number)\s+)?[(\["']?([A-Z]|[0-9]{1,2})(?![A-Za-z0-9]|\.[0-9]))");
  std::vector<int> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    if (const auto i = label_index((*it)[1], labels)) found.push_back(*i);
  }
  return found;
}

bool holds_words(const std::string& line, const std::string& words) {
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80; };
  for (size_t at = line.find(words); at != std::string::npos; at = line.find(words, at + 1)) {
    const size_t end = at + words.size();
    const bool begins = at == 0 || !is_word(line[at - 1]) || !is_word(words.front());
    const bool ends = end == line.size() || !is_word(line[end]) || !is_word(words.back());
    if (begins && ends) return true;
  }
  return false;
}

std::optional<int> option_text(const std::string& line, const std::vector<std::string>& options) {
  const std::string stripped = lower(trim(line, " .\"'"));
  std::vector<int> equal, within;
  for (size_t i = 0; i < options.size(); i++) {
    const std::string option = lower(trim(options[i], " .\"'"));
    if (option.empty()) continue;
    if (stripped == option) equal.push_back(static_cast<int>(i));
    if (holds_words(lower(line), option)) within.push_back(static_cast<int>(i));
  }
  if (equal.size() == 1) return equal[0];
  if (equal.empty() && within.size() == 1) return within[0];
  return std::nullopt;
}

}  // namespace

std::optional<int> parse_answer(const std::string& whole, const std::vector<std::string>& labels, const std::vector<std::string>& options) {
  const std::string text = bare(whole.substr(0, kLookAt));
  if (const auto i = boxed(text, labels)) return i;
  const std::string line = first_line(whole.substr(0, kLookAt));
  if (const auto i = leading_label(line, labels)) return i;
  if (const std::vector<int> stated = stated_labels(line, labels); !stated.empty()) return stated.back();
  const std::vector<int> stated = stated_labels(text, labels);
  if (std::set<int>(stated.begin(), stated.end()).size() == 1) return stated[0];
  return option_text(line, options);
}

}  // namespace thinktrace
