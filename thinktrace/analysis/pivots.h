// SPDX-License-Identifier: MIT
// pivots.h — how many pivotal tokens traces have, where, and how far the forced answer shows them.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "thinktrace/analysis/jumps.h"

namespace thinktrace {

// A pivotal token of a trace: the chance of success before it and after it differ.
struct FoundPivot {
  int token = 0;
  double change = 0;     // After - before.
  bool decided = false;  // By the test; else what was observed when the trials ran out.
  bool has_counterpart =
      false;  // Another token was tried in its place, and the chance of success after it differs from that after it.
};

struct PivotTrace {
  int question = 0;
  int n_tokens = 0;
  std::vector<FoundPivot> pivots;  // By resampling, in order of tokens.
  std::vector<int> candidates;     // Tokens at which the forced answer jumps, increasing.
};

inline constexpr int kPivotCounts = 5;   // 0, 1, 2, 3, 4 and more.
inline constexpr int kPivotPlaces = 10;  // Equal parts of the thinking.
inline constexpr int kPivotsAgree = 3;   // Tokens at most that two places are apart which are taken for one.

struct PivotNumbers {
  Estimate per_trace;          // Mean number of pivots of a trace.
  Estimate rises, falls;       // Of these, those that raise the chance, and those that lower it.
  Estimate has_one;            // Share of traces with at least one.
  Estimate size;               // Mean |change| of a pivot. n_traces of this and the next two counts pivots.
  Estimate decided;            // Share of the pivots that the test decided.
  Estimate has_counterpart;    // Share of the pivots with one.
  Agreement of_forced_answer;  // Candidates as found places, pivots as true ones, at most kPivotsAgree apart.
  std::array<int, kPivotCounts> counts{};  // Traces, by their number of pivots.
  std::array<int, kPivotPlaces> places{};  // Pivots, by where they stand.
};

// Intervals are of whole questions. REQUIRES: 0 <= question < n_questions; tokens below n_tokens.
PivotNumbers measure_pivots(std::span<const PivotTrace> traces, int n_questions,
                            const BootstrapOptions& options = {});

}  // namespace thinktrace
