// SPDX-License-Identifier: MIT
// rewrite_plan.h: which sentences, and that identities give their settings back.
#include "thinktrace/run/rewrite_plan.h"

#include <gtest/gtest.h>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

// Four sentences, the second and the fourth with a number, and a line of blanks.
const std::vector<std::string> kText{"Let", " me", " see",  ".", " It", " is", " 7", ".",
                                     "\n",  " \n", " Well", ".", " So", " 8",  "."};

std::vector<int> begins(const std::vector<MistakenSentence>& places, const char* arm) {
  std::vector<int> found;
  for (const MistakenSentence& p : places) {
    if (arm == std::string(kByRule) ? p.rule.has_value() : p.by_model) found.push_back(p.tokens.begin);
  }
  return found;
}

TEST(RewritePlan, EveryArmHasAsManyPlacesAsItCan) {
  const MistakeSettings all{.per_trace = kEverySentence};
  const std::vector<MistakenSentence> places = mistaken_sentences("t", kText, all);
  EXPECT_EQ(begins(places, kByRule), (std::vector<int>{4, 12}));
  EXPECT_EQ(begins(places, kByModel), (std::vector<int>{0, 4, 10, 12}));
  std::map<std::vector<int>, int> by_rule, by_model;
  for (uint64_t seed = 0; seed < 300; seed++) {
    const std::vector<MistakenSentence> one = mistaken_sentences("t", kText, {.per_trace = 1, .seed = seed});
    by_rule[begins(one, kByRule)]++;
    by_model[begins(one, kByModel)]++;
  }
  EXPECT_EQ(by_rule.size(), 2u);  // One place, each about as often.
  EXPECT_NEAR(by_rule[{4}], 150, 40);
  EXPECT_EQ(by_model.size(), 4u);
  for (const auto& [at, n] : by_model) EXPECT_NEAR(n, 75, 35);
  EXPECT_TRUE(begins(mistaken_sentences("t", kText, {.arms = {kByModel}}), kByRule).empty());
  EXPECT_TRUE(begins(mistaken_sentences("t", kText, {.arms = {kByRule}}), kByModel).empty());
  EXPECT_TRUE(mistaken_sentences("t", {}, all).empty());
  EXPECT_TRUE(mistaken_sentences("t", {"\n", " \n"}, all).empty());
}

TEST(RewritePlan, SeedAndTraceDecide) {
  const MistakeSettings settings{.per_trace = 2, .seed = 3};
  const auto key = [&](const std::string& trace, const MistakeSettings& s) {
    std::string text;
    for (const MistakenSentence& p : mistaken_sentences(trace, kText, s))
      text += std::to_string(p.tokens.begin) + (p.rule ? p.rule->text : "-") + (p.by_model ? "m " : " ");
    return text;
  };
  EXPECT_EQ(key("a", settings), key("a", settings));
  std::set<std::string> keys;
  for (const char* trace : {"a", "b", "c", "d", "e", "f"}) keys.insert(key(trace, settings));
  EXPECT_GT(keys.size(), 2u);
}

TEST(RewritePlan, SharesAreOfSentences) {
  EXPECT_EQ(tokens_of_sentences(kText, 1), 15);
  EXPECT_EQ(tokens_of_sentences(kText, 0), tokens_of_sentences(kText, .01));  // One at least.
  EXPECT_EQ(tokens_of_sentences(kText, 0), 4);
  EXPECT_EQ(tokens_of_sentences({}, .5), 0);
}

TEST(RewritePlan, IdentitiesGiveTheirSettingsBack) {
  const MistakeSettings mistakes{
      .arms = {kByModel, kByRule}, .per_trace = 5, .seed = 9, .ask = {"Say {{ text }}"}};
  StoredExperiment e{.identity = mistakes_identity(mistakes, "r")};
  e.kind = kMistakes;
  const MistakeSettings back = mistake_settings_of(e);
  EXPECT_EQ(mistakes_identity(back, "r"), e.identity);
  EXPECT_EQ(mistake_arms(back), (std::vector<std::string>{kByRule, kByModel, kUntouched}));
  EXPECT_EQ(back.per_trace, 5);
  EXPECT_EQ(back.ask.text, "Say {{ text }}");
  // What only the model's arm uses is left out.
  EXPECT_EQ(mistakes_identity({.arms = {kByRule}, .ask = {"a"}}, "r"),
            mistakes_identity({.arms = {kByRule}, .ask = {"b"}}, "r"));
  EXPECT_NE(mistakes_identity({.ask = {"a"}}, "r"), mistakes_identity({.ask = {"b"}}, "r"));
  const ParaphraseSettings paraphrase{.shares = {1, .5, 1}, .seed = 2, .ask = {"{{ text }}"}};
  e.identity = paraphrase_identity(paraphrase, "r");
  EXPECT_EQ(paraphrase_settings_of(e).shares, (std::vector<double>{.5, 1}));
  for (const char* damaged : {"[", "{}", R"({"arms":["chance"],"per_trace":1,"seed":1})"}) {
    e.identity = damaged;
    EXPECT_THROW(mistake_settings_of(e), Error) << damaged;
    EXPECT_THROW(paraphrase_settings_of(e), Error) << damaged;
  }
}

}  // namespace
}  // namespace thinktrace
