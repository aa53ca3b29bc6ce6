// SPDX-License-Identifier: MIT
// replay.h — probing replayed over curves that are known at every position.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/probe/adaptive.h"
#include "thinktrace/probe/record.h"
#include "thinktrace/probe/token_signs.h"

namespace thinktrace::bench {

struct KnownTrace {
  std::string subject;
  std::vector<std::string> token_texts, option_texts;
  Curve exact;  // Every position from 0 to the last.
  int n_options = 0;
  bool tuning =
      false;  // In the half that the numbers were tuned on: by the first bit of the question's SHA-256.
};

// The published lines in `path`. Nothing was read there before the first token, so that token counts as part of the prompt.
std::vector<KnownTrace> published_traces(const std::string& path);
// Traces of our own JSONL export that were probed at every position; none is a tuning trace.
std::vector<KnownTrace> exported_traces(const std::string& path);

ReadPositions replay(const KnownTrace& trace);

// What one trace was read as.
struct Replayed {
  AdaptiveCurve curve;
  double sum_abs_dp = 0;       // Over positions and options.
  std::vector<double> abs_dp;  // [n_positions * n_options]
  int n_same_top = 0;
  bool exit_within_2 = false;
};
using Strategy = std::function<AdaptiveCurve(const KnownTrace&)>;
Replayed replay_with(const Strategy& strategy, const KnownTrace& trace);

// Over all traces together.
struct Score {
  int n_traces = 0;
  double share = 0, mean_abs_dp = 0, abs_dp_99 = 0, same_top = 0, exit_within_2 = 0;
  double coverage = 0;     // Share of traces whose mean |dP| is at most the stated bound.
  double stated_mean = 0;  // The stated mean |dP|, over all positions.
  double rounds = 0;       // A trace.
};
Score score_of(const Strategy& strategy, const std::vector<KnownTrace>& traces);

// Plain bisection: a grid of `stride`, and the middle of every stretch whose ends differ by more than `tolerance` in
// some option; linear between.
AdaptiveCurve bisect(const KnownTrace& trace, int stride, double tolerance);

// The numbers of AdaptiveModel, fitted to the traces of the tuning half among `traces`; its limit such that `share` of
// their positions are probed.
AdaptiveModel fit_model(const std::vector<KnownTrace>& traces, double share);
// The numbers of thinktrace/probe/token_signs.cpp, fitted likewise: logs of how much more the curve moves at a sign.
TokenSigns fit_token_rates(const std::vector<KnownTrace>& traces);

}  // namespace thinktrace::bench
