// SPDX-License-Identifier: MIT
// Loops that the compiler makes into vectors of whatever width the machine has, with the same result for each: values are
// added into a fixed number of lanes, a multiply and an add stay two roundings (-ffp-contract=off, see CMakeLists.txt), and
// whatever is compared within a loop is compared as bits, since a comparison of floats may trap, which keeps GCC from making
// vectors. Tested by tests/unit/log_sum_exp_test.cpp against the sum written out.
#include "thinktrace/engine/log_sum_exp.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "thinktrace/kernels/numbers.h"

// GCC compiles a function so marked once for each kind of CPU, and the program takes the one that fits. Sanitizers come up
// too late for the choice.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define THINKTRACE_FOR_EACH_CPU __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define THINKTRACE_FOR_EACH_CPU
#endif

namespace thinktrace {
namespace {

constexpr size_t kLanes = 16;
constexpr size_t kBlock = 256;  // Values whose exponentials are computed in one go.
constexpr int32_t kNoSign = 0x7fffffff, kInfinityBits = 0x7f800000;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

THINKTRACE_FOR_EACH_CPU bool holds_nan(std::span<const float> values) {
  int32_t found = 0;
  for (const float v : values) found |= (std::bit_cast<int32_t>(v) & kNoSign) > kInfinityBits;
  return found != 0;
}

THINKTRACE_FOR_EACH_CPU float largest(std::span<const float> values) {
  float lanes[kLanes];
  std::fill(lanes, lanes + kLanes, -kInfinity);
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t l = 0; l < kLanes; l++) lanes[l] = values[i + l] > lanes[l] ? values[i + l] : lanes[l];
  }
  for (; i < values.size(); i++) lanes[0] = std::max(lanes[0], values[i]);
  return *std::max_element(lanes, lanes + kLanes);
}

THINKTRACE_FOR_EACH_CPU double sum_exp(std::span<const float> values, float top) {
  double lanes[kLanes] = {};
  float exps[kBlock];
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    const size_t n = std::min(kBlock, values.size() - begin);
    const float* block = values.data() + begin;
    for (size_t i = 0; i < n; i++) exps[i] = exp_below_zero(block[i] - top);
    std::fill(exps + n, exps + kBlock, 0.0f);
    for (size_t i = 0; i < kBlock; i += kLanes) {
      for (size_t l = 0; l < kLanes; l++) lanes[l] += exps[i + l];
    }
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

double log_sum_exp(std::span<const float> values) {
  if (holds_nan(values)) return std::numeric_limits<double>::quiet_NaN();
  const float top = largest(values);
  if (std::isinf(top)) return top;
  return top + std::log(sum_exp(values, top));
}

}  // namespace thinktrace
