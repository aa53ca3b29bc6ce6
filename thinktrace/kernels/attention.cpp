// SPDX-License-Identifier: MIT
// Shared out by heads of keys and by blocks of queries, so that keys and values, which are kept as F16, are turned into F32 once
// for all rows of a block. Tested by tests/unit/kernels_test.cpp against the formula.
#include "thinktrace/kernels/attention.h"

#include <algorithm>
#include <cstring>

namespace thinktrace {
namespace {

constexpr int kQueriesAtOnce = 64, kFewestAtOnce = 8;

// Small enough that everybody has a few blocks to do.
int queries_of_a_block(const Attention& a, int members) {
  int queries = kQueriesAtOnce;
  const auto items = [&] { return a.n_kv_heads * ((a.n_queries + queries - 1) / queries); };
  while (members > 1 && queries > kFewestAtOnce && items() < 3 * members) queries /= 2;
  return queries;
}

struct Block {
  int kv_head, first, n_queries;
};

void attend_block(const Attention& a, const Block& block, float* scratch, const Tiles& tiles) {
  const int group = a.n_heads / a.n_kv_heads;
  const int n_rows = block.n_queries * group;
  float* queries = scratch;
  float* out = queries + static_cast<size_t>(n_rows) * a.n_key;
  for (int row = 0; row < n_rows; row++) {
    const int head = block.kv_head * group + row % group;
    const char* from = a.queries + (block.first + row / group) * a.query_stride + head * a.query_head_stride;
    float* to = queries + static_cast<size_t>(row) * a.n_key;
    std::memcpy(to, from, a.n_key * sizeof(float));
    for (int i = 0; i < a.n_key; i++) to[i] *= a.scale;
  }
  tiles.attend({.queries = queries,
                .n_rows = n_rows,
                .rows_per_mask = group,
                .mask = reinterpret_cast<const uint16_t*>(reinterpret_cast<const char*>(a.mask) +
                                                          block.first * a.mask_stride),
                .mask_stride = a.mask_stride / sizeof(uint16_t),
                .keys = a.keys + block.kv_head * a.key_head_stride,
                .values = a.values + block.kv_head * a.value_head_stride,
                .key_stride = a.key_stride,
                .value_stride = a.value_stride,
                .n_cells = a.n_cells,
                .n_key = a.n_key,
                .n_value = a.n_value,
                .scratch = out + static_cast<size_t>(n_rows) * a.n_value,
                .out = out});
  for (int row = 0; row < n_rows; row++) {
    const int head = block.kv_head * group + row % group;
    std::memcpy(a.out + (block.first + row / group) * a.out_stride + head * a.out_head_stride,
                out + static_cast<size_t>(row) * a.n_value, a.n_value * sizeof(float));
  }
}

}  // namespace

bool can_attend(int n_key, int n_value) { return n_key > 0 && n_value > 0 && n_value % kPanel == 0; }

void attend(const Attention& a, const Team& team, std::vector<float>& scratch, const Tiles& tiles) {
  const int at_once = queries_of_a_block(a, team.size);
  const int blocks = (a.n_queries + at_once - 1) / at_once;
  const size_t rows = static_cast<size_t>(at_once) * (a.n_heads / a.n_kv_heads);
  const size_t each =
      rows * (a.n_key + a.n_value) + attention_scratch(static_cast<int>(rows), a.n_key, a.n_value);
  if (scratch.size() < each * team.size) scratch.resize(each * team.size);
  share(team, a.n_kv_heads * blocks, [&](int item, int member) {
    const int first = item % blocks * at_once;
    attend_block(a, {item / blocks, first, std::min(at_once, a.n_queries - first)},
                 scratch.data() + each * member, tiles);
  });
}

}  // namespace thinktrace
