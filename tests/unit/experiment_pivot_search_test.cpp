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

// Draws that leave the trace at once.
std::vector<TracedDraw> toss(int position, int n, double p, std::mt19937_64& random) {
  std::vector<TracedDraw> draws;
  for (int i = 0; i < n; i++) draws.push_back({draw_uniform(random) < p, position});
  return draws;
}

std::vector<TracedDraw> known(int position, int successes, int n) {
  std::vector<TracedDraw> draws(n, {false, position});
  for (int i = 0; i < successes; i++) draws[i].succeeds = true;
  return draws;
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
      search.add(request.position, toss(request.position, request.trials, chances[request.position], random));
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
          search.add(r.position,
                     toss(r.position, r.trials / pieces, chances[r.position], streams[r.position]));
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
    EXPECT_EQ(first.pivots()[0].tallies.before.successes, other.pivots()[0].tallies.before.successes);
  }
}

TEST(PivotSearch, AsksAgainForWhatWasNotGiven) {
  PivotSearch search(1, {}, {.batch = 16, .cap = 32});
  // Where nothing is known of the way to the next position, it may lead there.
  ASSERT_EQ(search.next().size(), 1u);
  search.add(0, known(0, 0, 10));
  std::vector<TrialRequest> requests = search.next();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].trials, 6);
  EXPECT_EQ(requests[1].trials, 16);
  search.add(1, known(1, 5, 32));
  search.add(0, known(0, 0, 6));
  requests = search.next();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].position, 0);
  EXPECT_EQ(requests[0].trials, 16);
}

TEST(PivotSearch, AtTheCapWhatWasObservedCounts) {
  const auto pivots_with = [](int successes_after) {
    PivotSearch search(1, {}, {.cap = 20});
    search.add(0, known(0, 8, 20));
    search.add(1, known(1, successes_after, 20));
    EXPECT_TRUE(search.next().empty());
    return search.pivots();
  };
  ASSERT_EQ(pivots_with(13).size(), 1u);
  EXPECT_FALSE(pivots_with(13)[0].decided);
  EXPECT_NEAR(pivots_with(13)[0].change, .25, 1e-12);
  EXPECT_TRUE(pivots_with(11).empty());  // .15: more than negligible, but less than what matters.
}

// A text that forks at some tokens and goes its way everywhere else: whoever leaves it there succeeds with the chance of the fork.
struct Forking {
  std::vector<double> same_way;  // Of each token.
  std::vector<double> strayed;   // Chance of success of those that leave it at a token.
  double at_end = 0;             // Of those that come through to the end.

  TracedDraw draw(int position, std::mt19937_64& random) const {
    const auto n = static_cast<int>(same_way.size());
    int reach = position;
    while (reach < n && draw_uniform(random) < same_way[reach]) reach++;
    return {draw_uniform(random) < (reach < n ? strayed[reach] : at_end), reach};
  }
  double chance(int position) const {
    double chance = at_end;
    for (int t = static_cast<int>(same_way.size()) - 1; t >= position; t--)
      chance = same_way[t] * chance + (1 - same_way[t]) * strayed[t];
    return chance;
  }
};

PivotSearch run(const Forking& text, const std::vector<int>& cuts, const PivotOptions& options, uint64_t seed,
                bool counts_passing) {
  std::mt19937_64 random(seed);
  PivotSearch search(static_cast<int>(text.same_way.size()), cuts, options);
  for (auto requests = search.next(); !requests.empty(); requests = search.next()) {
    for (const TrialRequest& r : requests) {
      std::vector<TracedDraw> draws;
      for (int i = 0; i < r.trials; i++) {
        draws.push_back(text.draw(r.position, random));
        if (!counts_passing) draws.back().reach = r.position;
      }
      search.add(r.position, draws);
    }
  }
  return search;
}

// Like a chain with a slip: 100 tokens, few of which could have been others; at 60 a rare one that costs most of the chance.
TEST(PivotSearch, CountsWhatCameThroughAndFindsTheSameForLess) {
  Forking text{std::vector<double>(100, 1), std::vector<double>(100, .85), .1};
  for (const int fork : {3, 9, 20, 41, 77}) text.same_way[fork] = .5;
  for (const int fork : {3, 9, 20, 41}) text.strayed[fork] = .84;
  text.same_way[60] = .01;
  text.strayed[77] = .1;
  ASSERT_NEAR(text.chance(0), .85, .02);
  ASSERT_NEAR(text.chance(60), .84, .02);
  ASSERT_NEAR(text.chance(61), .1, .02);
  const std::vector<int> cuts{10, 20, 30, 40, 50, 60, 70, 80, 90};
  const PivotOptions options{.difference = {.least = .25, .negligible = .1}};
  int n_passing = 0, n_alone = 0, n_right = 0, n_found = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    const PivotSearch passing = run(text, cuts, options, seed, true),
                      alone = run(text, cuts, options, seed, false);
    n_passing += trials_of(passing);
    n_alone += trials_of(alone);
    for (const int token : tokens_of(passing)) n_right += token == 60;
    n_found += static_cast<int>(passing.pivots().size());
  }
  EXPECT_GE(n_right, 38);
  EXPECT_LE(n_found, 42);
  EXPECT_LT(n_passing, n_alone / 3);
}

}  // namespace
}  // namespace thinktrace
