// SPDX-License-Identifier: MIT
// sequential.h — do two success rates differ? Asked again after every batch, without spoiling the error rate.
//
// For successes s and failures f of a coin with chance p, the mixture likelihood ratio
//   M(p) = B(1/2 + s, 1/2 + f) / B(1/2, 1/2) / (p^s (1 - p)^f)
// is a martingale with mean 1 (Robbins 1970, Ann. Math. Stat. 41:1397; the weights are Krichevsky & Trofimov's 1981),
// and so is the product of those of two coins, whichever is tossed next and whatever that hangs on. By Ville's
// inequality (1939) it ever reaches 1 / alpha with a probability of alpha at most. What two chances the product has
// not ruled out in this way is a confidence set that holds at all sizes together, and its differences are a
// confidence sequence (as those of Turner & Grünwald 2023, arXiv 2302.11401, with another mixture). So one may look
// after every sample, and stop when one likes.
#pragma once
#include "thinktrace/analysis/statistics.h"

namespace thinktrace {

struct Tally {
  int successes = 0, trials = 0;
};

struct DifferenceOptions {
  double least = .2;  // d: a difference that matters.
  // One that doesn't; between them either answer is right. 0 <= negligible < least <= 1.
  double negligible = .1;
  double alpha = .05;  // The probability that the answer is ever wrong, for one pair, at most.
};

// Tosses of two coins, of which the first may turn into the second: continuations from one place of a text, of which some pass
// through a later one and are continuations from there too.
struct SharedTallies {
  Tally before, after;  // All of each, the shared ones counted in both.
  Tally shared;         // Those of `before` that came through `after`.
};

enum class Verdict {
  kUndecided,
  kDiffer,  // The difference, either way, is larger than `negligible`.
  kAlike,   // It is smaller than `least`.
};

// Where both answers can be given, kAlike is. REQUIRES: 0 <= successes <= trials; options within their bounds.
// Cost: a few microseconds.
Verdict compare_rates(const Tally& before, const Tally& after, const DifferenceOptions& options = {});

// The same of one coin and a known chance: whether free continuations succeed as often as the forced answer says, say.
Verdict compare_with_chance(const Tally& tally, double chance, const DifferenceOptions& options = {});

// log M(p before) + log M(p after), the least of it over all pairs with p after - p before = difference: what there is
// against that difference. It rules it out from log(1 / alpha) on. REQUIRES: -1 <= difference <= 1.
double evidence_against(const Tally& before, const Tally& after, double difference);

// The same where tosses are shared. A toss of `before` first tells whether it comes through `after`, with a chance of f, then whether it
// succeeds: as one that strayed, or as one of `after`. So there are three coins, tossed one after the other, and the difference is
// (1 - f) (after - strayed): if nearly all come through it is next to nothing, whatever their successes are. Evidence is the least over
// all f of log N(f) + log(1/2 + M(strayed) M(after) / 2); N has a third of its weight each on "never", "always" and the mixture above,
// and the half that does not bet is there for where the successes tell nothing. Both are martingales of mean 1.
// Without shared tosses this wants about a fifth more of them than evidence_against() of two tallies.
// REQUIRES: shared is a part of both. Cost: at most 90 times that of evidence_against() of two tallies; of a
// verdict on few tosses, which don't rule anything out yet, about twice.
double evidence_against(const SharedTallies& tallies, double difference);
Verdict compare_shared_rates(const SharedTallies& tallies, const DifferenceOptions& options = {});
Bounds difference_interval(const SharedTallies& tallies, double alpha = .05);

// The differences (after - before) that are not ruled out. REQUIRES: 0 < alpha < 1. Cost: about a hundred times that of
// evidence_against().
Bounds difference_interval(const Tally& before, const Tally& after, double alpha = .05);

// The chances that are not ruled out for one coin, by M(p) alone.
Bounds rate_interval(const Tally& tally, double alpha = .05);

}  // namespace thinktrace
