// SPDX-License-Identifier: MIT
#include "thinktrace/run/continue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/free_sampling.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// The settings with how the continuations are sampled, where that is not how the plan's traces were.
ContinueSettings with_sampling(const ReadingRun& run, const ContinueRequest& request) {
  ContinueSettings settings = request.settings;
  if (!is_import(run.plan) && request.sampling == SamplingChoice{} && request.sequences == 0) return settings;
  settings.sampling = chosen_sampling(run, request.sampling, settings.seed);
  settings.sequences = request.sequences > 0 ? request.sequences
                       : is_import(run.plan) ? kImportSequences
                                             : together_of(run.plan).sequences;
  return settings;
}

FreeSampling how_to_sample(const ReadingRun& run, const ContinueSettings& settings) {
  if (!settings.sampling) return free_sampling(run, settings.seed, "continue");
  return {*settings.sampling, run.reader.format.tags.close, settings.sequences};
}

// What the steps share.
struct ContinueJob {
  ReadingRun& run;
  ContinueSettings settings;
  bool with_failed;
  std::vector<Question> questions;
  StoredExperiment experiment;
  FreeSampling free;
  std::vector<PrefixPlace> places;
  GrowingSession sessions;
};

// A trace of the unit in hand.
struct ContinuedTrace {
  TraceRecord record;
  std::vector<KnownPrefix> prefixes;
};

// --- What there is to do, and what it costs

// Whether the token ids of a record are those of the run's model.
bool has_ids(const ContinueJob& job, const TraceRecord& record) {
  return job.run.same_model || !record.curve.positions.empty();
}

std::vector<ContinuedTrace> traces_of(const ContinueJob& job, const UnitKey& unit) {
  std::vector<ContinuedTrace> traces;
  for (TraceRecord& record : job.run.store.records(unit, job.experiment.reader_id)) {
    if (record.id.empty() || record.trace.sample >= job.run.plan.samples || !has_ids(job, record)) continue;
    std::vector<KnownPrefix> prefixes = known_prefixes(job.run.store, record, job.places, job.experiment);
    traces.push_back({std::move(record), std::move(prefixes)});
  }
  return traces;
}

// What is to be drawn now. Valid as long as the traces.
std::vector<ContinueFrom> next_round(const std::vector<ContinuedTrace>& traces,
                                     const ContinueSettings& settings) {
  std::vector<ContinueFrom> round;
  for (const ContinuedTrace& t : traces) {
    for (const KnownPrefix& prefix : t.prefixes) {
      const int n = draws_wanted(prefix, t.record.question.answer, settings);
      if (n > 0)
        round.push_back(
            {&t.record, prefix.position, "", {}, static_cast<int>(prefix.continuations.size()), n});
    }
  }
  return round;
}

int64_t n_unread(const std::vector<ContinuedTrace>& traces) {
  int64_t n = 0;
  for (const ContinuedTrace& t : traces)
    n += std::count_if(t.prefixes.begin(), t.prefixes.end(),
                       [](const KnownPrefix& p) { return p.forced.empty(); });
  return n;
}

struct ContinueWork {
  std::vector<UnitKey> units;  // In order.
  int n_traces = 0, n_prefixes = 0;
  int64_t n_unread = 0;                 // Of an import, by the run's model.
  int64_t n_draws = 0, most_draws = 0;  // At least and at most.
  int64_t n_given = 0;              // Tokens to decode before the first draws and for forced answers, about.
  int64_t n_new = 0, most_new = 0;  // To sample, about.
};

void add_to_work(const std::vector<ContinuedTrace>& traces, const std::vector<ContinueFrom>& round,
                 const ContinueSettings& settings, ContinueWork& work) {
  std::set<const TraceRecord*> seen;
  for (const ContinueFrom& from : round) {
    const TraceRecord& r = *from.trace;
    const auto n_thinking = static_cast<int64_t>(r.trace.think_ids.size());
    if (seen.insert(&r).second) work.n_given += n_thinking;
    // As if it went on as the trace did; the tag and the end of the text are tokens too.
    const int64_t each = n_thinking - from.position + static_cast<int64_t>(r.trace.answer_ids.size()) + 2;
    const int64_t most = std::max(0, settings.most - from.first_draw);
    work.n_prefixes++;
    work.n_draws += from.n_draws;
    work.most_draws += most;
    work.n_new += from.n_draws * each;
    work.most_new += most * each;
  }
  work.n_given += static_cast<int64_t>(traces.front().record.prompt_ids.size());
  work.n_traces += static_cast<int>(seen.size());
}

ContinueWork plan_continuations(const ContinueJob& job) {
  ContinueWork work;
  if (!job.run.same_model)
    work.n_unread =
        job.run.store.counts().traces - job.run.store.reader_counts()[job.experiment.reader_id].traces;
  const std::set<UnitKey> failed = job.run.store.units_failed_in(job.experiment.id);
  const std::map<UnitKey, Status> units = job.run.store.units();
  const int branch =
      n_branch_tokens(build_reading_form(job.run.model, job.questions.front(), job.run.reader).form);
  for (const Question& question : job.questions) {
    for (auto it = units.lower_bound({question.id, 0}); it != units.end() && it->first.first == question.id;
         ++it) {
      const bool is_shown = it->second == Status::kOk && it->first.second < job.run.plan.samples;
      if (!is_shown || (failed.contains(it->first) && !job.with_failed)) continue;
      const std::vector<ContinuedTrace> traces = traces_of(job, it->first);
      const std::vector<ContinueFrom> round = next_round(traces, job.settings);
      if (round.empty()) continue;
      work.units.push_back(it->first);
      add_to_work(traces, round, job.settings, work);
      work.n_given += branch * n_unread(traces);
    }
  }
  return work;
}

std::string range_text(int64_t least, int64_t most) {
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

void tell_plan(ContinueJob& job, const ContinueWork& work, const Reporter& reporter) {
  const ContinueSettings& settings = job.settings;
  reporter.note(fmt::format(
      "experiment {}, free continuations: {} places in each trace, {} of each beginning, {} at once",
      job.experiment.number, job.places.size(),
      settings.most > settings.samples ? fmt::format("{} continuations and up to {} where it is not decided",
                                                     settings.samples, settings.most)
                                       : fmt::format("{} continuations", settings.samples),
      job.free.at_once));
  if (work.n_unread > 0)
    reporter.note(fmt::format(
        "{} of the traces were not read by this model and are left out (thinktrace probe reads them)",
        work.n_unread));
  if (work.units.empty()) {
    reporter.note("nothing is left to continue");
    return;
  }
  const double prefill = prefill_speed(job.run, job.sessions),
               sampling = sampling_speed(job.run, job.free, job.sessions, work.n_new);
  const auto seconds = [&](int64_t n_new) {
    return static_cast<double>(work.n_given) / prefill + static_cast<double>(n_new) / sampling;
  };
  const std::string least = time_text(seconds(work.n_new)), most = time_text(seconds(work.most_new));
  reporter.note(
      fmt::format("to sample: {} continuations of {} beginnings of {} traces, about {} tokens after {} that "
                  "are given or forced; about {} at "
                  "{:.0f} tokens/s ({:.0f} for those)",
                  range_text(work.n_draws, work.most_draws), work.n_prefixes, work.n_traces,
                  range_text(work.n_new, work.most_new), work.n_given,
                  least == most ? least : fmt::format("{} to {}", least, most), sampling, prefill));
}

// --- Doing it

// Reads the forced answers that a trace lacks, and gives them as outcomes.
std::vector<StoredOutcome> read_forced(ContinueJob& job, ContinuedTrace& t) {
  std::vector<int> positions;
  for (const KnownPrefix& prefix : t.prefixes) {
    if (prefix.forced.empty()) positions.push_back(prefix.position);
  }
  std::vector<StoredOutcome> outcomes;
  if (positions.empty()) return outcomes;
  const ReadingRun& run = job.run;
  const ReadingForm q = build_reading_form(run.model, t.record.question, run.reader);
  const int n_tokens = static_cast<int>(q.prompt.ids.size() + t.record.trace.think_ids.size());
  check_context(run.model, n_tokens, longest_branch(q.form));
  Session& session = job.sessions.with_room(n_tokens, longest_branch(q.form));
  ForkReader forks(session, run.compute.branches);
  PrefillReader prefills(session);
  const bool by_forks = probes_by_forks(run.model, run.compute);
  const Curve curve = probe_trace(by_forks ? static_cast<AnswerReader&>(forks) : prefills, q.prompt.ids,
                                  t.record.trace.think_ids, q.form, positions);
  auto from = curve.logprobs.begin();
  for (KnownPrefix& prefix : t.prefixes) {
    if (!prefix.forced.empty()) continue;
    const auto end = from + static_cast<ptrdiff_t>(q.form.options.size());
    prefix.forced.assign(from, end);
    from = end;
    outcomes.push_back(
        {t.record.id, forced_arm(prefix.position), 0, prefix.position, prefix.forced, std::nullopt});
  }
  return outcomes;
}

void take_continuations(std::vector<ContinuedTrace>& traces, const std::vector<StoredContinuation>& drawn) {
  for (const StoredContinuation& c : drawn) {
    for (ContinuedTrace& t : traces) {
      if (t.record.id != c.trace_id) continue;
      for (KnownPrefix& prefix : t.prefixes) {
        if (prefix.position == c.position) prefix.continuations.push_back(c);
      }
    }
  }
}

// One round of a unit, on disk when it returns. False where the unit was done, or it failed.
bool continue_unit_once(ContinueJob& job, const UnitKey& unit, std::vector<ContinuedTrace>& traces,
                        Reporter& reporter) {
  Attempt attempt{.settings = compute_settings(job.run.compute)};
  std::vector<StoredOutcome> outcomes;
  std::vector<StoredContinuation> drawn;
  try {
    const double begin = monotonic_seconds();
    for (ContinuedTrace& t : traces) {
      const std::vector<StoredOutcome> read = read_forced(job, t);
      outcomes.insert(outcomes.end(), read.begin(), read.end());
    }
    attempt.probes = static_cast<int64_t>(outcomes.size());
    attempt.seconds_probing = monotonic_seconds() - begin;
    reporter.add_probes(static_cast<int>(outcomes.size()));
    const std::vector<ContinueFrom> round = next_round(traces, job.settings);
    if (round.empty() && outcomes.empty()) return false;
    drawn = sample_continuations(job.sessions, job.run.model, job.free, round,
                                 [&](int n) { reporter.add_tokens(n); });
    attempt.seconds_sampling = monotonic_seconds() - begin - attempt.seconds_probing;
  } catch (const std::exception& e) {
    const auto* error = dynamic_cast<const Error*>(&e);
    if (error && (error->kind() == ErrorKind::kInterrupted || error->kind() == ErrorKind::kStore)) throw;
    attempt.status = Status::kFailed;
    attempt.error = to_utf8(e.what());
    reporter.note(fmt::format("question {} can't be continued: {}", unit.first, attempt.error));
  }
  for (const StoredContinuation& c : drawn)
    attempt.tokens += static_cast<int64_t>(c.think_ids.size() + c.answer_ids.size());
  job.run.store.commit_outcomes(unit, job.experiment, attempt, outcomes, drawn);
  take_continuations(traces, drawn);
  return attempt.status == Status::kOk;
}

}  // namespace

ContinueResult continue_run(const ContinueRequest& request, const RunObserver& observer) {
  Reporter reporter(observer);
  ReadingRun run = open_to_read(request.read, reporter);
  require_writer(run, "continue");
  if (run.store.trace_ids().empty())
    throw Error(ErrorKind::kInput, fmt::format("[continue] {}: plan {} has no traces",
                                               request.read.options.out, run.plan.number));
  std::vector<Question> questions = select_questions(run.store.questions(), request.read.options.selection);
  const StoredReader reader = make_reader(run.reader, run.model, run.compute);
  if (!run.same_model) require_reading(run, reader, "continue");
  const ContinueSettings settings = with_sampling(run, request);
  StoredExperiment experiment = begin_experiment(
      run, reader, {kContinuation, continuation_identity(settings, reader.id)}, request.read.options);
  ContinueJob job{run,
                  settings,
                  request.read.options.retry_failed,
                  std::move(questions),
                  std::move(experiment),
                  how_to_sample(run, settings),
                  prefix_places(settings),
                  {run.model, run.compute, observer.should_stop}};
  const ContinueWork work = plan_continuations(job);
  tell_plan(job, work, reporter);
  const auto n_units = static_cast<int>(work.units.size());
  reporter.begin(n_units, n_units);
  for (const UnitKey& unit : work.units) {
    std::vector<ContinuedTrace> traces = traces_of(job, unit);
    while (continue_unit_once(job, unit, traces, reporter)) {
    }
    reporter.end_unit();
  }
  return {run.plan.number, job.experiment.number, n_units,
          static_cast<int>(run.store.units_failed_in(job.experiment.id).size())};
}

}  // namespace thinktrace
