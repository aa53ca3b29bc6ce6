// SPDX-License-Identifier: MIT
// sequential.h against scipy (tests/golden/make_experiments.py), a grid, and simulations of what it promises.
#include "thinktrace/analysis/sequential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "experiment_data.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

using testing::golden_experiments;

TEST(Sequential, EvidenceAndIntervalsAreScipys) {
  for (const auto& c : golden_experiments()["tallies"]) {
    SCOPED_TRACE(c["before"].dump() + c["after"].dump());
    const Tally before{c["before"][0], c["before"][1]}, after{c["after"][0], c["after"][1]};
    for (const auto& against : c["against"])
      EXPECT_NEAR(evidence_against(before, after, against[0]), against[1].get<double>(), 1e-6) << against[0];
    const Bounds found = difference_interval(before, after);
    EXPECT_NEAR(found.low, c["interval"][0].get<double>(), 1e-6);
    EXPECT_NEAR(found.high, c["interval"][1].get<double>(), 1e-6);
  }
}

double log_ratio(const Tally& t, double p) {
  const int failures = t.trials - t.successes;
  double sum = 0;  // The mixture predicts toss after toss: (1/2 + successes so far) / (1 + tosses so far).
  for (int i = 0; i < t.successes; i++) sum += std::log((.5 + i) / (1. + i));
  for (int i = 0; i < failures; i++) sum += std::log((.5 + i) / (1. + t.successes + i));
  return sum - (t.successes ? t.successes * std::log(p) : 0) - (failures ? failures * std::log(1 - p) : 0);
}

TEST(Sequential, EqualsAGridOfChances) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 30; round++) {
    Tally a{.trials = 1 + static_cast<int>(draw_below(random, 60))},
        b{.trials = 1 + static_cast<int>(draw_below(random, 60))};
    a.successes = static_cast<int>(draw_below(random, a.trials + 1));
    b.successes = static_cast<int>(draw_below(random, b.trials + 1));
    double low = 1, high = -1;
    for (int i = 0; i <= 200; i++) {
      for (int k = 0; k <= 200; k++) {
        const double p = i / 200., q = k / 200.;
        if (log_ratio(a, p) + log_ratio(b, q) >= std::log(20)) continue;
        low = std::min(low, q - p);
        high = std::max(high, q - p);
      }
    }
    const Bounds found = difference_interval(a, b);
    EXPECT_LE(found.low, low + 1e-9);
    EXPECT_GE(found.high, high - 1e-9);
    EXPECT_NEAR(found.low, low, .011);  // Two steps of the grid.
    EXPECT_NEAR(found.high, high, .011);
    // The verdict is what the interval says.
    const DifferenceOptions options{.least = .5, .negligible = .25};
    const Verdict verdict = compare_rates(a, b, options);
    const bool alike = found.low > -.5 && found.high<.5, differ = found.low> .25 || found.high < -.25;
    EXPECT_EQ(verdict, alike ? Verdict::kAlike : differ ? Verdict::kDiffer : Verdict::kUndecided);
    // Either direction.
    EXPECT_EQ(compare_rates(b, a, options), verdict);
    const Bounds rate = rate_interval(a);
    for (int i = 0; i <= 200; i++) {
      const double p = i / 200.;
      if (std::fabs(p - rate.low) > 1e-9 && std::fabs(p - rate.high) > 1e-9) {
        EXPECT_EQ(log_ratio(a, p) < std::log(20), p >= rate.low && p <= rate.high) << p;
      }
    }
  }
}

TEST(Sequential, AgainstAKnownChanceTheVerdictIsWhatTheIntervalSays) {
  std::mt19937_64 random(2);
  const DifferenceOptions options{.least = .3, .negligible = .1};
  int n[3] = {};
  for (int round = 0; round < 300; round++) {
    Tally t{.trials = 1 + static_cast<int>(draw_below(random, 120))};
    t.successes = static_cast<int>(draw_below(random, t.trials + 1));
    const double chance = draw_uniform(random);
    const Bounds found = rate_interval(t);
    const bool alike = found.low > chance - .3 && found.high < chance + .3;
    const bool differ = found.low > chance + .1 || found.high < chance - .1;
    const Verdict expected = alike ? Verdict::kAlike : differ ? Verdict::kDiffer : Verdict::kUndecided;
    EXPECT_EQ(compare_with_chance(t, chance, options), expected)
        << t.successes << "/" << t.trials << " " << chance;
    n[static_cast<int>(expected)]++;
  }
  for (const int count : n) EXPECT_GT(count, 20);
  EXPECT_EQ(compare_with_chance({0, 0}, .5), Verdict::kUndecided);
  EXPECT_EQ(compare_with_chance({50, 50}, 1), Verdict::kAlike);
}

TEST(Sequential, NothingIsKnownWithoutTrials) {
  EXPECT_EQ(compare_rates({0, 0}, {30, 30}), Verdict::kUndecided);
  EXPECT_EQ(difference_interval({0, 0}, {30, 30}).low, -1);
  EXPECT_EQ(rate_interval({0, 0}).high, 1);
  EXPECT_EQ(difference_interval({0, 5}, {5, 5}).high, 1);
  EXPECT_EQ(rate_interval({5, 5}).high, 1);
  EXPECT_EQ(evidence_against({3, 4}, {1, 4}, 1), std::numeric_limits<double>::infinity());
}

// ---- Shared tosses ----

SharedTallies random_tallies(std::mt19937_64& random, uint32_t most) {
  const auto tally = [&](int trials) {
    return Tally{static_cast<int>(draw_below(random, trials + 1)), trials};
  };
  const Tally shared = tally(static_cast<int>(draw_below(random, most))),
              stray = tally(static_cast<int>(draw_below(random, most))),
              more = tally(static_cast<int>(draw_below(random, most)));
  return {{shared.successes + stray.successes, shared.trials + stray.trials},
          {shared.successes + more.successes, shared.trials + more.trials},
          shared};
}

TEST(Sequential, EvidenceOfSharedTossesIsScipys) {
  for (const auto& c : golden_experiments()["shared_tallies"]) {
    SCOPED_TRACE(c.dump());
    const SharedTallies t{
        {c["before"][0], c["before"][1]}, {c["after"][0], c["after"][1]}, {c["shared"][0], c["shared"][1]}};
    for (const auto& against : c["against"])
      EXPECT_NEAR(evidence_against(t, against[0]), against[1].get<double>(), 1e-4) << against[0];
  }
}

// The verdict is what a grid over all three chances says, which knows nothing of convexity.
TEST(Sequential, SharedTossesEqualAGridOfChances) {
  std::mt19937_64 random(5);
  const DifferenceOptions options{.least = .4, .negligible = .15};
  constexpr int kGrid = 50;
  int n[3] = {};
  for (int round = 0; round < 60; round++) {
    const SharedTallies t = random_tallies(random, 45);
    if (t.before.trials == 0 || t.after.trials == 0) continue;
    const Tally stray{t.before.successes - t.shared.successes, t.before.trials - t.shared.trials};
    const bool never = t.shared.trials == 0, always = stray.trials == 0;
    double low = 1, high = -1;
    for (int i = 0; i <= kGrid; i++) {
      const double f = static_cast<double>(i) / kGrid;
      // With the points of all weight, added to the mixture where they are possible.
      const Tally through{t.shared.trials, t.before.trials};
      const double likelihood = (through.successes ? through.successes * std::log(f) : 0) +
                                (stray.trials ? stray.trials * std::log(1 - f) : 0);
      const double log_mixture = log_ratio(through, .5) + through.trials * std::log(.5);
      const double way = std::log((never + always + std::exp(log_mixture)) / 3) - likelihood;
      for (int k = 0; k <= kGrid; k++) {
        for (int m = 0; m <= kGrid; m++) {
          const double x = static_cast<double>(k) / kGrid, e = static_cast<double>(m) / kGrid;
          const double bet = std::log(.5 + .5 * std::exp(log_ratio(stray, x) + log_ratio(t.after, e)));
          if (way + bet >= std::log(20)) continue;
          low = std::min(low, (1 - f) * (e - x));
          high = std::max(high, (1 - f) * (e - x));
        }
      }
    }
    const Bounds found = difference_interval(t);
    EXPECT_LE(found.low, low + 1e-6);
    EXPECT_GE(found.high, high - 1e-6);
    EXPECT_NEAR(found.low, low, .06);
    EXPECT_NEAR(found.high, high, .06);
    const bool alike = found.low > -.4 && found.high<.4, differ = found.low> .15 || found.high < -.15;
    const Verdict expected = alike ? Verdict::kAlike : differ ? Verdict::kDiffer : Verdict::kUndecided;
    EXPECT_EQ(compare_shared_rates(t, options), expected);
    n[static_cast<int>(expected)]++;
  }
  for (const int count : n) EXPECT_GE(count, 2);
}

TEST(Sequential, WhatNearlyAlwaysComesThroughDiffersLittle) {
  const DifferenceOptions options{.least = .25, .negligible = .1};
  EXPECT_EQ(compare_shared_rates(SharedTallies{{18, 18}, {18, 18}, {18, 18}}, options), Verdict::kAlike);
  EXPECT_EQ(compare_shared_rates(SharedTallies{{10, 10}, {10, 10}, {10, 10}}, options), Verdict::kUndecided);
  EXPECT_EQ(compare_rates(Tally{9, 18}, Tally{9, 18}, options), Verdict::kUndecided);
  EXPECT_EQ(compare_shared_rates(SharedTallies{{0, 0}, {9, 18}, {0, 0}}, options), Verdict::kUndecided);
}

// Tosses of `before` come through with a chance of f; batches of 8, looked at after each.
TEST(Sequential, WithSharedTossesIsWrongLessOftenThanItPromises) {
  struct Case {
    double through, strayed, after;
    Verdict wrong;  // With a difference of .2, that it is alike; of .1, that it differs.
  };
  for (const Case& c : {Case{.5, .2, .4, Verdict::kDiffer}, Case{.9, 0, 1, Verdict::kDiffer},
                        Case{0, .5, .6, Verdict::kDiffer}, Case{.5, .3, .7, Verdict::kAlike},
                        Case{.8, 0, 1, Verdict::kAlike}, Case{0, .4, .6, Verdict::kAlike}}) {
    std::mt19937_64 random(7);
    int n_wrong = 0;
    constexpr int kTries = 300;
    for (int r = 0; r < kTries; r++) {
      SharedTallies t;
      Verdict verdict = Verdict::kUndecided;
      const auto add = [&](double p, auto... tallies) {
        const int won = draw_uniform(random) < p ? 1 : 0;
        ((tallies->successes += won, tallies->trials++), ...);
      };
      while (verdict == Verdict::kUndecided && t.before.trials < 400) {
        for (int i = 0; i < 8; i++) {
          if (draw_uniform(random) < c.through)
            add(c.after, &t.before, &t.after, &t.shared);
          else
            add(c.strayed, &t.before);
        }
        while (t.after.trials < t.before.trials) add(c.after, &t.after);
        verdict = compare_shared_rates(t, DifferenceOptions{.least = .2, .negligible = .1});
      }
      n_wrong += verdict == c.wrong;
    }
    EXPECT_LE(n_wrong, kTries / 20) << c.through << ' ' << c.strayed << ' ' << c.after;
  }
}

// ---- Simulations: batches of 8 at each of the two positions, looked at after every batch. ----

struct Outcome {
  int differ = 0, alike = 0, undecided = 0;
  double trials = 0;  // Mean of both positions together.
};

Tally toss(const Tally& t, int n, double p, std::mt19937_64& random) {
  Tally more{t.successes, t.trials + n};
  for (int i = 0; i < n; i++) more.successes += draw_uniform(random) < p ? 1 : 0;
  return more;
}

Outcome simulate(double before, double after, const DifferenceOptions& options, int cap, int rounds) {
  std::mt19937_64 random(99);
  Outcome outcome;
  for (int r = 0; r < rounds; r++) {
    Tally a, b;
    Verdict verdict = Verdict::kUndecided;
    while (verdict == Verdict::kUndecided && a.trials < cap) {
      a = toss(a, 8, before, random);
      b = toss(b, 8, after, random);
      verdict = compare_rates(a, b, options);
    }
    outcome.differ += verdict == Verdict::kDiffer;
    outcome.alike += verdict == Verdict::kAlike;
    outcome.undecided += verdict == Verdict::kUndecided;
    outcome.trials += static_cast<double>(a.trials + b.trials) / rounds;
  }
  return outcome;
}

constexpr int kRounds = 600;

TEST(Sequential, IsWrongLessOftenThanItPromises) {
  const DifferenceOptions options{.least = .2, .negligible = .1};
  // At the borders themselves, where errors are the most likely. 5 % of 600 is 30.
  EXPECT_LE(simulate(.5, .6, options, 800, kRounds).differ, 30);
  EXPECT_LE(simulate(.05, .15, options, 800, kRounds).differ, 30);
  EXPECT_LE(simulate(.4, .6, options, 800, kRounds).alike, 30);
  EXPECT_LE(simulate(.8, 1, options, 800, kRounds).alike, 30);
  // And where nothing is called negligible: of equal rates that are looked at a hundred times.
  const Outcome equal = simulate(.5, .5, {.least = .05, .negligible = 0}, 800, kRounds);
  EXPECT_LE(equal.differ, 30);
  EXPECT_GE(equal.undecided, 500);
}

// A test that is not made for looking often is wrong far more often.
TEST(Sequential, AFixedSizeTestWouldBeWrong) {
  std::mt19937_64 random(99);
  int wrong = 0;
  for (int r = 0; r < 300; r++) {
    Tally a, b;
    bool found = false;
    while (!found && a.trials < 800) {
      a = toss(a, 8, .5, random);
      b = toss(b, 8, .5, random);
      const double p = (a.successes + b.successes) / (2. * a.trials);
      found = std::abs(a.successes - b.successes) > 1.96 * std::sqrt(2 * p * (1 - p) * a.trials);
    }
    wrong += found;
  }
  EXPECT_GT(wrong, 300 * 25 / 100);
}

TEST(Sequential, FindsWhatIsThere) {
  const DifferenceOptions options{.least = .2, .negligible = .1};
  const Outcome large = simulate(.2, .8, options, 400, kRounds),
                some = simulate(.3, .6, options, 400, kRounds),
                none = simulate(.5, .5, options, 800, kRounds), sure = simulate(1, 1, options, 400, kRounds);
  EXPECT_EQ(large.differ, kRounds);
  EXPECT_LT(large.trials, 80);
  EXPECT_GE(some.differ, kRounds * 90 / 100);
  EXPECT_GE(none.alike, kRounds * 95 / 100);
  EXPECT_EQ(sure.alike, kRounds);
  EXPECT_LT(sure.trials, none.trials / 3);
}

}  // namespace
}  // namespace thinktrace
