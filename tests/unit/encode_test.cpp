// SPDX-License-Identifier: MIT
#include "thinktrace/publish/encode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using nlohmann::json;

std::string noise(size_t n) {
  std::mt19937 random(1);
  std::string out(n, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

TEST(Encode, Base64GivesThePublishedForms) {
  const struct {
    std::string bytes, text;
  } cases[] = {
      // RFC 4648, section 10.
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string("\0\0\0\0", 4), "AAAAAA=="},
      {"\xFB\xEF\xBE\xFF\xFF\xFF", "++++////"},
  };
  for (const auto& c : cases) EXPECT_EQ(base64(c.bytes), c.text);
  EXPECT_EQ(base64(std::string(3000, 'a')).find('\n'), std::string::npos);
  EXPECT_EQ(base64(std::string(3001, 'a')).size(), 4004u);
}

TEST(Encode, PiecesHaveTheSameBase64) {
  const std::string bytes = noise(10000);
  for (const size_t length : {0, 1, 2, 3, 9998, 9999, 10000}) {
    for (const size_t piece : {1, 2, 3, 7, 4096}) {
      std::string out;
      Base64 encoder([&](std::string_view text) { out += text; });
      for (size_t at = 0; at < length; at += piece)
        encoder.add(std::string_view(bytes).substr(at, std::min(piece, length - at)));
      encoder.finish();
      EXPECT_TRUE(out == base64(std::string_view(bytes).substr(0, length))) << length << ' ' << piece;
    }
  }
}

TEST(Encode, DeflatedBytesInflateToThemselves) {
  const std::string cases[] = {"",
                               "a",
                               std::string("\0", 1),
                               std::string(1 << 20, 'x'),
                               noise(1 << 20),
                               noise((1 << 14) - 1),
                               noise(1 << 14)};
  for (const std::string& bytes : cases) {
    const std::string packed = deflate_raw(bytes);
    EXPECT_FALSE(packed.empty());
    EXPECT_TRUE(inflate_raw(packed) == bytes) << bytes.size();
  }
  EXPECT_LT(deflate_raw(std::string(1 << 20, 'x')).size(), 2000u);
  EXPECT_EQ(deflate_raw("abc"), deflate_raw("abc"));
}

TEST(Encode, PiecesDeflateToTheSameBytes) {
  std::string text;
  for (int i = 0; i < 20000; i++) text += std::to_string(i * i % 977) + ",";
  for (const size_t piece : {1, 7, 4096, 100000}) {
    std::string out;
    Deflater deflater([&](std::string_view bytes) { out += bytes; });
    for (size_t at = 0; at < text.size(); at += piece) deflater.add(std::string_view(text).substr(at, piece));
    deflater.finish();
    EXPECT_TRUE(out == deflate_raw(text)) << piece;
  }
}

TEST(Encode, DeflateIsRawWithoutAZlibOrGzipHead) {
  EXPECT_EQ(deflate_raw(""), std::string("\x03\0", 2));
  EXPECT_EQ(inflate_raw(std::string("\x01\x03\0\xFC\xFF"
                                    "abc",
                                    8)),
            "abc");  // A stored block, RFC 1951, section 3.2.4.
}

TEST(Encode, WhatIsNotAWholeDeflateStreamIsAnError) {
  const std::string whole = deflate_raw(noise(100000));
  const std::string cases[] = {"",
                               whole.substr(0, whole.size() / 2),
                               whole.substr(0, whole.size() - 1),
                               "\x07",
                               "\xFF\xFF\xFF",
                               std::string("\x78\x9C\x03\0\0\0\0\x01", 8)};
  for (const std::string& bytes : cases) {
    try {
      inflate_raw(bytes);
      ADD_FAILURE() << bytes.size() << " bytes are taken for a stream";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kFailed);
    }
  }
}

void expect_safe_and_same(const json& value) {
  const std::string text = value.dump(), escaped = escape_for_script(text);
  for (const char c : escaped)
    ASSERT_TRUE(static_cast<unsigned char>(c) < 0x80 && c != '<' && c != '>' && c != '&') << escaped;
  const json back = json::parse(escaped, nullptr, false);
  ASSERT_FALSE(back.is_discarded()) << escaped;
  ASSERT_EQ(back, value) << escaped;
}

TEST(Encode, EscapedJsonIsTheSameJsonAndHarmlessInAScript) {
  const json values[] = {
      nullptr,
      12.5,
      json::array(),
      json::object(),
      "",
      "</script><script>alert(1)</script>",
      "<!-- & -->",
      "]]>",
      "\\<\\\\>\\u003c",
      "quote \" backslash \\ slash /",
      "line\u2028and\u2029paragraph",
      "\u00E9\u0080\u07FF\u0800\uD7FF\uE000\uFEFF\uFFFF",
      "\U00010000\U0001F600\U0010FFFF",
      std::string("\0\x01\x1F\x7F\b\f\n\r\t", 9),
      json{{"</script>", {{"\U0001F600<&>", {1, -2.5e-7, true, "\u202E"}}}}},
  };
  for (const json& value : values) expect_safe_and_same(value);
}

TEST(Encode, EveryCharacterSurvivesEscaping) {
  std::u32string all;
  for (char32_t c = 0; c < 0x11000; c++) {
    if (c < 0xD800 || c > 0xDFFF) all += c;
  }
  for (char32_t c = 0x11000; c < 0x110000; c += 0xFB) all += c;
  std::string text;  // UTF-8, written out here so that the code under test is not its own judge.
  for (const char32_t c : all) {
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      text += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
               static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      text += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
               static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    }
  }
  expect_safe_and_same(text);
}

TEST(Encode, EscapesAreSpelledAsFourHexDigits) {
  EXPECT_EQ(escape_for_script("\"<>&\""), R"("\u003c\u003e\u0026")");
  EXPECT_EQ(escape_for_script("\"\u00E9\u2028\U0001F600\""), R"("\u00e9\u2028\ud83d\ude00")");
  EXPECT_EQ(escape_for_script(R"({"a": [1, "b\n"]})"), R"({"a": [1, "b\n"]})");
  EXPECT_EQ(escape_for_script(""), "");
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(),
                 kInf = std::numeric_limits<double>::infinity();

TEST(Encode, BytesAreProbabilitiesRoundedAndClamped) {
  const struct {
    double p;
    int byte;
  } cases[] = {{0, 0},
               {1, 255},
               {0.5, 128},
               {0.499 / 255, 0},
               {0.501 / 255, 1},
               {254.499 / 255, 254},
               {254.501 / 255, 255},
               {-0.0, 0},
               {-1e-9, 0},
               {-5, 0},
               {1.0000001, 255},
               {300, 255},
               {kNan, 0},
               {-kNan, 0},
               {kInf, 255},
               {-kInf, 0},
               {100.0 / 255, 100},
               {1e-300, 0}};
  std::vector<double> all;
  std::string expected;
  int before = 0;
  for (const auto& c : cases) {
    EXPECT_EQ(to_u8_steps({c.p}), std::string(1, static_cast<char>(c.byte))) << c.p;
    all.push_back(c.p);
    expected += static_cast<char>((c.byte - before + 256) % 256);
    before = c.byte;
  }
  EXPECT_EQ(to_u8_steps(all), expected);
  EXPECT_EQ(to_u8_steps({}), "");
}

TEST(Encode, SixteenBitNumbersAreLittleEndianRoundedAndClamped) {
  const struct {
    double p;
    int number;
  } cases[] = {{0, 0},
               {1, 65535},
               {0.5, 32768},
               {0.499 / 65535, 0},
               {0.501 / 65535, 1},
               {258.0 / 65535, 258},
               {65534.499 / 65535, 65534},
               {-1e-9, 0},
               {-5, 0},
               {1.01, 65535},
               {kNan, 0},
               {kInf, 65535},
               {-kInf, 0}};
  std::vector<double> all;
  std::string expected;
  int before = 0;
  const auto little_endian = [](int number) {
    return std::string{static_cast<char>(number % 256), static_cast<char>(number / 256)};
  };
  for (const auto& c : cases) {
    EXPECT_EQ(to_u16_steps({c.p}), little_endian(c.number)) << c.p;
    all.push_back(c.p);
    expected += little_endian((c.number - before + 65536) % 65536);
    before = c.number;
  }
  EXPECT_EQ(to_u16_steps(all), expected);
  EXPECT_EQ(to_u16_steps({}), "");
}

}  // namespace
}  // namespace thinktrace
