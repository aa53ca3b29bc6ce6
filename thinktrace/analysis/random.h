// SPDX-License-Identifier: MIT
// random.h — draws that are the same on every machine: the standard library's distributions differ between systems.
#pragma once
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace thinktrace {

// Each of 0, …, n - 1 with the same chance (Lemire 2019, arXiv 1805.10941). REQUIRES: n > 0.
uint32_t draw_below(std::mt19937_64& random, uint32_t n);

// At least 0 and below 1, in steps of 2^-53.
double draw_uniform(std::mt19937_64& random);

// Every order has the same chance (Fisher & Yates 1938; Knuth's Algorithm P). REQUIRES: fewer than 2^32 elements.
template <class T>
void shuffle(std::mt19937_64& random, std::vector<T>& values) {
  for (size_t i = values.size(); i > 1; i--)
    std::swap(values[i - 1], values[draw_below(random, static_cast<uint32_t>(i))]);
}

}  // namespace thinktrace
