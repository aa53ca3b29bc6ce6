// SPDX-License-Identifier: MIT
#include "thinktrace/text/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace thinktrace {
namespace {

using namespace std::string_literals;

const std::string kFffd = "\xEF\xBF\xBD";

std::string times(int n, const std::string& s) {
  std::string out;
  for (int i = 0; i < n; i++) out += s;
  return out;
}

// `code` in exactly `n` bytes by the bit pattern of UTF-8, whether that is allowed or not.
std::string encode_in(int n, uint32_t code) {
  if (n == 1) return std::string(1, static_cast<char>(code));
  std::string out(n, '\0');
  for (int i = n - 1; i > 0; i--, code >>= 6) out[i] = static_cast<char>(0x80 | (code & 0x3F));
  out[0] = static_cast<char>((0xF00 >> n & 0xFF) | code);
  return out;
}

int shortest(uint32_t code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

TEST(Utf8, AcceptsEveryScalarValueInItsShortestFormOnly) {
  for (uint32_t code = 0; code < 0x120000; code++) {
    const bool scalar = code < 0xD800 || (code > 0xDFFF && code <= 0x10FFFF);
    for (int n = shortest(code); n <= 4; n++) {
      const std::string bytes = encode_in(n, code);
      const bool good = scalar && n == shortest(code);
      ASSERT_EQ(is_utf8(bytes), good) << std::hex << code << " in " << n << " bytes";
      ASSERT_EQ(to_utf8(bytes) == bytes, good) << std::hex << code << " in " << n << " bytes";
    }
  }
}

TEST(Utf8, ReplacesEachMaximalIllFormedPartByOneMark) {
  const struct {
    std::string bytes, expected;
  } cases[] = {
      {"", ""},
      {"abc\0def"s, "abc\0def"s},
      {"na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80", "na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"\x80", kFffd},
      {"\xC3", kFffd},
      {"\xC3(", kFffd + "("},
      {"\xE2\x82", kFffd},
      {"\xE2\x82"
       "A",
       kFffd + "A"},
      {"\xF0\x9F\x98", kFffd},
      {"\xF0\x9F\x98\xF0\x9F\x98\x80", kFffd + "\xF0\x9F\x98\x80"},
      {"\xC0\x80", times(2, kFffd)},
      {"\xE0\x9F\xBF", times(3, kFffd)},
      {"\xED\xA0\x80", times(3, kFffd)},
      {"\xF0\x8F\xBF\xBF", times(4, kFffd)},
      {"\xF4\x90\x80\x80", times(4, kFffd)},
      {"\xF5\x80\x80\x80", times(4, kFffd)},
      {"\xFF\xFE", times(2, kFffd)},
      // The example of the Unicode standard, table 3-11.
      {"a\xF1\x80\x80\xE1\x80\xC2"
       "b\x80"
       "c\x80\xBF"
       "d",
       "a" + times(3, kFffd) + "b" + kFffd + "c" + times(2, kFffd) + "d"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(to_utf8(c.bytes), c.expected) << printable(c.bytes);
    EXPECT_EQ(is_utf8(c.bytes), c.bytes == c.expected) << printable(c.bytes);
  }
}

TEST(Utf8, TokenTextsGiveACutCharacterToTheTokenThatCompletesIt) {
  using Pieces = std::vector<std::string>;
  const struct {
    Pieces pieces, texts;
  } cases[] = {
      {{}, {}},
      {{""}, {""}},
      {{"a", "", "b"}, {"a", "", "b"}},
      {{"\xF0", "\x9F", "\x98", "\x80"}, {"", "", "", "\xF0\x9F\x98\x80"}},
      {{"a\xE2",
        "\x82\xAC"
        "b"},
       {"a",
        "\xE2\x82\xAC"
        "b"}},
      {{"\xE2", "", "\x82", "\xAC"}, {"", "", "", "\xE2\x82\xAC"}},
      {{"\xE2\x82", "x"}, {"", kFffd + "x"}},
      {{"\xE2\x82", "\xC3", "\xA9"}, {"", kFffd, "\xC3\xA9"}},
      {{"ok", "\xE2"}, {"ok", kFffd}},
      {{"\xE2", ""}, {"", kFffd}},
      {{"\xFF", "a"}, {kFffd, "a"}},
  };
  for (const auto& c : cases) EXPECT_EQ(token_texts(c.pieces), c.texts);
}

TEST(Utf8, TokenTextsJoinToTheTextHoweverTheBytesAreCut) {
  const std::string parts[] = {"a",    " ",        "\xC3\xA9",     "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                               "\x80", "\xF0\x9F", "\xED\xA0\x80", "\xFF",         "\0"s};
  std::mt19937 random(1);
  for (int round = 0; round < 3000; round++) {
    std::string bytes;
    for (auto i = random() % 8; i > 0; i--) bytes += parts[random() % std::size(parts)];
    std::vector<std::string> pieces(1);
    for (const char c : bytes) {
      while (random() % 2) pieces.emplace_back();
      pieces.back() += c;
    }
    const std::vector<std::string> texts = token_texts(pieces);
    ASSERT_EQ(texts.size(), pieces.size());
    std::string joined;
    for (const std::string& text : texts) {
      ASSERT_TRUE(is_utf8(text)) << printable(bytes);
      joined += text;
    }
    ASSERT_EQ(joined, to_utf8(bytes)) << printable(bytes);
  }
}

TEST(Utf8, PrintableWritesOutWhatATerminalActsOn) {
  const struct {
    std::string text, expected;
  } cases[] = {
      {"", ""},
      {"plain text, 1 < 2 & \"3\"", "plain text, 1 < 2 & \"3\""},
      {"\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80 \xC2\xA0.",
       "\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80 \xC2\xA0."},
      {"a\nb\tc", "a\\nb\\tc"},
      {"a\r\nb", "a\\x0D\\nb"},
      {"\x1B[31mred\x1B[0m", "\\x1B[31mred\\x1B[0m"},
      {"\x1B]0;title\x07", "\\x1B]0;title\\x07"},
      {"\0\x7F"s, "\\x00\\x7F"},
      {"\xC2\x9B"
       "31m",
       "\\u{9B}31m"},  // C1 control sequence introducer.
      {"\x9B"
       "31m",
       "\\x9B31m"},  // The same as a bare byte.
      {"\xE2\x80\xA8\xE2\x80\xA9", "\\u{2028}\\u{2029}"},
      {"\xE2\x80\xAE"
       "evil\xE2\x80\xAC",
       "\\u{202E}evil\\u{202C}"},
      {"\xE2\x81\xA6\xE2\x81\xA9", "\\u{2066}\\u{2069}"},
      {"\xD8\x9C", "\\u{61C}"},
      {"a\xE2\x80\x8B"
       "b\xEF\xBB\xBF",
       "a\\u{200B}b\\u{FEFF}"},
      {"\xF3\xA0\x81\x81", "\\u{E0041}"},  // A tag character, which nobody sees.
      {"\xE2\x82", "\\xE2\\x82"},
  };
  for (const auto& c : cases) EXPECT_EQ(printable(c.text), c.expected);
}

TEST(Utf8, PrintableIsOneLineWithoutControlsForAnyBytes) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; round++) {
    std::string bytes;
    for (auto i = random() % 20; i > 0; i--) bytes += static_cast<char>(random());
    const std::string shown = printable(bytes);
    ASSERT_TRUE(is_utf8(shown));
    for (const char c : shown) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    ASSERT_EQ(printable(shown), shown);
  }
}

}  // namespace
}  // namespace thinktrace
