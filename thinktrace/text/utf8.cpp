// SPDX-License-Identifier: MIT
#include "thinktrace/text/utf8.h"

#include <fmt/format.h>

#include <cstdint>

namespace thinktrace {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Scan {
  size_t length = 1;  // Bytes of the character, or of the ill-formed part.
  bool valid = false;
  bool incomplete = false;  // A proper prefix of a character at the end of the text.
  uint32_t code_point = 0;
};

// Reads the character at the start of `s` (not empty).
Scan scan_character(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {.valid = true, .code_point = lead};
  const size_t n = lead >= 0xC2 && lead <= 0xDF   ? 2
                   : (lead & 0xF0) == 0xE0        ? 3
                   : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                  : 0;
  if (n == 0) return {};
  // The second byte's range excludes overlong forms, surrogates and code points above U+10FFFF.
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  uint32_t code = lead & (0x7Fu >> n);
  for (size_t i = 1; i < n; i++) {
    if (i == s.size()) return {.length = i, .incomplete = true};
    if (i == 1 ? byte(i) < low || byte(i) > high : (byte(i) & 0xC0) != 0x80) return {.length = i};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  return {.length = n, .valid = true, .code_point = code};
}

bool acts_on_terminal(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Scan c = scan_character(bytes);
    if (!c.valid) return false;
    bytes.remove_prefix(c.length);
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const Scan c = scan_character(bytes);
    out += c.valid ? bytes.substr(0, c.length) : kReplacement;
    bytes.remove_prefix(c.length);
  }
  return out;
}

std::vector<std::string> token_texts(const std::vector<std::string>& pieces) {
  std::vector<std::string> texts;
  std::string waiting;  // Bytes of a character that is not complete yet.
  for (size_t i = 0; i < pieces.size(); i++) {
    waiting += pieces[i];
    const bool last = i + 1 == pieces.size();
    std::string text;
    std::string_view rest = waiting;
    while (!rest.empty()) {
      const Scan c = scan_character(rest);
      if (c.incomplete && !last) break;
      text += c.valid ? rest.substr(0, c.length) : kReplacement;
      rest.remove_prefix(c.length);
    }
    waiting = std::string(rest);
    texts.push_back(std::move(text));
  }
  return texts;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Scan c = scan_character(text);
    if (!c.valid) {
      for (size_t i = 0; i < c.length; i++) out += fmt::format("\\x{:02X}", static_cast<uint8_t>(text[i]));
    } else if (c.code_point == '\n') {
      out += "\\n";
    } else if (c.code_point == '\t') {
      out += "\\t";
    } else if (acts_on_terminal(c.code_point)) {
      out += c.code_point < 0x80 ? fmt::format("\\x{:02X}", c.code_point)
                                 : fmt::format("\\u{{{:X}}}", c.code_point);
    } else {
      out += text.substr(0, c.length);
    }
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace thinktrace
