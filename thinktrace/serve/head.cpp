// SPDX-License-Identifier: MIT
#include "thinktrace/serve/head.h"

#include <algorithm>

namespace thinktrace::serve {
namespace {

constexpr size_t kMaxHeaders = 100;

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_visible(c) && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

// Bytes outside ASCII are allowed in values, which are only ever compared.
bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string_view without_blanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The next line without its CR LF; nothing if there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const size_t end = text.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 2);
  return line;
}

bool parse_request_line(std::string_view line, Head& head) {
  const size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  const std::string_view target = line.substr(first + 1, last - first - 1), version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
  head.method = line.substr(0, first);
  head.target = target;
  head.minor = version.back() - '0';
  return is_token(head.method) && !target.empty() && std::all_of(target.begin(), target.end(), is_visible);
}

bool parse_header(std::string_view line, Head& head) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
  if (!is_token(name) || !is_value(value) || head.headers.size() == kMaxHeaders) return false;
  head.headers.emplace_back(lower(name), without_blanks(value));
  return true;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

int Head::count(std::string_view name) const {
  return static_cast<int>(std::count_if(headers.begin(), headers.end(),
                                        [&](const auto& header) { return header.first == name; }));
}

std::optional<std::string_view> Head::value(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool Head::lists(std::string_view name, std::string_view word) const {
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const size_t comma = std::min(rest.find(','), rest.size());
      if (lower(without_blanks(rest.substr(0, comma))) == word) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::optional<Head> parse_head(std::string_view text) {
  Head head;
  std::optional<std::string_view> line = take_line(text);
  if (!line || !parse_request_line(*line, head)) return std::nullopt;
  while ((line = take_line(text))) {
    if (line->empty()) return text.empty() ? std::optional(std::move(head)) : std::nullopt;
    if (!parse_header(*line, head)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace thinktrace::serve
