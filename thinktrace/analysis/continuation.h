// SPDX-License-Identifier: MIT
// continuation.h — the answer that is forced at a beginning of the thinking, beside those of free continuations from it.
#pragma once
#include <span>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"
#include "thinktrace/analysis/sequential.h"

namespace thinktrace {

// One beginning of one trace's thinking.
struct ContinuedPrefix {
  int question = 0;
  int answer = 0;             // Index of the right option.
  std::vector<float> forced;  // Natural log, one for each option.  [n_options]
  // How many of the first continuations, of which every beginning has as many, chose each option, and last how many chose
  // none.  [n_options + 1]
  std::vector<int> free;
  Tally
      all;  // The right ones among all continuations, those that were added because it was not decided included.
};

struct PrefixComparison {
  double forced_right = 0, mass = 0;
  double free_right = 0, none = 0;  // Shares of the first continuations.
  double distance =
      0;  // Total variation between the forced and the free distribution, "none of the options" counted.
  // What the distance would be on average if as many answers were drawn from the forced distribution itself.
  double distance_by_chance = 0;
  Verdict verdict = Verdict::kUndecided;  // On the rates of right answers, by all continuations.
  bool is_more = false;                   // Where they differ: the free answer is the more often right one.
  Bounds free_rate;  // Chances of a right free answer that all continuations don't rule out.
};

// REQUIRES: forced and free as above, at least one continuation.
PrefixComparison compare_prefix(const ContinuedPrefix& prefix, const DifferenceOptions& options = {});

// E |X / n - p| for X of a binomial distribution, by de Moivre's formula (Diaconis & Zabell 1991, Stat. Sci. 6:284).
// REQUIRES: n >= 1, 0 <= p <= 1.
double mean_deviation(int n, double p);

// Over the beginnings given, one for each trace. Means are of the first continuations: how many were added hangs on what
// they were, and a mean over all of them would be biased (Whitehead 1986, Biometrika 73:573); verdicts and rates are of all,
// and hold whenever one stops.
struct ContinuationNumbers {
  Estimate forced_right, mass;
  Estimate free_right, none;
  Estimate more_right;     // Mean of (free_right - forced_right), every beginning compared with itself.
  Estimate distance;       // Mean total variation. It is above 0 by chance alone;
  Estimate beyond_chance;  // and this much of it is not: the mean of (distance - distance_by_chance).
  Estimate alike, more, less, undecided;  // Shares of the verdicts; more: free answers are more often right.
};

// REQUIRES: as compare_prefix(); 0 <= question < n_questions. Cost: as estimate() with eleven statistics.
ContinuationNumbers measure_continuations(std::span<const ContinuedPrefix> prefixes, int n_questions,
                                          const DifferenceOptions& options = {},
                                          const BootstrapOptions& bootstrap = {});

}  // namespace thinktrace
