// SPDX-License-Identifier: MIT
// hints.h: by hand, against numpy on random answers (tests/golden/make_hints.py), and against resampling.
#include "thinktrace/analysis/hints.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace thinktrace {
namespace {

const BootstrapOptions kFew{.resamples = 50};

HintTrace answered(int question, int sample, std::optional<int> free) {
  return {.question = question, .sample = sample, .answer = 0, .hinted = 2, .free = free, .forced = free};
}

// Two questions of two samples, the hint at option 2. Without it: (0, 2) and (1, none).
const std::vector<HintTrace> kWithout{answered(0, 0, 0), answered(0, 1, 2), answered(1, 0, 1),
                                      answered(1, 1, std::nullopt)};

TEST(Hints, SwitchesByHand) {
  const std::vector<HintTrace> with{answered(0, 0, 2), answered(0, 1, 2), answered(1, 0, 2),
                                    answered(1, 1, 0)};
  const HintNumbers n = measure_hint(with, kWithout, 2, kFew);
  EXPECT_DOUBLE_EQ(*n.free.follows.value, .75);
  EXPECT_DOUBLE_EQ(*n.free.without.value, .25);
  EXPECT_DOUBLE_EQ(*n.free.difference.value, (.5 + .5 + 1 + 0) / 4);
  // Cases: (0,0), whose other sample follows; (1,0), whose other does not; (1,1), whose other does.
  EXPECT_DOUBLE_EQ(*n.free.switched.value, 2. / 3);
  EXPECT_DOUBLE_EQ(*n.free.chance.value, 1. / 3);
  EXPECT_DOUBLE_EQ(*n.free.net.value, 1. / 3);
  EXPECT_EQ(n.free.net.n_traces, 3);
  EXPECT_EQ(n.free.net.n_questions, 2);
  EXPECT_DOUBLE_EQ(*n.free.right_difference.value, (-.5 - .5 + 0 + 1) / 4);
  // Not read is left out; without a free answer is no following.
  EXPECT_EQ(n.forced.without.n_traces, 3);
  EXPECT_EQ(n.free.without.n_traces, 4);
}

TEST(Hints, TheSameAnswersAgainAreNoEffect) {
  const HintNumbers n = measure_hint(kWithout, kWithout, 2, kFew);
  EXPECT_DOUBLE_EQ(*n.free.net.value, 0);
  EXPECT_DOUBLE_EQ(*n.free.difference.value, 0);
  EXPECT_DOUBLE_EQ(*n.free.switched.value, *n.free.chance.value);
}

TEST(Hints, OneSampleAQuestionHasNoChance) {
  const std::vector<HintTrace> without{answered(0, 0, 0), answered(1, 0, 1), answered(2, 0, 2)};
  const std::vector<HintTrace> with{answered(0, 0, 2), answered(1, 0, 1), answered(2, 0, 2)};
  const HintNumbers n = measure_hint(with, without, 3, kFew);
  EXPECT_DOUBLE_EQ(*n.free.switched.value, .5);
  EXPECT_FALSE(n.free.chance.value);
  EXPECT_FALSE(n.free.net.value);
  EXPECT_DOUBLE_EQ(*n.free.difference.value, 1. / 3);
}

TEST(Hints, QuestionsOfOneSideAreLeftOut) {
  const std::vector<HintTrace> with{answered(1, 0, 2), answered(3, 0, 2)};
  const HintNumbers n = measure_hint(with, kWithout, 4, kFew);
  EXPECT_EQ(n.free.follows.n_traces, 1);
  EXPECT_EQ(n.free.without.n_traces, 2);
  EXPECT_EQ(measure_hint({}, kWithout, 2, kFew).free.without.n_traces, 0);
  EXPECT_FALSE(measure_hint({}, {}, 0, kFew).mentions.value);
}

TEST(Hints, MentionsOfThoseThatMayHaveChanged) {
  std::vector<HintTrace> with{answered(0, 0, 2), answered(0, 1, 2), answered(1, 0, 2), answered(1, 1, 0)};
  with[0].mentions = with[2].mentions = with[3].mentions = true;
  const HintNumbers n = measure_hint(with, kWithout, 2, kFew);
  EXPECT_DOUBLE_EQ(*n.mentions.value, .75);
  EXPECT_DOUBLE_EQ(*n.mentions_following.value, 2. / 3);
  // (0,0) is left out: the other sample without the hint answers it anyway. (0,1) does not mention it, (1,0) does.
  EXPECT_DOUBLE_EQ(*n.mentions_changed.value, .5);
  EXPECT_EQ(n.mentions_changed.n_traces, 2);
}

TEST(Hints, TakesOver) {
  std::vector<HintTrace> with{answered(0, 0, 2), answered(0, 1, 2), answered(1, 0, 2), answered(1, 1, 0)};
  with[0].takes_over = 0, with[0].end = 10;
  with[1].takes_over = 4, with[1].end = 8;
  with[2].takes_over = 0, with[2].end = 0;
  const HintNumbers n = measure_hint(with, kWithout, 2, kFew);
  EXPECT_DOUBLE_EQ(*n.at_start.value, 2. / 3);
  EXPECT_DOUBLE_EQ(*n.takes_over.value, 4. / 3);
  EXPECT_DOUBLE_EQ(*n.takes_share.value, .25);
  // A trace that was cut might have gone on to another answer.
  with[1].is_cut = true;
  const HintNumbers ended = measure_hint(with, kWithout, 2, kFew);
  EXPECT_DOUBLE_EQ(*ended.at_start.value, 1);
  EXPECT_DOUBLE_EQ(*ended.takes_over.value, 0);
  EXPECT_EQ(ended.takes_over.n_traces, 2);
  EXPECT_EQ(*ended.forced.follows.value, *n.forced.follows.value);
}

// The interval is that of whole questions: the net of each resample from its questions' sums.
TEST(Hints, IntervalsAreOfWholeQuestions) {
  std::vector<HintTrace> with, without;
  for (int q = 0; q < 20; q++) {
    for (int s = 0; s < 3; s++) {
      with.push_back(answered(q, s, q % 3 == 0 ? 1 : 2));
      without.push_back(answered(q, s, q % 5 == s ? 2 : 0));
    }
  }
  const BootstrapOptions options{.resamples = 300};
  std::vector<double> replicates;
  for_each_resample(20, options, [&](const std::vector<int>& counts) {
    double sum = 0, n = 0;
    for (int q = 0; q < 20; q++) {
      const double follows = q % 3 == 0 ? 0 : 1;
      for (int s = 0; s < 3; s++) {
        if (q % 5 == s) continue;
        const double chance = q % 5 < 3 ? .5 : 0;  // One of the two others has it.
        sum += counts[q] * (follows - chance), n += counts[q];
      }
    }
    replicates.push_back(sum / n);
  });
  const auto expected = percentile_interval(replicates, options);
  const Estimate net = measure_hint(with, without, 20, options).free.net;
  ASSERT_TRUE(net.interval && expected);
  EXPECT_NEAR(net.interval->low, expected->low, 1e-12);
  EXPECT_NEAR(net.interval->high, expected->high, 1e-12);
}

std::optional<int> known(int option) { return option < 0 ? std::nullopt : std::optional(option); }

void expect_answers(const HintAnswers& n, const nlohmann::json& expected) {
  EXPECT_NEAR(*n.follows.value, expected.at("follows"), 1e-12);
  EXPECT_NEAR(*n.without.value, expected.at("follows_without"), 1e-12);
  EXPECT_NEAR(*n.difference.value, expected.at("follows_difference"), 1e-12);
  EXPECT_NEAR(*n.right.value, expected.at("right"), 1e-12);
  EXPECT_NEAR(*n.right_without.value, expected.at("right_without"), 1e-12);
  EXPECT_NEAR(*n.right_difference.value, expected.at("right_difference"), 1e-12);
}

TEST(Hints, AsNumpyHasIt) {
  std::ifstream file(THINKTRACE_SOURCE_DIR "/tests/golden/hints.json");
  ASSERT_TRUE(file);
  const nlohmann::json golden = nlohmann::json::parse(file);
  for (const nlohmann::json& c : golden) {
    std::vector<HintTrace> with, without;
    const auto n_questions = static_cast<int>(c.at("hinted").size());
    for (int q = 0; q < n_questions; q++) {
      for (int s = 0; s < static_cast<int>(c["free"][q].size()); s++) {
        HintTrace t{.question = q, .sample = s, .answer = c["right"][q], .hinted = c["hinted"][q]};
        t.free = known(c["free_without"][q][s]), t.forced = known(c["forced_without"][q][s]);
        t.p_start = c["p"][2][q][s].get<double>(), t.p_end = c["p"][3][q][s].get<double>();
        without.push_back(t);
        t.free = known(c["free"][q][s]), t.forced = known(c["forced"][q][s]);
        t.p_start = c["p"][0][q][s].get<double>(), t.p_end = c["p"][1][q][s].get<double>();
        t.mentions = c["mentions"][q][s] == 1, t.end = c["end"][q][s];
        t.takes_over = known(c["takes_over"][q][s]);
        with.push_back(t);
      }
    }
    const HintNumbers n = measure_hint(with, without, n_questions, kFew);
    const nlohmann::json& expected = c.at("expected");
    expect_answers(n.free, expected.at("free"));
    expect_answers(n.forced, expected.at("forced"));
    EXPECT_NEAR(*n.free.switched.value, expected["free"]["switched"], 1e-12);
    EXPECT_NEAR(*n.free.chance.value, expected["free"]["chance"], 1e-12);
    EXPECT_NEAR(*n.free.net.value, expected["free"]["net"], 1e-12);
    EXPECT_EQ(n.free.net.n_traces, expected["free"]["cases"]);
    EXPECT_NEAR(*n.mentions.value, expected["mentions"], 1e-12);
    EXPECT_NEAR(*n.mentions_following.value, expected["mentions_following"], 1e-12);
    EXPECT_NEAR(*n.mentions_changed.value, expected["mentions_changed"], 1e-12);
    EXPECT_NEAR(*n.at_start.value, expected["at_start"], 1e-12);
    EXPECT_NEAR(*n.takes_over.value, expected["takes_over"], 1e-12);
    EXPECT_NEAR(*n.takes_share.value, expected["takes_share"], 1e-12);
    EXPECT_NEAR(*n.p_start.value, expected["p_start"], 1e-12);
    EXPECT_NEAR(*n.p_start_difference.value, expected["p_start_difference"], 1e-12);
    EXPECT_NEAR(*n.p_end.value, expected["p_end"], 1e-12);
    EXPECT_NEAR(*n.p_end_difference.value, expected["p_end_difference"], 1e-12);
  }
}

}  // namespace
}  // namespace thinktrace
