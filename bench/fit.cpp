// SPDX-License-Identifier: MIT
// The numbers of AdaptiveModel. Every stretch that probing meets on the tuning traces is one observation; what is summed
// over the inside of the stretch (distances, costs) is modelled as exp(weights . signs) by quasi-Poisson regression, which
// keeps the mean right. Which stretches are met hangs on the numbers, so fitting and probing take turns.
#include <algorithm>
#include <cmath>

#include "bench/replay.h"
#include "thinktrace/analysis/statistics.h"
#include "thinktrace/probe/token_signs.h"

namespace thinktrace::bench {
namespace {

// A position's cost: its distance, how many entries are off by more than kLarge, whether the most likely option is another;
// each divided by what the aims of docs/method.md allow of it on average.
constexpr double kAimDistance = 0.01, kAimLarge = 0.04, kAimTop = 0.007, kLarge = 0.05;
// The last counts less: its aim is met before the others.
constexpr double kTopCounts = 0.25;
// One probe gets rid of all of a short stretch's cost, and of a part of a long one's: what parting is worth grows less than
// the cost, by this power of the length.
constexpr double kLengthDiscount = 0.4;

constexpr int kTurns = 4;

struct Observation {
  StretchSigns signs{};
  double distance = 0, cost = 0;
};

void observe(const KnownTrace& trace, const Readings& known, std::vector<Observation>& out) {
  const int n = trace.n_options;
  const auto exact = [&](int t, int i) {
    return std::exp(static_cast<double>(trace.exact.logprobs[t * n + i]));
  };
  for (const Stretch& stretch : stretches_of(known)) {
    Observation seen{.signs = stretch.signs};
    for (int t = stretch.begin + 1; t < stretch.end; t++) {
      const double w = way_at(stretch, known.clock, t);
      double off = 0, best = -1;
      int large = 0, top = 0;
      for (int i = 0; i < n; i++) {
        const double p = exact(stretch.begin, i) * (1 - w) + exact(stretch.end, i) * w;
        const double d = std::fabs(p - exact(t, i));
        off += d / 2;
        large += d > kLarge;
        if (p > best + 1e-9) {
          best = p;
          top = i;
        }
      }
      seen.distance += off;
      seen.cost += off / kAimDistance + large / kAimLarge +
                   kTopCounts * (top != top_option(trace.exact, n, t)) / kAimTop;
    }
    out.push_back(seen);
  }
}

// All stretches that probing with `options` meets on the way.
void observe_all(const KnownTrace& trace, const AdaptiveOptions& options, std::vector<Observation>& out) {
  Readings known{.n_options = trace.n_options, .clock = {0}};
  for (const double rate : change_rates(trace.token_texts, trace.option_texts))
    known.clock.push_back(known.clock.back() + rate);
  const auto look = [&] {
    known.probabilities.clear();
    for (const float x : replay(trace)(known.positions))
      known.probabilities.push_back(std::exp(static_cast<double>(x)));
    if (!known.positions.empty()) observe(trace, known, out);
  };
  const ReadPositions read = [&](const std::vector<int>& positions) {
    look();
    known.positions.insert(known.positions.end(), positions.begin(), positions.end());
    std::sort(known.positions.begin(), known.positions.end());
    return replay(trace)(positions);
  };
  probe_adaptive(read, trace.token_texts, options);
  look();
}

// Solves a x = b by Gauss-Jordan elimination with pivoting.
template <size_t n>
std::array<double, n> solve(std::array<std::array<double, n>, n> a, std::array<double, n> b) {
  for (size_t c = 0; c < n; c++) {
    size_t best = c;
    for (size_t r = c; r < n; r++)
      if (std::fabs(a[r][c]) > std::fabs(a[best][c])) best = r;
    std::swap(a[c], a[best]);
    std::swap(b[c], b[best]);
    for (size_t r = 0; r < n; r++) {
      if (r == c) continue;
      const double f = a[r][c] / a[c][c];
      for (size_t k = c; k < n; k++) a[r][k] -= f * a[c][k];
      b[r] -= f * b[c];
    }
  }
  for (size_t c = 0; c < n; c++) b[c] /= a[c][c];
  return b;
}

// What is modelled as exp(weights . signs) * scale.
template <size_t n>
struct Sample {
  std::array<double, n> signs{};
  double value = 0, scale = 1;
};

template <size_t n>
std::array<double, n> fit_weights(const std::vector<Sample<n>>& samples) {
  constexpr double kRidge = 1e-3, kLongestStep = 1, kDone = 1e-7;
  std::array<double, n> weights{};
  for (int turn = 0; turn < 100; turn++) {
    std::array<double, n> slope{};
    std::array<std::array<double, n>, n> curvature{};
    for (const Sample<n>& sample : samples) {
      double log_mean = std::log(sample.scale);
      for (size_t i = 0; i < n; i++) log_mean += weights[i] * sample.signs[i];
      const double mean = std::exp(log_mean);
      for (size_t i = 0; i < n; i++) {
        slope[i] += sample.signs[i] * (sample.value - mean);
        for (size_t j = 0; j < n; j++) curvature[i][j] += sample.signs[i] * sample.signs[j] * mean;
      }
    }
    for (size_t i = 0; i < n; i++) curvature[i][i] += kRidge;
    const std::array<double, n> step = solve(curvature, slope);
    double most = 0;
    for (size_t i = 0; i < n; i++) {
      weights[i] += std::clamp(step[i], -kLongestStep, kLongestStep);
      most = std::max(most, std::fabs(step[i]));
    }
    if (most < kDone) break;
  }
  return weights;
}

StretchSigns fit_stretches(const std::vector<Observation>& seen, double Observation::*what) {
  std::vector<Sample<kNStretchSigns>> samples;
  double sum = 0;
  for (const Observation& o : seen) sum += o.*what;
  for (const Observation& o : seen)
    samples.push_back({.signs = o.signs, .value = o.*what, .scale = sum / static_cast<double>(seen.size())});
  StretchSigns weights = fit_weights(samples);
  weights[kAlways] += std::log(sum / static_cast<double>(seen.size()));
  return weights;
}

double share_at(const std::vector<KnownTrace>& traces, const AdaptiveModel& model) {
  double probed = 0, all = 0;
  for (const KnownTrace& trace : traces) {
    AdaptiveOptions options{.option_texts = trace.option_texts, .model = model};
    probed += static_cast<double>(
        probe_adaptive(replay(trace), trace.token_texts, options).probed.positions.size());
    all += static_cast<double>(trace.exact.positions.size());
  }
  return probed / all;
}

// The bound: as many times the estimate, beyond a fixed offset, as holds for nine tenths of the tuning traces.
void fit_bound(const std::vector<KnownTrace>& traces, AdaptiveModel& model) {
  constexpr double kOffset = 0.0005, kHolds = 0.9;
  std::vector<double> ratios;
  for (const KnownTrace& trace : traces) {
    for (const double tolerance : {0.5, 1.0, 2.0}) {
      const AdaptiveOptions options{
          .tolerance = tolerance * kUsualTolerance, .option_texts = trace.option_texts, .model = model};
      const Replayed one = replay_with(
          [&](const KnownTrace& t) { return probe_adaptive(replay(t), t.token_texts, options); }, trace);
      if (!one.curve.full.error) continue;
      const double mean = one.sum_abs_dp / static_cast<double>(one.abs_dp.size());
      ratios.push_back((mean - kOffset) / one.curve.full.error->mean_abs_dp);
    }
  }
  std::sort(ratios.begin(), ratios.end());
  model.upper_slope = percentile(ratios, kHolds);
  model.upper_offset = kOffset;
}

double limit_for(const std::vector<KnownTrace>& traces, AdaptiveModel model, double share) {
  double low = -8, high = 8;  // Log.
  for (int turn = 0; turn < 14; turn++) {
    model.limit = std::exp((low + high) / 2);
    (share_at(traces, model) > share ? low : high) = (low + high) / 2;
  }
  return std::exp(high);
}

}  // namespace

AdaptiveModel fit_model(const std::vector<KnownTrace>& traces, double share) {
  std::vector<KnownTrace> tuning;
  std::copy_if(traces.begin(), traces.end(), std::back_inserter(tuning),
               [](const KnownTrace& t) { return t.tuning; });
  AdaptiveModel model = tuned_model();
  model.limit = limit_for(tuning, model, share);
  for (int turn = 0; turn < kTurns; turn++) {
    std::vector<Observation> seen;
    for (const KnownTrace& trace : tuning) {
      for (const double tolerance : {0.5, 1.0, 2.0})
        observe_all(
            trace,
            {.tolerance = tolerance * kUsualTolerance, .option_texts = trace.option_texts, .model = model},
            seen);
    }
    model.error = fit_stretches(seen, &Observation::distance);
    model.cost = fit_stretches(seen, &Observation::cost);
    model.cost[kLength] -= kLengthDiscount;
    model.limit = limit_for(tuning, model, share);
  }
  fit_bound(tuning, model);
  return model;
}

TokenSigns fit_token_rates(const std::vector<KnownTrace>& traces) {
  constexpr double kLeastDoubt = 0.05, kMostMoved = 3, kLeastScale = 0.003;
  constexpr size_t kAny = kNTokenSigns;  // A sign that every token has.
  std::vector<Sample<kNTokenSigns + 1>> samples;
  for (const KnownTrace& trace : traces) {
    if (!trace.tuning) continue;
    const size_t n = static_cast<size_t>(trace.n_options), first = samples.size();
    const auto p = [&](size_t t, size_t i) {
      return std::exp(static_cast<double>(trace.exact.logprobs[t * n + i]));
    };
    const std::vector<TokenSigns> signs = token_signs(trace.token_texts, trace.option_texts);
    double sum = 0;
    for (size_t t = 0; t < signs.size(); t++) {
      double moved = 0, doubt = 1;
      for (size_t i = 0; i < n; i++) {
        moved += std::fabs(p(t + 1, i) - p(t, i)) / 2;
        doubt -= p(t, i) * p(t, i);
      }
      Sample<kNTokenSigns + 1> sample{
          .value = std::min(kMostMoved, moved / std::sqrt(std::max(kLeastDoubt, doubt)))};
      std::copy(signs[t].begin(), signs[t].end(), sample.signs.begin());
      sample.signs[kAny] = 1;
      sum += sample.value;
      samples.push_back(sample);
    }
    for (size_t i = first; i < samples.size(); i++)
      samples[i].scale = sum / static_cast<double>(signs.size()) + kLeastScale;
  }
  const auto weights = fit_weights(samples);
  TokenSigns rates{};
  std::copy_n(weights.begin(), kNTokenSigns, rates.begin());
  return rates;
}

}  // namespace thinktrace::bench
