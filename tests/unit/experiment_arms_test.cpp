// SPDX-License-Identifier: MIT
// arms.h: lengths, contents, and draws that are the same everywhere.
#include "thinktrace/experiment/arms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "experiment_texts.h"
#include "thinktrace/error.h"
#include "thinktrace/experiment/sentences.h"

namespace thinktrace {
namespace {

using testing::cut_at_random;
using testing::random_text;

constexpr Arm kEveryArm[] = {Arm::kReal,        Arm::kNone,     Arm::kBlank,     Arm::kFiller,
                             Arm::kRandom,      Arm::kShuffled, Arm::kSentences, Arm::kOtherQuestion,
                             Arm::kOtherSample, Arm::kFirst,    Arm::kLast};

ArmMaterial material_of(uint64_t seed) {
  return {.blank = {220},
          .filler = {7, 8, 9},
          .allowed = {100, 200, 300},
          .other_question = {11, 12, 13, 14},
          .other_sample = {21, 22},
          .share = .25,
          .seed = seed};
}

using Ids = std::vector<int>;

TEST(Arms, ByHand) {
  const Ids ids{1, 2, 3, 4, 5, 6};
  const std::vector<std::string> texts{"A", ".", " B", ".", " C", "."};
  const auto make = [&](Arm arm) { return make_thinking(arm, {ids, &texts}, material_of(1)); };
  EXPECT_EQ(make(Arm::kReal), ids);
  EXPECT_EQ(make(Arm::kNone), Ids{});
  EXPECT_EQ(make(Arm::kBlank), Ids{220});
  EXPECT_EQ(make(Arm::kFiller), (Ids{7, 8, 9, 7, 8, 9}));
  EXPECT_EQ(make(Arm::kOtherQuestion), (Ids{13, 14, 11, 12, 13, 14}));
  EXPECT_EQ(make(Arm::kOtherSample), (Ids{21, 22, 21, 22, 21, 22}));
  EXPECT_EQ(repeat_to_end(Ids{1, 2, 3}, 2), (Ids{2, 3}));  // A longer one loses its beginning.
  EXPECT_EQ(make(Arm::kFirst), (Ids{1, 2}));               // 1.5 tokens.
  EXPECT_EQ(make(Arm::kLast), (Ids{5, 6}));
}

TEST(Arms, DrawsAreTheSameEverywhere) {
  const Ids ids{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::string> texts{"A", ".", " B", ".", " C", ".", " D", "."};
  const auto make = [&](Arm arm) { return make_thinking(arm, {ids, &texts}, material_of(5)); };
  EXPECT_EQ(make(Arm::kRandom), (Ids{300, 100, 100, 300, 100, 100, 100, 300}));
  EXPECT_EQ(make(Arm::kShuffled), (Ids{8, 3, 5, 7, 4, 2, 1, 6}));
  EXPECT_EQ(make(Arm::kSentences), (Ids{3, 4, 7, 8, 1, 2, 5, 6}));
}

TEST(Arms, WhatMustHoldOfAny) {
  std::mt19937_64 random(3);
  const std::vector<std::string> pieces{"a", " bc", ". ", "? ", "\n", "é", "3.1", "Wait"};
  for (int round = 0; round < 300; round++) {
    const std::vector<std::string> texts = cut_at_random(random_text(pieces, round % 40, random), 4, random);
    Ids ids(texts.size());
    for (size_t i = 0; i < ids.size(); i++) ids[i] = 1000 + static_cast<int>(i);
    ArmMaterial material = material_of(round);
    material.share = draw_uniform(random);
    std::map<Arm, Ids> made;
    for (const Arm arm : kEveryArm) {
      made[arm] = make_thinking(arm, {ids, &texts}, material);
      EXPECT_EQ(made[arm], make_thinking(arm, {ids, &texts}, material));
      if (is_length_matched(arm)) {
        EXPECT_EQ(made[arm].size(), ids.size()) << name_of(arm);
      }
    }
    for (const Arm arm : {Arm::kShuffled, Arm::kSentences}) {
      Ids sorted = made[arm];
      std::sort(sorted.begin(), sorted.end());
      EXPECT_EQ(sorted, ids);
    }
    for (const int id : made[Arm::kRandom]) EXPECT_TRUE(id == 100 || id == 200 || id == 300);
    // First and last of p and 1 - p are the whole, give or take the rounding.
    const int n = static_cast<int>(ids.size());
    EXPECT_NEAR(tokens_of_share(n, material.share) + tokens_of_share(n, 1 - material.share), n, 1);
    EXPECT_TRUE(std::equal(made[Arm::kFirst].begin(), made[Arm::kFirst].end(), ids.begin()));
    EXPECT_TRUE(std::equal(made[Arm::kLast].rbegin(), made[Arm::kLast].rend(), ids.rbegin()));
  }
}

TEST(Arms, SentencesStayWhole) {
  std::mt19937_64 random(4);
  std::set<Ids> orders;
  const std::vector<std::string> texts{"A", " b", ".", " C", "?", " D", " d", " d", "!\n", "E"};
  Ids ids(texts.size());
  for (size_t i = 0; i < ids.size(); i++) ids[i] = static_cast<int>(i);
  const std::vector<TokenRange> ranges = sentence_ranges(texts);
  ASSERT_EQ(ranges.size(), 4u);
  for (int round = 0; round < 400; round++) {
    const Ids mixed = shuffle_sentences(ids, texts, random);
    orders.insert(mixed);
    for (const TokenRange& range : ranges) {
      const auto at = std::find(mixed.begin(), mixed.end(), range.begin);
      ASSERT_GE(mixed.end() - at, range.end - range.begin);
      for (int i = range.begin; i < range.end; i++) EXPECT_EQ(at[i - range.begin], i);
    }
  }
  EXPECT_EQ(orders.size(), 24u);
}

TEST(Arms, MissingMaterialIsAnErrorThatSaysWhich) {
  const Ids ids{1, 2};
  for (const Arm arm :
       {Arm::kBlank, Arm::kFiller, Arm::kRandom, Arm::kSentences, Arm::kOtherQuestion, Arm::kOtherSample}) {
    try {
      make_thinking(arm, {ids}, {});
      FAIL() << name_of(arm);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      EXPECT_NE(std::string(e.what()).find(name_of(arm)), std::string::npos);
    }
    if (arm == Arm::kBlank) continue;  // It stands even where there was no thinking.
    EXPECT_TRUE(make_thinking(arm, {}, {}).empty());
  }
}

TEST(Arms, NamesLeadBack) {
  for (int i = 0; i < kArms; i++) EXPECT_EQ(arm_named(name_of(static_cast<Arm>(i))), static_cast<Arm>(i));
  try {
    arm_named("Real");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    EXPECT_NE(std::string(e.what()).find("other_sample"), std::string::npos) << e.what();
  }
}

TEST(Arms, DistinctDrawsBeginAgainWhenAllHadTheirTurn) {
  std::map<uint32_t, int> first;
  for (uint64_t seed = 0; seed < 300; seed++) {
    std::mt19937_64 random(seed), again(seed);
    const std::vector<uint32_t> drawn = draw_distinct(random, 3, 8);
    ASSERT_EQ(drawn.size(), 8u);
    EXPECT_EQ(std::set<uint32_t>(drawn.begin(), drawn.begin() + 3), (std::set<uint32_t>{0, 1, 2}));
    for (size_t i = 3; i < 8; i++) EXPECT_EQ(drawn[i], drawn[i - 3]);
    EXPECT_EQ(draw_distinct(again, 3, 2), std::vector<uint32_t>(drawn.begin(), drawn.begin() + 2));
    first[drawn[0]]++;
  }
  for (const auto& [i, n] : first) EXPECT_NEAR(n, 100, 30) << i;
  std::mt19937_64 random(1);
  EXPECT_TRUE(draw_distinct(random, 0, 0).empty());
}

TEST(Arms, ShareRoundsToTheNearest) {
  EXPECT_EQ(tokens_of_share(10, 0), 0);
  EXPECT_EQ(tokens_of_share(10, .25), 3);
  EXPECT_EQ(tokens_of_share(10, .24), 2);
  EXPECT_EQ(tokens_of_share(10, 1), 10);
  EXPECT_EQ(tokens_of_share(0, .5), 0);
}

}  // namespace
}  // namespace thinktrace
