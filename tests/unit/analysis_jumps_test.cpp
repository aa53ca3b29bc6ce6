// SPDX-License-Identifier: MIT
// jumps.h: by hand, and against naive twins on random curves and places.
#include "thinktrace/analysis/jumps.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

std::vector<int> up_to(size_t n) {
  std::vector<int> positions;
  for (size_t i = 0; i < n; i++) positions.push_back(static_cast<int>(i));
  return positions;
}

std::vector<std::vector<double>> found_in(const std::vector<double>& values,
                                          const JumpOptions& options = {}) {
  std::vector<std::vector<double>> found;
  for (const Jump& j : find_jumps(up_to(values.size()), values, options))
    found.push_back({1. * j.begin, 1. * j.end, 1. * j.token, std::round(1000 * j.change) / 1000});
  return found;
}

using Found = std::vector<std::vector<double>>;

TEST(Jumps, ByHand) {
  EXPECT_EQ(found_in({}), Found{});
  EXPECT_EQ(found_in({.5}), Found{});
  EXPECT_EQ(found_in({.2, .2, .9, .9}), (Found{{1, 2, 1, .7}}));
  EXPECT_EQ(found_in({.9, .2, .9}), (Found{{0, 1, 0, -.7}, {1, 2, 1, .7}}));
  // A slope: no step reaches .2, three together do. The spans overlap and are one jump; the steepest step gives the
  // token.
  EXPECT_EQ(found_in({0, .1, .15, .25, .31, .31}, {.window = 3}), (Found{{0, 4, 0, .31}}));
  EXPECT_EQ(found_in({0, .05, .16, .26, .26}, {.window = 3}), (Found{{1, 3, 1, .21}}));
  EXPECT_EQ(found_in({0, .1, .15, .25}, {.window = 2}), Found{});
  // Neighbours are two jumps, or one.
  EXPECT_EQ(found_in({0, .3, .6}), (Found{{0, 1, 0, .3}, {1, 2, 1, .3}}));
  EXPECT_EQ(found_in({0, .3, .6}, {.merge = 1}), (Found{{0, 2, 0, .6}}));
  EXPECT_EQ(found_in({0, .3, .3, .6}, {.merge = 1}).size(), 2u);
  EXPECT_EQ(found_in({0, .3, .3, .7}, {.merge = 2}), (Found{{0, 3, 2, .7}}));
  // Unread positions are passed over.
  EXPECT_EQ(found_in({0, std::nan(""), .6}), (Found{{0, 2, 0, .6}}));
  const std::vector<Jump> strided =
      find_jumps(std::vector<int>{0, 4, 8}, std::vector<double>{0, 0, .5}, {.window = 4});
  ASSERT_EQ(strided.size(), 1u);
  EXPECT_EQ(strided[0].begin, 4);
  EXPECT_EQ(strided[0].end, 8);
  EXPECT_TRUE(find_jumps(std::vector<int>{0, 4, 8}, std::vector<double>{0, 0, .5}, {.window = 3}).empty());
}

// Every pair of readings; those that hold another of their direction are struck out; tokens that are covered are
// joined.
std::vector<Jump> naive_jumps(const std::vector<int>& positions, const std::vector<double>& values,
                              const JumpOptions& o) {
  std::vector<Jump> jumps;
  for (const double sign : {1., -1.}) {
    std::vector<std::pair<int, int>> spans;
    const auto jumps_between = [&](size_t a, size_t b) {
      return positions[b] - positions[a] <= o.window && sign * (values[b] - values[a]) >= o.threshold;
    };
    for (size_t a = 0; a < values.size(); a++) {
      for (size_t b = a + 1; b < values.size(); b++) {
        bool shortest = jumps_between(a, b);
        for (size_t c = a; c < b; c++) {
          for (size_t d = c + 1; d <= b; d++) shortest &= (c == a && d == b) || !jumps_between(c, d);
        }
        if (shortest) spans.emplace_back(static_cast<int>(a), static_cast<int>(b));
      }
    }
    for (bool again = true; again;) {
      again = false;
      for (size_t i = 0; i < spans.size() && !again; i++) {
        for (size_t k = 0; k < spans.size() && !again; k++) {
          if (i == k || spans[i].first > spans[k].first) continue;
          if (positions[spans[k].first] >= positions[spans[i].second] + o.merge) continue;
          spans[i].second = std::max(spans[i].second, spans[k].second);
          spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(k));
          again = true;
        }
      }
    }
    for (const auto& [a, b] : spans) {
      int best = a;
      for (int i = a; i < b; i++) {
        if (sign * (values[i + 1] - values[i]) > sign * (values[best + 1] - values[best])) best = i;
      }
      jumps.push_back({positions[a], positions[b], positions[best], values[b] - values[a]});
    }
  }
  std::sort(jumps.begin(), jumps.end(), [](const Jump& a, const Jump& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  return jumps;
}

TEST(Jumps, EqualANaiveTwin) {
  std::mt19937_64 random(21);
  size_t n_jumps = 0;
  for (int round = 0; round < 300; round++) {
    std::vector<int> positions;
    std::vector<double> values;
    double value = .5;
    for (int t = 0; t < 25; t++) {
      value = std::clamp(value + .4 * (draw_uniform(random) - .5), 0., 1.);
      if (draw_below(random, 4) == 0) continue;
      positions.push_back(t);
      values.push_back(value);
    }
    const JumpOptions options{.threshold = .25, .window = 1 + round % 6, .merge = round % 3};
    const std::vector<Jump> found = find_jumps(positions, values, options),
                            naive = naive_jumps(positions, values, options);
    ASSERT_EQ(found.size(), naive.size());
    for (size_t i = 0; i < found.size(); i++) {
      EXPECT_EQ(found[i].begin, naive[i].begin);
      EXPECT_EQ(found[i].end, naive[i].end);
      EXPECT_EQ(found[i].token, naive[i].token);
      EXPECT_EQ(found[i].change, naive[i].change);
    }
    n_jumps += found.size();
  }
  EXPECT_GT(n_jumps, 300u);
}

// As many pairs as any assignment has: augmenting paths (Kuhn).
int most_pairs(const std::vector<int>& found, const std::vector<int>& truth, int within) {
  std::vector<int> partner(truth.size(), -1);
  int n = 0;
  for (size_t i = 0; i < found.size(); i++) {
    std::vector<bool> tried(truth.size());
    const std::function<bool(int)> place = [&](int f) {
      for (size_t k = 0; k < truth.size(); k++) {
        if (tried[k] || std::abs(found[f] - truth[k]) > within) continue;
        tried[k] = true;
        if (partner[k] >= 0 && !place(partner[k])) continue;
        partner[k] = f;
        return true;
      }
      return false;
    };
    n += place(static_cast<int>(i));
  }
  return n;
}

TEST(Positions, AreMatchedAsOftenAsCanBe) {
  std::mt19937_64 random(22);
  for (int round = 0; round < 500; round++) {
    std::vector<int> found, truth;
    for (int t = 0; t < 40; t++) {
      if (draw_below(random, 5) == 0) found.push_back(t);
      if (draw_below(random, 6) == 0) truth.push_back(t);
    }
    const int within = round % 6;
    const Matching m = match_positions(found, truth, within);
    const int expected = most_pairs(found, truth, within);
    EXPECT_EQ(std::count(m.found.begin(), m.found.end(), true), expected);
    EXPECT_EQ(std::count(m.truth.begin(), m.truth.end(), true), expected);
  }
}

TEST(Positions, PrecisionAndRecallByHand) {
  const std::vector<FoundAndTrue> traces{{0, {3, 10, 11, 40}, {4, 10, 90}}, {1, {}, {7}}, {2, {1}, {}}};
  const Agreement found = score_positions(traces, 3, 1, {.resamples = 50});
  EXPECT_DOUBLE_EQ(*found.precision.value, 2. / 5);
  EXPECT_EQ(found.precision.n_traces, 5);
  EXPECT_DOUBLE_EQ(*found.recall.value, 2. / 4);
  EXPECT_DOUBLE_EQ(*score_positions(traces, 3, 0, {.resamples = 50}).recall.value, 1. / 4);
  EXPECT_FALSE(score_positions({}, 3, 1).recall.value.has_value());
}

}  // namespace
}  // namespace thinktrace
