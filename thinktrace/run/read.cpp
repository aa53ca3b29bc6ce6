// SPDX-License-Identifier: MIT
#include "thinktrace/run/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// What reads a pass' traces, and who is told of it.
struct Reading {
  const ReaderOptions& options;
  GrowingSession& sessions;
  bool same_model = false;
  std::function<void(int)> on_probes;
};

// One trace, from its text to a reading.
StoredReading read_trace(const ReadJob& job, const TraceRecord& record, const Reading& by) {
  const ReaderOptions& options = by.options;
  const ReadingForm q = build_reading_form(job.model, record.question, options);
  ReadThinking thinking = thinking_for(job.model, record, by.same_model);
  const int n_tokens = static_cast<int>(q.prompt.ids.size() + thinking.ids.size()),
            branch = longest_branch(q.form);
  check_context(job.model, n_tokens, branch);
  Session& session = by.sessions.with_room(n_tokens, branch);
  ForkReader forks(session, job.compute.branches);
  PrefillReader prefills(session);
  AnswerReader& reader =
      probes_by_forks(job.model, job.compute) ? static_cast<AnswerReader&>(forks) : prefills;
  StoredReading out{.trace_id = record.id,
                    .labels = q.prompt.labels,
                    .prompt_text = to_utf8(q.prompt.text),
                    .prompt_ids = q.prompt.ids,
                    .forced_text = to_utf8(job.model.text(q.form.suffix)),
                    .suffix_ids = q.form.suffix,
                    .curve = {}};
  out.curve = probe_by(reader, {q.prompt.ids, thinking.ids, q.form, thinking.texts, record.question.options},
                       options.probing, by.on_probes);
  if (!thinking.own) {
    if (record.has_tokens) {
      out.writer_positions = align_positions(record.think_text, thinking.texts, out.curve.positions);
      out.writer_tokens = static_cast<int>(record.think_text.size());
    }
    out.think_ids = std::move(thinking.ids);
    out.think_text = std::move(thinking.texts);
  }
  return out;
}

// The ways to read that a request asks for: each suffix under each order. One that can't be put into words is said now.
std::vector<ReaderOptions> readers_for(const ReadRequest& request, const ReadingRun& run) {
  const std::vector<Question> questions = run.store.questions();
  std::vector<std::string> suffixes = request.suffixes;
  if (suffixes.empty()) suffixes.push_back(run.reader.format.suffix);
  std::vector<ReaderOptions> readers;
  for (const std::string& suffix : suffixes) {
    ReaderOptions options = run.reader;
    options.format.suffix = suffix;
    if (!questions.empty()) build_reading_form(run.model, questions.front(), options);
    for (options.order = 0; options.order < std::max(1, request.options.orders); options.order++)
      readers.push_back(options);
  }
  return readers;
}

// Tells what there is to read and what it costs, going by the writer's tokens.
void tell_readings(const ReadJob& job, const ReadingRun& run, const std::vector<ReaderOptions>& readers,
                   const Reporter& reporter) {
  if (run.store.questions().empty()) return;
  std::map<UnitKey, std::vector<PooledTrace>> traces;
  for (PooledTrace& trace : pool_traces(run.store).traces) traces[trace.unit].push_back(std::move(trace));
  int64_t n_readings = 0, n_probes = 0, n_tokens = 0;
  const bool by_forks = probes_by_forks(run.model, run.compute);
  for (const ReaderOptions& options : readers) {
    const std::string id = make_reader(options, run.model, run.compute).id;
    const ReadingForm form = build_reading_form(run.model, run.store.questions().front(), options);
    for (const UnitKey& unit : run.store.units_to_read(id, job.retry_failed)) {
      for (const PooledTrace& trace : traces[unit]) {
        const int64_t n = 1 + trace.n_thinking / std::max(1, options.probing.stride),
                      n_text = trace.n_prompt + trace.n_thinking;
        n_readings++;
        n_probes += n;
        n_tokens +=
            n * n_branch_tokens(form.form) + (by_forks ? n_text : n * (n_text - trace.n_thinking / 2));
      }
    }
  }
  if (n_readings == 0) {
    reporter.note("nothing is left to read");
    return;
  }
  GrowingSession sessions(run.model, run.compute, reporter.observer().should_stop);
  const double speed = prefill_speed(run, sessions);
  reporter.note(fmt::format(
      "to read: {} readings of traces by {} reader{}, {} {} probes, {} tokens to decode; about {} at "
      "{:.0f} tokens/s "
      "(a short prefill)",
      n_readings, readers.size(), readers.size() == 1 ? "" : "s",
      readers.front().probing.adaptive ? "at most" : "about", n_probes, n_tokens,
      time_text(static_cast<double>(n_tokens) / speed), speed));
}

// An import without probes is shown as its first reader saw it.
void show_empty_import(ReadingRun& run, const std::string& reader_id) {
  auto counts = run.store.reader_counts();
  if (!is_import(run.plan) || counts[run.plan.reader_id].traces > 0 || counts[reader_id].traces == 0) return;
  run.plan.reader_id = reader_id;
  run.store.save_plan(run.plan, {});
}

}  // namespace

int read_units(const ReadJob& job, const ReaderOptions& options, const StoredReader& reader,
               Reporter& reporter) {
  const std::vector<UnitKey> units = job.store.units_to_read(reader.id, job.retry_failed);
  reporter.begin(static_cast<int>(units.size()), static_cast<int>(units.size()));
  const bool same_model = writes_like(job.model, *job.store.plan());
  GrowingSession sessions(job.model, job.compute, reporter.observer().should_stop);
  int n_failed = 0;
  for (const UnitKey& unit : units) {
    Attempt attempt{.settings = compute_settings(job.compute)};
    std::vector<StoredReading> readings;
    const Reading by{options, sessions, same_model, [&](int n) {
                       attempt.probes += n;
                       reporter.add_probes(n);
                     }};
    const double begin = monotonic_seconds();
    for (const TraceRecord& record : job.store.records(unit, kNoReader)) {  // As they were written.
      if (job.store.reading(record.id, reader.id)) continue;
      try {
        readings.push_back(read_trace(job, record, by));
      } catch (const std::exception& e) {
        const auto* error = dynamic_cast<const Error*>(&e);
        if (error && (error->kind() == ErrorKind::kInterrupted || error->kind() == ErrorKind::kStore)) throw;
        attempt.status = Status::kFailed;
        attempt.error += fmt::format("{}sample {}: {}", attempt.error.empty() ? "" : "; ",
                                     record.trace.sample, to_utf8(e.what()));
      }
    }
    if (attempt.status == Status::kFailed) {
      n_failed++;
      reporter.note(fmt::format("question {} can't be read: {}", unit.first, attempt.error));
    }
    attempt.seconds_probing = monotonic_seconds() - begin;
    job.store.commit_readings(unit, reader.id, attempt, readings);
    reporter.end_unit();
  }
  return n_failed;
}

std::optional<NoiseFloor> measure_reader(const ReadJob& job, const ReaderOptions& options,
                                         const std::string& reader_id, const Reporter& reporter) {
  constexpr int kTraces = 4, kPriorCells = 8192;
  std::optional<StoredReader> reader = job.store.reader(reader_id);
  if (!reader) return std::nullopt;
  const StoredPlan plan = *job.store.plan();
  const std::vector<Question> questions = job.store.questions();
  const auto& should_stop = reporter.observer().should_stop;
  try {
    if (noise_floor_of(*reader, plan).empty()) {
      NoiseFloor noise;
      for (const TraceRecord& r : job.store.spread_traces(kTraces, reader_id)) {
        if (r.curve.positions.empty()) continue;
        const AnswerForm form = build_reading_form(job.model, r.question, options).form;
        noise = merge(noise, measure_noise_floor(r, form, {job.model, job.compute.threads, should_stop}));
      }
      if (noise.n_positions > 0) {
        reader = with_noise_floor(*reader, plan, to_json(noise));
        reporter.note(fmt::format("reader {}: {}", reader->number, describe(noise)));
      }
    }
    if (options.order == 0 && !prior_covers(reader->prior, questions)) {
      Session session(job.model, {.n_cells = std::min(kPriorCells, job.model.card().n_ctx_train + 256),
                                  .n_branches = 1,
                                  .threads = job.compute.threads,
                                  .precision = job.compute.precision,
                                  .should_stop = should_stop});
      reader->prior = measure_prior(session, options, questions, reader->prior);
    }
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kInterrupted || e.kind() == ErrorKind::kStore) throw;
    reporter.note(fmt::format("the noise floor or the prior could not be measured: {}", e.what()));
  }
  job.store.save_reader(*reader);
  const std::string noise = noise_floor_of(*reader, plan);
  return noise.empty() ? std::nullopt : std::optional(noise_floor_from_json(noise));
}

void forget_noise_floor(Store& store, const std::string& reader_id) {
  store.save_reader(with_noise_floor(*store.reader(reader_id), *store.plan(), ""));
}

ReadResult read_run(const ReadRequest& request, const RunObserver& observer) {
  const bool retry_failed = request.options.retry_failed;
  Reporter reporter(observer);
  ReadingRun run = open_to_read(request, reporter);
  Store& store = run.store;
  const ReadJob job{run.model, store, run.compute, retry_failed};
  ReadResult result;
  const std::vector<ReaderOptions> readers = readers_for(request, run);
  tell_readings(job, run, readers, reporter);
  for (const ReaderOptions& options : readers) {
    const StoredReader reader = make_reader(options, run.model, run.compute);
    if (!store.reader(reader.id)) store.save_reader(reader);
    const int n_units = static_cast<int>(store.units_to_read(reader.id, retry_failed).size());
    result.units_here += n_units;
    if (n_units > 0) forget_noise_floor(store, reader.id);
    read_units(job, options, reader, reporter);
    result.units_failed += static_cast<int>(store.units_to_read(reader.id, true).size());
    const std::optional<NoiseFloor> noise = measure_reader(job, options, reader.id, reporter);
    if (result.readers.empty()) result.noise_floor = noise;
    result.readers.push_back(store.reader(reader.id)->number);
    if (options.order == 0) show_empty_import(run, reader.id);
  }
  return result;
}

}  // namespace thinktrace
