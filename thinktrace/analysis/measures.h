// SPDX-License-Identifier: MIT
// measures.h — what one trace's curve says: where it starts and ends, where it settles, what the thinking changed.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/analysis/comparison.h"
#include "thinktrace/analysis/ensemble.h"

namespace thinktrace {

// Shares of the thinking at which early answers are told.
inline constexpr std::array<double, 4> kEarlyShares = {0, .25, .5, .75};

// The same positions read with the options in another order in the prompt.
struct OrderView {
  // For each option: the option that has the label which stands before it there.  [n_options]
  std::vector<int> label_of;
  std::span<const float> logprobs;  // By option, not by label.  [n_positions, n_options]
};

// What analysis needs of a trace. Borrowed: valid during the call it is passed to.
struct TraceView {
  std::string question_id, subject;
  int answer = 0;  // Index of the right option.
  std::optional<int>
      n_tokens;  // Thinking length in the writer's tokens; nothing where an import does not know it.
  std::optional<bool> ended;  // The model closed its thinking itself; nothing where unknown.
  std::optional<int> chosen;  // Option that the free answer names.
  int n_options = 0;
  int end = 0;  // The position that is the end of the thinking, in the tokens of `positions`.
  std::span<const int> positions;   // Increasing; may be empty: nothing was read.  [n_positions]
  std::span<const float> logprobs;  // Natural log, in the order of the prompt.  [n_positions, n_options]
  // The label (its index) that stands before each option; empty: option i has label i.
  std::vector<int> label_of;
  std::vector<OrderView> orders;
  std::span<const char> interpolated;  // 1 where a row was not read; empty: all were.  [n_positions]
  // Where the thinking's sentences end, in the tokens of `positions`; the last one at `end`. Empty: not known.
  std::vector<int> sentence_ends;  // Increasing.  [n_sentences]
  // The same positions read with another suffix, other labels, another order of the options.
  std::vector<ReaderCurve> ensemble;
  std::optional<OtherCurve> own;  // As the plan's own reader read it, where this is another one.
};

// One trace at one position in one order of the options.
struct LabelReading {
  int right = 0;          // The label that stands before the right option.
  std::vector<double> p;  // The options' probabilities, by label.  [n_labels]
};

// What the thinking did to the forced answer. The last three are the parts of meaningless effort: no net
// change between the first probed position and the end.
enum class TraceClass {
  kProductive,         // Wrong, then right.
  kCounterproductive,  // Right, then wrong.
  kRightThroughout,    // Right at every probed position. Not yet knowledge: see CurveMeasures::known_already.
  kWrongThroughout,    // Right at none.
  kWavering,           // As it began, but not in between.
};

// How far the other orders of the options agree with the original one, as shares of (position, order) pairs.
// A preference for a label gives label agreement 1 and option agreement near chance; knowledge the reverse.
struct OrderAgreement {
  double option = 0, option_start = 0, option_end = 0;  // The most likely option is the same.
  double label = 0, label_start = 0, label_end = 0;     // The most likely option stands at the same label.
};

// "Start" is the first probed position, "end" the last one. A number that is no log-probability (NaN, +inf)
// counts as probability 0, is never the most likely one, and is counted in n_bad_readings.
struct CurveMeasures {
  int first_position = 0;
  int end = 0;                         // As TraceView::end.
  int top_start = 0, top_end = 0;      // Most likely option; on a tie the lower index.
  int label_start = 0, label_end = 0;  // The labels that stand before these.
  double p_start = 0, p_end = 0;       // P(right option).
  bool right_start = false, right_end = false;
  double mass_start = 0, mass_end = 0, mass_mean = 0;
  // In bits, of the outcomes "option 1", …, "option n" and "none of them" (1 - mass, at least 0).
  double entropy_start = 0, entropy_end = 0, entropy_mean = 0;
  int flips = 0;       // Changes of the most likely option between neighbouring probed positions.
  int t_exit = 0;      // First probed position from which the forced answer stays what it is at the end.
  int t_exit_low = 0;  // The smallest position that t_exit can be in truth: after the row read before it.
  double p_right_at_exit = 0;
  // (end - t_exit) / end, and with t_exit_low; nothing where there was no thinking (end is 0). In a trace
  // that did not end they are relative to the cut.
  std::optional<double> performative_share, performative_share_high;
  TraceClass trace_class = TraceClass::kWavering;
  // Right throughout, and at the first probed position the right option is the most likely one in more than
  // half of the other orders in which it stands at another label. Nothing where there is no such order.
  std::optional<bool> known_already;
  std::optional<OrderAgreement> order_agreement;  // Nothing without other orders.
  std::optional<EnsembleMeasures> ensemble;       // Of this reading and TraceView::ensemble; nothing without.
  std::optional<ReadingComparison> against_own;
  // What was read at start and end in the original and every other order; empty without other orders.
  std::vector<LabelReading> labels_start, labels_end;
  // Areas over the curve of early answering (early_answering.h): of all rows, by the share of the tokens that is kept, and
  // of those at 0 and at ends of sentences, by the share of the sentences. Nothing where there was no thinking, or the
  // sentences are not known.
  std::optional<double> area_over, area_over_sentences;
  int n_sentences = 0;
  // Whether the forced answer with the first kEarlyShares[i] of the tokens (to the nearest one; the last row at or before
  // it) is that of the end; nothing where nothing was read so early.
  std::array<std::optional<bool>, kEarlyShares.size()> same_at = {};
  int n_bad_readings = 0;
};

struct TraceMeasures {
  std::string question_id, subject;
  int answer = 0, n_options = 0;
  int label_right = 0;               // The label that stands before the right option.
  std::optional<int> length;         // Thinking tokens.
  std::optional<bool> ended;         // Nothing where unknown, and then counted as ended.
  std::optional<bool> free_correct;  // A free answer that names no option is wrong, and so is a missing one.
  std::optional<CurveMeasures> curve;  // Nothing where nothing was read.
};

// The probability that a stored log-probability stands for: 0 where it is none (NaN, +inf).
double probability_of(float logprob);

// Of one row of log-probabilities, one for each option. REQUIRES: the row is not empty.
int most_likely(std::span<const float> row);  // On a tie the lower index; 0 where none is a log-probability.
double mass_of(std::span<const float> row);   // The sum of the probabilities.
double entropy_of(std::span<const float> row);  // In bits, as in CurveMeasures.
// Total variation: half the sum of the absolute differences of the probabilities, "none of them" counted.
double distance_between(std::span<const float> a, std::span<const float> b);

// Index of the first row of `logprobs` from which `option` stays the answer to the last row; nothing where it
// isn't the answer in the last row. It is the answer in a row where it is the most likely one (on a tie the
// lower index) or, with margin > 0, where its probability is at most `margin` below the most likely one's.
// REQUIRES: n_options > 0 divides logprobs.size().
std::optional<int> first_stays(std::span<const float> logprobs, int n_options, int option, double margin = 0);

// REQUIRES: n_options > 0 and the shapes above, wherever there are positions; 0 <= answer < n_options.
// Cost: one pass over the curve and over each other order.
TraceMeasures measure_trace(const TraceView& trace, double margin = 0);

}  // namespace thinktrace
