// SPDX-License-Identifier: MIT
// The nucleus against the engine's samplers: the same seed must draw the same tokens either way.
#include "thinktrace/engine/sampler.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

namespace thinktrace {
namespace {

std::vector<float> random_row(size_t n, float spread, std::mt19937& random) {
  std::normal_distribution<float> draw(0, spread);
  std::vector<float> row(n);
  for (float& v : row) v = draw(random);
  return row;
}

// As a model in BF16 might give them: 8 bits of mantissa, so that many tokens are equally likely.
void round_to_bf16(std::vector<float>& row) {
  for (float& v : row) v = std::bit_cast<float>(std::bit_cast<uint32_t>(v) & 0xffff0000u);
}

// How many of `rows` had a nucleus that was found without the engine.
int expect_same_draws(const std::vector<std::vector<float>>& rows, const SamplerOptions& options) {
  Sampler fast(options, 11), slow(options, 11);
  int n_found = 0;
  for (size_t i = 0; i < rows.size(); i++) {
    EXPECT_EQ(fast.sample(rows[i]), slow.sample_from_all(rows[i])) << "draw " << i;
    n_found +=
        find_nucleus(rows[i], {static_cast<float>(options.temperature), static_cast<float>(options.top_p)})
            .has_value();
  }
  return n_found;
}

std::vector<std::vector<float>> random_rows(int n_rows, size_t n, float spread) {
  std::mt19937 random(static_cast<uint32_t>(n));
  std::vector<std::vector<float>> rows;
  for (int i = 0; i < n_rows; i++) rows.push_back(random_row(n, spread, random));
  return rows;
}

TEST(Sampler, DrawsWhatTheEngineDraws) {
  for (const size_t n : {2u, 5u, 300u, 1024u, 1025u, 20000u}) {
    for (const float spread : {0.1f, 1.0f, 3.0f, 8.0f}) {
      for (const double temperature : {0.3, 0.6, 1.0, 1.7})
        expect_same_draws(random_rows(20, n, spread), {.temperature = temperature});
    }
  }
}

TEST(Sampler, DrawsWhatTheEngineDrawsWithOtherSettings) {
  const auto rows = random_rows(40, 5000, 3);
  for (const double top_p : {0.0, 0.1, 0.5, 0.9, 0.999, 0.99999, 1.0})
    expect_same_draws(rows, {.top_p = top_p});
  expect_same_draws(rows, {.min_p = 0.05});
  expect_same_draws(rows, {.top_k = 20});
  expect_same_draws(rows, {.temperature = 0});
  expect_same_draws(rows, {.temperature = 1e-6});
  expect_same_draws(rows, {.temperature = 1e-42});
}

TEST(Sampler, DrawsWhatTheEngineDrawsWhereTokensAreEquallyLikely) {
  for (const float spread : {0.0f, 1.0f, 3.0f, 8.0f}) {
    auto rows = random_rows(40, 5000, spread);
    for (auto& row : rows) round_to_bf16(row);
    expect_same_draws(rows, {});
  }
}

TEST(Sampler, DrawsWhatTheEngineDrawsWhereTokensAreMasked) {
  auto rows = random_rows(40, 5000, 3);
  for (size_t i = 0; i < rows.size(); i++) {
    for (size_t k = 0; k < rows[i].size(); k++) {
      if (k % (i + 2) != 0) rows[i][k] = -INFINITY;
    }
  }
  expect_same_draws(rows, {});
}

// As a model's rows are: few tokens near the top, all others far below. It would be no use if these fell back.
TEST(Sampler, FindsTheNucleusOfMostRows) {
  constexpr int kRows = 100, kLikely = 30;
  auto rows = random_rows(kRows, 50000, 2);
  std::mt19937 random(1);
  std::exponential_distribution<float> draw(0.5);
  for (auto& row : rows) {
    for (int i = 0; i < kLikely; i++) row[random() % row.size()] = 16 - draw(random);
  }
  EXPECT_GE(expect_same_draws(rows, {}), kRows * 9 / 10);
}

// The sum of the first two is top_p to the last bit or two of a float: the engine's rounding decides.
TEST(Nucleus, IsNotToldWhereTheSumMeetsTopP) {
  for (int ulp = -3; ulp <= 3; ulp++) {
    const float p = std::bit_cast<float>(std::bit_cast<uint32_t>(0.75f) + static_cast<uint32_t>(ulp));
    std::vector<float> row{std::log(0.5f), std::log(0.25f), std::log(0.15f), std::log(0.1f)};
    EXPECT_FALSE(find_nucleus(row, {.top_p = p}));
    expect_same_draws({row, row, row, row}, {.temperature = 1, .top_p = p});
  }
}

TEST(Nucleus, IsInOrderAndReachesTopP) {
  const std::vector<float> row{std::log(0.1f), std::log(0.5f), std::log(0.15f), std::log(0.25f)};
  const auto nucleus = find_nucleus(row, {.top_p = 0.8f});
  ASSERT_TRUE(nucleus);
  std::vector<int> tokens;
  for (const NucleusToken& t : *nucleus) tokens.push_back(t.token);
  EXPECT_EQ(tokens, (std::vector<int>{1, 3, 2}));
}

TEST(Nucleus, IsNotToldWhereNeighboursAreEquallyLikely) {
  const std::vector<float> row{0, 1, 1, 1, -3};
  EXPECT_FALSE(find_nucleus(row, {.top_p = 0.5f}));
}

}  // namespace
}  // namespace thinktrace
