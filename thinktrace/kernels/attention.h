// SPDX-License-Identifier: MIT
// attention.h — attention of many queries over a cache, most of which a query may not look at.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "thinktrace/kernels/team.h"
#include "thinktrace/kernels/tiles.h"

namespace thinktrace {

// Strides are in bytes. Heads of queries share those of keys and values in order: n_heads / n_kv_heads neighbours each.
struct Attention {
  int n_queries = 0, n_cells = 0, n_heads = 0, n_kv_heads = 0;
  int n_key = 0, n_value = 0;     // Numbers of a head's key and value.
  float scale = 1;                // Of the products of queries and keys.
  const char* queries = nullptr;  // F32: [n_heads, n_queries, n_key]
  size_t query_stride = 0, query_head_stride = 0;
  const char* keys = nullptr;  // F16: [n_kv_heads, n_cells, n_key]
  size_t key_stride = 0, key_head_stride = 0;
  const char* values = nullptr;  // F16: [n_kv_heads, n_cells, n_value]
  size_t value_stride = 0, value_head_stride = 0;
  const uint16_t* mask =
      nullptr;  // F16, added to the scaled products; -infinity hides a cell: [n_queries, n_cells]
  size_t mask_stride = 0;
  char* out = nullptr;  // F32: [n_queries, n_heads, n_value]
  size_t out_stride = 0, out_head_stride = 0;
};

// Whether attend() can do it: values of a multiple of kPanel numbers.
bool can_attend(int n_key, int n_value);

// softmax(scale * queries keys^T + mask) values, computed in F32; 0 where everything is hidden. What is hidden from neighbouring
// queries alike is not computed. A query's result hangs on the cells that it sees and on where in the cache they are, not on the
// other queries, nor on the team. REQUIRES: values are finite, those of hidden cells too. `scratch` is made as large as is needed and can be used again.
void attend(const Attention& attention, const Team& team, std::vector<float>& scratch,
            const Tiles& tiles = best_tiles());

}  // namespace thinktrace
