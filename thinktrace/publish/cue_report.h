// SPDX-License-Identifier: MIT
// cue_report.h — what curves do around cue words, as JSON and for a terminal.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/analysis/events.h"

namespace thinktrace {

// What is averaged, in this order.
struct CueSeries {
  const char* name;
  EventSeries series;
};
inline constexpr CueSeries kCueSeries[] = {
    {"p_final", {CurveValue::kFinal, false}},    {"p_final_moved", {CurveValue::kFinal, true}},
    {"p_right", {CurveValue::kRight, false}},    {"p_right_moved", {CurveValue::kRight, true}},
    {"entropy", {CurveValue::kEntropy, false}},  {"change", {CurveValue::kChange, false}},
    {"top_changed", {CurveValue::kFlip, false}},
};

struct CueNumbers {
  std::string cue;  // Empty: all together.
  int n_events = 0, n_traces = 0;
  int n_unmatched = 0;                 // Events without a place to compare with; they are in no mean.
  std::vector<EventAverage> averages;  // [kCueSeries]
};

struct CueReport {
  int reader = 0;  // Its number.
  bool match_case = false, sentence_initial = false;
  EventOptions events;
  BootstrapOptions bootstrap;
  int n_traces = 0, n_questions = 0;  // With a curve; cues are looked for in all of them.
  std::vector<CueNumbers> cues;       // All together first, then each, in the order in which they were given.
};

// One object on one line, keys in a fixed order; what isn't defined is null. Every statistic is an object as in
// analysis_json.h, in which n_traces counts events.
//
//   reader, traces, questions, match_case, sentence_initial
//   window, distance, parts, matches, seed: of the places to compare with
//   resampling   seed, resamples, level: of the intervals
//   offsets      in tokens; 0 is the position right before the cue
//   all          over the events of all cues: events, traces (that have some), unmatched, and for each of p_final,
//                p_final_moved, p_right, p_right_moved, entropy, change, top_changed: at_cues, at_places, difference, arrays by
//                offset. _moved: minus the value at offset 0
//   cues         the same for each cue, with the key "cue"
std::string to_json(const CueReport& report);

// Lines of at most 100 columns, each with its line break. Text from outside is printable().
std::string describe_cues(const CueReport& report);

}  // namespace thinktrace
