// SPDX-License-Identifier: MIT
// events.h — what a curve does around events in the text, on average, against places of the same trace without events.
//
// Averages aligned at events, as of evoked responses (Dawson 1954, Electroencephalogr. Clin. Neurophysiol. 6:65). The
// places to compare with are of the same trace and of about the same share of its thinking, since P(right) grows
// along a trace anyway; drawn at random, and paired with their event, so that what differs between traces drops out.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

enum class CurveValue {
  kRight,    // P(right option).
  kFinal,    // P(the option that is the most likely one at the end).
  kEntropy,  // In bits, as in CurveMeasures.
  kChange,   // Total variation from the position before ("none of the options" counted).
  kFlip,     // 1 where the most likely option is another one than at the position before, else 0.
};

// The value at every position 0, …, end; NaN where it was not read (for kChange and kFlip: there or one before).  [end + 1]
// REQUIRES: positions is not empty and increases from 0 or more to `end` at most; logprobs is [n_positions, n_options];
// 0 <= answer < n_options.
std::vector<double> values_along(CurveValue value, std::span<const int> positions,
                                 std::span<const float> logprobs, int n_options, int answer, int end);

struct EventOptions {
  int window = 8;  // Positions before and after.
  // Places to compare with are at least `distance` positions from every event of the trace, and in the same one of
  // `n_parts` equal parts of the thinking as their event; at most so many an event, drawn without replacement.
  int distance = 8;
  int n_parts = 5;
  int matches = 4;
  uint64_t seed = 1;  // Of the drawing of places.
};

// The places of each event.  [n_events][up to `matches`, increasing]
// REQUIRES: 0 <= event <= end. Draws hang on the seed, and on nothing but this trace.
std::vector<std::vector<int>> match_places(std::span<const int> events, int end, const EventOptions& options);

// The value at an offset from a position; NaN where the trace has none. `moved`: minus the value at the position itself.
double value_at(const std::vector<double>& values, int position, int offset);
double moved_at(const std::vector<double>& values, int position, int offset);

// What is averaged: a value at each offset, or how far it has moved since the event (at the places: since the place).
struct EventSeries {
  CurveValue value = CurveValue::kRight;
  bool moved = false;
};

// Events of one trace, with their places. Borrowed.
struct EventTrace {
  int question = 0;
  std::span<const std::vector<double>>
      values;  // One for each series, at positions 0, …, end.  [n_series][end + 1]
  std::span<const int>
      events;  // Positions, increasing. For a cue: the number of its token, the position right before it.
  std::span<const std::vector<int>> places;  // [n_events]
};

// Curves at offsets -window, …, window from the event; offset 0 is the position right before the cue, 1 the one after
// its first token. An event counts at an offset where both it and one of its places have a value.
struct EventAverage {
  std::vector<Estimate> at_events, at_places;  // Means over events; n_traces counts events.  [2 window + 1]
  std::vector<Estimate> difference;            // Means of (event - mean of its places).  [2 window + 1]
};

// Sums over events, question by question, as traces stream by. Memory: for each question that has events 20 bytes a series and
// offset, whatever the number of traces and events.
class EventSums {
 public:
  EventSums(std::vector<EventSeries> series, int window) : series_(std::move(series)), window_(window) {}

  // REQUIRES: the shapes above; events and places within their trace.
  void add(const EventTrace& trace);

  int n_events() const { return n_events_; }
  int n_traces() const { return n_traces_; }  // With events.
  int n_unmatched() const {
    return n_unmatched_;
  }  // Events for which there is no place; they are in no mean.

  // Intervals are of whole questions. REQUIRES: 0 <= question < n_questions of all that was added.  [n_series]
  std::vector<EventAverage> averages(int n_questions, const BootstrapOptions& options = {}) const;

 private:
  struct Cell {
    int n = 0;
    double at_events = 0, at_places = 0;
  };
  std::vector<EventSeries> series_;
  int window_ = 0, n_events_ = 0, n_traces_ = 0, n_unmatched_ = 0;
  std::map<int, std::vector<Cell>> questions_;  // [n_series, 2 window + 1]
};

}  // namespace thinktrace
