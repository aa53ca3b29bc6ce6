// SPDX-License-Identifier: MIT
// events.h — what a curve does around events in the text, on average, against places of the same trace without events.
//
// Averages aligned at events, as of evoked responses (Dawson 1954, Electroencephalogr. Clin. Neurophysiol. 6:65). The
// places to compare with are of the same trace and of about the same share of its thinking, since P(right) grows
// along a trace anyway; drawn at random, and paired with their event, so that what differs between traces drops out.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

enum class CurveValue {
  kRight,    // P(right option).
  kFinal,    // P(the option that is the most likely one at the end).
  kEntropy,  // In bits, as in CurveMeasures.
  kChange,   // Total variation from the position before ("none of the options" counted).
};

// The value at every position 0, …, end; NaN where it was not read (for kChange: there or one before).  [end + 1]
// REQUIRES: positions is not empty and increases from 0 or more to `end` at most; logprobs is [n_positions, n_options];
// 0 <= answer < n_options.
std::vector<double> values_along(CurveValue value, std::span<const int> positions,
                                 std::span<const float> logprobs, int n_options, int answer, int end);

struct EventTrace {
  int question = 0;
  std::vector<double> values;  // At positions 0, …, end; NaN where unknown.  [end + 1]
  std::vector<int>
      events;  // Positions, increasing. For a cue: the number of its token, the position right before it.
};

struct EventOptions {
  int window = 16;  // Positions before and after.
  // Places to compare with are at least `distance` positions from every event of the trace, and in the same one of
  // `n_parts` equal parts of the thinking as their event; at most so many an event, drawn without replacement.
  int distance = 16;
  int n_parts = 10;
  int matches = 4;
  // Values minus the value at the event (at the place), so that every curve is 0 there.
  bool from_event = false;
  uint64_t seed = 1;  // Of the drawing of places.
  BootstrapOptions bootstrap;
};

// Curves at offsets -window, …, window from the event; offset 0 is the position right before the cue, 1 the one after
// its first token. An event counts at an offset where both it and one of its places have a value.
struct EventAverage {
  std::vector<Estimate> at_events, at_places;  // Means over events; n_traces counts events.  [2 window + 1]
  std::vector<Estimate> difference;            // Means of (event - mean of its places).  [2 window + 1]
  int n_events = 0;
  int n_unmatched = 0;  // Events for which there is no place; they are in no mean.
};

// The places of each event.  [n_events][up to `matches`, increasing]
// REQUIRES: 0 <= event <= end. Draws hang on the seed, and on nothing but this trace.
std::vector<std::vector<int>> match_places(std::span<const int> events, int end, const EventOptions& options);

// Intervals are of whole questions. REQUIRES: 0 <= question < n_questions; events within their trace.
EventAverage average_events(std::span<const EventTrace> traces, int n_questions,
                            const EventOptions& options = {});

}  // namespace thinktrace
