// SPDX-License-Identifier: MIT
// tiles.h — the innermost loops of products and attention, one set for each kind of CPU.
//
// tiles.cpp is compiled once for each (CMakeLists.txt), with vectors as wide as that kind has them; best_tiles() takes the set
// that this machine can run. What a row's numbers come to hangs neither on how many rows there are nor on which tile it is in.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace thinktrace {

// Weights are kept in panels of so many outputs: for each pair of inputs the 32 outputs' two weights beside each other, in BF16.
//   [n_in / 2][kPanel][2]
inline constexpr int64_t kPanel = 32;

struct PanelProduct {
  const uint16_t* panel = nullptr;
  const float* left = nullptr;  // [n_rows, n_in]
  size_t left_stride = 0;       // Numbers from row to row.
  int64_t n_in = 0;             // Even.
  int64_t n_rows = 0;
  float* out = nullptr;  // [n_rows, kPanel]
  size_t out_stride = 0;
};

// Attention of rows (pairs of a query and a head) that share their keys and values.
struct RowsAttention {
  const float* queries = nullptr;  // Scaled: [n_rows, n_key]
  int64_t n_rows = 0;
  int64_t rows_per_mask = 1;  // So many neighbouring rows have one row of the mask: the heads of a query.
  const uint16_t* mask =
      nullptr;  // F16, added to the products, -infinity where not to be looked at: [n_rows / rows_per_mask, n_cells]
  size_t mask_stride = 0;                       // Numbers.
  const char* keys = nullptr;                   // F16: [n_cells, n_key]
  const char* values = nullptr;                 // F16: [n_cells, n_value]
  size_t key_stride = 0, value_stride = 0;      // Bytes from cell to cell.
  int64_t n_cells = 0, n_key = 0, n_value = 0;  // n_value a multiple of kPanel.
  float* scratch = nullptr;                     // attention_scratch() numbers.
  float* out = nullptr;                         // [n_rows, n_value]
};
// Cells that are looked at together, and numbers of scratch that an attention of this shape needs.
inline constexpr int64_t kStripPanels = 4, kStrip = kStripPanels * kPanel;
inline constexpr size_t attention_scratch(int64_t n_rows, int64_t n_key, int64_t n_value) {
  return static_cast<size_t>(n_key) + static_cast<size_t>(kStrip) * (n_key + n_value) +
         2 * static_cast<size_t>(n_rows);
}

struct Tiles {
  const char* name;
  void (*multiply)(const PanelProduct& product);
  void (*attend)(const RowsAttention& attention);
};

// The fastest set for this machine; the same at every call.
const Tiles& best_tiles();

// All sets that this machine can run, the slowest first; best_tiles() is the last.
std::span<const Tiles* const> runnable_tiles();

}  // namespace thinktrace
