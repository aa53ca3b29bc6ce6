// SPDX-License-Identifier: MIT
#include "bench/bounds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "thinktrace/probe/stretch.h"
#include "thinktrace/probe/token_signs.h"

namespace thinktrace::bench {
namespace {

constexpr int kLongestStretch = 128;
constexpr std::array kStrides = {1, 2, 3, 4, 6, 8, 12, 16, 24, 48, 96};

struct Truth {
  int n = 0, n_options = 0;
  std::vector<double> p, clock;  // p: [n, n_options]
};

Truth truth_of(const KnownTrace& trace) {
  Truth truth{
      .n = static_cast<int>(trace.exact.positions.size()), .n_options = trace.n_options, .clock = {0}};
  for (const float x : trace.exact.logprobs) truth.p.push_back(std::exp(static_cast<double>(x)));
  for (const double rate : change_rates(trace.token_texts, trace.option_texts))
    truth.clock.push_back(truth.clock.back() + rate);
  return truth;
}

double interpolated(const Truth& truth, const Stretch& stretch, double way, int option) {
  return truth.p[stretch.begin * truth.n_options + option] * (1 - way) +
         truth.p[stretch.end * truth.n_options + option] * way;
}

// The summed |dP| inside a stretch; no further than to `most`, from where on it no longer matters.
double error_inside(const Truth& truth, const Stretch& stretch, double most) {
  double sum = 0;
  for (int t = stretch.begin + 1; t < stretch.end && sum < most; t++) {
    const double way = way_at(stretch, truth.clock, t);
    for (int i = 0; i < truth.n_options; i++)
      sum += std::fabs(interpolated(truth, stretch, way, i) - truth.p[t * truth.n_options + i]);
  }
  return sum;
}

// The curve that reading `probed` gives.
AdaptiveCurve read_at(const KnownTrace& trace, const Truth& truth, std::vector<int> probed) {
  AdaptiveCurve out{.full = trace.exact};
  for (size_t k = 0; k + 1 < probed.size(); k++) {
    const Stretch stretch{.begin = probed[k], .end = probed[k + 1]};
    for (int t = stretch.begin + 1; t < stretch.end; t++) {
      const double way = way_at(stretch, truth.clock, t);
      for (int i = 0; i < truth.n_options; i++)
        out.full.logprobs[t * truth.n_options + i] =
            static_cast<float>(std::log(interpolated(truth, stretch, way, i)));
    }
  }
  out.probed.positions = std::move(probed);
  return out;
}

}  // namespace

AdaptiveCurve best_positions(const KnownTrace& trace, double price) {
  const Truth truth = truth_of(trace);
  std::vector<double> least(truth.n, std::numeric_limits<double>::infinity());
  std::vector<int> before(truth.n, 0);
  least[0] = 0;
  for (int end = 1; end < truth.n; end++) {
    for (int begin = std::max(0, end - kLongestStretch); begin < end; begin++) {
      const double so_far = least[begin] + price;
      if (so_far >= least[end]) continue;
      const double all = so_far + error_inside(truth, {.begin = begin, .end = end}, least[end] - so_far);
      if (all >= least[end]) continue;
      least[end] = all;
      before[end] = begin;
    }
  }
  std::vector<int> probed;
  for (int t = truth.n - 1; t > 0; t = before[t]) probed.push_back(t);
  probed.push_back(0);
  std::reverse(probed.begin(), probed.end());
  return read_at(trace, truth, std::move(probed));
}

AdaptiveCurve best_strides(const KnownTrace& trace, int block, double price) {
  const Truth truth = truth_of(trace);
  std::vector<int> probed = {0};
  while (probed.back() < truth.n - 1) {
    const int begin = probed.back(), end = std::min(begin + block, truth.n - 1);
    double least = std::numeric_limits<double>::infinity();
    std::vector<int> best;
    for (const int stride : kStrides) {
      std::vector<int> inside;
      for (int t = begin + stride; t < end; t += stride) inside.push_back(t);
      inside.push_back(end);
      double cost = price * static_cast<double>(inside.size());
      int from = begin;
      for (const int to : inside) {
        cost += error_inside(truth, {.begin = from, .end = to}, least);
        from = to;
      }
      if (cost >= least) continue;
      least = cost;
      best = std::move(inside);
    }
    probed.insert(probed.end(), best.begin(), best.end());
  }
  return read_at(trace, truth, std::move(probed));
}

double price_for(const PricedStrategy& strategy, const std::vector<KnownTrace>& traces, double share) {
  double low = -7, high = 2;  // Log.
  for (int turn = 0; turn < 10; turn++) {
    const double middle = (low + high) / 2;
    double n_probed = 0, n_positions = 0;
    for (const KnownTrace& trace : traces) {
      n_probed += static_cast<double>(strategy(trace, std::exp(middle)).probed.positions.size());
      n_positions += static_cast<double>(trace.exact.positions.size());
    }
    (n_probed > share * n_positions ? low : high) = middle;
  }
  return std::exp(high);
}

}  // namespace thinktrace::bench
