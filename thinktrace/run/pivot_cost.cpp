// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivot_cost.h"

#include <algorithm>

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

// As if the chance of success were that of the subject's traces from the beginning, and the trace's own at its end.
void add_expected(const PendingTrace& trace, double chance, const PivotSettings& settings, PivotWork& work) {
  const std::vector<int> positions{0, trace.n_tokens};
  const std::vector<double> chances{chance, trace.succeeds ? 1. : 0.};
  const size_t n_known = trace.n_tokens > 0 ? 2 : 1;
  const PivotSearch expected = expected_search(trace.n_tokens, {positions.data(), n_known},
                                               {chances.data(), n_known}, trace.cuts, settings.search);
  const int n_tried = settings.alternatives > 0 ? (settings.alternatives + 1) * settings.fork_draws : 0;
  const auto add = [&](int position, int n) {
    work.n_continuations += n;
    work.n_tokens += static_cast<int64_t>(n) * (trace.n_tokens - position + 1 + trace.n_answer);
  };
  int n_most = 0;
  for (const auto& [position, tally] : expected.tallies()) {
    const auto there = trace.tallies.find(position);
    const int n = std::max(0, tally.trials - (there == trace.tallies.end() ? 0 : there->second.trials));
    add(position, n);
    n_most = std::max(n_most, n);
  }
  for (const Pivot& pivot : expected.pivots()) add(pivot.token, n_tried);
  // Each round decodes prompt and thinking once.
  const int n_rounds = (n_most + settings.search.batch - 1) / settings.search.batch;
  work.n_tokens += static_cast<int64_t>(n_rounds) * (trace.n_prompt + trace.n_tokens);
  work.n_continuations_at_most += static_cast<int64_t>(trace.n_tokens + 1) * settings.search.cap +
                                  static_cast<int64_t>(trace.n_tokens) * n_tried;
}

}  // namespace

PivotWork plan_pivots(const ReadingRun& run, const StoredExperiment& experiment,
                      const PivotSettings& settings, const UnitTraces& units, bool with_failed) {
  PivotWork work;
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
      subject.successes += pending.back().succeeds ? 1 : 0;
      subject.trials++;
      lacking.insert(record.id);
    }
    if (!lacking.empty()) work.units.emplace_back(unit, std::move(lacking));
  }
  work.n_traces = static_cast<int>(pending.size());
  for (const PendingTrace& trace : pending) {
    const Tally& subject = subjects[trace.subject];
    add_expected(trace, static_cast<double>(subject.successes) / subject.trials, settings, work);
  }
  return work;
}

}  // namespace thinktrace
