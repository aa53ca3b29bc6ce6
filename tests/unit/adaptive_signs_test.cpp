// SPDX-License-Identifier: MIT
// What adaptive probing goes by: the signs of tokens and of stretches.
#include <gtest/gtest.h>

#include <cmath>

#include "thinktrace/probe/stretch.h"
#include "thinktrace/probe/token_signs.h"

namespace thinktrace {
namespace {

using Names = std::vector<int>;

Names signs_of(const std::vector<std::string>& tokens, size_t at,
               const std::vector<std::string>& options = {}) {
  Names found;
  const std::vector<TokenSigns> signs = token_signs(tokens, options);
  EXPECT_EQ(signs.size(), tokens.size());
  for (int i = 0; i < kNTokenSigns; i++) {
    if (signs[at][i] == 1) found.push_back(i);
  }
  return found;
}

TEST(TokenSigns, AreWhatTheTextSays) {
  const std::vector<std::string> options = {"the red fox", "the blue whale", "the green frog"};
  const struct {
    std::vector<std::string> tokens;  // The last one is looked at.
    Names signs;
  } cases[] = {
      {{"word"}, {kOpensLine}},
      {{"a", " word"}, {}},
      {{"a", "word"}, {kInsideWord}},
      {{"a\n", "word"}, {kOpensLine}},
      {{"a", "\n\n", "word"}, {kOpensLine}},
      {{"a\n", " ", "word"}, {kOpensLine}},
      {{"a", " ", "word"}, {}},
      {{"a.", " Word"}, {kOpensSentence}},
      {{"a.\n", "Word"}, {kOpensLine}},
      {{"a", "."}, {kEndsSentence}},
      {{"a", "?"}, {kEndsSentence}},
      {{"a", ".\n\n"}, {kEndsSentence}},
      {{"a", ","}, {kComma}},
      {{"a", ":"}, {kColon}},
      {{"a", ":\n"}, {kColon}},
      {{"a", " \"x"}, {kQuote}},
      {{"a", " ", "42"}, {kNumber}},
      {{"a", " 42", "7"}, {kNumber, kAfterNumber}},
      {{"a", " 42", " x"}, {kAfterNumber}},
      {{"a", " option", " ", "3"}, {kNumber, kLabelNamed}},
      {{"a", " Choice", " is", " ", "B"}, {kLabelNamed}},
      {{"a", " Choice", " is", " ", "(", "B"}, {}},
      {{"a", " Choice", " is", " B"}, {kLabelNamed}},
      {{"a", " answer", " is", " b"}, {}},
      {{"a", " blue"}, {kOptionWord}},
      {{"a", " Wha"}, {kOptionWord}},
      {{"a", " wh"}, {}},
      {{"a", " the"}, {}},  // All options have it.
      {{"a", " whales"}, {}},
      {{"a", " Wait"}, {kCueWord}},
      {{"a", " so"}, {kCueWord}},
      {{"a", " "}, {}},
      {{"a", ""}, {}},
      {{"a", " ", ""}, {}},
      {{"caf", "\xC3\xA9"}, {kInsideWord}},
  };
  for (const auto& c : cases)
    EXPECT_EQ(signs_of(c.tokens, c.tokens.size() - 1, options), c.signs)
        << ::testing::PrintToString(c.tokens);
}

TEST(TokenSigns, RatesAreAboveZeroAndOneWithoutSigns) {
  const std::vector<double> rates = change_rates({"a", " word", ":", " word", "."}, {});
  ASSERT_EQ(rates.size(), 5u);
  EXPECT_EQ(rates[1], 1);
  EXPECT_GT(rates[2], 1.5);
  EXPECT_EQ(rates[3], 1);
  for (const double rate : rates) EXPECT_GT(rate, 0);
  EXPECT_TRUE(change_rates({}, {"x"}).empty());
}

Readings three_probes() {
  Readings readings{.n_options = 2, .positions = {0, 4, 5, 7}, .clock = {0, 1, 2, 3, 4, 5, 6, 8}};
  readings.probabilities = {0.8, 0.1, 0.5, 0.4, 0.5, 0.4, 0.3, 0.6};
  return readings;
}

TEST(Stretches, LieBetweenProbesThatAreNotNeighbours) {
  const std::vector<Stretch> stretches = stretches_of(three_probes());
  ASSERT_EQ(stretches.size(), 2u);
  EXPECT_EQ(stretches[0].begin, 0);
  EXPECT_EQ(stretches[0].end, 4);
  EXPECT_EQ(stretches[1].begin, 5);
  EXPECT_EQ(stretches[1].end, 7);
  EXPECT_TRUE(
      stretches_of({.n_options = 2, .positions = {0}, .probabilities = {1, 0}, .clock = {0}}).empty());
}

TEST(Stretches, SignsAreTheirLogarithms) {
  const std::vector<Stretch> stretches = stretches_of(three_probes());
  const StretchSigns& first = stretches[0].signs;
  EXPECT_EQ(first[kAlways], 1);
  EXPECT_NEAR(first[kLength], std::log(4), 1e-12);
  EXPECT_EQ(first[kShortest], 0);
  EXPECT_NEAR(first[kStep], std::log(0.3 + 0.008), 1e-9);  // Half of .3 + .3 + the outside's 0.
  const double root2 = std::sqrt(2.0);
  EXPECT_NEAR(first[kUnrest], std::log(0.75 * 0.2 / (1 + 0.75 * root2) + 0.003), 1e-9);
  EXPECT_NEAR(first[kTraceUnrest], std::log(0.5 / (3 + root2) + 0.003), 1e-9);
  EXPECT_NEAR(first[kBend], std::log(0.06 + 0.008), 1e-9);  // At 4, 4/5 of the way from .8 to .5: .56.
  EXPECT_NEAR(first[kDoubt], std::log(std::sqrt(1 - 0.25 - 0.16 - 0.01) + 0.02), 1e-9);
  EXPECT_NEAR(first[kMargin], std::log(0.1 + 0.03), 1e-9);
  EXPECT_EQ(first[kTopChanges], 0);
  EXPECT_NEAR(first[kText], 0, 1e-12);
  const StretchSigns& second = stretches[1].signs;
  EXPECT_EQ(second[kShortest], 1);
  EXPECT_EQ(second[kTopChanges], 1);
  EXPECT_NEAR(second[kStep], std::log(0.2 + 0.008), 1e-9);
}

TEST(Stretches, AreForeseenByTheirWeightedSigns) {
  StretchSigns weights{}, signs{};
  EXPECT_EQ(foreseen(weights, signs), 1);
  weights[kStep] = 2;
  signs[kStep] = std::log(3);
  weights[kAlways] = std::log(0.5);
  signs[kAlways] = 1;
  EXPECT_NEAR(foreseen(weights, signs), 4.5, 1e-12);
}

TEST(Stretches, ArePartedWhereHalfOfTheMovementIsExpected) {
  const struct {
    std::vector<double> clock;
    int begin, end, middle;
  } cases[] = {
      {{0, 1, 2}, 0, 2, 1},
      {{0, 1, 2, 3, 4}, 0, 4, 2},
      {{0, 1, 2, 3, 4, 5}, 1, 5, 3},
      {{0, 1, 2, 3, 13}, 0, 4, 3},
      {{0, 10, 11, 12, 13}, 0, 4, 1},
      {{0, 1, 2, 8, 9, 10}, 0, 5, 3},
      {{0, 1, 5.5, 8, 9, 10}, 0, 5, 2},
      {{0, 100, 101}, 0, 2, 1},
  };
  for (const auto& c : cases)
    EXPECT_EQ(middle_of({.begin = c.begin, .end = c.end}, c.clock), c.middle)
        << ::testing::PrintToString(c.clock);
}

TEST(Stretches, TheWayGoesByTheClockAndFastestInTheMiddle) {
  const std::vector<double> clock = {0, 1, 2, 3, 4, 10};
  const Stretch stretch{.begin = 0, .end = 4};
  EXPECT_EQ(way_at(stretch, clock, 0), 0);
  EXPECT_NEAR(way_at(stretch, clock, 1), 0.1, 1e-12);  // (1/4)^2 / ((1/4)^2 + (3/4)^2)
  EXPECT_EQ(way_at(stretch, clock, 2), 0.5);
  EXPECT_NEAR(way_at(stretch, clock, 3), 0.9, 1e-12);
  EXPECT_EQ(way_at(stretch, clock, 4), 1);
}

}  // namespace
}  // namespace thinktrace
