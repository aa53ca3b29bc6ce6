// SPDX-License-Identifier: MIT
// The engine computes p = exp(logit - largest) for each token, adds them up one after the other in float, divides, sorts
// all, and adds up again in float until top_p is reached. The passes here give the sums in double, so what is to be shown is
// that the engine stops at the same token. Adding b to a in float is wrong by no more than b, and by no more than 2^-24 of
// the result. With m tokens near the top and a tail of all others, the engine's sum is therefore wrong by no more than
//     m 2^-24 sum + (sum of the tail),
// whichever tokens are taken as near. exp, the division and the second sum add a few 2^-24 more. Where the sum up to a
// token is farther than that from top_p, on the same side of it as the engine's, the engine stops where we stop. Tested by
// tests/unit/sampler_test.cpp against the engine.
#include "thinktrace/engine/nucleus.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/engine/log_sum_exp.h"

namespace thinktrace {
namespace {

constexpr float kNear = 14;            // Tokens are near whose p is exp(-14) = 8e-7 or more.
constexpr double kRounding = 0x1p-24;  // Of float.
constexpr double kAlwaysWrong =
    16;  // exp twice, ours and the engine's, the division and the sums here: as many roundings, at most.
constexpr double kCautious = 2;

bool is_less_likely(const NucleusToken& a, const NucleusToken& b) { return a.logit < b.logit; }

}  // namespace

std::optional<std::vector<NucleusToken>> find_nucleus(std::span<const float> logits,
                                                      const NucleusOptions& options) {
  std::vector<float> scaled(logits.size());
  for (size_t i = 0; i < logits.size(); i++) scaled[i] = logits[i] / options.temperature;
  const float top = largest(scaled);
  if (!std::isfinite(top)) return std::nullopt;
  const double sum = sum_exp(scaled, top);
  const auto p = [&](const NucleusToken& t) { return std::exp(static_cast<double>(t.logit - top)); };

  std::vector<NucleusToken> near;  // A heap.
  double near_sum = 0;
  for (size_t i = 0; i < scaled.size(); i++) {
    if (scaled[i] < top - kNear) continue;
    near.push_back({static_cast<int>(i), scaled[i]});
    near_sum += p(near.back());
  }
  std::make_heap(near.begin(), near.end(), is_less_likely);
  const double tail = std::max(0.0, sum - near_sum) / sum;
  const double wrong = tail + kRounding * static_cast<double>(near.size());

  std::vector<NucleusToken> nucleus;
  double reached = 0;
  while (!near.empty()) {
    std::pop_heap(near.begin(), near.end(), is_less_likely);
    nucleus.push_back(near.back());
    near.pop_back();
    if (!near.empty() && near.front().logit == nucleus.back().logit) return std::nullopt;
    reached += p(nucleus.back()) / sum;
    const double margin =
        kCautious * (wrong + kRounding * (kAlwaysWrong + static_cast<double>(nucleus.size())));
    if (reached - margin >= options.top_p) return nucleus;
    if (reached + margin >= options.top_p) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace thinktrace
