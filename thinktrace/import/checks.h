// SPDX-License-Identifier: MIT
// checks.h — what the labels and numbers of an imported trace must satisfy.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/error.h"

namespace thinktrace {

constexpr int kMostSamples = 1 << 24;  // No sample has a higher number.

// What is thrown where an imported trace is not as it must be.
inline Error bad(const std::string& why) { return {ErrorKind::kInput, why}; }

// Throws Error (kInput) with a reason unless there are `n_options` labels, none empty, no two alike.
void check_labels(const std::vector<std::string>& labels, int n_options);

// Throws Error (kInput) with a reason unless `positions` increase from 0 or more and none is above `last`.
void check_positions(const std::vector<int>& positions, int last);

// `values` as 32-bit floats; what was written from floats comes back to the same bits. Throws Error (kInput) if one that is
// finite does not fit.
std::vector<float> floats_of(const std::vector<double>& values);

// The logarithms of probabilities. Throws Error (kInput) for one that is not between 0 and 1.
std::vector<float> logs_of(const std::vector<double>& probabilities);

// Throws Error (kInput) unless each row of `logprobs` can be the log-probabilities of `n_options` disjoint events: none
// above 0, their sum not above 1 but for rounding.
void check_masses(const std::vector<float>& logprobs, int n_options);

}  // namespace thinktrace
