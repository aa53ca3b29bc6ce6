// SPDX-License-Identifier: MIT
// jumps.h — where a curve jumps, and how well found places agree with known ones.
#pragma once
#include <span>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

struct JumpOptions {
  double threshold = .2;  // At least so much...
  int window = 8;         // ...between positions at most so many tokens apart.
  // Jumps of one direction that overlap are one, and so are those with fewer than so many tokens between them.
  int merge = 0;
};

// Tokens begin, …, end - 1 take the curve from values at position `begin` to those at position `end`.
struct Jump {
  int begin = 0, end = 0;
  int token = 0;      // Where the step between neighbouring readings begins that goes farthest its way.
  double change = 0;  // value(end) - value(begin).
};

// Candidates for pivotal tokens, for a closer look: a jump of a forced-answer curve is not yet one of the chance of
// success. The shortest spans that reach the threshold (those that hold no other with the same direction), merged
// where spans of one direction overlap or are near. In order of `begin`. Values that are NaN are passed over, as if
// they had not been read. REQUIRES: as many values as positions, which increase; threshold > 0; window >= 1; merge
// >= 0. Cost: positions x window.
std::vector<Jump> find_jumps(std::span<const int> positions, std::span<const double> values,
                             const JumpOptions& options = {});

// Pairs of a found and a true place at most `within` apart, each place in one pair at most, and as many pairs as can
// be. The result says of each found and each true place whether it has a partner. REQUIRES: both increase;
// within >= 0.
struct Matching {
  std::vector<bool> found, truth;
};
Matching match_positions(std::span<const int> found, std::span<const int> truth, int within);

struct FoundAndTrue {
  int question = 0;
  std::vector<int> found, truth;  // Increasing.
};

struct Agreement {
  Estimate precision;  // Share of the found places that have a partner. n_traces counts places here.
  Estimate recall;     // Share of the true places that have one.
};

// Over all places of all traces; intervals are of whole questions. REQUIRES: 0 <= question < n_questions.
Agreement score_positions(std::span<const FoundAndTrue> traces, int n_questions, int within,
                          const BootstrapOptions& options = {});

}  // namespace thinktrace
