// SPDX-License-Identifier: MIT
// stretch.h — what lies between two probed positions, and how far off it is when it is interpolated.
#pragma once
#include <array>
#include <span>
#include <vector>

namespace thinktrace {

// What is known while a trace is probed. Position t is after t tokens.
struct Readings {
  int n_options = 0;
  std::vector<int> positions;         // Probed ones; increasing, 0 and the last among them.  [n]
  std::vector<double> probabilities;  // Finite, 0 to 1.  [n, n_options], row-major
  std::vector<double> clock;  // Expected movement up to each position; increasing from 0.  [n_tokens + 1]
};

enum StretchSign {
  kAlways,       // 1
  kLength,       // Log of its tokens.
  kShortest,     // 1 where one position is inside.
  kStep,         // Log of the distance between its two ends.
  kUnrest,       // Log of the distance between neighbouring probes around it, by the root of their tokens.
  kTraceUnrest,  // The same over the whole trace.
  kBend,         // Log of how far its ends are from the straight line between their neighbours.
  kDoubt,        // Log of how undecided the more undecided end is.
  kMargin,       // Log of the smaller lead of the most likely option.
  kTopChanges,   // 1 where the ends have different most likely options.
  kText,         // Log of the expected movement inside, a token.
  kNStretchSigns
};
using StretchSigns = std::array<double, kNStretchSigns>;

struct Stretch {
  int begin = 0, end = 0;  // Probed positions; end - begin >= 2.
  double step = 0;         // Distance between them.
  StretchSigns signs{};
};

// Distances are total variation over the options and "none of them": half the sum of the absolute differences.
// Cost: n * n_options.
std::vector<Stretch> stretches_of(const Readings& readings);

// exp(weights . signs)
double foreseen(const StretchSigns& weights, const StretchSigns& signs);

// The position at which to part a stretch: where half of the expected movement is behind.
int middle_of(const Stretch& stretch, std::span<const double> clock);

// How far position t is on the way from the stretch's begin to its end, 0 to 1.
double way_at(const Stretch& stretch, std::span<const double> clock, int t);

}  // namespace thinktrace
