// SPDX-License-Identifier: MIT
// sentences.h: by hand, against a regular expression, and what must hold of any text.
#include "thinktrace/experiment/sentences.h"

#include <gtest/gtest.h>

#include <optional>
#include <regex>
#include <set>

#include "experiment_texts.h"

namespace thinktrace {
namespace {

using testing::cut_at_random;
using testing::join;
using testing::random_text;

// With the blanks behind each.
std::vector<std::string> sentences_of(const std::string& text) {
  const std::vector<Sentence> spans = split_sentences(text);
  std::vector<std::string> sentences;
  for (size_t i = 0; i < spans.size(); i++) {
    const size_t next = i + 1 < spans.size() ? spans[i + 1].begin : text.size();
    EXPECT_EQ(text.substr(spans[i].end, next - spans[i].end).find_first_not_of(" \n\r\t"), std::string::npos);
    sentences.push_back(text.substr(spans[i].begin, next - spans[i].begin));
  }
  return sentences;
}

using Texts = std::vector<std::string>;

TEST(Sentences, ByHand) {
  EXPECT_EQ(sentences_of(""), Texts{});
  EXPECT_EQ(sentences_of("Wait"), Texts{"Wait"});
  EXPECT_EQ(sentences_of("One. Two? Three!"), (Texts{"One. ", "Two? ", "Three!"}));
  EXPECT_EQ(sentences_of("It is 3.14 or .5, see a.b."), Texts{"It is 3.14 or .5, see a.b."});
  EXPECT_EQ(sentences_of("Hmm... Well"), (Texts{"Hmm... ", "Well"}));
  EXPECT_EQ(sentences_of("Hmm… Well"), (Texts{"Hmm… ", "Well"}));
  EXPECT_EQ(sentences_of("He said \"no.\" Then (so?) **ok.** End"),
            (Texts{"He said \"no.\" ", "Then (so?) ", "**ok.** ", "End"}));
  EXPECT_EQ(sentences_of("a line\n\nanother\n"), (Texts{"a line\n\n", "another\n"}));
  EXPECT_EQ(sentences_of("1. First.\n 2. Second, in 1999. Third"),
            (Texts{"1. First.\n ", "2. Second, in 1999. ", "Third"}));
  EXPECT_EQ(sentences_of("是。不是！好"), (Texts{"是。", "不是！", "好"}));
  EXPECT_EQ(sentences_of("\n So"), (Texts{"\n ", "So"}));
}

// The rules as one regular expression; full stops behind a line's number are hidden from it.
Texts sentences_by_regex(const std::string& text) {
  static const std::regex number("(^|\n)([ \t]*)([0-9]+)[.]");
  std::string hidden = std::regex_replace(text, number, "$1$2$3\x01");
  static const std::regex end(
      "(([.?!]|…)([.?!\"')\\]*]|…|。|！|？|”|’|»|」)*(?=[ "
      "\n\r\t]|$)|(。|！|？)([.?!\"')\\]*]|…|。|！|？|”|’|»|」)*|\n)[ \n\r\t]*");
  Texts sentences;
  std::smatch match;
  while (std::regex_search(hidden, match, end)) {
    sentences.push_back(match.prefix().str() + match.str());
    hidden = match.suffix();
  }
  if (!hidden.empty()) sentences.push_back(hidden);
  for (std::string& s : sentences) std::replace(s.begin(), s.end(), '\x01', '.');
  return sentences;
}

const Texts kPieces = {"a",  "word", " ", " ",  "\n", ".", "?", "…", "。",
                       "\"", ")",    "3", "12", "!",  "*", "é", "\t"};

TEST(Sentences, EqualARegularExpression) {
  std::mt19937_64 random(8);
  for (int round = 0; round < 600; round++) {
    const std::string text = random_text(kPieces, 25, random);
    EXPECT_EQ(sentences_of(text), sentences_by_regex(text)) << text;
  }
}

// Token numbers at which a range begins, by trying every boundary for every pair of sentences.
std::set<int> naive_cuts(const Texts& tokens) {
  const std::vector<Sentence> spans = split_sentences(join(tokens));
  std::set<int> cuts{0};
  for (size_t k = 0; k + 1 < spans.size(); k++) {
    std::optional<int> between, inside;
    size_t offset = 0;
    for (int i = 0; i < static_cast<int>(tokens.size()); i++) {
      offset += tokens[i].size();
      if (offset >= spans[k].end && offset <= spans[k + 1].begin) between = i + 1;
      if (offset > spans[k + 1].begin && !inside) inside = i + 1;
    }
    cuts.insert(between ? *between : *inside);
  }
  cuts.erase(static_cast<int>(tokens.size()));
  return cuts;
}

TEST(Sentences, RangesAreWholeAndWithoutGaps) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 500; round++) {
    const Texts tokens = cut_at_random(random_text(kPieces, 60, random), 5, random);
    std::set<int> begins;
    int next = 0;
    for (const TokenRange& range : sentence_ranges(tokens)) {
      EXPECT_EQ(range.begin, next);
      EXPECT_LT(range.begin, range.end);
      next = range.end;
      begins.insert(range.begin);
    }
    EXPECT_EQ(next, static_cast<int>(tokens.size()));
    EXPECT_EQ(begins, naive_cuts(tokens)) << join(tokens);
  }
  EXPECT_TRUE(sentence_ranges({}).empty());
  ASSERT_EQ(sentence_ranges({"A", ".", " B", ".", "\n", "C"}).size(), 3u);
}

TEST(Sentences, ATokenAcrossABorderEndsTheSentence) {
  const std::vector<TokenRange> ranges = sentence_ranges({"One", ". T", "wo.", " ", "Three"});
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[0].end, 2);
  EXPECT_EQ(ranges[1].end, 4);
  EXPECT_EQ(ranges[2].end, 5);
}

}  // namespace
}  // namespace thinktrace
