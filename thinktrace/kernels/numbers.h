// SPDX-License-Identifier: MIT
// numbers.h — 16-bit numbers and an exponential, written so that the compiler makes vectors of loops over them.
#pragma once
#include <cstdint>

// Never left as a function of its own, which a linker could take from a file compiled for a newer CPU (tiles.cpp): hence no
// function of the standard library here either.
#define THINKTRACE_INLINE inline __attribute__((always_inline))

namespace thinktrace {

// BF16 is the upper half of an F32.
THINKTRACE_INLINE float float_of_bf16(uint16_t bits) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(bits) << 16);
}

// The nearest BF16, ties to the even one; what is not a number stays none.
THINKTRACE_INLINE uint16_t bf16_of_float(float x) {
  constexpr uint32_t kNoSign = 0x7fffffff, kInfinity = 0x7f800000, kQuiet = 0x400000;
  const auto bits = __builtin_bit_cast(uint32_t, x);
  const uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);
  return static_cast<uint16_t>(((bits & kNoSign) > kInfinity ? bits | kQuiet : rounded) >> 16);
}

// IEEE half to single, exactly. Its exponent is moved by a multiplication, which makes small (denormal) numbers right as well.
THINKTRACE_INLINE float float_of_half(uint16_t bits) {
  constexpr float kMoveExponent = 0x1p112f;
  constexpr float kBeyond = 65536;  // Where infinity and what is not a number come to lie.
  const float magnitude =
      __builtin_bit_cast(float, static_cast<uint32_t>(bits & 0x7fff) << 13) * kMoveExponent;
  const uint32_t special = magnitude >= kBeyond ? 0x7f800000u : 0u;
  return __builtin_bit_cast(
      float, __builtin_bit_cast(uint32_t, magnitude) | special | static_cast<uint32_t>(bits & 0x8000) << 16);
}

// exp(-|x|), 0 (nearly: 2e-35) from |x| = 80 on; within 8e-8 of itself. 2^n times a polynomial of what is left: coefficients of
// Cephes' expf (Moshier 1992). Compared as bits, since a comparison of floats may trap, which keeps GCC from making vectors.
THINKTRACE_INLINE float exp_below_zero(float x) {
  constexpr int32_t kNoSign = 0x7fffffff;
  constexpr float kFarthest = 80, kLog2e = 1.44269504f;
  constexpr float kShift = 12582912;  // Three times 2^22: added, it leaves whole numbers, in the low bits.
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  const int32_t magnitude = __builtin_bit_cast(int32_t, x) & kNoSign,
                farthest = __builtin_bit_cast(int32_t, kFarthest);
  x = -__builtin_bit_cast(float, magnitude < farthest ? magnitude : farthest);
  const float shifted = x * kLog2e + kShift;
  const float n = shifted - kShift;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1;
  constexpr int kMantissa = 23;
  return __builtin_bit_cast(
      float, __builtin_bit_cast(uint32_t, p) + (__builtin_bit_cast(uint32_t, shifted) << kMantissa));
}

}  // namespace thinktrace
