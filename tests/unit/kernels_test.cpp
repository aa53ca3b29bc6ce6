// SPDX-License-Identifier: MIT
// Products and attention against loops written out in double precision, by the tiles of every kind of CPU that this machine is.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include "thinktrace/kernels/attention.h"
#include "thinktrace/kernels/numbers.h"
#include "thinktrace/kernels/product.h"

namespace thinktrace {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr uint16_t kHiddenHalf = 0xfc00;

// A team of threads made anew for each call.
Team team_of(int size) {
  return {.size = size, .run = [size](const auto& work) {
            std::vector<std::thread> others;
            for (int member = 1; member < size; member++)
              others.emplace_back([&work, member] { work(member); });
            work(0);
            for (std::thread& t : others) t.join();
          }};
}

std::vector<float> random_numbers(size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw;
  std::vector<float> numbers(n);
  for (float& x : numbers) x = draw(random);
  return numbers;
}

uint16_t half_of(float x) {  // The nearest half, by looking for it.
  uint16_t best = 0;
  for (uint32_t h = 0; h < 0x10000; h++) {
    const float v = float_of_half(static_cast<uint16_t>(h));
    if (std::fabs(v - x) < std::fabs(float_of_half(best) - x)) best = static_cast<uint16_t>(h);
  }
  return best;
}

TEST(KernelNumbers, HalvesAreWhatTheStandardSays) {
  for (uint32_t h = 0; h < 0x10000; h++) {
    const int exponent = static_cast<int>(h >> 10) & 31, mantissa = static_cast<int>(h & 1023);
    const double sign = h & 0x8000 ? -1 : 1;
    const float got = float_of_half(static_cast<uint16_t>(h));
    if (exponent == 31 && mantissa != 0) {
      EXPECT_TRUE(std::isnan(got)) << h;
    } else if (exponent == 31) {
      EXPECT_EQ(got, sign * kInfinity) << h;
    } else {
      EXPECT_EQ(got, sign * (exponent == 0 ? std::ldexp(mantissa, -24)
                                           : std::ldexp(1024 + mantissa, exponent - 25)))
          << h;
    }
  }
}

TEST(KernelNumbers, Bf16IsTheNearestWithTiesToEven) {
  for (const float x : random_numbers(10000, 1)) {
    const uint16_t got = bf16_of_float(x);
    const double off = std::fabs(static_cast<double>(float_of_bf16(got)) - x);
    for (const int step : {-1, 1})
      EXPECT_LE(off, std::fabs(static_cast<double>(float_of_bf16(static_cast<uint16_t>(got + step))) - x))
          << x;
  }
  EXPECT_EQ(bf16_of_float(std::bit_cast<float>(0x3f808000u)), 0x3f80);  // Halfway, the lower is even.
  EXPECT_EQ(bf16_of_float(std::bit_cast<float>(0x3f818000u)), 0x3f82);
  EXPECT_EQ(bf16_of_float(kInfinity), 0x7f80);
  EXPECT_EQ(bf16_of_float(3.4e38f), 0x7f80);  // Beyond the largest.
  EXPECT_TRUE(std::isnan(float_of_bf16(bf16_of_float(std::nanf("")))));
}

class KernelsOf : public ::testing::TestWithParam<const Tiles*> {};
INSTANTIATE_TEST_SUITE_P(AllTiles, KernelsOf,
                         ::testing::ValuesIn(runnable_tiles().begin(), runnable_tiles().end()),
                         [](const auto& tiles) { return tiles.param->name; });

struct Shape {
  int n_in, n_out, n_rows;
};

struct Packed {
  std::vector<float> weights, left;
  std::vector<uint16_t> packed;
  explicit Packed(const Shape& s)
      : weights(random_numbers(size_t(s.n_in) * s.n_out, 2)),
        left(random_numbers(size_t(s.n_in) * s.n_rows, 3)) {
    packed.assign(packed_bytes(s.n_in, s.n_out) / 2, 0);
    for (int o = 0; o < s.n_out; o++) {
      for (int i = 0; i < s.n_in; i++)
        weights[size_t(o) * s.n_in + i] = float_of_bf16(bf16_of_float(weights[size_t(o) * s.n_in + i]));
      pack_output(weights.data() + size_t(o) * s.n_in, s.n_in, o, packed.data());
    }
  }
  std::vector<float> multiplied(const Shape& s, const Team& team, const Tiles& tiles) const {
    std::vector<float> out(size_t(s.n_out) * s.n_rows, std::nanf(""));
    multiply({.packed = packed.data(),
              .n_in = s.n_in,
              .n_out = s.n_out,
              .left = left.data(),
              .left_stride = s.n_in,
              .n_rows = s.n_rows,
              .out = out.data(),
              .out_stride = s.n_out},
             team, tiles);
    return out;
  }
};

TEST_P(KernelsOf, ProductIsADoubleLoop) {
  for (const Shape& s :
       {Shape{64, 32, 1}, Shape{2, 1, 1}, Shape{576, 96, 13}, Shape{100, 70, 29}, Shape{48, 33, 200}}) {
    const Packed p(s);
    const std::vector<float> got = p.multiplied(s, team_of(1), *GetParam());
    for (int r = 0; r < s.n_rows; r++) {
      for (int o = 0; o < s.n_out; o++) {
        double sum = 0, size = 0;
        for (int i = 0; i < s.n_in; i++) {
          const double term =
              static_cast<double>(p.left[size_t(r) * s.n_in + i]) * p.weights[size_t(o) * s.n_in + i];
          sum += term;
          size += std::fabs(term);
        }
        ASSERT_NEAR(got[size_t(r) * s.n_out + o], sum, 1e-6 * size + 1e-12)
            << s.n_in << " " << s.n_out << " row " << r << " output " << o;
      }
    }
  }
}

TEST_P(KernelsOf, ARowHangsOnNothingElse) {
  const Shape all{64, 70, 37}, one{64, 70, 1};
  Packed p(all);
  const std::vector<float> together = p.multiplied(all, team_of(3), *GetParam());
  EXPECT_EQ(together, p.multiplied(all, team_of(1), *GetParam()));
  for (int r = 0; r < all.n_rows; r++) {
    Packed alone = p;
    std::copy_n(p.left.begin() + r * all.n_in, all.n_in, alone.left.begin());
    const std::vector<float> row = alone.multiplied(one, team_of(1), *GetParam());
    ASSERT_TRUE(std::equal(row.begin(), row.end(), together.begin() + r * all.n_out)) << r;
  }
}

// An attention with all that it works on. Heads and cells lie as in a cache: cell by cell, heads beside each other.
struct Scene {
  int n_queries, n_cells, n_heads, n_kv_heads, n_key, n_value;
  std::vector<float> queries, out;
  std::vector<uint16_t> keys, values, mask;

  Scene(int queries_, int cells, int heads, int kv_heads, int key, int value)
      : n_queries(queries_),
        n_cells(cells),
        n_heads(heads),
        n_kv_heads(kv_heads),
        n_key(key),
        n_value(value) {
    queries = random_numbers(size_t(n_queries) * n_heads * n_key, 4);
    static const std::vector<uint16_t> some = [] {
      std::vector<uint16_t> halves;
      for (const float x : random_numbers(61, 5)) halves.push_back(half_of(x));
      return halves;
    }();
    std::mt19937 random(6);
    const auto draw = [&](size_t n) {
      std::vector<uint16_t> halves(n);
      for (uint16_t& h : halves) h = some[random() % some.size()];
      return halves;
    };
    keys = draw(size_t(n_cells) * n_kv_heads * n_key);
    values = draw(size_t(n_cells) * n_kv_heads * n_value);
    mask.assign(size_t(n_queries) * n_cells, 0);
  }
  void attend_by(const Tiles& tiles, int members) {
    std::vector<float> scratch;
    out.assign(size_t(n_queries) * n_heads * n_value, std::nanf(""));
    attend({.n_queries = n_queries,
            .n_cells = n_cells,
            .n_heads = n_heads,
            .n_kv_heads = n_kv_heads,
            .n_key = n_key,
            .n_value = n_value,
            .scale = 0.125f,
            .queries = reinterpret_cast<const char*>(queries.data()),
            .query_stride = n_heads * n_key * sizeof(float),
            .query_head_stride = n_key * sizeof(float),
            .keys = reinterpret_cast<const char*>(keys.data()),
            .key_stride = n_kv_heads * n_key * 2ul,
            .key_head_stride = n_key * 2ul,
            .values = reinterpret_cast<const char*>(values.data()),
            .value_stride = n_kv_heads * n_value * 2ul,
            .value_head_stride = n_value * 2ul,
            .mask = mask.data(),
            .mask_stride = n_cells * 2ul,
            .out = reinterpret_cast<char*>(out.data()),
            .out_stride = n_heads * n_value * sizeof(float),
            .out_head_stride = n_value * sizeof(float)},
           team_of(members), scratch, tiles);
  }
  // The formula, for one head of one query.
  std::vector<double> expected(int query, int head) const {
    const int kv = head / (n_heads / n_kv_heads);
    std::vector<double> weights(n_cells), sums(n_value);
    double total = 0, top = -kInfinity;
    for (int c = 0; c < n_cells; c++) {
      double product = 0;
      for (int i = 0; i < n_key; i++)
        product += static_cast<double>(queries[(size_t(query) * n_heads + head) * n_key + i]) *
                   float_of_half(keys[(size_t(c) * n_kv_heads + kv) * n_key + i]);
      weights[c] = 0.125 * product + float_of_half(mask[size_t(query) * n_cells + c]);
      top = std::max(top, weights[c]);
    }
    for (int c = 0; c < n_cells; c++) {
      const double w = top == -kInfinity ? 0 : std::exp(weights[c] - top);
      total += w;
      for (int i = 0; i < n_value; i++)
        sums[i] += w * float_of_half(values[(size_t(c) * n_kv_heads + kv) * n_value + i]);
    }
    for (double& s : sums) s = total == 0 ? 0 : s / total;
    return sums;
  }
  void expect_as_expected(const char* what) const {
    for (int q = 0; q < n_queries; q++) {
      for (int h = 0; h < n_heads; h++) {
        const std::vector<double> want = expected(q, h);
        for (int i = 0; i < n_value; i++)
          ASSERT_NEAR(out[(size_t(q) * n_heads + h) * n_value + i], want[i], 3e-6)
              << what << ": query " << q << ", head " << h << ", number " << i;
      }
    }
  }
};

TEST_P(KernelsOf, AttentionIsTheFormula) {
  for (const auto& [queries, cells, heads, kv_heads, key, value] :
       std::vector<std::array<int, 6>>{{1, 1, 1, 1, 64, 64},
                                       {5, 300, 3, 1, 64, 64},
                                       {70, 131, 6, 2, 32, 32},
                                       {9, 40, 7, 1, 80, 96},
                                       {3, 128, 2, 2, 128, 128}}) {
    Scene s(queries, cells, heads, kv_heads, key, value);
    std::mt19937 random(7);
    for (uint16_t& m : s.mask) m = random() % 3 == 0 ? kHiddenHalf : 0;
    s.mask[0] = 0;
    s.attend_by(*GetParam(), 1);
    s.expect_as_expected("a random mask");
  }
}

// As probing does it: all look at a beginning of their own, and at a few cells of their own.
TEST_P(KernelsOf, WhatIsHiddenIsPassedOver) {
  Scene s(48, 500, 3, 1, 64, 64);
  for (int q = 0; q < s.n_queries; q++) {
    for (int c = 0; c < s.n_cells; c++) {
      const bool own = c >= 400 + q / 8 * 8 && c <= 400 + q;
      s.mask[size_t(q) * s.n_cells + c] = c < 60 + q || own ? 0 : kHiddenHalf;
    }
  }
  for (int c = 460; c < s.n_cells; c++)
    s.values[size_t(c) * s.n_value] = 0x7e00;  // Nobody looks at these: not a number.
  s.attend_by(*GetParam(), 1);
  const std::vector<float> alone = s.out;
  for (int c = 460; c < s.n_cells; c++) s.values[size_t(c) * s.n_value] = 0;
  s.expect_as_expected("branches");
  s.attend_by(*GetParam(), 3);
  EXPECT_EQ(s.out, alone) << "not to hang on the team";
}

TEST_P(KernelsOf, AHiddenCellCountsForNothingWhateverItsKey) {
  Scene s(12, 40, 1, 1, 64, 64);
  for (int q = 1; q < s.n_queries; q++)
    s.mask[size_t(q) * s.n_cells + 7] = kHiddenHalf;  // The first one alone sees it.
  s.keys[size_t(7) * s.n_key] = 0x7e00;               // Not a number.
  s.attend_by(*GetParam(), 1);
  EXPECT_TRUE(std::isnan(s.out[0]));
  s.keys[size_t(7) * s.n_key] = 0;
  const std::vector<float> got(s.out.begin() + s.n_value, s.out.end());
  s.attend_by(*GetParam(), 1);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), s.out.begin() + s.n_value));
}

TEST_P(KernelsOf, BiasesAreAddedAndNothingSeenGivesNothing) {
  Scene s(3, 40, 2, 1, 64, 64);
  for (int c = 0; c < s.n_cells; c++) {
    s.mask[c] = half_of(-0.25f * static_cast<float>(c));
    s.mask[s.n_cells + c] = kHiddenHalf;
  }
  s.attend_by(*GetParam(), 1);
  s.expect_as_expected("biases");
  EXPECT_EQ(s.out[size_t(1) * s.n_heads * s.n_value], 0);
}

TEST_P(KernelsOf, WhatIsNotANumberIsNotHidden) {
  Scene s(2, 40, 1, 1, 64, 64);
  s.queries[3] = std::nanf("");
  s.attend_by(*GetParam(), 1);
  EXPECT_TRUE(std::isnan(s.out[0]));
  EXPECT_FALSE(std::isnan(s.out[s.n_value]));
}

}  // namespace
}  // namespace thinktrace
