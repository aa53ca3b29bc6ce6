// SPDX-License-Identifier: MIT
// events.h: by hand, against a naive twin, and against an effect that was put in.
#include "thinktrace/analysis/events.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

const double kNan = std::nan("");

TEST(Events, ValuesAlongByHand) {
  std::vector<float> logprobs;
  for (const double p : {.5, .25, .25, .25, .1, .9}) logprobs.push_back(static_cast<float>(std::log(p)));
  const std::vector<int> positions{0, 1, 3};
  const auto values = [&](CurveValue v) { return values_along(v, positions, logprobs, 2, 0, 4); };
  const auto expect = [](const std::vector<double>& found, const std::vector<double>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); i++) {
      EXPECT_EQ(std::isnan(found[i]), std::isnan(expected[i])) << i;
      if (!std::isnan(expected[i])) {
        EXPECT_NEAR(found[i], expected[i], 1e-6) << i;
      }
    }
  };
  expect(values(CurveValue::kRight), {.5, .25, kNan, .1, kNan});
  expect(values(CurveValue::kFinal), {.25, .25, kNan, .9, kNan});
  expect(values(CurveValue::kEntropy), {1.5, 1.5, kNan, .4689956, kNan});
  expect(values(CurveValue::kChange), {kNan, .25, kNan, kNan, kNan});
  expect(values(CurveValue::kFlip), {kNan, 0, kNan, kNan, kNan});  // A tie: the first option still.
}

TEST(Events, PlacesAreOfTheSamePartAndFarFromEvents) {
  const EventOptions options{.distance = 5, .n_parts = 4, .matches = 3};
  const std::vector<int> events{10, 60, 61, 99};
  const auto places = match_places(events, 100, options);
  EXPECT_EQ(places, match_places(events, 100, options));
  std::set<int> seen;
  for (uint64_t seed = 1; seed < 200; seed++) {
    EventOptions other = options;
    other.seed = seed;
    const auto drawn = match_places(events, 100, other);
    ASSERT_EQ(drawn.size(), 4u);
    for (size_t i = 0; i < 4; i++) {
      EXPECT_EQ(drawn[i].size(), 3u);
      EXPECT_EQ(std::set<int>(drawn[i].begin(), drawn[i].end()).size(), 3u);
      for (const int place : drawn[i]) {
        EXPECT_EQ(std::min(3, place * 4 / 100), std::min(3, events[i] * 4 / 100));
        for (const int event : events) EXPECT_GE(std::abs(place - event), 5);
        if (i == 0) seen.insert(place);
      }
    }
  }
  EXPECT_EQ(seen.size(), 25u - 9u);  // Every one of 0, …, 24 but 6, …, 14.
  EXPECT_TRUE(match_places(std::vector<int>{3}, 6, options)[0].empty());
  EXPECT_EQ(match_places(std::vector<int>{0}, 0, {.distance = 0, .matches = 2}),
            (std::vector<std::vector<int>>{{0}}));
}

// A trace with one list of values.
struct OneCurve {
  int question = 0;
  std::vector<double> values;
  std::vector<int> events;
};

EventSums sums_of(const std::vector<OneCurve>& traces, const EventOptions& options, bool moved = false) {
  EventSums sums({{CurveValue::kRight, moved}}, options.window);
  for (const OneCurve& trace : traces) {
    const auto places = match_places(trace.events, static_cast<int>(trace.values.size()) - 1, options);
    sums.add({trace.question, {&trace.values, 1}, trace.events, places});
  }
  return sums;
}

TEST(Events, ByHand) {
  // One event at 2 in values 0, 10, 20, 30, 40 and one place that is far enough from it, at 4, of the same part.
  const std::vector<OneCurve> trace{{0, {0, 10, 20, 30, 40}, {2}}};
  const EventOptions options{.window = 2, .distance = 2, .n_parts = 2};
  const EventAverage found = sums_of(trace, options).averages(1).front();
  ASSERT_EQ(found.difference.size(), 5u);
  EXPECT_EQ(found.at_events[0].value, 0);
  EXPECT_EQ(found.at_places[0].value, 20);
  EXPECT_EQ(found.difference[2].value, -20);
  EXPECT_FALSE(found.difference[3].value.has_value());  // The place has no position 5.
  EXPECT_EQ(found.difference[3].n_traces, 0);
  const EventAverage moves = sums_of(trace, options, true).averages(1).front();
  EXPECT_EQ(moves.at_events[1].value, -10);
  EXPECT_EQ(moves.difference[0].value, 0);
  EventOptions far = options;
  far.distance = 9;
  const EventSums none = sums_of(trace, far);
  EXPECT_EQ(none.n_events(), 1);
  EXPECT_EQ(none.n_unmatched(), 1);
  EXPECT_FALSE(none.averages(1).front().difference[2].value.has_value());
}

std::vector<OneCurve> random_event_traces(std::mt19937_64& random, int n_questions) {
  std::vector<OneCurve> traces;
  for (int i = 0; i < 3 * n_questions; i++) {
    OneCurve trace{.question = i % n_questions};
    const uint32_t length = 20 + draw_below(random, 60);
    for (uint32_t t = 0; t <= length; t++)
      trace.values.push_back(draw_below(random, 9) == 0 ? kNan : draw_uniform(random) + .01 * t);
    for (uint32_t t = 0; t <= length; t++) {
      if (draw_below(random, 20) == 0) trace.events.push_back(static_cast<int>(t));
    }
    traces.push_back(std::move(trace));
  }
  return traces;
}

// The differences at an offset one by one, with their questions.
std::vector<Sample> naive_differences(const std::vector<OneCurve>& traces, int offset, bool moved,
                                      const EventOptions& options) {
  std::vector<Sample> differences;
  for (const OneCurve& trace : traces) {
    const auto at = [&](int t) {
      if (t + offset < 0 || t + offset >= static_cast<int>(trace.values.size())) return kNan;
      return trace.values[t + offset] - (moved ? trace.values[t] : 0);
    };
    const auto places = match_places(trace.events, static_cast<int>(trace.values.size()) - 1, options);
    for (size_t i = 0; i < trace.events.size(); i++) {
      std::vector<double> known;
      for (const int place : places[i]) {
        if (!std::isnan(at(place))) known.push_back(at(place));
      }
      if (known.empty() || std::isnan(at(trace.events[i]))) continue;
      double mean = 0;
      for (const double v : known) mean += v / static_cast<double>(known.size());
      differences.push_back({trace.question, at(trace.events[i]) - mean});
    }
  }
  return differences;
}

TEST(Events, EqualANaiveTwinWithItsIntervals) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 10; round++) {
    const std::vector<OneCurve> traces = random_event_traces(random, 6);
    const EventOptions options{
        .window = 5, .distance = 4, .n_parts = 3, .matches = 2, .seed = static_cast<uint64_t>(round)};
    const bool moved = round % 2 == 1;
    const BootstrapOptions bootstrap{.resamples = 50};
    const EventAverage found = sums_of(traces, options, moved).averages(6, bootstrap).front();
    for (int offset = -5; offset <= 5; offset++) {
      const std::vector<Sample> differences = naive_differences(traces, offset, moved, options);
      Estimate expected;
      estimate({{StatisticKind::kMean, differences, &expected}}, std::vector<int>(6), bootstrap);
      const Estimate& e = found.difference[offset + 5];
      EXPECT_EQ(e.n_traces, expected.n_traces);
      EXPECT_EQ(e.n_questions, expected.n_questions);
      EXPECT_NEAR(*e.value, *expected.value, 1e-12);
      EXPECT_NEAR(e.interval->low, expected.interval->low, 1e-12);
      EXPECT_NEAR(e.interval->high, expected.interval->high, 1e-12);
      EXPECT_NEAR(*e.value, *found.at_events[offset + 5].value - *found.at_places[offset + 5].value, 1e-12);
    }
  }
}

// P grows along every trace, and by .2 for good at each event. Against places of the same part only the step is left.
TEST(Events, FindAnEffectThatWasPutInAndNoTrend) {
  std::mt19937_64 random(5);
  std::vector<OneCurve> traces;
  for (int q = 0; q < 40; q++) {
    OneCurve trace{.question = q};
    const int event = 30 + static_cast<int>(draw_below(random, 60));
    for (int t = 0; t <= 120; t++)
      trace.values.push_back(.004 * t + (t > event ? .2 : 0) + .05 * (draw_uniform(random) - .5));
    trace.events = {event};
    traces.push_back(std::move(trace));
  }
  const EventSums sums = sums_of(traces, {.window = 8, .distance = 9, .n_parts = 3}, true);
  const EventAverage found = sums.averages(40, {.resamples = 500}).front();
  EXPECT_EQ(sums.n_unmatched(), 0);
  for (const int offset : {-8, -4, -1}) {
    const Estimate& before = found.difference[offset + 8];
    EXPECT_NEAR(*before.value, 0, .02) << offset;
    EXPECT_LT(before.interval->high, .1);
  }
  for (const int offset : {1, 4, 8}) {
    const Estimate& after = found.difference[offset + 8];
    EXPECT_NEAR(*after.value, .2, .02) << offset;
    EXPECT_GT(after.interval->low, .1);
  }
  EXPECT_NEAR(*found.at_places[16].value, .032, .02);  // The trend.
}

}  // namespace
}  // namespace thinktrace
