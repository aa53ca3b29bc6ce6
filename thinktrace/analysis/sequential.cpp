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

}  // namespace

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
  const double difference = rate(after) - rate(before);
  return {stays(-1) ? -1 : border(difference, -1, stays), stays(1) ? 1 : border(difference, 1, stays)};
}

Bounds rate_interval(const Tally& tally, double alpha) {
  if (tally.trials == 0) return {0, 1};
  const auto stays = [&](double p) {
    return log_mixture(tally) - log_likelihood(tally, p) < -std::log(alpha);
  };
  return {stays(0) ? 0 : border(rate(tally), 0, stays), stays(1) ? 1 : border(rate(tally), 1, stays)};
}

}  // namespace thinktrace
