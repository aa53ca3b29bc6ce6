// SPDX-License-Identifier: MIT
// -log of a binomial likelihood is convex in p, so log M(p) + log M(p + d) is convex in (p, d), its least over p is convex
// in d, and what is not ruled out is an interval around the observed difference. Least values are found by halving the
// interval in which the derivative changes its sign. Tested by tests/unit/analysis_sequential_test.cpp against scipy, a
// grid, and simulations of the error rates.
#include "thinktrace/analysis/sequential.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thinktrace {
namespace {

constexpr int kHalvings = 60;

int failures(const Tally& t) { return t.trials - t.successes; }

// log(p^s (1 - p)^f), with 0 log 0 = 0.
double log_likelihood(const Tally& t, double p) {
  const double won = t.successes == 0 ? 0 : t.successes * std::log(p);
  const double lost = failures(t) == 0 ? 0 : failures(t) * std::log1p(-p);
  return won + lost;
}

double slope(const Tally& t, double p) {
  const double won = t.successes == 0 ? 0 : t.successes / p;
  const double lost = failures(t) == 0 ? 0 : failures(t) / (1 - p);
  return won - lost;
}

// log of B(1/2 + s, 1/2 + f) / B(1/2, 1/2), where B(1/2, 1/2) is pi.
double log_mixture(const Tally& t) {
  return std::lgamma(.5 + t.successes) + std::lgamma(.5 + failures(t)) - std::lgamma(1. + t.trials) -
         std::log(std::numbers::pi);
}

double rate(const Tally& t) { return static_cast<double>(t.successes) / t.trials; }

// Where `holds` stops to hold between a place where it does and one where it doesn't.
template <class Holds>
double border(double holds_at, double fails_at, const Holds& holds) {
  for (int i = 0; i < kHalvings; i++) {
    const double middle = (holds_at + fails_at) / 2;
    (holds(middle) ? holds_at : fails_at) = middle;
  }
  return holds_at;
}

// The evidence against a difference grows with its distance from the observed one: it is enough to look at the ends
// of what is to be ruled out that are nearest to it.
template <class Evidence>
Verdict judge(double observed, const DifferenceOptions& options, const Evidence& evidence) {
  const auto ruled_out = [&](double d) { return evidence(d) >= -std::log(options.alpha); };
  if (std::fabs(observed) < options.least && ruled_out(options.least) && ruled_out(-options.least))
    return Verdict::kAlike;
  if (std::fabs(observed) > options.negligible && ruled_out(std::copysign(options.negligible, observed)))
    return Verdict::kDiffer;
  return Verdict::kUndecided;
}

// log N(f), of n tosses of which k came through.
double log_coming_through(int k, int n, double f) {
  const double never = k == 0 ? 1 : 0, always = k == n ? 1 : 0;
  const double likelihood = log_likelihood({k, n}, f);
  return std::log((never + always + std::exp(log_mixture({k, n}))) / 3) - likelihood;
}

Tally strayed(const SharedTallies& t) {
  return {t.before.successes - t.shared.successes, t.before.trials - t.shared.trials};
}

// The most likely difference.
double observed_difference(const SharedTallies& t) {
  const Tally stray = strayed(t);
  if (stray.trials == 0) return 0;
  return static_cast<double>(stray.trials) / t.before.trials * (rate(t.after) - rate(stray));
}

// What is not ruled out, around what was observed.
template <class Stays>
Bounds bounds_around(double observed, const Stays& stays) {
  return {stays(-1) ? -1 : border(observed, -1, stays), stays(1) ? 1 : border(observed, 1, stays)};
}

// The least evidence over all f, or some that is below `enough`: whether there is any is asked far more often than how much, and
// mostly the observed share tells.
double least_evidence(const SharedTallies& t, double difference, double enough) {
  const Tally stray = strayed(t);
  const int n = t.before.trials, k = t.shared.trials;
  const double largest = 1 - std::fabs(difference);
  // Where nothing strays the successes may be anything.
  const auto of_successes = [&](double f) {
    if (f < 1) return evidence_against(stray, t.after, std::clamp(difference / (1 - f), -1., 1.));
    const auto least = [](const Tally& one) {
      return one.trials == 0 ? 0 : log_mixture(one) - log_likelihood(one, rate(one));
    };
    return least(stray) + least(t.after);
  };
  const auto evidence = [&](double f) {
    const double successes = of_successes(f);
    const double bet =
        successes > 0 ? successes + std::log1p(std::exp(-successes)) : std::log1p(std::exp(successes));
    return log_coming_through(k, n, f) + bet - std::log(2);
  };
  double least = evidence(std::min(largest, n > 0 ? static_cast<double>(k) / n : 0));
  // Of both summands neither has more than one valley, but their sum may: a grid finds the one that is deepest.
  constexpr int kGrid = 40;
  int deepest = 0;
  double lowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kGrid && least >= enough; i++) {
    const double here = evidence(largest * i / kGrid);
    if (here < lowest) {
      lowest = here;
      deepest = i;
    }
    least = std::min(least, here);
  }
  double low = largest * std::max(0, deepest - 1) / kGrid,
         high = largest * std::min(kGrid, deepest + 1) / kGrid;
  constexpr int kSteps = 24;
  for (int i = 0; i < kSteps && least >= enough; i++) {
    const double left = low + (high - low) * .382, right = low + (high - low) * .618;
    const double at_left = evidence(left), at_right = evidence(right);
    least = std::min({least, at_left, at_right});
    (at_left < at_right ? high : low) = at_left < at_right ? right : left;
  }
  return least;
}

}  // namespace

double evidence_against(const SharedTallies& t, double difference) {
  return least_evidence(t, difference, -std::numeric_limits<double>::infinity());
}

Verdict compare_shared_rates(const SharedTallies& t, const DifferenceOptions& options) {
  if (t.before.trials == 0 || t.after.trials == 0) return Verdict::kUndecided;
  return judge(observed_difference(t), options,
               [&](double d) { return least_evidence(t, d, -std::log(options.alpha)); });
}

Bounds difference_interval(const SharedTallies& t, double alpha) {
  if (t.before.trials == 0 || t.after.trials == 0) return {-1, 1};
  return bounds_around(observed_difference(t),
                       [&](double d) { return least_evidence(t, d, -std::log(alpha)) < -std::log(alpha); });
}

double evidence_against(const Tally& before, const Tally& after, double difference) {
  const double lowest = std::max(0.0, -difference), highest = std::min(1.0, 1 - difference);
  // The likelihood rises in p as long as the slopes' sum is above 0.
  const double p = border(lowest, highest, [&](double x) {
    return slope(before, x) + slope(after, std::clamp(x + difference, 0.0, 1.0)) > 0;
  });
  const double p_after = std::clamp(p + difference, 0.0, 1.0);  // Rounding may carry it outside.
  return log_mixture(before) + log_mixture(after) - log_likelihood(before, p) -
         log_likelihood(after, p_after);
}

Verdict compare_rates(const Tally& before, const Tally& after, const DifferenceOptions& options) {
  if (before.trials == 0 || after.trials == 0) return Verdict::kUndecided;
  return judge(rate(after) - rate(before), options,
               [&](double d) { return evidence_against(before, after, d); });
}

Verdict compare_with_chance(const Tally& tally, double chance, const DifferenceOptions& options) {
  if (tally.trials == 0) return Verdict::kUndecided;
  return judge(rate(tally) - chance, options, [&](double d) {
    const double p = chance + d;
    if (p < 0 || p > 1) return std::numeric_limits<double>::infinity();
    return log_mixture(tally) - log_likelihood(tally, p);
  });
}

Bounds difference_interval(const Tally& before, const Tally& after, double alpha) {
  const double enough = -std::log(alpha);
  const auto stays = [&](double d) { return evidence_against(before, after, d) < enough; };
  if (before.trials == 0 || after.trials == 0) return {-1, 1};
  return bounds_around(rate(after) - rate(before), stays);
}

Bounds rate_interval(const Tally& tally, double alpha) {
  if (tally.trials == 0) return {0, 1};
  const auto stays = [&](double p) {
    return log_mixture(tally) - log_likelihood(tally, p) < -std::log(alpha);
  };
  return {stays(0) ? 0 : border(rate(tally), 0, stays), stays(1) ? 1 : border(rate(tally), 1, stays)};
}

}  // namespace thinktrace
