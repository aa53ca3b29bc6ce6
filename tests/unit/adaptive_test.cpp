// SPDX-License-Identifier: MIT
// Adaptive probing on curves made by hand. adaptive_replay_test.cpp replays real ones.
#include "thinktrace/probe/adaptive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace thinktrace {
namespace {

using Ints = std::vector<int>;
using Row = std::vector<double>;

// A trace whose curve is a function of the position, and what was asked of it.
struct Made {
  std::function<Row(int)> at;
  std::vector<Ints> asked;

  std::vector<float> row(int t) const {
    std::vector<float> logprobs;
    for (const double p : at(t)) logprobs.push_back(static_cast<float>(std::log(p)));
    return logprobs;
  }
  ReadPositions reader() {
    return [this](const Ints& positions) {
      asked.push_back(positions);
      std::vector<float> rows;
      for (const int t : positions) {
        const std::vector<float> one = row(t);
        rows.insert(rows.end(), one.begin(), one.end());
      }
      return rows;
    };
  }
};

std::vector<std::string> plain_text(int n_tokens) { return std::vector<std::string>(n_tokens, " word"); }

AdaptiveCurve probe(Made& made, int n_tokens, const AdaptiveOptions& options = {}) {
  return probe_adaptive(made.reader(), plain_text(n_tokens), options);
}

double worst(const Made& made, const AdaptiveCurve& curve) {
  double worst = 0;
  for (size_t t = 0; t < curve.full.positions.size(); t++) {
    const Row row = made.at(static_cast<int>(t));
    for (size_t i = 0; i < row.size(); i++)
      worst = std::max(worst, std::fabs(std::exp(curve.full.logprobs[t * row.size() + i]) - row[i]));
  }
  return worst;
}

double mean_abs_dp(const Made& made, const AdaptiveCurve& curve) {
  double sum = 0;
  for (size_t t = 0; t < curve.full.positions.size(); t++) {
    const Row row = made.at(static_cast<int>(t));
    for (size_t i = 0; i < row.size(); i++)
      sum += std::fabs(std::exp(curve.full.logprobs[t * row.size() + i]) - row[i]);
  }
  return sum / static_cast<double>(curve.full.logprobs.size());
}

// Between 0 and 1, without order.
double jitter(int t) {
  uint64_t x = static_cast<uint64_t>(t) * 0x9E3779B97F4A7C15u + 1;
  x ^= x >> 29;
  x *= 0xBF58476D1CE4E5B9u;
  x ^= x >> 32;
  return static_cast<double>(x % 1000) / 1000;
}

Made step_at(int at) {
  return {[at](int t) { return t < at ? Row{0.9, 0.05, 0.05} : Row{0.05, 0.9, 0.05}; }, {}};
}
Made noise() {
  return {[](int t) { return Row{0.3 + 0.4 * jitter(t), 0.7 - 0.4 * jitter(t)}; }, {}};
}
Made constant() {
  return {[](int) { return Row{0.7, 0.2, 0.1}; }, {}};
}

bool is_interpolated(const AdaptiveCurve& curve, int t) {
  return !curve.full.interpolated.empty() && curve.full.interpolated[t];
}

// What holds of every result.
void expect_whole(const Made& made, const AdaptiveCurve& curve, int n_tokens) {
  std::set<int> asked;
  size_t n_asked = 0;
  Ints rounds;
  for (const Ints& positions : made.asked) {
    EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end()));
    asked.insert(positions.begin(), positions.end());
    n_asked += positions.size();
    rounds.push_back(static_cast<int>(positions.size()));
  }
  EXPECT_EQ(asked.size(), n_asked) << "a position was asked for twice";
  EXPECT_EQ(curve.rounds, rounds);
  EXPECT_EQ(curve.probed.positions, Ints(asked.begin(), asked.end()));
  EXPECT_EQ(curve.probed.positions.front(), 0);
  EXPECT_EQ(curve.probed.positions.back(), n_tokens);
  ASSERT_EQ(curve.full.positions.size(), static_cast<size_t>(n_tokens + 1));
  const bool is_whole = asked.size() == static_cast<size_t>(n_tokens + 1);
  ASSERT_EQ(curve.full.interpolated.size(), is_whole ? 0 : static_cast<size_t>(n_tokens + 1));
  EXPECT_EQ(curve.full.error.has_value(), !is_whole);
  EXPECT_EQ(read_rows(curve.full), Ints(asked.begin(), asked.end()));
  const size_t n_options = made.row(0).size();
  ASSERT_EQ(curve.full.logprobs.size(), (static_cast<size_t>(n_tokens) + 1) * n_options);
  size_t k = 0;
  for (int t = 0; t <= n_tokens; t++) {
    EXPECT_EQ(curve.full.positions[t], t);
    EXPECT_EQ(is_interpolated(curve, t), !asked.contains(t)) << t;
    if (!asked.contains(t)) continue;
    for (size_t i = 0; i < n_options; i++) {
      EXPECT_EQ(curve.full.logprobs[t * n_options + i], made.row(t)[i]);
      EXPECT_EQ(curve.probed.logprobs[k * n_options + i], made.row(t)[i]);
    }
    k++;
  }
}

TEST(Adaptive, AConstantCurveTakesTheGridAlone) {
  Made made = constant();
  const AdaptiveCurve curve = probe(made, 480);
  expect_whole(made, curve, 480);
  EXPECT_EQ(curve.rounds, (Ints{12}));
  EXPECT_LT(worst(made, curve), 1e-6);
  EXPECT_GT(curve.full.error->mean_abs_dp, 0);  // What was not read is not known.
  EXPECT_LT(curve.full.error->mean_abs_dp, 0.005);
  EXPECT_GT(curve.full.error->mean_abs_dp_upper, curve.full.error->mean_abs_dp);
}

TEST(Adaptive, AStepIsFoundToTheToken) {
  for (const int at : {1, 2, 47, 137, 200, 398, 399, 400}) {
    Made made = step_at(at);
    const AdaptiveCurve curve = probe(made, 400);
    expect_whole(made, curve, 400);
    EXPECT_LT(worst(made, curve), 1e-6) << at;
    EXPECT_LE(curve.probed.positions.size(), 24u) << at;
    EXPECT_FALSE(is_interpolated(curve, at));
    EXPECT_FALSE(is_interpolated(curve, at - 1));
  }
}

TEST(Adaptive, TwoStepsAreFound) {
  Made made{[](int t) {
              return t < 100 ? Row{0.8, 0.1, 0.1} : t < 300 ? Row{0.1, 0.8, 0.1} : Row{0.1, 0.1, 0.8};
            },
            {}};
  const AdaptiveCurve curve = probe(made, 400);
  expect_whole(made, curve, 400);
  EXPECT_LT(worst(made, curve), 1e-6);
  for (const int t : {299, 300}) EXPECT_FALSE(is_interpolated(curve, t));
  for (int t = 0; t <= 400; t++) EXPECT_EQ(top_option(curve.full, 3, t), t < 100 ? 0 : t < 300 ? 1 : 2) << t;
}

TEST(Adaptive, ASpikeBetweenTwoProbesIsNotSeen) {
  Made made{[](int t) { return t == 77 ? Row{0.1, 0.9} : Row{0.9, 0.1}; }, {}};
  const AdaptiveCurve curve = probe(made, 400);
  expect_whole(made, curve, 400);
  EXPECT_TRUE(is_interpolated(curve, 77));
  EXPECT_NEAR(mean_abs_dp(made, curve), 0.8 / 401, 1e-6);
}

TEST(Adaptive, NoiseTakesManyProbes) {
  Made made = noise();
  const AdaptiveCurve curve = probe(made, 600);
  expect_whole(made, curve, 600);
  EXPECT_GT(curve.probed.positions.size(), 200u);
  const double mean = mean_abs_dp(made, curve);
  Made coarse = noise();
  const AdaptiveCurve grid = probe(coarse, 600, {.max_share = 0});
  EXPECT_LT(mean, mean_abs_dp(coarse, grid) / 2);
  EXPECT_LT(curve.full.error->mean_abs_dp, grid.full.error->mean_abs_dp);
}

TEST(Adaptive, TheSameAskedTwiceIsTheSame) {
  Made one = noise(), two = noise();
  const AdaptiveCurve a = probe(one, 500), b = probe(two, 500);
  EXPECT_EQ(one.asked, two.asked);
  EXPECT_EQ(a.full.logprobs, b.full.logprobs);
  EXPECT_EQ(a.full.error->mean_abs_dp, b.full.error->mean_abs_dp);
}

TEST(Adaptive, ShortTracesAreReadWhole) {
  for (const int n_tokens : {0, 1}) {
    Made made = noise();
    const AdaptiveCurve curve = probe(made, n_tokens);
    expect_whole(made, curve, n_tokens);
    EXPECT_EQ(static_cast<int>(curve.probed.positions.size()), n_tokens + 1);
    EXPECT_FALSE(curve.full.error);
  }
  Made two = step_at(1);
  expect_whole(two, probe(two, 2), 2);
  EXPECT_EQ(two.asked, (std::vector<Ints>{{0, 2}, {1}}));
}

TEST(Adaptive, ASmallerToleranceTakesMoreAndZeroTakesAll) {
  size_t before = 0;
  for (const double tolerance : {1.0, 0.1, 0.05, 0.02, 0.0}) {
    Made made = noise();
    const AdaptiveCurve curve = probe(made, 300, {.tolerance = tolerance});
    expect_whole(made, curve, 300);
    EXPECT_GT(curve.probed.positions.size(), before) << tolerance;
    before = curve.probed.positions.size();
    if (tolerance > 0) continue;
    EXPECT_EQ(before, 301u);
    EXPECT_FALSE(curve.full.error);
    EXPECT_EQ(curve.rounds, (Ints{301}));
  }
}

TEST(Adaptive, TheShareIsABoundButForTheGrid) {
  Made made = noise();
  const AdaptiveCurve curve = probe(made, 399, {.tolerance = 0, .max_share = 0.2});
  expect_whole(made, curve, 399);
  EXPECT_EQ(curve.probed.positions.size(), 80u);
  Made least = noise();
  const AdaptiveCurve grid = probe(least, 399, {.tolerance = 0, .max_share = 0});
  expect_whole(least, grid, 399);
  EXPECT_EQ(grid.rounds, (Ints{10}));
}

TEST(Adaptive, WithFewProbesLeftTheExitComesFirst) {
  Made made{[](int t) { return t < 205 ? Row{0.52, 0.48 * jitter(t)} : Row{0.0, 1.0}; }, {}};
  const AdaptiveCurve curve = probe(made, 400, {.max_share = 11.0 / 401});
  EXPECT_EQ(curve.rounds, (Ints{10, 1}));
  EXPECT_GT(made.asked[1][0], 177);
  EXPECT_LT(made.asked[1][0], 222);
}

TEST(Adaptive, TheRestOfABudgetIsSpentInBatches) {
  Made plain = constant(), made = constant();
  const AdaptiveCurve before = probe(plain, 480);
  int n_asked = 0;
  const AdaptiveCurve curve = probe(made, 480, {.batch = 7, .may_go_on = [&] { return ++n_asked <= 3; }});
  expect_whole(made, curve, 480);
  EXPECT_EQ(curve.rounds, (Ints{12, 7, 7, 7}));
  EXPECT_EQ(n_asked, 4);
  EXPECT_LT(curve.full.error->mean_abs_dp, before.full.error->mean_abs_dp);

  Made all = constant();
  const AdaptiveCurve whole = probe(all, 100, {.batch = 50, .may_go_on = [] { return true; }});
  expect_whole(all, whole, 100);
  EXPECT_EQ(whole.probed.positions.size(), 101u);
  EXPECT_FALSE(whole.full.error);

  Made capped = constant();
  const AdaptiveCurve part =
      probe(capped, 480, {.max_share = 0.1, .batch = 30, .may_go_on = [] { return true; }});
  EXPECT_EQ(part.rounds, (Ints{12, 11, 22, 3}));
}

TEST(Adaptive, WhatIsNoProbabilityCountsAsNothingAndStaysAsItWasRead) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const ReadPositions read = [&](const Ints& positions) {
      std::vector<float> rows;
      for (const int t : positions) {
        rows.push_back(t == 0 ? bad : -1.0f);
        rows.push_back(-1.5f);
      }
      return rows;
    };
    const AdaptiveCurve curve = probe_adaptive(read, plain_text(40));
    EXPECT_FALSE(std::isfinite(curve.probed.logprobs[0]));
    EXPECT_FALSE(std::isfinite(curve.full.logprobs[0]));
    for (size_t i = 2; i < curve.full.logprobs.size(); i++) EXPECT_LE(curve.full.logprobs[i], -1.0f);
    EXPECT_TRUE(std::isfinite(curve.full.error->mean_abs_dp));
  }
}

TEST(Adaptive, InterpolatedRowsLieBetweenTheirEnds) {
  Made made{[](int t) { return Row{0.2 + 0.001 * t, 0.5 - 0.001 * t}; }, {}};
  const AdaptiveCurve curve = probe(made, 200, {.max_share = 0});
  for (int t = 1; t <= 200; t++) {
    EXPECT_GE(curve.full.logprobs[2 * t], curve.full.logprobs[2 * (t - 1)]);
    EXPECT_LE(curve.full.logprobs[2 * t + 1], curve.full.logprobs[2 * (t - 1) + 1]);
    EXPECT_NEAR(mass_at(curve.full, 2, t), 0.7, 1e-6);
  }
  EXPECT_LT(worst(made, curve), 0.01);
}

}  // namespace
}  // namespace thinktrace
