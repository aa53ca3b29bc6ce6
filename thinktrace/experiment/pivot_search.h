// SPDX-License-Identifier: MIT
// pivot_search.h — which tokens of a trace change its chance of success? A plan that asks for samples and takes
// answers.
//
// Pivotal token search (Abdin et al. 2024, "Phi-4 Technical Report", arXiv 2412.08905): the chance that a free
// continuation succeeds is estimated at both ends of a stretch; where they differ, the stretch is halved, down
// to one token. As there, jumps inside a stretch that cancel each other are not seen, unless a cut lies between them.
// Unlike there, each comparison is a sequential test (analysis/sequential.h) that takes as many samples as it needs,
// stretches may begin at places found otherwise (find_jumps(), say), and a continuation counts at each position that it came through:
// one that began with the trace's own next tokens is a continuation from behind them as well. Where a text can hardly go another way
// a few continuations from its beginning so show that nothing changes on all of it.
#pragma once
#include <map>
#include <span>
#include <vector>

#include "thinktrace/analysis/jumps.h"
#include "thinktrace/analysis/sequential.h"

namespace thinktrace {

struct PivotOptions {
  DifferenceOptions difference;
  int batch = 16;  // Trials asked for at a time, at each position.
  // Trials at a position, at most: then a difference that is not decided is what was observed.
  int cap = 256;
};

// Sample `trials` more continuations from the prefix of `position` tokens.
struct TrialRequest {
  int position = 0, trials = 0;
};

// What came of a continuation.
struct TracedDraw {
  bool succeeds = false;
  int reach =
      0;  // The last position of the trace that it came through: where it began, and as many more as it has tokens in common.
};

// Draws first, …, first + trials - 1 at a position.
struct DrawRequest {
  int position = 0, first = 0, trials = 0;
};

// A token after which the chance of success is another one.
struct Pivot {
  int token = 0;  // The positions before and after it are token and token + 1.
  SharedTallies tallies;
  double change = 0;     // Observed rate after - before.
  bool decided = false;  // By the test; else what was observed at the cap, at least DifferenceOptions::least.
};

// next() says what to sample, add() takes what came of it, until next() asks for nothing:
//   while (!(requests = search.next()).empty()) for (r : requests) search.add(r.position, sample(r));
// All requests of one next() can be sampled together, in any order. The result hangs on the draws alone. What draws of one request are
// likely to give to later positions is not asked for there in the same round. Not thread-safe.
//
// The test's alpha holds for each pair of positions. Of n tokens that are no pivots at most alpha n are expected to be
// called pivots by the test, whatever was looked at and when; in practice far fewer, as few pairs are looked at.
class PivotSearch {
 public:
  // REQUIRES: end >= 0; cuts are within 0 … end, in any order; 1 <= batch <= cap.
  PivotSearch(int end, std::span<const int> cuts, const PivotOptions& options = {});

  // Each position once, increasing; empty when the search is over.
  std::vector<TrialRequest> next();

  // Adds draws from a position: asked for or not, in one piece or several. Fewer than asked for are asked for again.
  // REQUIRES: 0 <= position <= reach <= end. Cost: in proportion to how far they reach.
  void add(int position, std::span<const TracedDraw> draws);

  // In order of tokens; complete when next() asked for nothing.
  std::vector<Pivot> pivots() const;

  // Every position that was sampled, and what came of the draws that began there.
  const std::map<int, Tally>& tallies() const { return begun_; }
  // All draws that began at a position or came through it.
  Tally tally_at(int position) const { return at_[position]; }

 private:
  struct Stretch {
    int begin = 0, end = 0;
  };
  // Of a position and a later one.
  SharedTallies compared(int before, int after) const;
  void settle(const Stretch& stretch, std::vector<Stretch>& open);

  struct PassingDraw {
    int begin = 0;
    TracedDraw draw;
  };
  PivotOptions options_;
  std::vector<Stretch> open_;
  std::map<int, Tally> begun_;
  std::vector<Tally> at_;             // By position.
  std::vector<PassingDraw> passing_;  // Those that came through more than one.
  std::vector<Pivot> pivots_;
};

// Draws 0, 1, … from a position, by position.
using KnownDraws = std::map<int, std::vector<TracedDraw>>;

// Goes through a search that has just begun as far as `known` tells what came of its requests, each round with the draws that it
// asked for: the search is then where it was when they were made, and gives the same pivots. Gives what is lacking of the next round,
// or nothing when the search is over. Draws that are never asked for change nothing.
std::vector<DrawRequest> replay(PivotSearch& search, const KnownDraws& known);

// Where the stretches of a search begin and end.
struct CutOptions {
  int every = 16;     // A cut after so many tokens, for what a forced answer doesn't show; 0: none.
  JumpOptions jumps;  // Both ends of every jump of the forced answer are cuts.
};

// Cuts of a trace with `n_tokens` tokens: even ones, and the candidates' of its curve. Increasing, each once, 0 and the end left out.
// REQUIRES: as find_jumps(), positions being within 0 … n_tokens; every >= 0.
std::vector<int> pivot_cuts(int n_tokens, std::span<const int> positions, std::span<const double> p_right,
                            const CutOptions& options = {});

// The search as it would go if the chance of success were `chances`, each in force from its position to the next, and token i the
// trace's own with a chance of same_way[i mod its size]: a guess at the cost.
// REQUIRES: as many chances as positions, which increase from 0, one at least; cuts as for PivotSearch; same_way within 0 … 1, not empty.
struct ExpectedSearch {
  PivotSearch search;
  int n_rounds = 0;
};
ExpectedSearch expected_search(int n_tokens, std::span<const int> positions, std::span<const double> chances,
                               std::span<const double> same_way, std::span<const int> cuts,
                               const PivotOptions& options);

}  // namespace thinktrace
