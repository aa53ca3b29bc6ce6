// SPDX-License-Identifier: MIT
// The arithmetic of probing, with a reader that knows no model. tests/engine holds the readers themselves.
#include "thinktrace/probe/probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thinktrace {
namespace {

using Ints = std::vector<int>;

Curve curve_of(const std::vector<double>& probabilities, size_t n_options) {
  Curve curve;
  for (size_t k = 0; k * n_options < probabilities.size(); k++)
    curve.positions.push_back(static_cast<int>(k));
  for (const double p : probabilities) curve.logprobs.push_back(static_cast<float>(std::log(p)));
  return curve;
}

// Records what it is asked, and answers with numbers that tell cut and option.
class FakeReader : public AnswerReader {
 public:
  AnswerReadings read(std::span<const Token> tokens, std::span<const int> cuts,
                      const AnswerForm& form) override {
    calls++;
    asked_tokens.assign(tokens.begin(), tokens.end());
    asked_cuts.assign(cuts.begin(), cuts.end());
    asked_form = form;
    AnswerReadings readings;
    for (const int cut : cuts) {
      for (size_t i = 0; i < form.options.size(); i++) readings.logprobs.push_back(answer(cut, i));
    }
    return readings;
  }
  static float answer(int cut, size_t option) {
    return -static_cast<float>(cut) - static_cast<float>(option) / 8;
  }

  int calls = 0;
  std::vector<Token> asked_tokens;
  Ints asked_cuts;
  AnswerForm asked_form;
};

AnswerForm three_options() {
  return {.suffix = {90, 91}, .options = {{{1}, false}, {{2}, true}, {{3, 4}, false}}};
}

TEST(Probe, PositionsAreEveryStrideAndAlwaysTheEnd) {
  const struct {
    int n_tokens, stride;
    Ints positions;
  } cases[] = {
      {0, 1, {0}},
      {0, 5, {0}},
      {1, 1, {0, 1}},
      {1, 9, {0, 1}},
      {4, 1, {0, 1, 2, 3, 4}},
      {4, 2, {0, 2, 4}},
      {5, 2, {0, 2, 4, 5}},
      {6, 4, {0, 4, 6}},
      {4, 4, {0, 4}},
      {4, 5, {0, 4}},
      {7, std::numeric_limits<int>::max(), {0, 7}},
  };
  for (const auto& c : cases)
    EXPECT_EQ(probe_positions(c.n_tokens, c.stride), c.positions) << c.n_tokens << '/' << c.stride;
}

TEST(Probe, SpreadPositionsHoldBothEndsAndNoPositionTwice) {
  const struct {
    int n_tokens, n;
    Ints positions;
  } cases[] = {
      {0, 1, {0}},
      {0, 5, {0}},
      {1, 2, {0, 1}},
      {1, 9, {0, 1}},
      {10, 2, {0, 10}},
      {10, 3, {0, 5, 10}},
      {10, 6, {0, 2, 4, 6, 8, 10}},
      {3, 4, {0, 1, 2, 3}},
      {3, 100, {0, 1, 2, 3}},
      {10, 0, {}},
  };
  for (const auto& c : cases)
    EXPECT_EQ(spread_positions(c.n_tokens, c.n), c.positions) << c.n_tokens << '/' << c.n;
}

TEST(Probe, SpreadPositionsAreEven) {
  for (int n_tokens = 1; n_tokens < 60; n_tokens++) {
    for (int n = 2; n < 70; n++) {
      const Ints positions = spread_positions(n_tokens, n);
      ASSERT_EQ(static_cast<int>(positions.size()), std::min(n, n_tokens + 1)) << n_tokens << '/' << n;
      ASSERT_EQ(positions.front(), 0);
      ASSERT_EQ(positions.back(), n_tokens);
      int least = n_tokens, most = 0;
      for (size_t i = 1; i < positions.size(); i++) {
        least = std::min(least, positions[i] - positions[i - 1]);
        most = std::max(most, positions[i] - positions[i - 1]);
      }
      ASSERT_GE(least, 1);
      ASSERT_LE(most - least, 1) << n_tokens << '/' << n;
    }
  }
  EXPECT_EQ(spread_positions(2000000000, 3), (Ints{0, 1000000000, 2000000000}));
}

TEST(Probe, ReadsTheTraceBehindThePromptInOneCall) {
  FakeReader reader;
  const AnswerForm form = three_options();
  const Curve curve = probe_trace(reader, {10, 11, 12}, {20, 21, 22, 23}, form, {0, 2, 4});
  EXPECT_EQ(reader.calls, 1);
  EXPECT_EQ(reader.asked_tokens, (std::vector<Token>{10, 11, 12, 20, 21, 22, 23}));
  EXPECT_EQ(reader.asked_cuts, (Ints{3, 5, 7}));
  EXPECT_EQ(reader.asked_form.suffix, form.suffix);
  ASSERT_EQ(reader.asked_form.options.size(), 3u);
  for (size_t i = 0; i < 3; i++) {
    EXPECT_EQ(reader.asked_form.options[i].tokens, form.options[i].tokens);
    EXPECT_EQ(reader.asked_form.options[i].until_label_ends, form.options[i].until_label_ends);
  }
  EXPECT_EQ(curve.positions, (Ints{0, 2, 4}));
  ASSERT_EQ(curve.logprobs.size(), 9u);
  for (size_t k = 0; k < 3; k++) {
    for (size_t i = 0; i < 3; i++)
      EXPECT_EQ(curve.logprobs[3 * k + i], FakeReader::answer(reader.asked_cuts[k], i));
  }
}

TEST(Probe, EmptyThinkingHasOneProbeAfterThePrompt) {
  FakeReader reader;
  const Curve curve = probe_trace(reader, {10, 11}, {}, three_options(), probe_positions(0, 1));
  EXPECT_EQ(reader.asked_tokens, (std::vector<Token>{10, 11}));
  EXPECT_EQ(reader.asked_cuts, (Ints{2}));
  EXPECT_EQ(curve.positions, (Ints{0}));
  EXPECT_EQ(curve.logprobs.size(), 3u);
}

TEST(Probe, StridedPositionsBecomeCutsUpToTheEnd) {
  FakeReader reader;
  const std::vector<Token> think(7, 5);
  probe_trace(reader, {1}, think, three_options(), probe_positions(7, 3));
  EXPECT_EQ(reader.asked_cuts, (Ints{1, 4, 7, 8}));
}

TEST(Probe, PositionsNeedNotBeginAtZero) {
  FakeReader reader;
  const Curve curve = probe_trace(reader, {1, 2}, {3, 4, 5}, three_options(), {2});
  EXPECT_EQ(reader.asked_cuts, (Ints{4}));
  EXPECT_EQ(curve.positions, (Ints{2}));
}

TEST(Probe, MassIsTheSumOfOneRowsProbabilities) {
  const Curve curve = curve_of({0.25, 0.5, 0.125, 0.0, 1.0, 0.0}, 3);  // Log of 0 is -inf.
  EXPECT_NEAR(mass_at(curve, 3, 0), 0.875, 1e-7);
  EXPECT_NEAR(mass_at(curve, 3, 1), 1.0, 1e-7);
  EXPECT_NEAR(mass_at(curve_of({1e-30, 1e-30}, 2), 2, 0), 2e-30, 1e-36);
}

TEST(Probe, TopOptionIsTheMostLikelyAndOnATieTheFirst) {
  const struct {
    std::vector<double> probabilities;
    int top;
  } cases[] = {{{0.1, 0.2, 0.3}, 2}, {{0.3, 0.2, 0.1}, 0}, {{0.2, 0.3, 0.1}, 1}, {{0.3, 0.3, 0.3}, 0},
               {{0.1, 0.4, 0.4}, 1}, {{0, 0, 0}, 0},       {{0, 0, 1e-30}, 2}};
  for (const auto& c : cases) EXPECT_EQ(top_option(curve_of(c.probabilities, 3), 3, 0), c.top);
  const Curve rows = curve_of({0.9, 0.1, 0.1, 0.9, 0.6, 0.4}, 2);
  EXPECT_EQ(top_option(rows, 2, 0), 0);
  EXPECT_EQ(top_option(rows, 2, 1), 1);
  EXPECT_EQ(top_option(rows, 2, 2), 0);
}

TEST(Probe, ComparingCurvesMeasuresProbabilities) {
  const Curve a = curve_of({0.5, 0.25, 0.125, 0.75, 1.0, 0.0}, 2);
  const NoiseFloor same = compare_curves(a, a, 2);
  EXPECT_EQ(same.max_abs_dp, 0);
  EXPECT_EQ(same.mean_abs_dp, 0);
  EXPECT_EQ(same.n_positions, 3);
  EXPECT_EQ(same.n_top_changed, 0);

  const Curve b = curve_of({0.5, 0.5, 0.875, 0.75, 1.0, 0.0}, 2);  // Differences 0, .25, .75, 0, 0, 0.
  for (const NoiseFloor& noise : {compare_curves(a, b, 2), compare_curves(b, a, 2)}) {
    EXPECT_NEAR(noise.max_abs_dp, 0.75, 1e-6);
    EXPECT_NEAR(noise.mean_abs_dp, 1.0 / 6, 1e-6);
    EXPECT_EQ(noise.n_positions, 3);
    EXPECT_EQ(noise.n_top_changed, 1);  // The tie of the first row goes to the lower index both times.
  }
  const NoiseFloor none = compare_curves({}, {}, 2);
  EXPECT_EQ(none.n_positions, 0);
  EXPECT_EQ(none.mean_abs_dp, 0);
}

TEST(Probe, InterpolatedPositionsAndMarksAreTheSame) {
  Curve curve = curve_of({0.5, 0.25, 0.125, 0.75, 1.0}, 1);
  EXPECT_EQ(read_rows(curve), (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(interpolated_positions(curve).empty());
  curve.interpolated = {0, 1, 0, 1, 0};
  EXPECT_EQ(read_rows(curve), (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(interpolated_positions(curve), (std::vector<int>{1, 3}));
  EXPECT_EQ(marks_of({1, 3}, curve), curve.interpolated);
  EXPECT_EQ(marks_of({}, curve), std::vector<char>());
  for (const std::vector<int>& bad : std::vector<std::vector<int>>{{0}, {4}, {5}, {-1}, {3, 1}, {1, 1}})
    EXPECT_FALSE(marks_of(bad, curve));
  curve.positions = {0, 1, 2, 3, 5};
  EXPECT_FALSE(marks_of({1}, curve)) << "a position without a row";
  EXPECT_FALSE(marks_of({1}, {}));
}

TEST(Probe, AReadingThatIsNotANumberShowsInTheNoiseFloor) {
  Curve a = curve_of({0.5, 0.25}, 2), b = a;
  b.logprobs[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(compare_curves(a, b, 2).max_abs_dp < 1e-3);
  EXPECT_FALSE(compare_curves(b, a, 2).mean_abs_dp < 1e-3);
}

}  // namespace
}  // namespace thinktrace
