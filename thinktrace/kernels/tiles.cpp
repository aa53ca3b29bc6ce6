// SPDX-License-Identifier: MIT
// Compiled once for each kind of CPU (CMakeLists.txt), as THINKTRACE_TILES. Nothing but headers without functions that a linker
// could take from here for another file is included: such a function would fail on an older machine.
//
// A tile of kHeight rows by two vectors of columns stays in registers while it goes along the inner dimension: for each step two
// vectors are loaded, and each row's number is multiplied into both (Goto & van de Geijn 2008, doi 10.1145/1356052.1356053).
//
// Attention goes over the cells a strip of kPanel at a time, with the sums so far rescaled when a larger product comes (Milakov &
// Gimelshein 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135). A strip that the mask hides from all rows of a tile is
// passed over: of the cells of a probe's own branch and those of the other branches only the former are computed.
// Tested by tests/unit/kernels_test.cpp against loops written out.
#include "thinktrace/kernels/tiles.h"

#include <string.h>

#include "thinktrace/kernels/numbers.h"

namespace thinktrace {
namespace {

#if defined(__AVX512F__)
constexpr int64_t kLanes = 16, kHeight = 12;  // 32 registers: two a row, and the rest for what is loaded.
#elif defined(__AVX2__)
constexpr int64_t kLanes = 8, kHeight = 5;  // 16 registers.
#else
constexpr int64_t kLanes = 4, kHeight = 5;
#endif
constexpr int64_t kWidth = 2 * kLanes;
using Floats = float __attribute__((vector_size(kLanes * 4)));
using Bits = uint32_t __attribute__((vector_size(kLanes * 4)));

template <class V>
THINKTRACE_INLINE V load(const void* from) {
  V v;
  memcpy(&v, from, sizeof v);
  return v;
}
template <class V>
THINKTRACE_INLINE void store(void* to, const V& v) {
  memcpy(to, &v, sizeof v);
}

// Calls tile.template go<n>(first) for whole tiles of kHeight rows and for what is left.
template <int kRows, class Tile>
THINKTRACE_INLINE void rest_of_rows(const Tile& tile, int64_t first, int64_t left) {
  if (left == kRows) {
    tile.template go<kRows>(first);
  } else if constexpr (kRows > 1) {
    rest_of_rows<kRows - 1>(tile, first, left);
  }
}
template <class Tile>
THINKTRACE_INLINE void for_tiles(int64_t n_rows, const Tile& tile) {
  int64_t row = 0;
  for (; row + kHeight <= n_rows; row += kHeight) tile.template go<kHeight>(row);
  rest_of_rows<kHeight - 1>(tile, row, n_rows - row);
}

struct ProductTile {
  const PanelProduct& p;
  template <int kRows>
  void go(int64_t first) const {
    for (int64_t column = 0; column < kPanel; column += kWidth) columns<kRows>(first, column);
  }
  template <int kRows>
  THINKTRACE_INLINE void columns(int64_t first, int64_t column) const {
    const float* left = p.left + first * p.left_stride;
    Floats a[kRows], b[kRows];
    for (int64_t r = 0; r < kRows; r++) a[r] = b[r] = Floats{};
    for (int64_t i = 0; i < p.n_in; i += 2) {
      const uint16_t* w = p.panel + i * kPanel + column * 2;
      const Bits w0 = load<Bits>(w), w1 = load<Bits>(w + 2 * kLanes);
      const Floats even0 = reinterpret_cast<Floats>(w0 << 16),
                   odd0 = reinterpret_cast<Floats>(w0 & 0xffff0000u);
      const Floats even1 = reinterpret_cast<Floats>(w1 << 16),
                   odd1 = reinterpret_cast<Floats>(w1 & 0xffff0000u);
      for (int64_t r = 0; r < kRows; r++) {
        const float x = left[r * p.left_stride + i], y = left[r * p.left_stride + i + 1];
        a[r] += even0 * x;
        b[r] += even1 * x;
        a[r] += odd0 * y;
        b[r] += odd1 * y;
      }
    }
    for (int64_t r = 0; r < kRows; r++) {
      store(p.out + (first + r) * p.out_stride + column, a[r]);
      store(p.out + (first + r) * p.out_stride + column + kLanes, b[r]);
    }
  }
};

void multiply(const PanelProduct& product) { for_tiles(product.n_rows, ProductTile{product}); }

// sums[r][c] += sum over i of left[r][i] * right[i][c], for kRows rows and kWidth columns.
template <int kRows>
THINKTRACE_INLINE void add_products(const float* left, size_t left_stride, int64_t steps, const float* right,
                                    size_t right_stride, float* sums, size_t sums_stride) {
  Floats a[kRows], b[kRows];
  for (int64_t r = 0; r < kRows; r++) {
    a[r] = load<Floats>(sums + r * sums_stride);
    b[r] = load<Floats>(sums + r * sums_stride + kLanes);
  }
  for (int64_t i = 0; i < steps; i++) {
    const auto v = load<Floats>(right + i * right_stride),
               w = load<Floats>(right + i * right_stride + kLanes);
    for (int64_t r = 0; r < kRows; r++) {
      const float x = left[r * left_stride + i];
      a[r] += v * x;
      b[r] += w * x;
    }
  }
  for (int64_t r = 0; r < kRows; r++) {
    store(sums + r * sums_stride, a[r]);
    store(sums + r * sums_stride + kLanes, b[r]);
  }
}

constexpr float kInfinity = __builtin_huge_valf();
constexpr uint16_t kHidden = 0xfc00;  // -infinity as a half.

// The combination of all lanes; what is in them is lost.
template <class Combine>
THINKTRACE_INLINE float over_lanes(float* lanes, const Combine& combine) {
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) lanes[l] = combine(lanes[l], lanes[l + half]);
  }
  return lanes[0];
}
struct Larger {
  THINKTRACE_INLINE float operator()(float a, float b) const { return b > a ? b : a; }
};
struct Sum {
  THINKTRACE_INLINE float operator()(float a, float b) const { return a + b; }
};

// A strip of up to kStrip cells, for all rows.
struct Strip {
  const RowsAttention& a;
  int64_t first_cell, n_cells;
  const float* keys;    // [kStripPanels, n_key, kPanel]
  const float* values;  // [kStrip, n_value]
  float* largest;       // Of each row so far, -infinity where nothing was looked at.  [n_rows]
  float* total;         // [n_rows]

  // Adds -infinity for the cells that a query doesn't look at; false where that is all of them.
  bool read_mask(const uint16_t* mask, int64_t panel, float* to) const {
    const int64_t n = n_cells - panel * kPanel < kPanel ? n_cells - panel * kPanel : kPanel;
    uint16_t whole[kPanel];
    for (int64_t c = 0; c < kPanel; c++) whole[c] = kHidden;
    if (n > 0) memcpy(whole, mask + panel * kPanel, n * sizeof *whole);
    int seen = 0;
    for (int64_t c = 0; c < kPanel; c++) {
      to[c] = float_of_half(whole[c]);
      seen |= whole[c] != kHidden;
    }
    return seen != 0;
  }

  template <int kRows>
  void go(int64_t first) const {
    float masks[kRows][kStrip];  // One for each query that has a row here.
    float weights[kRows][kStrip];
    bool seen[kStripPanels] = {};
    const int64_t first_query = first / a.rows_per_mask, last_query = (first + kRows - 1) / a.rows_per_mask;
    for (int64_t q = first_query; q <= last_query; q++) {
      for (int64_t p = 0; p < kStripPanels; p++)
        seen[p] |= read_mask(a.mask + q * a.mask_stride + first_cell, p, masks[q - first_query] + p * kPanel);
    }
    int64_t panels[kStripPanels];
    int64_t n_panels = 0;
    for (int64_t p = 0; p < kStripPanels; p++) {
      if (seen[p]) panels[n_panels++] = p;
    }
    if (n_panels == 0) return;
    for (int64_t i = 0; i < n_panels; i++) {
      for (int64_t column = panels[i] * kPanel; column < (panels[i] + 1) * kPanel; column += kWidth) {
        for (int64_t r = 0; r < kRows; r++) memset(weights[r] + column, 0, kWidth * sizeof(float));
        add_products<kRows>(a.queries + first * a.n_key, a.n_key, a.n_key,
                            keys + panels[i] * kPanel * a.n_key + column % kPanel, kPanel,
                            weights[0] + column, kStrip);
      }
    }
    for (int64_t r = 0; r < kRows; r++)
      weigh(first + r, masks[(first + r) / a.rows_per_mask - first_query], panels, n_panels, weights[r]);
    for (int64_t column = 0; column < a.n_value; column += kWidth) {
      for (int64_t i = 0; i < n_panels; i++) {
        const int64_t cell = panels[i] * kPanel;
        add_products<kRows>(weights[0] + cell, kStrip, kPanel, values + cell * a.n_value + column, a.n_value,
                            a.out + first * a.n_value + column, a.n_value);
      }
    }
  }

  // From products to weights; what was summed so far is rescaled.
  THINKTRACE_INLINE void weigh(int64_t row, const float* mask, const int64_t* panels, int64_t n_panels,
                               float* weights) const {
    float lanes[kLanes];
    for (int64_t l = 0; l < kLanes; l++) lanes[l] = largest[row];
    for (int64_t i = 0; i < n_panels; i++) {
      for (int64_t c = panels[i] * kPanel; c < (panels[i] + 1) * kPanel; c += kLanes) {
        for (int64_t l = 0; l < kLanes; l++) {
          // Hidden, whatever stands in such a cell.
          weights[c + l] = mask[c + l] == -kInfinity ? -kInfinity : weights[c + l] + mask[c + l];
          lanes[l] = weights[c + l] > lanes[l] ? weights[c + l] : lanes[l];
        }
      }
    }
    const float found = over_lanes(lanes, Larger{});
    const float top = found == -kInfinity ? 0 : found;  // Nothing is looked at: all weights are 0.
    for (int64_t l = 0; l < kLanes; l++) lanes[l] = 0;
    for (int64_t i = 0; i < n_panels; i++) {
      for (int64_t c = panels[i] * kPanel; c < (panels[i] + 1) * kPanel; c += kLanes) {
        for (int64_t l = 0; l < kLanes; l++) {
          const float weight = weights[c + l] == -kInfinity ? 0 : exp_below_zero(weights[c + l] - top);
          weights[c + l] =
              weights[c + l] == weights[c + l] ? weight : weights[c + l];  // What is no number must be seen.
          lanes[l] += weights[c + l];
        }
      }
    }
    if (found > largest[row]) {
      const float scale = largest[row] == -kInfinity ? 0 : exp_below_zero(largest[row] - found);
      total[row] *= scale;
      float* out = a.out + static_cast<size_t>(row) * a.n_value;
      for (int64_t i = 0; i < a.n_value; i++) out[i] *= scale;
      largest[row] = found;
    }
    total[row] += over_lanes(lanes, Sum{});
  }
};

bool anybody_looks(const RowsAttention& a, int64_t first_cell, int64_t n_cells) {
  for (int64_t q = 0; q * a.rows_per_mask < a.n_rows; q++) {
    const uint16_t* mask = a.mask + q * a.mask_stride + first_cell;
    int seen = 0;
    for (int64_t c = 0; c < n_cells; c++) seen |= mask[c] != kHidden;
    if (seen != 0) return true;
  }
  return false;
}

// Keys of a panel with the cells beside each other, values cell by cell. `row`: n_key numbers.
THINKTRACE_INLINE void read_cell(const RowsAttention& a, int64_t cell, int64_t at, float* row, float* keys,
                                 float* values) {
  const char* key = a.keys + cell * a.key_stride;
  const char* value = a.values + cell * a.value_stride;
  for (int64_t i = 0; i < a.n_key; i++) row[i] = float_of_half(reinterpret_cast<const uint16_t*>(key)[i]);
  for (int64_t i = 0; i < a.n_value; i++)
    values[at * a.n_value + i] = float_of_half(reinterpret_cast<const uint16_t*>(value)[i]);
  float* column = keys + at / kPanel * kPanel * a.n_key + at % kPanel;
  for (int64_t i = 0; i < a.n_key; i++) column[i * kPanel] = row[i];
}

void attend(const RowsAttention& a) {
  float* row = a.scratch;
  float* keys = row + a.n_key;
  float* values = keys + static_cast<size_t>(a.n_key) * kStrip;
  float* largest = values + static_cast<size_t>(a.n_value) * kStrip;
  float* total = largest + a.n_rows;
  for (int64_t r = 0; r < a.n_rows; r++) largest[r] = -kInfinity, total[r] = 0;
  memset(a.out, 0, sizeof(float) * a.n_rows * a.n_value);
  memset(a.scratch, 0,
         sizeof(float) * (largest - a.scratch));  // Where a strip ends early: hidden, but no odd numbers.
  for (int64_t first = 0; first < a.n_cells; first += kStrip) {
    const int64_t n = a.n_cells - first < kStrip ? a.n_cells - first : kStrip;
    if (!anybody_looks(a, first, n)) continue;
    for (int64_t c = 0; c < n; c++) read_cell(a, first + c, c, row, keys, values);
    for_tiles(a.n_rows, Strip{a, first, n, keys, values, largest, total});
  }
  for (int64_t r = 0; r < a.n_rows; r++) {
    const float share = total[r] == 0 ? 0 : 1 / total[r];
    float* out = a.out + static_cast<size_t>(r) * a.n_value;
    for (int64_t i = 0; i < a.n_value; i++) out[i] *= share;
  }
}

}  // namespace

#define QUOTE(name) #name
#define NAME_OF(name) QUOTE(name)
#define TILES(name) tiles_##name
#define TILES_NAMED(name) TILES(name)
extern const Tiles TILES_NAMED(THINKTRACE_TILES);
const Tiles TILES_NAMED(THINKTRACE_TILES) = {NAME_OF(THINKTRACE_TILES), multiply, attend};

}  // namespace thinktrace
