// SPDX-License-Identifier: MIT
#include "thinktrace/run/experiment_units.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

int64_t rows_read(const ExperimentResults& results) {
  const auto is_read = [](const StoredContinuation& c) { return !c.logprobs.empty(); };
  return static_cast<int64_t>(results.outcomes.size()) +
         std::count_if(results.continuations.begin(), results.continuations.end(), is_read);
}

// Does one trace and books what it cost, or why it could not be done.
ExperimentResults try_trace(const TraceRecord& record,
                            const std::function<ExperimentResults(const TraceRecord&)>& do_trace,
                            Attempt& attempt) {
  try {
    return do_trace(record);
  } catch (const std::exception& e) {
    const auto* error = dynamic_cast<const Error*>(&e);
    if (error && (error->kind() == ErrorKind::kInterrupted || error->kind() == ErrorKind::kStore)) throw;
    attempt.status = Status::kFailed;
    attempt.error += fmt::format("{}sample {}: {}", attempt.error.empty() ? "" : "; ", record.trace.sample,
                                 to_utf8(e.what()));
    return {};
  }
}

}  // namespace

void require_traces(const ReadingRun& run, const char* verb) {
  if (run.store.trace_ids().empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[{}] {}: plan {} has no traces", verb, run.store.path(), run.plan.number));
}

std::vector<UndoneUnit> undone_units(const Store& store, const StoredExperiment& experiment,
                                     bool retry_failed) {
  const std::map<std::string, int> done = store.outcome_counts(experiment.id);
  const std::set<UnitKey> failed = store.units_failed_in(experiment.id);
  const int samples = store.current_plan().samples;
  std::vector<UndoneUnit> undone;
  const std::map<UnitKey, Status> units = store.units();
  for (const Question& question : store.questions()) {
    for (auto it = units.lower_bound({question.id, 0}); it != units.end() && it->first.first == question.id;
         ++it) {
      if (it->second != Status::kOk || (failed.contains(it->first) && !retry_failed)) continue;
      UndoneUnit unit{it->first, {}};
      for (const TraceRecord& record : store.records(it->first, kNoReader)) {
        if (record.trace.sample < samples && !done.contains(record.id)) unit.traces.push_back(record.id);
      }
      if (!unit.traces.empty()) undone.push_back(std::move(unit));
    }
  }
  return undone;
}

void do_undone_units(ReadingRun& run, const StoredExperiment& experiment,
                     const std::vector<UndoneUnit>& units,
                     const std::function<ExperimentResults(const TraceRecord&)>& do_trace,
                     Reporter& reporter) {
  const auto n_units = static_cast<int>(units.size());
  reporter.begin(n_units, n_units);
  for (const UndoneUnit& unit : units) {
    Attempt attempt{.settings = compute_settings(run.compute)};
    ExperimentResults all;
    const double begin = monotonic_seconds();
    for (const TraceRecord& record : run.store.records(unit.unit, kNoReader)) {
      if (std::find(unit.traces.begin(), unit.traces.end(), record.id) == unit.traces.end()) continue;
      const ExperimentResults results = try_trace(record, do_trace, attempt);
      all.outcomes.insert(all.outcomes.end(), results.outcomes.begin(), results.outcomes.end());
      all.continuations.insert(all.continuations.end(), results.continuations.begin(),
                               results.continuations.end());
      attempt.tokens += results.n_sampled;
      attempt.seconds_sampling += results.seconds_sampling;
    }
    if (attempt.status == Status::kFailed)
      reporter.note(fmt::format("question {} can't be done: {}", unit.unit.first, attempt.error));
    attempt.probes = rows_read(all);
    attempt.seconds_probing = std::max(0.0, monotonic_seconds() - begin - attempt.seconds_sampling);
    run.store.commit_outcomes(unit.unit, experiment, attempt, all.outcomes, all.continuations);
    reporter.end_unit();
  }
}

int64_t tokens_to_read(const ReadingRun& run, int64_t n_tokens, int64_t n_common) {
  if (!probes_by_forks(run.model, run.compute)) return n_tokens;
  return n_tokens - (n_common - n_common % kTracePass);  // Whole passes are kept.
}

std::vector<std::vector<float>> read_ends(const ReadingRun& run, GrowingSession& sessions,
                                          const Question& question,
                                          const std::vector<std::vector<Token>>& thinkings) {
  const ReadingForm q = build_reading_form(run.model, question, run.reader);
  size_t longest = 0;
  for (const std::vector<Token>& ids : thinkings) longest = std::max(longest, ids.size());
  const int n_tokens = static_cast<int>(q.prompt.ids.size() + longest), branch = longest_branch(q.form);
  check_context(run.model, n_tokens, branch);
  Session& session = sessions.with_room(n_tokens, branch);
  session.clear();
  ForkReader forks(session, run.compute.branches);
  PrefillReader prefills(session);
  AnswerReader& reader =
      probes_by_forks(run.model, run.compute) ? static_cast<AnswerReader&>(forks) : prefills;
  std::vector<std::vector<float>> rows;
  for (const std::vector<Token>& ids : thinkings)
    rows.push_back(probe_trace(reader, q.prompt.ids, ids, q.form, {static_cast<int>(ids.size())}).logprobs);
  return rows;
}

}  // namespace thinktrace
