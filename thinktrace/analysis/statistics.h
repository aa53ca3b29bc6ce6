// SPDX-License-Identifier: MIT
// statistics.h — means, medians, correlations, percentiles and Wilson's interval, with counts as weights.
#pragma once
#include <optional>
#include <span>
#include <vector>

// A weight is how often a value counts: every function gives what it would give on the list in which each
// value stands that often. No weights: once each. Nothing where the statistic isn't defined (no values; for
// correlations, a variance of 0). REQUIRES: as many weights as values, or none; no weight below 0.
namespace thinktrace {

std::optional<double> mean(std::span<const double> values, std::span<const int> weights = {});

// The middle value, or the mean of the two in the middle. Cost: sorts.
std::optional<double> median(std::span<const double> values, std::span<const int> weights = {});

// The value below which a share q of `sorted` lies, linear between neighbours: position q (n - 1), as
// numpy.percentile has it. REQUIRES: sorted, not empty; 0 <= q <= 1.
double percentile(std::span<const double> sorted, double q);

// The six sums from which a correlation follows. Sums of integers are exact, so that a variance of 0 is found.
struct PairSums {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};
void add_pair(PairSums& sums, double x, double y, double weight = 1);
// Sums of squares and products about the mean: xx, xy, yy; n stays, x and y become 0.
PairSums centred(const PairSums& sums);
// Pearson's r; the point-biserial correlation where one variable is 0 or 1.
std::optional<double> correlation(const PairSums& sums);
// Pearson's r from sums that are already about means.
std::optional<double> correlation_of_centred(const PairSums& sums);
// Both variables centred on the means of their group, from each group's sums.
std::optional<double> correlation_within(std::span<const PairSums> groups);

std::optional<double> pearson(std::span<const double> x, std::span<const double> y,
                              std::span<const int> weights = {});
// Both variables centred on the mean of their group first, over groups of two or more (Bland & Altman 1995).
// REQUIRES: groups are 0 or more.
std::optional<double> pearson_within(std::span<const double> x, std::span<const double> y,
                                     std::span<const int> groups, std::span<const int> weights = {});

struct Bounds {
  double low = 0, high = 0;
};
// Wilson's score interval of a share seen in n independent cases. REQUIRES: n > 0, 0 < level < 1.
Bounds wilson_interval(double share, double n, double level = 0.95);

// The number below which a standard normal variable lies with probability p. REQUIRES: 0 < p < 1.
double normal_quantile(double p);

}  // namespace thinktrace
