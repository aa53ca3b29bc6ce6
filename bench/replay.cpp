// SPDX-License-Identifier: MIT
#include "bench/replay.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/analysis/statistics.h"
#include "thinktrace/import/import.h"
#include "thinktrace/text/hash.h"

namespace thinktrace::bench {
namespace {

KnownTrace known_trace_of(const TraceRecord& record) {
  KnownTrace trace{.subject = record.question.subject,
                   .token_texts = record.think_text,
                   .option_texts = record.question.options,
                   .exact = record.curve,
                   .n_options = static_cast<int>(record.question.options.size())};
  const int before = trace.exact.positions.front();
  trace.token_texts.erase(trace.token_texts.begin(), trace.token_texts.begin() + before);
  for (int& t : trace.exact.positions) t -= before;
  trace.tuning = (sha256_bytes(record.question.text)[0] & 1) == 0;
  return trace;
}

// First position from which the most likely option stays what it is at the end.
int exit_of(const Curve& curve, int n_options) {
  int k = static_cast<int>(curve.positions.size()) - 1;
  const int end = top_option(curve, n_options, k);
  while (k > 0 && top_option(curve, n_options, k - 1) == end) k--;
  return curve.positions[k];
}

}  // namespace

std::vector<KnownTrace> published_traces(const std::string& path) {
  std::vector<KnownTrace> traces;
  ImportObserver observer;
  observer.on_record = [&](TraceRecord&& record, const ImportSource&) {
    traces.push_back(known_trace_of(record));
  };
  read_arbor(path, {}, observer);
  return traces;
}

std::vector<KnownTrace> exported_traces(const std::string& path) {
  std::vector<KnownTrace> traces;
  ImportObserver observer;
  observer.on_record = [&](TraceRecord&& record, const ImportSource&) {
    if (record.curve.positions.size() != record.think_text.size() + 1) return;
    traces.push_back(known_trace_of(record));
    traces.back().tuning = false;
  };
  read_jsonl(path, {}, observer);
  return traces;
}

ReadPositions replay(const KnownTrace& trace) {
  return [&trace](const std::vector<int>& positions) {
    std::vector<float> rows;
    for (const int t : positions) {
      const auto row = trace.exact.logprobs.begin() + static_cast<ptrdiff_t>(t) * trace.n_options;
      rows.insert(rows.end(), row, row + trace.n_options);
    }
    return rows;
  };
}

Replayed replay_with(const Strategy& strategy, const KnownTrace& trace) {
  Replayed out{.curve = strategy(trace)};
  const Curve& full = out.curve.full;
  for (size_t i = 0; i < full.logprobs.size(); i++) {
    out.abs_dp.push_back(std::fabs(std::exp(static_cast<double>(full.logprobs[i])) -
                                   std::exp(static_cast<double>(trace.exact.logprobs[i]))));
    out.sum_abs_dp += out.abs_dp.back();
  }
  for (int k = 0; k < static_cast<int>(full.positions.size()); k++)
    out.n_same_top += top_option(full, trace.n_options, k) == top_option(trace.exact, trace.n_options, k);
  out.exit_within_2 = std::abs(exit_of(full, trace.n_options) - exit_of(trace.exact, trace.n_options)) <= 2;
  return out;
}

Score score_of(const Strategy& strategy, const std::vector<KnownTrace>& traces) {
  Score score{.n_traces = static_cast<int>(traces.size())};
  std::vector<double> all;
  double n_probed = 0, n_positions = 0, n_same = 0, stated = 0, sum = 0;
  for (const KnownTrace& trace : traces) {
    const Replayed one = replay_with(strategy, trace);
    const double n = static_cast<double>(trace.exact.positions.size());
    n_probed += static_cast<double>(one.curve.probed.positions.size());
    n_positions += n;
    n_same += one.n_same_top;
    sum += one.sum_abs_dp;
    const CurveError stated_error = one.curve.full.error.value_or(CurveError{});
    stated += stated_error.mean_abs_dp * n;
    score.exit_within_2 += one.exit_within_2;
    score.coverage += one.sum_abs_dp / (n * trace.n_options) <= stated_error.mean_abs_dp_upper;
    score.rounds += static_cast<double>(one.curve.rounds.size());
    all.insert(all.end(), one.abs_dp.begin(), one.abs_dp.end());
  }
  std::sort(all.begin(), all.end());
  score.share = n_probed / n_positions;
  score.mean_abs_dp = sum / static_cast<double>(all.size());
  score.abs_dp_99 = percentile(all, 0.99);
  score.same_top = n_same / n_positions;
  score.stated_mean = stated / n_positions;
  for (double* value : {&score.exit_within_2, &score.coverage, &score.rounds}) *value /= score.n_traces;
  return score;
}

AdaptiveCurve bisect(const KnownTrace& trace, int stride, double tolerance) {
  const int last = trace.exact.positions.back(), n = trace.n_options;
  const auto p = [&](int t, int i) { return std::exp(static_cast<double>(trace.exact.logprobs[t * n + i])); };
  const auto differ = [&](int a, int b) {
    double most = 0;
    for (int i = 0; i < n; i++) most = std::max(most, std::fabs(p(a, i) - p(b, i)));
    return most >
           tolerance + 1e-6;  // Probabilities are in hundredths: as large as the tolerance is not larger.
  };
  const std::vector<int> grid = probe_positions(last, stride);
  std::set<int> probed(grid.begin(), grid.end());
  std::vector<std::pair<int, int>> open;
  for (size_t k = 0; k + 1 < grid.size(); k++) open.emplace_back(grid[k], grid[k + 1]);
  while (!open.empty()) {
    const auto [a, b] = open.back();
    open.pop_back();
    if (b - a < 2 || !differ(a, b)) continue;
    probed.insert((a + b) / 2);
    open.emplace_back(a, (a + b) / 2);
    open.emplace_back((a + b) / 2, b);
  }
  AdaptiveCurve out{.full = trace.exact};
  out.probed.positions.assign(probed.begin(), probed.end());
  for (size_t k = 0; k + 1 < out.probed.positions.size(); k++) {
    const int a = out.probed.positions[k], b = out.probed.positions[k + 1];
    for (int t = a + 1; t < b; t++) {
      const double w = static_cast<double>(t - a) / (b - a);
      for (int i = 0; i < n; i++)
        out.full.logprobs[t * n + i] = static_cast<float>(std::log(p(a, i) * (1 - w) + p(b, i) * w));
    }
  }
  return out;
}

}  // namespace thinktrace::bench
