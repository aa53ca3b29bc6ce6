// SPDX-License-Identifier: MIT
#include "thinktrace/probe/probe.h"

#include <algorithm>
#include <cmath>

namespace thinktrace {

std::vector<int> probe_positions(int n_tokens, int stride) {
  std::vector<int> positions;
  for (int t = 0; t < n_tokens; t += stride) positions.push_back(t);
  positions.push_back(n_tokens);
  return positions;
}

Curve probe_trace(AnswerReader& reader, const std::vector<Token>& prompt_ids,
                  const std::vector<Token>& think_ids, const AnswerForm& form,
                  const std::vector<int>& positions) {
  std::vector<Token> tokens = prompt_ids;
  tokens.insert(tokens.end(), think_ids.begin(), think_ids.end());
  std::vector<int> cuts;
  for (const int t : positions) cuts.push_back(static_cast<int>(prompt_ids.size()) + t);
  return {positions, reader.read(tokens, cuts, form).logprobs};
}

std::vector<int> read_rows(const Curve& curve) {
  std::vector<int> rows;
  for (size_t k = 0; k < curve.positions.size(); k++) {
    if (curve.interpolated.empty() || !curve.interpolated[k]) rows.push_back(static_cast<int>(k));
  }
  return rows;
}

std::vector<int> interpolated_positions(const Curve& curve) {
  std::vector<int> positions;
  for (size_t k = 0; k < curve.interpolated.size(); k++) {
    if (curve.interpolated[k]) positions.push_back(curve.positions[k]);
  }
  return positions;
}

std::optional<std::vector<char>> marks_of(const std::vector<int>& interpolated, const Curve& curve) {
  if (interpolated.empty()) return std::vector<char>();
  std::vector<char> marks(curve.positions.size(), 0);
  const int last = static_cast<int>(marks.size()) - 1;
  if (last < 0 || curve.positions.front() != 0 || curve.positions.back() != last) return std::nullopt;
  int before = 0;
  for (const int t : interpolated) {
    if (t <= before || t >= last) return std::nullopt;
    marks[t] = 1;
    before = t;
  }
  return marks;
}

double mass_at(const Curve& curve, int n_options, int k) {
  double mass = 0;
  for (int i = 0; i < n_options; i++)
    mass += std::exp(static_cast<double>(curve.logprobs[k * n_options + i]));
  return mass;
}

int top_option(const Curve& curve, int n_options, int k) {
  const auto row = curve.logprobs.begin() + static_cast<ptrdiff_t>(k) * n_options;
  return static_cast<int>(std::max_element(row, row + n_options) - row);
}

NoiseFloor compare_curves(const Curve& a, const Curve& b, int n_options) {
  NoiseFloor noise{.n_positions = static_cast<int>(a.positions.size())};
  for (size_t i = 0; i < a.logprobs.size(); i++) {
    const double d = std::fabs(std::exp(static_cast<double>(a.logprobs[i])) -
                               std::exp(static_cast<double>(b.logprobs[i])));
    if (!(d <= noise.max_abs_dp))
      noise.max_abs_dp = d;  // Not std::max: a reading that is not a number must show.
    noise.mean_abs_dp += d / static_cast<double>(a.logprobs.size());
  }
  for (int k = 0; k < noise.n_positions; k++)
    noise.n_top_changed += top_option(a, n_options, k) != top_option(b, n_options, k);
  return noise;
}

NoiseFloor merge(const NoiseFloor& a, const NoiseFloor& b) {
  const int n = a.n_positions + b.n_positions;
  NoiseFloor both{.n_positions = n, .n_top_changed = a.n_top_changed + b.n_top_changed};
  both.max_abs_dp = a.max_abs_dp >= b.max_abs_dp || std::isnan(a.max_abs_dp) ? a.max_abs_dp : b.max_abs_dp;
  if (n > 0) both.mean_abs_dp = (a.mean_abs_dp * a.n_positions + b.mean_abs_dp * b.n_positions) / n;
  return both;
}

std::vector<int> spread_positions(int n_tokens, int n) {
  std::vector<int> positions;
  for (int i = 0; i < n; i++)
    positions.push_back(n == 1 ? 0 : static_cast<int>(static_cast<int64_t>(n_tokens) * i / (n - 1)));
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

}  // namespace thinktrace
