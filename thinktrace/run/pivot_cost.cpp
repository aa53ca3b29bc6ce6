// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivot_cost.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "thinktrace/engine/log_sum_exp.h"

namespace thinktrace {
namespace {

// Tokens of a free answer, where the trace has none to go by.
constexpr int kUsualAnswer = 16;

// What is known of a trace whose search is not over, and of nothing else.
struct PendingTrace {
  std::string subject;
  int n_prompt = 0, n_tokens = 0, n_answer = 0;
  bool succeeds = false;  // The trace itself; by its forced answer at the end where it has no free one.
  std::vector<int> cuts;
  std::map<int, Tally> tallies;
};

PendingTrace pending_trace(const TraceRecord& record, PivotState&& state, const PivotSettings& settings) {
  const auto n_answer = static_cast<int>(record.trace.answer_ids.size());
  return {record.question.subject,
          static_cast<int>(record.prompt_ids.size()),
          static_cast<int>(record.think_text.size()),
          n_answer > 0 ? n_answer : kUsualAnswer,
          wanted_option(record, settings.success) == wanted_option(record, Success::kOwn),
          std::move(state.cuts),
          std::move(state.tallies)};
}

// The chance of a token when logits are drawn from at a temperature.
double chance_of(Token token, std::span<const float> logits, double temperature) {
  if (temperature <= 0) return *std::max_element(logits.begin(), logits.end()) == logits[token] ? 1 : 0;
  std::vector<float> scaled(logits.begin(), logits.end());
  for (float& l : scaled) l = static_cast<float>(l / temperature);
  return std::exp(scaled[token] - log_sum_exp(scaled));
}

// How likely each token of the trace's beginning is to be drawn again.
std::vector<double> chances_of_same_way(GrowingSession& sessions, const TraceRecord& record,
                                        const SamplerOptions& sampler) {
  constexpr size_t kMost = 256;
  const size_t n_prompt = record.prompt_ids.size();
  std::vector<Token> text = record.prompt_ids;
  const std::vector<Token>& thinking = record.trace.think_ids;
  text.insert(text.end(), thinking.begin(), thinking.begin() + std::min(kMost, thinking.size()));
  Session& session = sessions.with_room(static_cast<int>(text.size()), 1);
  session.clear();
  std::vector<double> chances;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.size(), begin + session.options().batch);
    std::vector<Step> steps;
    std::vector<Token> next;
    for (size_t i = begin; i < end; i++) {
      const bool is_followed = i + 1 >= n_prompt && i + 1 < text.size();
      steps.push_back({text[i], static_cast<int>(i), 0, is_followed});
      if (is_followed) next.push_back(text[i + 1]);
    }
    session.decode(steps);
    for (size_t row = 0; row < next.size(); row++)
      chances.push_back(chance_of(next[row], session.logits(static_cast<int>(row)), sampler.temperature));
    begin = end;
  }
  session.clear();
  return chances;
}

// As if the chance of success were that of the subject's traces from the beginning, and the trace's own at its end.
void add_expected(const PendingTrace& trace, double chance, std::span<const double> same_way,
                  const PivotSettings& settings, PivotWork& work) {
  const std::vector<int> positions{0, trace.n_tokens};
  const std::vector<double> chances{chance, trace.succeeds ? 1. : 0.};
  const size_t n_known = trace.n_tokens > 0 ? 2 : 1;
  const auto [expected, n_rounds] =
      expected_search(trace.n_tokens, {positions.data(), n_known}, {chances.data(), n_known}, same_way,
                      trace.cuts, settings.search);
  const int n_tried = settings.alternatives > 0 ? (settings.alternatives + 1) * settings.fork_draws : 0;
  const auto add = [&](int position, int n) {
    work.n_continuations += n;
    work.n_tokens += static_cast<int64_t>(n) * (trace.n_tokens - position + 1 + trace.n_answer);
  };
  for (const auto& [position, tally] : expected.tallies()) {
    const auto there = trace.tallies.find(position);
    const int n = std::max(0, tally.trials - (there == trace.tallies.end() ? 0 : there->second.trials));
    add(position, n);
  }
  for (const Pivot& pivot : expected.pivots()) add(pivot.token, n_tried);
  // Each round decodes prompt and thinking once.
  work.n_tokens += static_cast<int64_t>(n_rounds) * (trace.n_prompt + trace.n_tokens);
  work.n_continuations_at_most += static_cast<int64_t>(trace.n_tokens + 1) * settings.search.cap +
                                  static_cast<int64_t>(trace.n_tokens) * n_tried;
}

}  // namespace

PivotWork plan_pivots(const ReadingRun& run, const StoredExperiment& experiment,
                      const PivotSettings& settings, const UnitTraces& units, bool with_failed,
                      GrowingSession& sessions) {
  constexpr int kTracesMeasured = 3;  // Of as many subjects.
  PivotWork work;
  int n_measured = 0;
  std::vector<double> same_way;  // Of their tokens.
  const std::set<UnitKey> failed = run.store.units_failed_in(experiment.id);
  std::vector<PendingTrace> pending;
  std::map<std::string, Tally> subjects;
  for (const auto& [unit, traces] : units) {
    if (failed.contains(unit) && !with_failed) continue;
    std::set<std::string> lacking;
    for (const TraceRecord& record : run.store.records(unit, experiment.reader_id)) {
      if (!traces.contains(record.id)) continue;
      if (record.curve.positions.empty()) {
        work.n_unread++;
        continue;
      }
      PivotState state = pivot_state(record, run.store.continuations(record, experiment.id), settings);
      if (is_over(state, settings)) continue;
      pending.push_back(pending_trace(record, std::move(state), settings));
      Tally& subject = subjects[record.question.subject];
      if (subject.trials == 0 && n_measured++ < kTracesMeasured) {
        const std::vector<double> chances = chances_of_same_way(sessions, record, settings.sampling.sampler);
        same_way.insert(same_way.end(), chances.begin(), chances.end());
      }
      subject.successes += pending.back().succeeds ? 1 : 0;
      subject.trials++;
      lacking.insert(record.id);
    }
    if (!lacking.empty()) work.units.emplace_back(unit, std::move(lacking));
  }
  // Their mean: where one trace forks others don't, and what each does there would be counted for all.
  const double mean = same_way.empty() ? 1
                                       : std::accumulate(same_way.begin(), same_way.end(), 0.) /
                                             static_cast<double>(same_way.size());
  same_way = {mean};
  work.n_traces = static_cast<int>(pending.size());
  for (const PendingTrace& trace : pending) {
    const Tally& subject = subjects[trace.subject];
    add_expected(trace, static_cast<double>(subject.successes) / subject.trials, same_way, settings, work);
  }
  return work;
}

}  // namespace thinktrace
