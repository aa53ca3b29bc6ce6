// SPDX-License-Identifier: MIT
// Panels are shared out among the team, each with a few dozen rows, so that a panel stays in the cache near a core while all tiles
// of these rows go over it. Tested by tests/unit/kernels_test.cpp against a double loop.
#include "thinktrace/kernels/product.h"

#include <algorithm>

#include "thinktrace/kernels/numbers.h"

namespace thinktrace {
namespace {

constexpr int64_t kRowsAtOnce = 96;

int64_t n_panels(int64_t n_out) { return (n_out + kPanel - 1) / kPanel; }

// The last panel, which is not full, goes by a buffer.
void multiply_part(const Tiles& tiles, PanelProduct part, int64_t n_columns) {
  if (n_columns == kPanel) return tiles.multiply(part);
  float whole[kPanel];
  float* const out = part.out;
  const int64_t n_rows = part.n_rows;
  part.n_rows = 1;
  part.out = whole;
  for (int64_t row = 0; row < n_rows; row++) {
    tiles.multiply(part);
    std::copy_n(whole, n_columns, out + row * part.out_stride);
    part.left += part.left_stride;
  }
}

}  // namespace

size_t packed_bytes(int64_t n_in, int64_t n_out) {
  return sizeof(uint16_t) * n_in * n_panels(n_out) * kPanel;
}

void pack_output(const float* weights, int64_t n_in, int64_t output, uint16_t* packed) {
  uint16_t* to = packed + output / kPanel * kPanel * n_in + output % kPanel * 2;
  for (int64_t i = 0; i < n_in; i += 2) {
    to[i * kPanel] = bf16_of_float(weights[i]);
    to[i * kPanel + 1] = bf16_of_float(weights[i + 1]);
  }
}

void multiply(const Product& p, const Team& team, const Tiles& tiles) {
  const int64_t panels = n_panels(p.n_out), parts = (p.n_rows + kRowsAtOnce - 1) / kRowsAtOnce;
  share(team, static_cast<int>(panels * parts), [&](int item, int) {
    const int64_t panel = item / parts, first = item % parts * kRowsAtOnce;
    const PanelProduct part{.panel = p.packed + panel * kPanel * p.n_in,
                            .left = p.left + first * p.left_stride,
                            .left_stride = static_cast<size_t>(p.left_stride),
                            .n_in = p.n_in,
                            .n_rows = std::min(kRowsAtOnce, p.n_rows - first),
                            .out = p.out + first * p.out_stride + panel * kPanel,
                            .out_stride = static_cast<size_t>(p.out_stride)};
    multiply_part(tiles, part, std::min<int64_t>(kPanel, p.n_out - panel * kPanel));
  });
}

}  // namespace thinktrace
