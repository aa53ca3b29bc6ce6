// SPDX-License-Identifier: MIT
// Free answers as reasoning models write them, and the option that a reader would take each to state.
#include "thinktrace/trace/parse_answer.h"

#include <gtest/gtest.h>

#include "thinktrace/prompt/layout.h"

namespace thinktrace {
namespace {

using Strings = std::vector<std::string>;

constexpr int kNone = -1;
const Strings kCities = {"Rome", "Paris", "Bonn", "Oslo"};
const Strings kTruths = {"True, True", "False, False", "True, False", "False, True"};
const Strings kNumbers = {"12", "1.5", "7", "2"};

struct Case {
  std::string text;
  int expected;  // From 0; kNone where the text states none or several.
};

int parse(const std::string& text, LabelKind kind, const Strings& options) {
  return parse_answer(text, option_labels(kind, static_cast<int>(options.size())), options).value_or(kNone);
}

template <size_t N>
void expect_all(const Case (&cases)[N], LabelKind kind, const Strings& options) {
  for (const Case& c : cases) EXPECT_EQ(parse(c.text, kind, options), c.expected) << '"' << c.text << '"';
}

TEST(ParseAnswer, ReadsDigitLabels) {
  const Case cases[] = {
      {"2", 1},
      {"2: Paris", 1},
      {"\n\n2: Paris", 1},
      {"2: Paris.\n\nParis has been the capital since 987; option 1 was never one.", 1},
      {"**2: Paris**", 1},
      {"**2**: Paris", 1},
      {"### 2: Paris", 1},
      {"`2`", 1},
      {"2.", 1},
      {"2. Paris", 1},
      {"2) Paris", 1},
      {"(2) Paris", 1},
      {"[2]", 1},
      {"2 : Paris", 1},
      {" 2 \r\nBecause.", 1},
      {"The answer is 2.", 1},
      {"The answer is 2: Paris.", 1},
      {"The answer is **2**.", 1},
      {"The answer is: 2", 1},
      {"The answer is option 2.", 1},
      {"The answer is choice (2).", 1},
      {"**Answer:** 2", 1},
      {"**Answer: 2**", 1},
      {"Answer: \"2\"", 1},
      {"ANSWER: 2", 1},
      {"**Final Answer:**\n\n2", 1},
      {"Answer:\n\n**2: Paris**", 1},
      {"My choice is 2: Paris.", 1},
      {"My choice: 2", 1},
      {"Option 2", 1},
      {"Option 2: Paris", 1},
      {"The correct option is 2.", 1},
      {"\\boxed{2}", 1},
      {"**Final Answer**\n\\boxed{2}", 1},
      {"Let us see. Option 1 is wrong, option 3 too.\n\n\\[ \\boxed{2} \\]", 1},
      {"\\boxed{\\text{2}}", 1},
      {"First I thought \\boxed{1}, but it is \\boxed{2}.", 1},
  };
  expect_all(cases, LabelKind::kDigits, kCities);
}

TEST(ParseAnswer, ReadsLetterLabels) {
  const Case cases[] = {
      {"B", 1},
      {"b", 1},
      {"B.", 1},
      {"**B**", 1},
      {"B: Paris", 1},
      {"b) Paris", 1},
      {"(B) Paris", 1},
      {"[B] Paris", 1},
      {"_B_", 1},
      {"Answer: B", 1},
      {"**Answer:** **B**", 1},
      {"Answer: (B) Paris", 1},
      {"The answer is B.", 1},
      {"The answer is B because France is governed from there.", 1},
      {"So the correct choice is B: Paris.", 1},
      {"Final answer: B", 1},
      {"The best option is (B).", 1},
      {"\\boxed{B}", 1},
      {"\\boxed{(B)}", 1},
      {"\\boxed{\\text{B}}", 1},
      {"$\\boxed{b}$", 1},
      {"Rome is in Italy.\nOslo is in Norway.\nThe answer is B.", 1},
      {"The answer is B.\nTo repeat: the answer is B.", 1},
  };
  expect_all(cases, LabelKind::kLetters, kCities);
}

TEST(ParseAnswer, ReadsTheTextOfAnOption) {
  const Case cities[] = {
      {"Paris", 1},
      {"paris", 1},
      {"**Paris**.", 1},
      {"\"Paris\"", 1},
      {"The capital is Paris.", 1},
      {"It must be PARIS, of course.", 1},
      {"\\boxed{Paris}", 1},
      {"**Final Answer:**\n\n\\boxed{\\text{Paris}}", 1},
      {"It is south of Oslo and north of Rome.\n\n2: Paris", 1},
      {"It is in France.\n2: Rome", kNone},  // Label and text of two options.
      {"The answer is Paris.", 1},
      {"Paris\n\nRome is the capital of Italy.", 1},
      {"Parisian cafes", kNone},  // Not a whole word.
      {"Rome or Paris", kNone},
      {"I do not know.\nParis?", kNone},  // Only the first line counts.
  };
  expect_all(cities, LabelKind::kDigits, kCities);
  const Case truths[] = {
      {"3: True, False", 2}, {"**3: True, False**", 2},
      {"True, False", 2},    {"My choice is 3: True, False.", 2},
      {"True", kNone},
  };
  expect_all(truths, LabelKind::kDigits, kTruths);
  EXPECT_EQ(parse("False, True", LabelKind::kLetters, {"False", "False, True"}),
            1);  // The whole line goes before a part.
  EXPECT_EQ(parse("Paris", LabelKind::kLetters, {"Paris", "Paris"}), kNone);
}

TEST(ParseAnswer, StatesNothingWhereNothingOrSeveralAreStated) {
  const Case cases[] = {
      {"", kNone},
      {" \n\t\r\n ", kNone},
      {"****", kNone},
      {"I can't decide.", kNone},
      {"A number of reasons speak against it.", kNone},
      {"A", 0},
      {"As I said, nothing.", kNone},
      {"I think so.", kNone},
      {"a difficult question", kNone},
      {"None of them.", kNone},
      {"E", kNone},
      {"Answer: E", kNone},
      {"Answer: Both", kNone},
      {"The answer is not here.", kNone},
      {"The answer is unknown. Bad luck.", kNone},
      {"\\boxed{}", kNone},
      {"\\boxed{E}", kNone},
      {"\\boxed{", kNone},
      {"\\boxed{B", kNone},
      {"(", kNone},
      {"5", kNone},
      {"2", kNone},  // Another kind of label.
      {"Let me see.\nThe answer is A.\nNo, the answer is B.", kNone},
      {"Options A and B remain.", kNone},
      {"Dancing", kNone},
  };
  expect_all(cases, LabelKind::kLetters, kCities);
  EXPECT_EQ(parse("1", LabelKind::kDigits, {}), kNone);
}

TEST(ParseAnswer, ReadsNumbersInBoxes) {
  const Case numbers[] = {
      {"So 3 * 4 = 12.\n\n\\[\n\\boxed{12}\n\\]", 0},
      {"\\boxed{1.5}", 1},
      {"\\boxed{7\\ \\text{}}", 2},
      {"\\boxed{3}", 2},      // A label that is no option's text.
      {"\\boxed{2}", kNone},  // The label of one option and the text of another.
      {"\\boxed{5}", kNone},
  };
  expect_all(numbers, LabelKind::kDigits, kNumbers);
  const Case sums[] = {
      {"\\boxed{\\$21.88}", 1}, {"\\boxed{19,\\!500 \\text{ yards}}", 2}, {"\\boxed{\\frac{24}{5}}", 3},
      {"\\boxed{-9}", 4},       {"\\boxed{64.18\\ \\text{m}}", 0},
  };
  expect_all(sums, LabelKind::kDigits,
             {"64.18 m", "$21.88 ", "19,500 yards", "24/5",
              "\xE2\x88\x92"
              "9"});
}

TEST(ParseAnswer, ALabelIsTakenWholeOrNotAtAll) {
  const Strings many = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11"};
  const Case digits[] = {
      {"10", 9},
      {"1", 0},
      {"12: a11", 11},
      {"13", kNone},
      {"100", kNone},
      {"The answer is 11.", 10},
      {"Answer: 120", kNone},
      {"\\boxed{12}", 11},
      {"0", kNone},
  };
  expect_all(digits, LabelKind::kDigits, many);
  const Case letters[] = {{"L", 11}, {"L: a11", 11}, {"10", kNone}, {"Answer: K", 10}, {"M", kNone}};
  expect_all(letters, LabelKind::kLetters, many);
  EXPECT_EQ(parse("10", LabelKind::kLetters, Strings(26, "same")), kNone);
  EXPECT_EQ(parse("Answer: 1.5", LabelKind::kDigits, kCities), kNone);
  EXPECT_EQ(parse("Answer: 10", LabelKind::kDigits, kCities), kNone);
  EXPECT_EQ(parse("Answer: 2nd", LabelKind::kDigits, kCities), kNone);
}

TEST(ParseAnswer, ALabelGoesBeforeAnOptionThatReadsLikeOne) {
  const Case cases[] = {{"2", 1}, {"7", 2}, {"12", 0}, {"The answer is 2.", 1}, {"2: 1.5", 1}, {"3: 7", 2}};
  expect_all(cases, LabelKind::kDigits, kNumbers);
}

std::string repeated(const std::string& part, size_t size) {
  std::string out;
  while (out.size() < size) out += part;
  return out;
}

// Whatever took time squared would take 10^11 steps for one of these texts: the test would not end.
constexpr size_t kLong = 1 << 19;

TEST(ParseAnswer, HostileTextsNeitherCrashNorTakeLong) {
  for (const std::string part :
       {"a", " ", "\n", "(", "*", "1", "A. ", "answer ", "answer is ", "Answer: option ", "\\boxed{",
        "\\boxed{A", "Paris", "Paris ", "\xFF", "\xF0\x9F\x98\x80", "\"", "."}) {
    for (const std::string head : {"", "1:", "Answer:", "\\boxed{"}) {
      parse(head + repeated(part, kLong) + "x", LabelKind::kLetters, kCities);
    }
  }
  EXPECT_EQ(parse(std::string(kLong, '\0'), LabelKind::kLetters, kCities), kNone);
  EXPECT_EQ(parse("B: " + repeated("blah ", kLong), LabelKind::kLetters, kCities), 1);
}

TEST(ParseAnswer, RunsOfSpaceTakeNoLongerThanOtherTexts) {
  for (const std::string space : {" ", "\n", "\t"})
    EXPECT_EQ(parse("answer is" + repeated(space, kLong) + "x", LabelKind::kLetters, kCities), kNone);
}

TEST(ParseAnswer, ANumberThatGoesOnIsNoLabel) {
  EXPECT_EQ(parse("1.5", LabelKind::kDigits, kNumbers), 1);
  EXPECT_EQ(parse("1.5", LabelKind::kDigits, kCities), kNone);
  EXPECT_EQ(parse("The answer is 1,500.", LabelKind::kDigits, kCities), kNone);
  EXPECT_EQ(parse("The answer is 1/2.", LabelKind::kDigits, kCities), kNone);
  const Strings ratios = {"9:3:3:1", "3:1", "1:1", "1:2:1"};
  EXPECT_EQ(parse("3:1", LabelKind::kDigits, ratios), 1);
  EXPECT_EQ(parse("The answer is 3:1.", LabelKind::kDigits, ratios), 1);
  EXPECT_EQ(parse("2: 3:1", LabelKind::kDigits, ratios), 1);
}

TEST(ParseAnswer, ALineThatIsAnOptionsTextIsThatOption) {
  const Strings species = {"C. elegans", "E. coli", "B. subtilis", "D. rerio"};
  EXPECT_EQ(parse("C. elegans", LabelKind::kLetters, species), 0);
  EXPECT_EQ(parse("**B. subtilis**", LabelKind::kLetters, species), 2);
  EXPECT_EQ(parse("C: B. subtilis", LabelKind::kLetters, species), 2);
  const Strings languages = {"C", "C++", "C#", "Java"};
  EXPECT_EQ(parse("C#", LabelKind::kDigits, languages), 2);
  EXPECT_EQ(parse("C++", LabelKind::kDigits, languages), 1);
  EXPECT_EQ(parse("a*b", LabelKind::kDigits, {"a+b", "a*b"}), 1);
  EXPECT_EQ(parse("`max_size`", LabelKind::kDigits, {"size", "max_size"}), 1);
}

TEST(ParseAnswer, AnArticleOrPronounIsNoLabel) {
  const Strings economy = {"No change", "A rise in supply", "A fall in demand", "Inflation"};
  EXPECT_EQ(parse("Answer: A fall in demand", LabelKind::kLetters, economy), 2);
  EXPECT_EQ(parse("The answer is: A fall in demand.", LabelKind::kLetters, economy), 2);
  Strings ten = kCities;
  for (const char* city : {"Bern", "Wien", "Riga", "Kiew", "Lima", "Cairo"}) ten.push_back(city);
  EXPECT_NE(parse("The answer I choose is B.", LabelKind::kLetters, ten), 8);
  EXPECT_EQ(parse("It is a rare blood group.", LabelKind::kDigits, {"A", "B", "AB", "O"}), kNone);
}

TEST(ParseAnswer, WhatIsSaidOfOtherOptionsIsNotTheAnswer) {
  EXPECT_EQ(parse("The answer is B because option A is wrong.", LabelKind::kLetters, kCities), 1);
  EXPECT_EQ(parse("The answer is 2, not option 3.", LabelKind::kDigits, kCities), 1);
  EXPECT_EQ(parse("A) Rome is wrong.\nB) Paris is right.\n\nAnswer: B", LabelKind::kLetters, kCities), 1);
  EXPECT_EQ(parse("1. Find the country.\n2. Find its capital.\n3. Compare.\n\nThe answer is 2.",
                  LabelKind::kDigits, kCities),
            1);
}

TEST(ParseAnswer, TwoLabelsJoinedAreNoAnswer) {
  EXPECT_EQ(parse("Answer: B or C", LabelKind::kLetters, kCities), kNone);
  EXPECT_EQ(parse("The answer is 1 and 3.", LabelKind::kDigits, kCities), kNone);
}

TEST(ParseAnswer, ABoxIsFoundWhereverItStandsAndWhateverItsFont) {
  EXPECT_EQ(parse(repeated("Step by step. ", 8000) + "\n\\boxed{B}", LabelKind::kLetters, kCities), 1);
  EXPECT_EQ(parse("\\boxed{\\textbf{B}}", LabelKind::kLetters, kCities), 1);
  EXPECT_EQ(parse("\\boxed{\\mathrm{B}}", LabelKind::kLetters, kCities), 1);
  EXPECT_EQ(parse("\\boxed{B. Paris}", LabelKind::kLetters, kCities), 1);
  EXPECT_EQ(parse("\\boxed{2: Paris}", LabelKind::kDigits, kCities), 1);
}

TEST(ParseAnswer, TypographicQuotesAndDashesEndAWord) {
  EXPECT_EQ(parse("The answer is \u201CParis\u201D.", LabelKind::kDigits, kCities), 1);
  EXPECT_EQ(parse("Paris\u2014the city of light.", LabelKind::kDigits, kCities), 1);
  EXPECT_EQ(parse("P\u00E1ris\u00E9", LabelKind::kDigits, {"P\u00E1ris", "Rome"}), kNone);
}

}  // namespace
}  // namespace thinktrace
