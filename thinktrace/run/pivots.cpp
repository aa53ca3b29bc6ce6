// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "thinktrace/engine/log_sum_exp.h"
#include "thinktrace/error.h"
#include "thinktrace/question/select.h"
#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/free_sampling.h"
#include "thinktrace/run/pivot_cost.h"
#include "thinktrace/run/wanted_traces.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// What the steps of a search share.
struct PivotJob {
  ReadingRun& run;
  const PivotSettings& settings;
  const StoredExperiment& experiment;
  FreeSampling free;
  GrowingSession sessions;
  Reporter& reporter;
};

// --- What is asked

void check_settings(const PivotSettings& s) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorKind::kInput, fmt::format("[pivots] {}", what));
  };
  const DifferenceOptions& d = s.search.difference;
  if (d.negligible < 0 || d.negligible >= d.least || d.least > 1)
    refuse(fmt::format("--negligible {} must be below --least {}", d.negligible, d.least));
  if (s.search.batch > s.search.cap)
    refuse(fmt::format("--batch {} is more than --most {}", s.search.batch, s.search.cap));
}

// Units of the plan with the traces that are asked for, in order.
UnitTraces wanted_units(const PivotRequest& request, const ReadingRun& run) {
  const Store& store = run.store;
  std::set<std::string> questions;
  for (const Question& q : select_questions(store.questions(), request.read.options.selection))
    questions.insert(q.id);
  const TracePool pool = pool_traces(store);
  std::vector<std::string> ids;
  for (const PooledTrace& trace : pool.traces) ids.push_back(trace.id);
  WantedTraces wanted(request.traces, "pivots");
  const std::set<std::string> named = wanted.among(ids);
  wanted.check_all_found();
  UnitTraces units;
  for (const PooledTrace& trace : pool.traces) {
    const bool is_wanted =
        questions.contains(trace.unit.first) && (wanted.is_everything() || named.contains(trace.id));
    if (!is_wanted) continue;
    if (units.empty() || units.back().first != trace.unit) units.push_back({trace.unit, {}});
    units.back().second.insert(trace.id);
  }
  return units;
}

// --- Sampling

// Samples what `from` asks for and puts it on disk.
void sample_and_commit(PivotJob& job, const UnitKey& unit, std::span<const ContinueFrom> from,
                       std::span<const double> logprobs, std::vector<StoredContinuation>& known) {
  Attempt attempt{.settings = compute_settings(job.run.compute)};
  const double begin = monotonic_seconds();
  std::vector<StoredContinuation> fresh =
      sample_continuations(job.sessions, job.run.model, job.free, from, [&](int n) {
        attempt.tokens += n;
        job.reporter.add_tokens(n);
      });
  auto at = fresh.begin();
  for (size_t i = 0; i < logprobs.size(); i++) {
    for (int k = 0; k < from[i].n_draws; k++) (at++)->inserted_logprob = logprobs[i];
  }
  attempt.seconds_sampling = monotonic_seconds() - begin;
  job.run.store.commit_outcomes(unit, job.experiment, attempt, {}, fresh);
  known.insert(known.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  std::stable_sort(known.begin(), known.end(), [](const StoredContinuation& a, const StoredContinuation& b) {
    return std::tie(a.position, a.arm, a.draw) < std::tie(b.position, b.arm, b.draw);
  });
}

// A token that may stand at a fork, with its log-probability.
struct ForkToken {
  Token token = 0;
  double logprob = 0;
};

// The trace's own token and the most likely others after the tokens before it, as the settings want them.
std::vector<ForkToken> tokens_at_fork(PivotJob& job, const TraceRecord& record, int position) {
  std::vector<Token> prefix = record.prompt_ids;
  prefix.insert(prefix.end(), record.trace.think_ids.begin(), record.trace.think_ids.begin() + position);
  Session& session = job.sessions.with_room(static_cast<int>(prefix.size()), 1);
  session.clear();
  session.prefill(0, prefix);
  const std::span<const float> logits = session.logits(0);
  const double total = log_sum_exp(logits);
  const Token own = record.trace.think_ids[position];
  std::vector<ForkToken> tokens{{own, logits[own] - total}};
  std::vector<Token> others;
  for (Token t = 0; t < static_cast<Token>(logits.size()); t++) {
    const bool is_likely = std::exp(logits[t] - total) >= job.settings.least_share;
    if (t != own && is_likely && !job.run.model.ends_generation(t)) others.push_back(t);
  }
  std::stable_sort(others.begin(), others.end(), [&](Token a, Token b) { return logits[a] > logits[b]; });
  if (static_cast<int>(others.size()) > job.settings.alternatives) others.resize(job.settings.alternatives);
  for (const Token t : others) tokens.push_back({t, logits[t] - total});
  session.clear();
  return tokens;
}

// Tries the tokens of all forks that were not tried yet, together.
void try_forks(PivotJob& job, const UnitKey& unit, const TraceRecord& record, const PivotState& state,
               std::vector<StoredContinuation>& known) {
  std::vector<ContinueFrom> from;
  std::vector<double> logprobs;
  for (const auto& [position, tried] : state.forks) {
    if (!tried.empty()) continue;
    for (const ForkToken& fork : tokens_at_fork(job, record, position)) {
      from.push_back({&record, position, fork_arm(fork.token), {fork.token}, 0, job.settings.fork_draws});
      logprobs.push_back(fork.logprob);
    }
  }
  if (!from.empty()) sample_and_commit(job, unit, from, logprobs, known);
}

void search_trace(PivotJob& job, const UnitKey& unit, const TraceRecord& record) {
  std::vector<StoredContinuation> known = job.run.store.continuations(record, job.experiment.id);
  for (;;) {
    const PivotState state = pivot_state(record, known, job.settings);
    if (state.lacking.empty()) {
      if (job.settings.alternatives > 0) try_forks(job, unit, record, state, known);
      return;
    }
    std::vector<ContinueFrom> from;
    for (const DrawRequest& r : state.lacking)
      from.push_back({&record, r.position, "", {}, r.first, r.trials});
    sample_and_commit(job, unit, from, {}, known);
  }
}

// The traces of a unit that lack something. A failure is booked when all were tried.
void search_unit(PivotJob& job, const UnitKey& unit, const std::set<std::string>& traces) {
  Attempt failure{.status = Status::kFailed, .settings = compute_settings(job.run.compute)};
  for (const TraceRecord& record : job.run.store.records(unit, job.experiment.reader_id)) {
    if (!traces.contains(record.id)) continue;
    try {
      search_trace(job, unit, record);
    } catch (const std::exception& e) {
      const auto* error = dynamic_cast<const Error*>(&e);
      if (error && (error->kind() == ErrorKind::kInterrupted || error->kind() == ErrorKind::kStore)) throw;
      failure.error += fmt::format("{}sample {}: {}", failure.error.empty() ? "" : "; ", record.trace.sample,
                                   to_utf8(e.what()));
    }
    job.reporter.end_unit();
  }
  if (failure.error.empty()) return;
  job.reporter.note(fmt::format("question {} can't be searched: {}", unit.first, failure.error));
  job.run.store.commit_outcomes(unit, job.experiment, failure, {}, {});
}

void tell_pivots(PivotJob& job, const PivotWork& work) {
  const Reporter& reporter = job.reporter;
  const PivotSettings& s = job.settings;
  reporter.note(fmt::format(
      "experiment {}, a search for pivotal tokens by reader {}: success is {}, sampled at temperature {}",
      job.experiment.number, job.run.store.reader(job.experiment.reader_id)->number,
      s.success == Success::kRight ? "the right answer" : "the trace's own answer",
      s.sampling.sampler.temperature));
  if (work.n_unread > 0)
    reporter.note(fmt::format(
        "{} of the traces were not read by this reader and are left out (thinktrace probe reads them)",
        work.n_unread));
  if (work.n_traces == 0) {
    reporter.note("nothing is left to search");
    return;
  }
  const double speed = sampling_speed(job.run, job.free, job.sessions, work.n_tokens);
  reporter.note(fmt::format(
      "to search: {} {}; about {} continuations (at most {}), about {} tokens to decode; about {} at "
      "{:.0f} tokens/s",
      work.n_traces, work.n_traces == 1 ? "trace" : "traces", work.n_continuations,
      work.n_continuations_at_most, work.n_tokens, time_text(static_cast<double>(work.n_tokens) / speed),
      speed));
}

}  // namespace

PivotsResult find_pivots(const PivotRequest& request, const RunObserver& observer) {
  Reporter reporter(observer);
  check_settings(request.settings);
  ReadingRun run = open_to_read(request.read, reporter);
  require_writer(run, "pivots");
  const StoredReader reader = make_reader(run.reader, run.model, run.compute);
  require_reading(run, reader, "pivots");
  PivotSettings settings = request.settings;
  settings.sampling = chosen_sampling(run, request.sampling, request.settings.sampling.seed);
  const auto units = wanted_units(request, run);
  if (units.empty())
    throw Error(ErrorKind::kInput, fmt::format("[pivots] {}: plan {} has no such traces",
                                               request.read.options.out, run.plan.number));
  const StoredExperiment experiment =
      begin_experiment(run, reader, {kPivots, pivot_identity(settings, reader.id)}, request.read.options);
  PivotJob job{run,
               settings,
               experiment,
               {settings.sampling, run.reader.format.tags.close, settings.sequences},
               {run.model, run.compute, observer.should_stop},
               reporter};
  const PivotWork work =
      plan_pivots(run, experiment, settings, units, request.read.options.retry_failed, job.sessions);
  tell_pivots(job, work);
  reporter.begin(work.n_traces, work.n_traces);
  for (const auto& [unit, traces] : work.units) search_unit(job, unit, traces);
  return {run.plan.number, experiment.number, work.n_traces,
          static_cast<int>(run.store.units_failed_in(experiment.id).size())};
}

}  // namespace thinktrace
