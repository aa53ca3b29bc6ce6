// SPDX-License-Identifier: MIT
// pivot_search.h: against the recursion of the paper on known chances, and what the plan promises.
#include "thinktrace/experiment/pivot_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

using Chances = std::vector<double>;  // Of success, at each position.

Tally toss(int n, double p, std::mt19937_64& random) {
  Tally tally{0, n};
  for (int i = 0; i < n; i++) tally.successes += draw_uniform(random) < p ? 1 : 0;
  return tally;
}

std::vector<int> tokens_of(const PivotSearch& search) {
  std::vector<int> tokens;
  for (const Pivot& pivot : search.pivots()) tokens.push_back(pivot.token);
  return tokens;
}

int trials_of(const PivotSearch& search) {
  int n = 0;
  for (const auto& [position, tally] : search.tallies()) n += tally.trials;
  return n;
}

PivotSearch run(const Chances& chances, const std::vector<int>& cuts, const PivotOptions& options,
                uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  PivotSearch search(static_cast<int>(chances.size()) - 1, cuts, options);
  for (auto requests = search.next(); !requests.empty(); requests = search.next()) {
    int last = -1;
    for (const TrialRequest& request : requests) {
      EXPECT_GT(request.position, last);
      EXPECT_GT(request.trials, 0);
      last = request.position;
      search.add(request.position, toss(request.trials, chances[request.position], random));
    }
  }
  for (const auto& [position, tally] : search.tallies()) EXPECT_LE(tally.trials, options.cap);
  return search;
}

// The recursion of arXiv 2412.08905 on chances that are known.
void paper(const Chances& chances, int begin, int end, double gap, std::vector<int>& tokens) {
  if (std::fabs(chances[end] - chances[begin]) < gap) return;
  if (end == begin + 1) {
    tokens.push_back(begin);
    return;
  }
  const int middle = begin + (end - begin) / 2;
  paper(chances, begin, middle, gap, tokens);
  paper(chances, middle, end, gap, tokens);
}

TEST(PivotSearch, FindsThePapersTokensWhereChancesAreSure) {
  std::mt19937_64 random(31);
  for (int round = 0; round < 100; round++) {
    Chances chances(1 + draw_below(random, 70));
    double chance = draw_below(random, 2);
    for (double& c : chances) {
      if (draw_below(random, 12) == 0) chance = 1 - chance;
      c = chance;
    }
    std::vector<int> expected;
    paper(chances, 0, static_cast<int>(chances.size()) - 1, .2, expected);
    const PivotSearch search = run(chances, {}, {});
    EXPECT_EQ(tokens_of(search), expected);
    for (const Pivot& pivot : search.pivots()) {
      EXPECT_TRUE(pivot.decided);
      EXPECT_EQ(std::fabs(pivot.change), 1);
    }
  }
}

// Chances that rise: .1, .4, .9 with the steps at random tokens.
TEST(PivotSearch, FindsStepsThroughNoise) {
  std::mt19937_64 random(32);
  int n_found = 0, n_right = 0, n_trials = 0;
  constexpr int kRounds = 40;
  for (int round = 0; round < kRounds; round++) {
    const int first = static_cast<int>(draw_below(random, 60)),
              second = 64 + static_cast<int>(draw_below(random, 60));
    Chances chances;
    for (int t = 0; t <= 128; t++) chances.push_back(t <= first ? .1 : t <= second ? .4 : .9);
    const PivotSearch search = run(chances, {}, {.cap = 512}, round);
    for (const int token : tokens_of(search)) n_right += token == first || token == second;
    n_found += static_cast<int>(search.pivots().size());
    n_trials += trials_of(search);
  }
  EXPECT_GE(n_right, 2 * kRounds * 9 / 10);  // Recall.
  EXPECT_GE(n_right, n_found * 95 / 100);    // Precision.
  EXPECT_LT(n_trials / kRounds, 129 * 64);   // Half of what 128 trials at every position take.
}

TEST(PivotSearch, FindsNothingWhereNothingChanges) {
  int n_found = 0;
  for (uint64_t seed = 1; seed <= 60; seed++)
    n_found += static_cast<int>(run(Chances(101, .5), {}, {}, seed).pivots().size());
  EXPECT_LE(n_found, 3);
  // Nor where there is no thinking, nor with a cap that is no multiple of the batch (run() looks at the cap).
  EXPECT_EQ(trials_of(run(Chances(2, .5), {}, {.batch = 16, .cap = 20})), 40);
  EXPECT_TRUE(run({.5}, {}, {}).pivots().empty());
}

TEST(PivotSearch, CutsShowWhatCancels) {
  Chances chances(65, .1);
  for (int t = 20; t < 40; t++) chances[t] = .9;
  EXPECT_TRUE(run(chances, {}, {}).pivots().empty());
  EXPECT_EQ(tokens_of(run(chances, {30}, {})), (std::vector<int>{19, 39}));
  EXPECT_EQ(tokens_of(run(chances, {40, 10, 30, 30, 64, 0}, {})), (std::vector<int>{19, 39}));
}

TEST(PivotSearch, TheOrderAndThePiecesOfAnswersDoNotMatter) {
  Chances chances;
  for (int t = 0; t <= 40; t++) chances.push_back(t < 13 ? .2 : .8);
  // Each position has its own stream, so that the same trials come in whatever order.
  const auto run_in = [&](int way) {
    std::vector<std::mt19937_64> streams;
    for (int t = 0; t <= 40; t++) streams.emplace_back(1000 + t);
    PivotSearch search(40, {}, {});
    for (auto requests = search.next(); !requests.empty(); requests = search.next()) {
      if (way == 1) std::reverse(requests.begin(), requests.end());
      for (const TrialRequest& r : requests) {
        const int pieces = way == 2 ? r.trials : 1;
        for (int i = 0; i < pieces; i++)
          search.add(r.position, toss(r.trials / pieces, chances[r.position], streams[r.position]));
      }
    }
    return search;
  };
  const PivotSearch first = run_in(0);
  EXPECT_EQ(tokens_of(first), std::vector<int>{12});
  for (const int way : {1, 2}) {
    const PivotSearch other = run_in(way);
    EXPECT_EQ(tokens_of(first), tokens_of(other));
    EXPECT_EQ(trials_of(first), trials_of(other));
    EXPECT_EQ(first.pivots()[0].before.successes, other.pivots()[0].before.successes);
  }
}

TEST(PivotSearch, AsksAgainForWhatWasNotGiven) {
  PivotSearch search(1, {}, {.batch = 16, .cap = 32});
  ASSERT_EQ(search.next().size(), 2u);
  search.add(0, {0, 10});
  std::vector<TrialRequest> requests = search.next();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].trials, 6);
  EXPECT_EQ(requests[1].trials, 16);
  search.add(1, {5, 32});
  search.add(0, {0, 6});
  requests = search.next();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].position, 0);
  EXPECT_EQ(requests[0].trials, 16);
}

TEST(PivotSearch, AtTheCapWhatWasObservedCounts) {
  const auto pivots_with = [](int successes_after) {
    PivotSearch search(1, {}, {.cap = 20});
    search.add(0, {8, 20});
    search.add(1, {successes_after, 20});
    EXPECT_TRUE(search.next().empty());
    return search.pivots();
  };
  ASSERT_EQ(pivots_with(13).size(), 1u);
  EXPECT_FALSE(pivots_with(13)[0].decided);
  EXPECT_NEAR(pivots_with(13)[0].change, .25, 1e-12);
  EXPECT_TRUE(pivots_with(11).empty());  // .15: more than negligible, but less than what matters.
}

}  // namespace
}  // namespace thinktrace
