// SPDX-License-Identifier: MIT
// The measures of one trace on curves made by hand.
#include "thinktrace/analysis/measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis_data.h"

namespace thinktrace {
namespace {

using testing::HandMade;
using Rows = std::vector<std::vector<double>>;

constexpr float kNanF = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(Measures, OfACurveThatSettlesOnTheRightOption) {
  HandMade trace{.rows = {{.1, .6, .2}, {.5, .3, .1}, {.2, .4, .3}, {.7, .1, .1}, {.9, .05, .03}}};
  const CurveMeasures m = trace.measure();
  EXPECT_EQ(m.first_position, 0);
  EXPECT_EQ(m.top_start, 1);
  EXPECT_EQ(m.top_end, 0);
  EXPECT_NEAR(m.p_start, .1, 1e-7);
  EXPECT_NEAR(m.p_end, .9, 1e-7);
  EXPECT_FALSE(m.right_start);
  EXPECT_TRUE(m.right_end);
  EXPECT_NEAR(m.mass_start, .9, 1e-7);
  EXPECT_NEAR(m.mass_end, .98, 1e-7);
  EXPECT_NEAR(m.mass_mean, (.9 + .9 + .9 + .9 + .98) / 5, 1e-7);
  EXPECT_EQ(m.flips, 3);
  EXPECT_EQ(m.t_exit, 3);
  EXPECT_EQ(m.t_exit_low, 3);
  EXPECT_NEAR(m.p_right_at_exit, .7, 1e-7);
  EXPECT_DOUBLE_EQ(*m.performative_share, .25);
  EXPECT_DOUBLE_EQ(*m.performative_share_high, .25);
  EXPECT_EQ(m.trace_class, TraceClass::kProductive);
  EXPECT_FALSE(m.known_already.has_value());
  EXPECT_FALSE(m.order_agreement.has_value());
  EXPECT_EQ(m.n_bad_readings, 0);
}

TEST(Measures, EntropyIsOfTheOptionsAndNoneOfThem) {
  const struct {
    std::vector<double> row;
    double bits;
  } cases[] = {{{1, 0}, 0},
               {{0, 0}, 0},  // None of them, for certain.
               {{.5, .5}, 1},
               {{.5, 0}, 1},
               {{.25, .25}, 1.5},
               {{.25, .25, .25, .25}, 2},
               {{.2, .2, .2, .2}, std::log2(5)},
               {{.75, .5}, .75 * std::log2(4 / 3.0) + .5},  // A mass beyond 1 leaves nothing for the others.
               {{1.5, 0}, 0}};
  for (const auto& c : cases) EXPECT_NEAR(HandMade{{c.row}}.measure().entropy_start, c.bits, 1e-6);
  HandMade trace{.rows = {{.25, .25}, {.5, .5}, {1, 0}}};
  const CurveMeasures m = trace.measure();
  EXPECT_NEAR(m.entropy_start, 1.5, 1e-6);
  EXPECT_NEAR(m.entropy_end, 0, 1e-6);
  EXPECT_NEAR(m.entropy_mean, 2.5 / 3, 1e-6);
}

TEST(Measures, EntropiesAreScipys) {
  const testing::Json& golden = testing::golden_statistics();
  const std::vector<TraceMeasures> measures = testing::golden_measures();
  ASSERT_EQ(golden["entropies"].size(), measures.size());
  for (size_t i = 0; i < measures.size(); i++) {
    const testing::Json& expected = golden["entropies"][i];
    ASSERT_EQ(expected.is_null(), !measures[i].curve);
    if (expected.is_null()) continue;
    EXPECT_NEAR(measures[i].curve->entropy_start, expected[0].get<double>(), 1e-12);
    EXPECT_NEAR(measures[i].curve->entropy_end, expected[1].get<double>(), 1e-12);
    EXPECT_NEAR(measures[i].curve->entropy_mean, expected[2].get<double>(), 1e-12);
  }
}

TEST(Measures, ClassesAreWhatTheThinkingChanged) {
  const struct {
    Rows rows;
    TraceClass trace_class;
  } cases[] = {
      {{{.4, .6}, {.6, .4}}, TraceClass::kProductive},
      {{{.6, .4}, {.4, .6}}, TraceClass::kCounterproductive},
      {{{.6, .4}, {.7, .3}}, TraceClass::kRightThroughout},
      {{{.6, .4}}, TraceClass::kRightThroughout},
      {{{.4, .6}, {.4, .6}}, TraceClass::kWrongThroughout},
      {{{.1, .6, .2}, {.1, .2, .6}}, TraceClass::kWrongThroughout},
      {{{.6, .4}, {.4, .6}, {.6, .4}}, TraceClass::kWavering},
      {{{.4, .6}, {.6, .4}, {.4, .6}}, TraceClass::kWavering},
  };
  for (const auto& c : cases) EXPECT_EQ(HandMade{c.rows}.measure().trace_class, c.trace_class);
}

TEST(Measures, TiesGoToTheLowerIndex) {
  HandMade trace{.rows = {{.4, .4}, {.3, .5}, {.5, .5}}, .answer = 1};
  const CurveMeasures m = trace.measure();
  EXPECT_EQ(m.top_start, 0);
  EXPECT_EQ(m.top_end, 0);
  EXPECT_EQ(m.flips, 2);
  EXPECT_EQ(m.t_exit, 2);
  EXPECT_FALSE(m.right_end);
}

TEST(Measures, GapsBeforeTheExitGiveBounds) {
  HandMade import{.rows = {{.6, .4}, {.7, .3}}, .first = 1, .stride = 9};  // Positions 1 and 10: no t = 0.
  CurveMeasures m = import.measure();
  EXPECT_EQ(m.t_exit, 1);
  EXPECT_EQ(m.t_exit_low, 0);
  EXPECT_DOUBLE_EQ(*m.performative_share, .9);
  EXPECT_DOUBLE_EQ(*m.performative_share_high, 1);

  HandMade strided{.rows = {{.4, .6}, {.4, .6}, {.7, .3}}, .stride = 5};  // 0, 5, 10.
  m = strided.measure();
  EXPECT_EQ(m.t_exit, 10);
  EXPECT_EQ(m.t_exit_low, 6);
  EXPECT_DOUBLE_EQ(*m.performative_share, 0);
  EXPECT_DOUBLE_EQ(*m.performative_share_high, .4);
}

TEST(Measures, InterpolatedRowsBeforeTheExitAreNoBound) {
  HandMade trace{.rows = {{.3, .7}, {.4, .6}, {.45, .55}, {.52, .48}, {.6, .4}}};
  TraceView view = trace.view();
  EXPECT_EQ(measure_trace(view).curve->t_exit_low, 3);
  const std::vector<char> interpolated{0, 0, 1, 1, 0};
  view.interpolated = interpolated;
  const CurveMeasures m = *measure_trace(view).curve;
  EXPECT_EQ(m.t_exit, 3) << "by the whole curve";
  EXPECT_EQ(m.t_exit_low, 2) << "after the last position before it that was read";
  EXPECT_DOUBLE_EQ(*m.performative_share_high, .5);
}

TEST(Measures, WithoutThinkingThereIsNoPerformativeShare) {
  HandMade trace{.rows = {{.6, .4}}};
  const CurveMeasures m = trace.measure();
  EXPECT_EQ(m.t_exit, 0);
  EXPECT_EQ(m.flips, 0);
  EXPECT_FALSE(m.performative_share.has_value());
  EXPECT_FALSE(m.performative_share_high.has_value());
  EXPECT_EQ(m.p_start, m.p_end);
}

TEST(Measures, WithoutACurveOnlyTheTraceIsKnown) {
  HandMade trace;
  const TraceMeasures m = measure_trace(trace.view());
  EXPECT_FALSE(m.curve.has_value());
  EXPECT_EQ(m.question_id, "q");
  EXPECT_EQ(m.subject, "s");
  EXPECT_EQ(m.free_correct, true);
}

TEST(Measures, TheFreeAnswerIsWrongWhereThereIsNone) {
  const struct {
    std::optional<bool> ended;
    std::optional<int> chosen;
    std::optional<bool> correct;
  } cases[] = {{true, 1, true},         {true, 0, false},         {true, {}, false}, {false, {}, false},
               {std::nullopt, 1, true}, {std::nullopt, 0, false}, {{}, {}, {}}};
  for (const auto& c : cases) {
    const TraceView view{.answer = 1, .ended = c.ended, .chosen = c.chosen, .n_options = 2};
    EXPECT_EQ(measure_trace(view).free_correct, c.correct);
  }
}

TEST(Measures, ACutTraceHasItsExitRelativeToTheCut) {
  HandMade trace{.rows = {{.4, .6}, {.6, .4}, {.6, .4}}};
  TraceView view = trace.view();
  view.ended = false;
  view.chosen = {};
  const TraceMeasures m = measure_trace(view);
  EXPECT_EQ(m.ended, false);
  EXPECT_EQ(m.curve->t_exit, 1);
  EXPECT_EQ(m.free_correct, false);
}

TEST(Measures, WhatIsNoLogProbabilityNeverWins) {
  const struct {
    std::vector<float> row;
    int top, bad;
  } cases[] = {{{kNanF, -1, -2}, 1, 1},       {{-1, kNanF, -2}, 0, 1},    {{-2, -1, kNanF}, 1, 1},
               {{kNanF, kNanF, kNanF}, 0, 3}, {{kInf, -3, -2}, 2, 1},     {{kNanF, -kInf, kNanF}, 1, 2},
               {{-kInf, -kInf, -kInf}, 0, 0}, {{-kInf, kNanF, -50}, 2, 1}};
  const std::vector<int> positions{0};
  for (const auto& c : cases) {
    const TraceView view{.n_options = 3, .end = 0, .positions = positions, .logprobs = c.row};
    const CurveMeasures m = measure_trace(view).curve.value();
    EXPECT_EQ(m.top_start, c.top);
    EXPECT_EQ(m.n_bad_readings, c.bad);
    EXPECT_TRUE(std::isfinite(m.mass_start));
    EXPECT_TRUE(std::isfinite(m.entropy_start));
    EXPECT_TRUE(std::isfinite(m.p_start));
    EXPECT_EQ(m.t_exit, 0);
  }
}

TEST(Measures, TwentySixOptions) {
  Rows rows(3, std::vector<double>(26, .01));
  rows[1][25] = rows[2][25] = .5;
  HandMade trace{.rows = rows, .answer = 25};
  const CurveMeasures m = trace.measure();
  EXPECT_EQ(m.top_start, 0);
  EXPECT_EQ(m.top_end, 25);
  EXPECT_EQ(m.t_exit, 1);
  EXPECT_NEAR(m.mass_end, .75, 1e-6);
  EXPECT_EQ(m.trace_class, TraceClass::kProductive);
}

TEST(Measures, AMarginLetsNearTiesStay) {
  HandMade trace{.rows = {{.3, .6}, {.45, .5}, {.6, .3}}};
  EXPECT_EQ(trace.measure().t_exit, 2);
  EXPECT_EQ(trace.measure(.04).t_exit, 2);
  EXPECT_EQ(trace.measure(.06).t_exit, 1);
  EXPECT_EQ(trace.measure(.31).t_exit, 0);
}

TEST(Measures, FirstStaysIsNothingWhereTheEndIsAnotherOption) {
  HandMade trace{.rows = {{.6, .3}, {.4, .5}}};
  const TraceView view = trace.view();
  EXPECT_EQ(first_stays(view.logprobs, 2, 0), std::nullopt);
  EXPECT_EQ(first_stays(view.logprobs, 2, 1), 1);
  EXPECT_EQ(first_stays(view.logprobs, 2, 0, .2), 0);
  EXPECT_EQ(first_stays({}, 2, 0), std::nullopt);
}

// The same curve under rotations of the options: what a preference for the first label gives, and what
// knowing the answer gives.
std::vector<OrderView> rotations(std::vector<std::vector<float>>& storage, bool knows, size_t n_positions) {
  std::vector<OrderView> orders;
  for (int shift = 1; shift < 4; shift++) {
    std::vector<int> label_of;
    for (int i = 0; i < 4; i++) label_of.push_back((i + shift) % 4);
    std::vector<float> logprobs;
    for (size_t k = 0; k < n_positions; k++) {
      for (int i = 0; i < 4; i++) logprobs.push_back((knows ? i == 0 : label_of[i] == 0) ? -.1f : -4.f);
    }
    storage.push_back(std::move(logprobs));
    orders.push_back({std::move(label_of), {}});
  }
  for (size_t i = 0; i < orders.size(); i++) orders[i].logprobs = storage[i];
  return orders;
}

TEST(Measures, AlwaysTheSameLabelIsNotKnowledge) {
  HandMade trace{.rows = Rows(5, {.9, .05, .02, .02})};
  EXPECT_EQ(trace.measure().trace_class, TraceClass::kRightThroughout);
  EXPECT_FALSE(trace.measure().known_already.has_value());  // Nothing to tell them apart with.
  for (const bool knows : {false, true}) {
    TraceView view = trace.view();
    std::vector<std::vector<float>> storage;
    view.orders = rotations(storage, knows, 5);
    for (const size_t n_orders : {3, 1}) {
      view.orders.resize(n_orders);
      const CurveMeasures m = measure_trace(view).curve.value();
      EXPECT_EQ(m.trace_class, TraceClass::kRightThroughout);
      EXPECT_EQ(m.known_already, knows) << n_orders;
      EXPECT_EQ(m.order_agreement->option, knows ? 1 : 0);
      EXPECT_EQ(m.order_agreement->label, knows ? 0 : 1);
    }
  }
}

TEST(Measures, OrdersThatLeaveTheRightOptionsLabelTellNothing) {
  HandMade trace{.rows = {{.9, .05, .05}, {.9, .05, .05}}};
  TraceView view = trace.view();
  view.orders.push_back({{0, 2, 1}, view.logprobs});
  const CurveMeasures m = measure_trace(view).curve.value();
  EXPECT_FALSE(m.known_already.has_value());
  EXPECT_EQ(m.order_agreement->option, 1);
  EXPECT_EQ(m.order_agreement->label, 1);
}

TEST(Measures, HalfOfTheMovedOrdersIsNotEnough) {
  HandMade trace{.rows = {{.9, .1}}};
  TraceView view = trace.view();
  const std::vector<float> right{-.1f, -3}, wrong{-3, -.1f};
  view.orders = {{{1, 0}, right}, {{1, 0}, wrong}};
  EXPECT_EQ(measure_trace(view).curve->known_already, false);
  view.orders.push_back({{1, 0}, right});
  EXPECT_EQ(measure_trace(view).curve->known_already, true);
}

TEST(Measures, LabelsAreThoseOfTheOrderThatWasRead) {
  HandMade trace{.rows = {{.6, .3, .1}, {.1, .2, .6}}, .answer = 1};
  TraceView view = trace.view();
  view.label_of = {1, 2, 0};
  const TraceMeasures m = measure_trace(view);
  EXPECT_EQ(m.label_right, 2);
  EXPECT_EQ(m.curve->top_start, 0);
  EXPECT_EQ(m.curve->label_start, 1);
  EXPECT_EQ(m.curve->label_end, 0);
  const LabelFacts facts = analyze_traces(MeasuredTraces({m}), {.resamples = 10}).overall.labels;
  EXPECT_EQ(facts.labels[1].top_at_start.value, 1);
  EXPECT_EQ(facts.labels[0].top_at_end.value, 1);
  EXPECT_EQ(facts.labels[2].right.value, 1);
}

TEST(Measures, AgreementIsCountedByPositionAndOrder) {
  HandMade trace{.rows = {{.6, .3}, {.6, .3}, {.3, .6}}};
  TraceView view = trace.view();
  const std::vector<float> other{-1, -2, -2, -1, -1, -2};  // Most likely: 0, 1, 0; at labels 1, 0, 1.
  view.orders = {{{1, 0}, other}};
  const OrderAgreement a = measure_trace(view).curve->order_agreement.value();
  EXPECT_DOUBLE_EQ(a.option, 1. / 3);
  EXPECT_EQ(a.option_start, 1);
  EXPECT_EQ(a.option_end, 0);
  EXPECT_DOUBLE_EQ(a.label, 2. / 3);
  EXPECT_EQ(a.label_start, 0);
  EXPECT_EQ(a.label_end, 1);
}

}  // namespace
}  // namespace thinktrace
