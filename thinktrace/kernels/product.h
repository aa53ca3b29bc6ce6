// SPDX-License-Identifier: MIT
// product.h — weights packed for products with rows of numbers, and these products.
#pragma once
#include <cstddef>
#include <cstdint>

#include "thinktrace/kernels/team.h"
#include "thinktrace/kernels/tiles.h"

namespace thinktrace {

// Weights of n_out outputs by n_in inputs, in BF16, in panels (tiles.h); outputs that a last panel lacks are zeros.
// REQUIRES: n_in is even.
size_t packed_bytes(int64_t n_in, int64_t n_out);

// Puts the weights of one output in their place, each rounded to the nearest BF16.  weights: [n_in]
void pack_output(const float* weights, int64_t n_in, int64_t output, uint16_t* packed);

struct Product {
  const uint16_t* packed = nullptr;  // packed_bytes(n_in, n_out) bytes.
  int64_t n_in = 0, n_out = 0;
  const float* left = nullptr;  // [n_rows, n_in]
  int64_t left_stride = 0;      // Numbers from row to row.
  int64_t n_rows = 0;
  float* out = nullptr;  // [n_rows, n_out]: left times the weights, transposed.
  int64_t out_stride = 0;
};

// Computed in F32. A row's outputs hang on that row alone, to the last bit: not on how many rows there are, nor on the team.
void multiply(const Product& product, const Team& team, const Tiles& tiles = best_tiles());

}  // namespace thinktrace
