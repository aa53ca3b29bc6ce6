// SPDX-License-Identifier: MIT
// log_sum_exp.h — passes over a row of logits, one number for each token of the vocabulary.
#pragma once
#include <span>

namespace thinktrace {

// Whether some value is not a number.
bool holds_nan(std::span<const float> values);

// The largest value. REQUIRES: values is not empty and holds no NaN.
float largest(std::span<const float> values);

// sum(exp(values - top)), each term within 2e-7 of itself; one below exp(-80) counts as exp(-80). The same bits on every
// machine, whatever the width of its vectors. REQUIRES: no value is larger than `top`, which is finite, or NaN.
double sum_exp(std::span<const float> values, float top);

// log(sum(exp(values))), without overflow: NaN where a value is NaN, else +inf where one is +inf, else -inf where all are
// -inf. Within 2e-7, and the same bits on every machine, as sum_exp(). REQUIRES: values is not empty.
// Cost: three passes (make pieces measures them).
double log_sum_exp(std::span<const float> values);

}  // namespace thinktrace
