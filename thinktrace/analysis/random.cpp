// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/random.h"

namespace thinktrace {

// Multiply and shift; the few products that would favour some numbers are rejected.
uint32_t draw_below(std::mt19937_64& random, uint32_t n) {
  const uint32_t reject_below = -n % n;
  uint64_t product = 0;
  do {
    product = (random() >> 32) * n;
  } while (static_cast<uint32_t>(product) < reject_below);
  return static_cast<uint32_t>(product >> 32);
}

double draw_uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

}  // namespace thinktrace
