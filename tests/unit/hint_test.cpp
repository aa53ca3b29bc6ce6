// SPDX-License-Identifier: MIT
// Hints as they are put into prompts, and as plans hold them.
#include "thinktrace/prompt/hint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/run/hint_plan.h"

namespace thinktrace {
namespace {

Question with_id(Question q) {
  q.id = question_id(q);
  return q;
}
Question numbered(int i, int answer = 2) {
  return with_id({"", "s", "question " + std::to_string(i), {"w", "x", "y", "z"}, answer});
}

TEST(Hint, NamesThereAndBack) {
  for (int i = 0; i < kHintKinds; i++) {
    const auto kind = static_cast<HintKind>(i);
    EXPECT_EQ(hint_kind_named(name_of(kind)), kind);
    const bool has_wording = kind != HintKind::kAlwaysFirst && kind != HintKind::kCustom;
    EXPECT_EQ(usual_wording(kind).find("{label}") != std::string::npos, has_wording);
  }
  EXPECT_FALSE(hint_kind_named("hint"));
  EXPECT_EQ(hinted_option_named("right"), HintedOption::kRight);
  EXPECT_EQ(hint_place_named("end"), HintPlace::kEnd);
}

TEST(Hint, TheWrongOptionIsDrawnByQuestionAndSeed) {
  std::map<int, int> counts;
  int n_moved = 0;
  for (int i = 0; i < 600; i++) {
    const Question q = numbered(i);
    const int drawn = hinted_option({.option = HintedOption::kWrong, .seed = 1}, q);
    counts[drawn]++;
    n_moved += drawn != hinted_option({.option = HintedOption::kWrong, .seed = 2}, q);
    // The same option wherever it stands, whichever kind hints.
    Question turned = q;
    std::rotate(turned.options.begin(), turned.options.begin() + 1, turned.options.end());
    turned.answer = 1;
    EXPECT_EQ(turned.options[hinted_option({.kind = HintKind::kExpert, .seed = 1}, turned)],
              q.options[drawn]);
  }
  EXPECT_EQ(counts.count(2), 0u);  // The right one.
  for (const int wrong : {0, 1, 3}) EXPECT_NEAR(counts[wrong], 200, 50);
  EXPECT_NEAR(n_moved, 400, 50);
  EXPECT_EQ(hinted_option({.option = HintedOption::kRight}, numbered(1)), 2);
  EXPECT_EQ(hinted_option({.option = HintedOption::kFirst}, numbered(1)), 0);
}

TEST(Hint, WordsAreFilledInOnce) {
  const Question q{"i", "s", "t", {"{label}", "{option}"}, 0};
  const std::vector<std::string> labels{"A", "B"};
  EXPECT_EQ(hint_words({.wording = "{label}: {option}. {x} {label"}, q, labels), "B: {option}. {x} {label");
  EXPECT_EQ(hint_words({.option = HintedOption::kRight, .wording = "{option}{label}"}, q, labels),
            "{label}A");
  EXPECT_EQ(hint_words({}, q, labels), "");
}

TEST(Hint, ExamplesHaveTheRightOptionFirstAndAreNeverTheQuestionItself) {
  std::vector<Question> questions;
  for (int i = 0; i < 9; i++) questions.push_back(numbered(i, i % 4));
  const std::vector<Question> drawn = draw_examples(questions, 3, 1);
  ASSERT_EQ(drawn.size(), 4u);
  for (const Question& e : drawn) {
    const auto original =
        std::find_if(questions.begin(), questions.end(), [&](const Question& q) { return q.id == e.id; });
    ASSERT_NE(original, questions.end());
    EXPECT_EQ(e.answer, 0);
    EXPECT_EQ(e.options[0], original->options[original->answer]);
    EXPECT_EQ(std::set(e.options.begin(), e.options.end()).size(), 4u);
  }
  const Hint hint{.kind = HintKind::kAlwaysFirst, .option = HintedOption::kFirst, .examples = drawn};
  for (const Question& q : questions) {
    const std::vector<const Question*> shown = examples_for(hint, q);
    EXPECT_EQ(shown.size(), 3u);
    for (const Question* e : shown) EXPECT_NE(e->id, q.id);
  }
  std::reverse(questions.begin(), questions.end());
  EXPECT_EQ(draw_examples(questions, 3, 1)[0].id, drawn[0].id);
  std::set<std::string> firsts;
  for (uint64_t seed = 0; seed < 20; seed++) firsts.insert(draw_examples(questions, 3, seed)[0].id);
  EXPECT_GT(firsts.size(), 4u);
  EXPECT_THROW(draw_examples(questions, 9, 1), Error);
}

TEST(Hint, PlansHoldItWhole) {
  const StoredPlan base{.number = 1, .identity = R"({"seed":1,"temperature":0.6})"};
  std::vector<Hint> hints{
      {.kind = HintKind::kSuggested, .wording = "w {label}", .seed = 18446744073709551615U},
      {.kind = HintKind::kCustom,
       .option = HintedOption::kRight,
       .wording = "\xC3\xA4 \"\\n\n",
       .place = HintPlace::kEnd},
      {.kind = HintKind::kAlwaysFirst,
       .option = HintedOption::kFirst,
       .seed = 7,
       .examples = draw_examples({numbered(1), numbered(2), numbered(3)}, 2, 7)}};
  std::vector<StoredPlan> plans{base, {.number = 2, .identity = R"({"seed":2,"temperature":0.6})"}};
  std::set<std::string> identities{base.identity};
  for (const Hint& hint : hints) {
    plans.push_back({.number = static_cast<int>(plans.size()) + 1, .identity = hinted_identity(base, hint)});
    EXPECT_TRUE(identities.insert(plans.back().identity).second);
    const auto read = hint_of(plans.back());
    ASSERT_TRUE(read);
    EXPECT_EQ(hint_identity(*read), hint_identity(hint));
    EXPECT_EQ(read->option, hint.option);
    EXPECT_EQ(read->wording, hint.wording);
    EXPECT_EQ(read->examples.size(), hint.examples.size());
  }
  EXPECT_FALSE(hint_of(base));
  EXPECT_EQ(hinted_plans(plans, base).size(), 3u);
  EXPECT_EQ(hinted_plans(plans, plans[1]).size(), 0u);
  // Where nothing is drawn the seed changes nothing.
  Hint right = hints[1];
  right.seed = 99;
  EXPECT_EQ(hint_identity(right), hint_identity(hints[1]));
  for (
      const char* broken :
      {R"({"hint":3})", R"({"hint":{}})", R"({"hint":{"kind":"x"}})",
       R"({"hint":{"kind":"expert","option":"x","place":"end","wording":""}})",
       R"({"hint":{"kind":"always_first","seed":1,"examples":[{"id":"","subject":"","question":"","options":[]}]}})"}) {
    try {
      hint_of({.number = 4, .identity = broken});
      ADD_FAILURE() << broken;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kStore) << broken;
    }
  }
}

}  // namespace
}  // namespace thinktrace
