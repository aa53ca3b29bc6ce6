// SPDX-License-Identifier: MIT
// Where a search begins, what it is expected to cost, and that it can be taken up again.
#include <gtest/gtest.h>

#include <numeric>

#include "thinktrace/analysis/random.h"
#include "thinktrace/experiment/pivot_search.h"

namespace thinktrace {
namespace {

std::vector<int> all_positions(int n) {
  std::vector<int> positions(n + 1);
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

// What comes of a draw hangs on its position and number alone, as stored continuations do.
TracedDraw draw_of(int position, int draw, const std::vector<double>& chances) {
  std::mt19937_64 random(1000 * position + draw);
  const auto end = static_cast<int>(chances.size()) - 1;
  int reach = position;
  for (auto steps = draw_below(random, 4); steps > 0 && reach < end && chances[reach + 1] == chances[reach];
       steps--)
    reach++;
  return {draw_uniform(random) < chances[reach], reach};
}

struct Whole {
  KnownDraws draws;
  std::vector<Pivot> pivots;
};

Whole search_whole(const std::vector<double>& chances, const PivotOptions& options, int stop_after = -1) {
  Whole whole;
  for (int round = 0; round != stop_after; round++) {
    PivotSearch search(static_cast<int>(chances.size()) - 1, {}, options);
    const std::vector<DrawRequest> lacking = replay(search, whole.draws);
    whole.pivots = search.pivots();
    if (lacking.empty()) break;
    for (const DrawRequest& r : lacking) {
      EXPECT_EQ(r.first, static_cast<int>(whole.draws[r.position].size()));
      for (int i = 0; i < r.trials; i++)
        whole.draws[r.position].push_back(draw_of(r.position, r.first + i, chances));
    }
  }
  return whole;
}

TEST(PivotReplay, IsTheSearchThatAsksForItself) {
  for (const int step : {0, 7, 29}) {
    std::vector<double> chances;
    for (int t = 0; t <= 30; t++) chances.push_back(t <= step ? .2 : .7);
    const Whole whole = search_whole(chances, {.cap = 100});
    PivotSearch search(30, {}, {.cap = 100});
    for (auto round = search.next(); !round.empty(); round = search.next()) {
      for (const TrialRequest& r : round) {
        const auto at = search.tallies().find(r.position);
        const int first = at == search.tallies().end() ? 0 : at->second.trials;
        std::vector<TracedDraw> draws;
        for (int i = 0; i < r.trials; i++) draws.push_back(draw_of(r.position, first + i, chances));
        search.add(r.position, draws);
      }
    }
    ASSERT_EQ(search.tallies().size(), whole.draws.size());
    for (const auto& [position, tally] : search.tallies())
      EXPECT_EQ(tally.trials, static_cast<int>(whole.draws.at(position).size()));
    ASSERT_EQ(search.pivots().size(), whole.pivots.size());
    ASSERT_EQ(whole.pivots.size(), 1u);
    EXPECT_EQ(whole.pivots[0].token, step);
  }
}

TEST(PivotReplay, GoesOnFromHalfARound) {
  std::vector<double> chances;
  for (int t = 0; t <= 20; t++) chances.push_back(t <= 9 ? .9 : .1);
  const Whole whole = search_whole(chances, {});
  KnownDraws half = search_whole(chances, {}, 2).draws;
  half.begin()->second.resize(5);                // Some draws are gone...
  half[3] = {{true, 3}, {false, 3}, {true, 3}};  // ...and there are some that nobody asked for.
  PivotSearch search(20, {}, {});
  const std::vector<DrawRequest> lacking = replay(search, half);
  ASSERT_EQ(lacking.size(), 1u);
  EXPECT_EQ(lacking[0].position, 0);
  EXPECT_EQ(lacking[0].first, 5);
  EXPECT_EQ(lacking[0].trials, 11);
  KnownDraws more = whole.draws;
  more[10].push_back({false, 10});
  PivotSearch again(20, {}, {});
  EXPECT_TRUE(replay(again, more).empty());
  ASSERT_EQ(again.pivots().size(), whole.pivots.size());
  EXPECT_EQ(again.pivots()[0].tallies.before.trials, whole.pivots[0].tallies.before.trials);
}

TEST(PivotCuts, AreEvenOnesAndThoseOfJumps) {
  std::vector<double> p(41, .1);
  for (int t = 23; t <= 40; t++) p[t] = .9;
  EXPECT_EQ(pivot_cuts(40, all_positions(40), p), (std::vector<int>{16, 22, 23, 32}));
  EXPECT_EQ(pivot_cuts(40, all_positions(40), p, {.every = 0}), (std::vector<int>{22, 23}));
  EXPECT_EQ(pivot_cuts(40, all_positions(40), p, {.every = 20, .jumps = {.threshold = .85}}),
            std::vector<int>{20});
  // Jumps at both ends, where there are cuts anyway; no thinking; nothing read.
  EXPECT_TRUE(pivot_cuts(1, all_positions(1), std::vector<double>{0, 1}).empty());
  EXPECT_TRUE(pivot_cuts(0, all_positions(0), std::vector<double>{0}).empty());
  EXPECT_EQ(pivot_cuts(20, {}, {}), std::vector<int>{16});
}

TEST(PivotCost, IsThatOfASearchOverTheForcedAnswer) {
  std::vector<double> p(65, 0);
  for (int t = 21; t <= 64; t++) p[t] = 1;
  const std::vector<int> positions = all_positions(64), cuts{32};
  const std::vector<double> astray{0}, forking{.5};
  const PivotSearch search = expected_search(64, positions, p, astray, cuts, {}).search;
  const std::map<int, Tally>& tallies = search.tallies();
  for (const int position : {0, 16, 20, 21, 22, 24, 32, 64})
    EXPECT_TRUE(tallies.contains(position)) << position;
  EXPECT_FALSE(tallies.contains(48));
  for (const auto& [position, tally] : tallies) EXPECT_GT(tally.trials, 0) << position;
  ASSERT_EQ(search.pivots().size(), 1u);
  EXPECT_EQ(search.pivots()[0].token, 20);
  // A curve that was read at some positions only.
  const std::vector<int> few{0, 21, 64};
  const std::vector<double> values{0, 1, 1};
  EXPECT_EQ(expected_search(64, few, values, astray, cuts, {}).search.tallies().size(), tallies.size());
  // Chances between 0 and 1 are met as nearly as whole numbers of trials allow.
  const PivotSearch even = expected_search(1, std::vector{0, 1}, std::vector{.3, .3}, astray, {}, {}).search;
  EXPECT_NEAR(even.tallies().at(0).successes / static_cast<double>(even.tallies().at(0).trials), .3, .03);
  EXPECT_TRUE(even.pivots().empty());
  EXPECT_TRUE(expected_search(0, std::vector{0}, std::vector{.5}, astray, {}, {}).search.tallies().empty());
  // Where every draw goes the same way a few from the beginning are enough.
  const ExpectedSearch sure = expected_search(64, few, std::vector{.5, .5, .5}, std::vector{1.}, cuts, {});
  EXPECT_EQ(sure.search.tallies().size(), 1u);
  EXPECT_LE(sure.n_rounds, 3);
  EXPECT_GT(expected_search(64, few, std::vector{.5, .5, .5}, forking, cuts, {}).search.tallies().size(), 1u);
}

}  // namespace
}  // namespace thinktrace
