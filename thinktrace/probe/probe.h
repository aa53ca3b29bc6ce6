// SPDX-License-Identifier: MIT
// probe.h — what the model would answer if it had to answer now.
#pragma once
#include <optional>
#include <vector>

#include "thinktrace/engine/answer_reader.h"

namespace thinktrace {

// How far off a curve with interpolated rows is thought to be.
struct CurveError {
  double mean_abs_dp = 0;  // Estimated mean |difference| of an option's probability from the exact curve,
  double mean_abs_dp_upper = 0;  // and a bound that is meant to hold for 9 traces in 10.
};

// The probes of one trace. Position t means "after t thinking tokens"; t = 0 is before any.
struct Curve {
  std::vector<int> positions;   // Increasing.  [n]
  std::vector<float> logprobs;  // Natural log, over the whole vocabulary.  [n, n_options], row-major
  // 1 where a row was not read but interpolated (adaptive.h); empty: all were read. Where some were not, positions are
  // 0, 1, …, n - 1, and the first and the last row were read.  [n]
  std::vector<char> interpolated = {};
  std::optional<CurveError> error = {};  // Where rows are interpolated.
};

// The rows that were read, in order, as places in `positions`.
std::vector<int> read_rows(const Curve& curve);
// The positions that were not; and Curve::interpolated from these. Nothing unless they are some of `curve.positions`, in
// order, and these are as Curve says.
std::vector<int> interpolated_positions(const Curve& curve);
std::optional<std::vector<char>> marks_of(const std::vector<int>& interpolated, const Curve& curve);

// 0, stride, 2 stride, … and always n_tokens, the end of the thinking. REQUIRES: stride >= 1.
std::vector<int> probe_positions(int n_tokens, int stride);

// Forces an answer at each of `positions` of a trace's thinking: the thinking is closed there, form.suffix
// appended, the probability of each option read. Cost: as `reader` says. REQUIRES: positions increase from 0
// or more and none is larger than think_ids.size(); prompt_ids is not empty.
Curve probe_trace(AnswerReader& reader, const std::vector<Token>& prompt_ids,
                  const std::vector<Token>& think_ids, const AnswerForm& form,
                  const std::vector<int>& positions);

// The sum of the options' probabilities at position index k; 1 - mass is the outside mass.
double mass_at(const Curve& curve, int n_options, int k);
// The most likely option at position index k; on a tie the lower index.
int top_option(const Curve& curve, int n_options, int k);

// How far two ways to read the same positions differ.
struct NoiseFloor {
  double max_abs_dp = 0;  // Largest |difference| of an option's probability.
  double mean_abs_dp = 0;
  int n_positions = 0;
  int n_top_changed = 0;  // Positions at which the most likely option differs.
};
// REQUIRES: the curves have the same positions and options.
NoiseFloor compare_curves(const Curve& a, const Curve& b, int n_options);

// The noise floor of two sets of positions together.
NoiseFloor merge(const NoiseFloor& a, const NoiseFloor& b);

// `n` positions spread evenly over 0 … n_tokens, ends included; fewer where there are fewer.
std::vector<int> spread_positions(int n_tokens, int n);

}  // namespace thinktrace
