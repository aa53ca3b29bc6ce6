// SPDX-License-Identifier: MIT
#include "thinktrace/probe/adaptive.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thinktrace/probe/token_signs.h"

namespace thinktrace {
namespace {

constexpr int kCoarseStride = 48;

constexpr AdaptiveModel kTuned = {
    .error = {-1.028, 1.335, -0.045, 0.501, 0.146, 0.234, 0.116, 0.669, 0.062, 0.132, 0.311},
    .cost = {5.196, 0.988, 0.013, 0.460, 0.297, 0.209, 0.120, 1.152, -0.076, 0.153, 0.219},
    .limit = 31.38,
    .largest_step = 0.15,
    .upper_slope = 1.413,
    .upper_offset = 0.00050,
};

double probability(float logprob) {
  const double p = std::exp(static_cast<double>(logprob));
  return std::isfinite(p) ? std::min(p, 1.0) : 0;
}

std::vector<double> clock_of(const std::vector<std::string>& token_texts,
                             const std::vector<std::string>& option_texts) {
  std::vector<double> clock = {0};
  for (const double rate : change_rates(token_texts, option_texts)) clock.push_back(clock.back() + rate);
  return clock;
}

// Adds the rows of `positions`, none of which is known yet.
void read_more(const ReadPositions& read, const std::vector<int>& positions, AdaptiveCurve& out,
               Readings& known) {
  const std::vector<float> rows = read(positions);
  const size_t n_options = rows.size() / positions.size();
  const Curve before = std::move(out.probed);
  out.probed = {};
  size_t i = 0, j = 0;
  while (i < before.positions.size() || j < positions.size()) {
    const bool old =
        j == positions.size() || (i < before.positions.size() && before.positions[i] < positions[j]);
    const std::vector<float>& from = old ? before.logprobs : rows;
    const size_t k = old ? i++ : j++;
    out.probed.positions.push_back(old ? before.positions[k] : positions[k]);
    out.probed.logprobs.insert(out.probed.logprobs.end(),
                               from.begin() + static_cast<ptrdiff_t>(k * n_options),
                               from.begin() + static_cast<ptrdiff_t>((k + 1) * n_options));
  }
  out.rounds.push_back(static_cast<int>(positions.size()));
  known.n_options = static_cast<int>(n_options);
  known.positions = out.probed.positions;
  known.probabilities.clear();
  for (const float logprob : out.probed.logprobs) known.probabilities.push_back(probability(logprob));
}

// The last probed position whose most likely option is not that of the end: t_exit lies between it and the next. -1 where
// there is none.
int before_exit(const Curve& probed, int n_options) {
  int k = static_cast<int>(probed.positions.size()) - 1;
  const int top = top_option(probed, n_options, k);
  while (k >= 0 && top_option(probed, n_options, k) == top) k--;
  return k < 0 ? -1 : probed.positions[k];
}

// The middles of the stretches that are worth it, at most n: the one that holds t_exit first, then those of the largest
// steps, then those of the largest foreseen cost above the limit. `scale` multiplies both thresholds; 0: every stretch is worth it.
std::vector<int> worth_probing(const Readings& known, const Curve& probed, const AdaptiveModel& model,
                               double scale, size_t n) {
  const int exit = before_exit(probed, known.n_options);
  std::vector<std::pair<double, int>> candidates;
  for (const Stretch& stretch : stretches_of(known)) {
    double cost = foreseen(model.cost, stretch.signs);
    if (scale > 0 && stretch.step > scale * model.largest_step) cost = std::numeric_limits<double>::max();
    if (stretch.begin == exit) cost = std::numeric_limits<double>::infinity();
    if (cost > scale * model.limit) candidates.emplace_back(-cost, middle_of(stretch, known.clock));
  }
  std::sort(candidates.begin(), candidates.end());
  std::vector<int> positions;
  for (size_t i = 0; i < std::min(n, candidates.size()); i++) positions.push_back(candidates[i].second);
  std::sort(positions.begin(), positions.end());
  return positions;
}

void interpolate(const Readings& known, AdaptiveCurve& out) {
  const size_t n = known.clock.size(), n_options = static_cast<size_t>(known.n_options);
  out.full.logprobs.resize(n * n_options);
  if (known.positions.size() < n) out.full.interpolated.assign(n, 1);
  for (size_t t = 0; t < n; t++) out.full.positions.push_back(static_cast<int>(t));
  for (size_t k = 0; k < known.positions.size(); k++) {
    const int at = known.positions[k];
    if (!out.full.interpolated.empty()) out.full.interpolated[at] = 0;
    std::copy_n(out.probed.logprobs.begin() + static_cast<ptrdiff_t>(k * n_options), n_options,
                out.full.logprobs.begin() + static_cast<ptrdiff_t>(at * n_options));
    if (k + 1 == known.positions.size()) break;
    const Stretch stretch{.begin = at, .end = known.positions[k + 1]};
    for (int t = at + 1; t < stretch.end; t++) {
      const double w = way_at(stretch, known.clock, t);
      for (size_t i = 0; i < n_options; i++) {
        const double p = known.probabilities[k * n_options + i] * (1 - w) +
                         known.probabilities[(k + 1) * n_options + i] * w;
        out.full.logprobs[t * n_options + i] = static_cast<float>(std::log(p));
      }
    }
  }
}

void estimate_error(const Readings& known, const AdaptiveModel& model, AdaptiveCurve& out) {
  if (out.full.interpolated.empty()) return;
  double sum = 0;
  for (const Stretch& stretch : stretches_of(known)) sum += foreseen(model.error, stretch.signs);
  const double mean = 2 * sum / known.n_options / static_cast<double>(known.clock.size());
  out.full.error = {mean, mean * model.upper_slope + model.upper_offset};
}

}  // namespace

const AdaptiveModel& tuned_model() { return kTuned; }

AdaptiveCurve probe_adaptive(const ReadPositions& read, const std::vector<std::string>& token_texts,
                             const AdaptiveOptions& options) {
  AdaptiveCurve out;
  Readings known{.clock = clock_of(token_texts, options.option_texts)};
  const int n_tokens = static_cast<int>(token_texts.size());
  const bool read_all = options.tolerance <= 0 && options.max_share >= 1;
  read_more(read, spread_positions(n_tokens, read_all ? n_tokens + 1 : n_tokens / kCoarseStride + 2), out,
            known);

  const double most = std::floor(options.max_share * static_cast<double>(n_tokens + 1));
  const double scale = options.tolerance / kUsualTolerance;
  while (true) {
    const double left = most - static_cast<double>(known.positions.size());
    if (left < 1) break;
    std::vector<int> next = worth_probing(known, out.probed, options.model, scale, static_cast<size_t>(left));
    if (next.empty()) {
      if (!options.may_go_on || !options.may_go_on()) break;
      next = worth_probing(known, out.probed, options.model, 0,
                           std::min<size_t>(options.batch, static_cast<size_t>(left)));
      if (next.empty()) break;
    }
    read_more(read, next, out, known);
  }
  interpolate(known, out);
  estimate_error(known, options.model, out);
  return out;
}

}  // namespace thinktrace
