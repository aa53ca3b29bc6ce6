// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include "thinktrace/analysis/cluster.h"
#include "thinktrace/publish/index.h"

namespace thinktrace {
namespace {

using M = const CurveMeasures&;

// As docs/bundle.md numbers them.
static_assert(static_cast<int>(Stop::kClosed) == 0 && static_cast<int>(Stop::kBudget) == 1 &&
              static_cast<int>(Stop::kEndOfText) == 2 && static_cast<int>(Stop::kUnknown) == 3);
static_assert(static_cast<int>(TraceClass::kProductive) == 0 &&
              static_cast<int>(TraceClass::kCounterproductive) == 1 &&
              static_cast<int>(TraceClass::kRightThroughout) == 2 &&
              static_cast<int>(TraceClass::kWrongThroughout) == 3 &&
              static_cast<int>(TraceClass::kWavering) == 4);

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr int kLength = 0;
constexpr std::array<NumberKind, kIndexNumbers> kNumbers{{
    {"length", "length", "thinking tokens", "tokens", nullptr},
    {"p_start", "P(right) at start", "probability of the right option at the first probed position", "share",
     [](M m) { return m.p_start; }},
    {"p_end", "P(right) at end", "probability of the right option at the last probed position", "share",
     [](M m) { return m.p_end; }},
    {"change", "change", "P(right) at end minus P(right) at start", "change",
     [](M m) { return m.p_end - m.p_start; }},
    {"mass_start", "mass at start", "sum of the options’ probabilities at the first probed position", "share",
     [](M m) { return m.mass_start; }},
    {"mass_end", "mass at end", "sum of the options’ probabilities at the last probed position", "share",
     [](M m) { return m.mass_end; }},
    {"mass_mean", "mean mass", "mean over the probed positions of the sum of the options’ probabilities",
     "share", [](M m) { return m.mass_mean; }},
    {"entropy_start", "entropy at start",
     "how open the forced answer is at the first probed position: 0 bits is certain; “none of the options” "
     "is "
     "one of the outcomes",
     "bits", [](M m) { return m.entropy_start; }},
    {"entropy_end", "entropy at end",
     "how open the forced answer is at the last probed position: 0 bits is certain; “none of the options” is "
     "one of the outcomes",
     "bits", [](M m) { return m.entropy_end; }},
    {"entropy_mean", "mean entropy",
     "mean over the probed positions of how open the forced answer is: 0 bits is certain; “none of the "
     "options” is one of the outcomes",
     "bits", [](M m) { return m.entropy_mean; }},
    {"t_exit", "t_exit", "first position from which the forced answer stays what it is at the end", "tokens",
     [](M m) { return static_cast<double>(m.t_exit); }},
    {"p_right_at_exit", "P(right) at t_exit", "probability of the right option at t_exit", "share",
     [](M m) { return m.p_right_at_exit; }},
    {"performative_share", "performative share",
     "(end − t_exit) / end: the part of the thinking in which stopping early would not have changed the "
     "forced "
     "answer; of a trace that did not end, up to the cut",
     "share", [](M m) { return m.performative_share.value_or(kNone); }},
    {"area_over", "area over the curve",
     "early answering: 1 minus the area under the share of the thinking that is kept against whether the "
     "forced answer is that of the end; 0 where it is so from the start",
     "share", [](M m) { return m.area_over.value_or(kNone); }},
    {"area_over_sentences", "area over the curve, by sentences",
     "the same with cuts at the ends of sentences, against the share of the sentences", "share",
     [](M m) { return m.area_over_sentences.value_or(kNone); }},
    {"flips", "flips", "changes of the most likely option between neighbouring probed positions", "count",
     [](M m) { return static_cast<double>(m.flips); }},
    {"reading_spread", "spread of the readings",
     "several readings of the trace: how far each is from their mean, as total variation; a mean over "
     "readings "
     "and positions",
     "share", [](M m) { return m.ensemble ? m.ensemble->spread.mean : kNone; }},
    {"reading_deviation", "deviation of P(right)",
     "several readings of the trace: the standard deviation of P(right) over them, a mean over positions",
     "share", [](M m) { return m.ensemble ? m.ensemble->deviation.mean : kNone; }},
    {"order_agreement", "same option in other orders",
     "share of the readings with the options in another order in which the most likely option is the same",
     "share", [](M m) { return m.order_agreement ? m.order_agreement->option : kNone; }},
}};

std::vector<uint8_t> outline_of(const TraceRecord& r) {
  constexpr int kLevels = 15;
  const size_t n_options = r.question.options.size();
  std::vector<uint8_t> outline(n_options * kOutlineCells);
  size_t k = 0;
  for (int cell = 0; cell < kOutlineCells; cell++) {
    const double middle = (cell + 0.5) * static_cast<double>(r.think_text.size()) / kOutlineCells;
    while (k + 1 < r.curve.positions.size() && r.curve.positions[k + 1] <= middle) k++;
    for (size_t o = 0; o < n_options; o++) {
      const double p = std::min(1.0, probability_of(r.curve.logprobs[k * n_options + o]));
      outline[o * kOutlineCells + cell] = static_cast<uint8_t>(std::lround(kLevels * p) * (255 / kLevels));
    }
  }
  return outline;
}

}  // namespace

std::span<const NumberKind> index_numbers() { return kNumbers; }

IndexTrace index_trace(const SiteTrace& trace) {
  const TraceRecord& r = trace.record;
  IndexTrace t{.id = r.id, .error = r.error, .sample = r.trace.sample, .failed = r.status == Status::kFailed};
  t.numbers.fill(kNone);
  if (t.failed) return t;
  t.n_tokens = static_cast<int>(r.think_text.size());
  t.n_positions = static_cast<int>(r.curve.positions.size());
  t.n_read = static_cast<int>(read_rows(r.curve).size());
  t.curve_error = r.curve.error;
  t.stop = static_cast<int>(r.trace.stop);
  t.chosen = r.chosen.value_or(-1);
  if (r.has_tokens) t.numbers[kLength] = t.n_tokens;
  if (!trace.measures.curve) return t;
  M m = *trace.measures.curve;
  t.first = m.first_position;
  t.top_start = m.top_start;
  t.top_end = m.top_end;
  t.trace_class = static_cast<int>(m.trace_class);
  if (m.trace_class == TraceClass::kRightThroughout && m.known_already) t.known = *m.known_already;
  for (int i = 0; i < kIndexNumbers; i++) {
    if (kNumbers[i].value) t.numbers[i] = kNumbers[i].value(m);
  }
  std::vector<float> p_right;
  const size_t n_options = r.question.options.size();
  for (size_t k = 0; k < r.curve.positions.size(); k++) {
    const double p = probability_of(r.curve.logprobs[k * n_options + r.question.answer]);
    p_right.push_back(static_cast<float>(std::min(1.0, p)));
  }
  const std::vector<float> shape = sample_curve(r.curve.positions, p_right, t.n_tokens, kShapePoints);
  std::copy(shape.begin(), shape.end(), t.shape.begin());
  t.outline = outline_of(r);
  return t;
}

}  // namespace thinktrace
