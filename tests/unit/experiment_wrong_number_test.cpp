// SPDX-License-Identifier: MIT
// wrong_number.h: by hand, and what must hold of any sentence.
#include "thinktrace/experiment/wrong_number.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "experiment_texts.h"

namespace thinktrace {
namespace {

using testing::cut_at_random;
using testing::join;
using testing::random_text;

// Everything that 200 seeds make of a sentence.
std::set<std::string> wrong_versions(const std::string& sentence) {
  std::set<std::string> versions;
  for (uint64_t seed = 0; seed < 200; seed++) {
    const auto change = wrong_number(sentence, seed);
    if (!change) continue;
    versions.insert(sentence.substr(0, change->begin) + change->text + sentence.substr(change->end));
  }
  return versions;
}

using Versions = std::set<std::string>;

TEST(WrongNumber, ChangesTheResult) {
  EXPECT_EQ(wrong_versions("3 plus 7 is 10, so I keep 0."),
            (Versions{"3 plus 7 is 10, so I keep 1.", "3 plus 7 is 10, so I keep 2."}));
  EXPECT_EQ(wrong_versions("So 12 + 30 = 42 with 2 to go."),
            (Versions{"So 12 + 30 = 40 with 2 to go.", "So 12 + 30 = 41 with 2 to go.",
                      "So 12 + 30 = 43 with 2 to go.", "So 12 + 30 = 44 with 2 to go."}));
  EXPECT_EQ(wrong_versions("I end with 9, which is nine."),
            (Versions{"I end with 9, which is seven.", "I end with 9, which is eight.",
                      "I end with 9, which is ten.", "I end with 9, which is eleven."}));
  EXPECT_EQ(
      wrong_versions("Choice 2: 2 times 7 is 14, so it ends in 4."),
      (Versions{"Choice 2: 2 times 7 is 14, so it ends in 2.", "Choice 2: 2 times 7 is 14, so it ends in 3.",
                "Choice 2: 2 times 7 is 14, so it ends in 5.",
                "Choice 2: 2 times 7 is 14, so it ends in 6."}));
  EXPECT_EQ(wrong_versions("I start with 3."),
            (Versions{"I start with 1.", "I start with 2.", "I start with 4.", "I start with 5."}));
}

TEST(WrongNumber, KeepsTheForm) {
  EXPECT_EQ(wrong_versions("x = 99"), (Versions{"x = 97", "x = 98"}));
  EXPECT_EQ(wrong_versions("x = 10"), (Versions{"x = 11", "x = 12"}));
  EXPECT_EQ(wrong_versions("x = -2,"), (Versions{"x = -0,", "x = -1,", "x = -3,", "x = -4,"}));
  EXPECT_EQ(wrong_versions("It gives 3.10."),
            (Versions{"It gives 3.08.", "It gives 3.09.", "It gives 3.11.", "It gives 3.12."}));
  EXPECT_EQ(wrong_versions("It gives 0.01"), (Versions{"It gives 0.00", "It gives 0.02", "It gives 0.03"}));
  EXPECT_EQ(wrong_versions("It costs $1,000"), (Versions{"It costs $1,001", "It costs $1,002"}));
  EXPECT_EQ(wrong_versions("It costs 1,999"),
            (Versions{"It costs 1,997", "It costs 1,998", "It costs 2,000", "It costs 2,001"}));
  EXPECT_EQ(wrong_versions("The digit is ZERO"), (Versions{"The digit is ONE", "The digit is TWO"}));
  EXPECT_EQ(wrong_versions("There are Twelve"), (Versions{"There are Ten", "There are Eleven"}));
  EXPECT_EQ(wrong_versions("it is **5** %"),
            (Versions{"it is **3** %", "it is **4** %", "it is **6** %", "it is **7** %"}));
}

TEST(WrongNumber, LeavesWhatIsNoStatedNumber) {
  for (const char* text :
       {"", "Okay, let me think.", "So the answer is choice 3.", "Choice 3 it is.", "The answer is 3.",
        "Answer: 2", "2. Then I look.", "  3) Look.", "See x2, 5kg, the 3rd and H_2.",
        "At 10:30, or 3:1, on 2024-07-26, 1/2 of it.", "Those are 1,2,3.", "Between 4-6.",
        "Version 3.1.2 runs.", "This is one of the choices.", "Pick one choice.", "That makes twenty-one.",
        "Viozen would be choice 4.", "I look at step 2."})
    EXPECT_TRUE(wrong_versions(text).empty()) << text << " -> " << *wrong_versions(text).begin();
  EXPECT_EQ(wrong_versions("There are four choices.").size(), 4u);
  // A number of a list of numbers, but none in a list of lines.
  EXPECT_EQ(wrong_versions("1. There are 7 left."),
            (Versions{"1. There are 5 left.", "1. There are 6 left.", "1. There are 8 left.",
                      "1. There are 9 left."}));
}

TEST(WrongNumber, EachStepIsAsLikely) {
  std::map<std::string, int> n;
  for (uint64_t seed = 0; seed < 4000; seed++) n[wrong_number("I keep 5.", seed)->text]++;
  ASSERT_EQ(n.size(), 4u);
  for (const auto& [text, count] : n) EXPECT_NEAR(count, 1000, 120) << text;
}

TEST(WrongNumber, OfTokensChangesTheFewest) {
  const std::vector<std::string> digits{"so", " I", " keep", " ", "1", "8", "."};
  for (uint64_t seed = 0; seed < 40; seed++) {
    const auto change = wrong_number_tokens(digits, seed);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->end, 6);
    EXPECT_EQ(change->begin, change->text.size() == 2 ? 4 : 5) << change->text;  // 20 is another ten.
  }
  const auto whole = wrong_number_tokens({"It is", " 7."}, 1);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->begin, 1);
  EXPECT_EQ(whole->end, 2);
  EXPECT_EQ(whole->text.front(), ' ');
  EXPECT_EQ(whole->text.back(), '.');
  EXPECT_FALSE(wrong_number_tokens({"No", "."}, 1));
  EXPECT_FALSE(wrong_number_tokens({}, 1));
}

TEST(WrongNumber, OfAnySentence) {
  const std::vector<std::string> pieces{"1",       "0",        "99", "7", ".",      ",",   " ",    "\n",
                                        "is ",     "= ",       "-",  "x", "/",      "one", "two ", "keep ",
                                        "Choice ", "ends in ", "é",  "$", "10,000", "…",   "\xff"};
  std::mt19937_64 random(1);
  int n_changed = 0;
  for (int i = 0; i < 4000; i++) {
    const std::string text = random_text(pieces, 1 + static_cast<int>(draw_below(random, 14)), random);
    const auto change = wrong_number(text, i);
    const std::vector<std::string> tokens = cut_at_random(text, 4, random);
    const auto by_tokens = wrong_number_tokens(tokens, i);
    ASSERT_EQ(change.has_value(), by_tokens.has_value()) << text;
    if (!change) continue;
    n_changed++;
    const std::string wrong = text.substr(0, change->begin) + change->text + text.substr(change->end);
    EXPECT_NE(wrong, text);
    ASSERT_LE(0, by_tokens->begin);
    ASSERT_LT(by_tokens->begin, by_tokens->end);
    ASSERT_LE(by_tokens->end, static_cast<int>(tokens.size()));
    EXPECT_EQ(join({tokens.begin(), tokens.begin() + by_tokens->begin}) + by_tokens->text +
                  join({tokens.begin() + by_tokens->end, tokens.end()}),
              wrong);
    const bool is_word = text[change->begin] >= 'A';
    if (is_word) continue;
    EXPECT_EQ(wrong.size(), text.size());
    for (size_t at = 0; at < text.size(); at++)
      EXPECT_EQ(isdigit(static_cast<unsigned char>(wrong[at])) != 0,
                isdigit(static_cast<unsigned char>(text[at])) != 0);
  }
  EXPECT_GT(n_changed, 400);
}

}  // namespace
}  // namespace thinktrace
