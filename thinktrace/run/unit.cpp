// SPDX-License-Identifier: MIT
#include "thinktrace/run/unit.h"

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/run/progress.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/trace/parse_answer.h"

namespace thinktrace {
namespace {

TraceRecord begin_record(const Model& model, const PreparedQuestion& q, const RunOptions& options,
                         const std::string& sampling_id, Trace trace) {
  TraceRecord r;
  r.id = trace_id({sampling_id, q.question.id, q.prompt.ids, trace.sample});
  r.question = q.question;
  r.labels = q.prompt.labels;
  r.prompt_text = to_utf8(q.prompt.text);
  r.prompt_ids = q.prompt.ids;
  r.seed = options.trace.seed;
  r.think_text = token_texts(model.pieces(trace.think_ids));
  if (trace.stop == Stop::kClosed)
    r.chosen = parse_answer(trace.answer_text, q.prompt.labels, q.question.options);
  r.forced_text = to_utf8(model.text(q.form.suffix));
  r.trace = std::move(trace);
  return r;
}

// A unit's traces before they are probed.
void take_traces(const Model& model, const Unit& unit, const RunOptions& options, std::vector<Trace> traces,
                 StoredUnit& stored) {
  for (Trace& trace : traces) {
    stored.attempt.tokens += static_cast<int64_t>(trace.think_ids.size() + trace.answer_ids.size());
    stored.records.push_back(
        begin_record(model, *unit.question, options, unit.sampling_id, std::move(trace)));
  }
}

void probe_traces(AnswerReader& reader, const Unit& unit, const Probing& probing,
                  const UnitObserver& observer, StoredUnit& stored) {
  const PreparedQuestion& q = *unit.question;
  const auto on_probes = [&](int n) {
    stored.attempt.probes += n;
    if (observer.on_probes) observer.on_probes(n);
  };
  for (TraceRecord& r : stored.records) {
    r.curve = probe_by(reader, {r.prompt_ids, r.trace.think_ids, q.form, r.think_text, q.question.options},
                       probing, on_probes);
  }
}

void fail(StoredUnit& unit, const std::string& why) {
  unit.attempt.status = Status::kFailed;
  unit.attempt.error = to_utf8(why);
  unit.records.clear();
}

// Why `work` went wrong; empty where it did not. What interrupts is thrown on.
template <class Work>
std::string failure_of(Work work) {
  try {
    work();
  } catch (const std::exception& e) {
    const auto* error = dynamic_cast<const Error*>(&e);
    if (error && error->kind() == ErrorKind::kInterrupted) throw;
    return e.what();
  }
  return "";
}

StoredUnit begin_unit(const Unit& unit, const RunOptions& options) {
  const PreparedQuestion& q = *unit.question;
  StoredUnit stored;
  stored.question = q.question;
  stored.first_sample = unit.first_sample;
  stored.n_samples = unit.n_samples;
  stored.attempt.settings = compute_settings(options.compute);
  stored.labels = q.prompt.labels;
  stored.prompt_text = to_utf8(q.prompt.text);
  stored.prompt_ids = q.prompt.ids;
  stored.suffix_ids = q.form.suffix;
  return stored;
}

void sample_units(Session& session, std::span<const Unit> units, const RunOptions& options,
                  const UnitObserver& observer, std::span<StoredUnit> stored) {
  const double begin = monotonic_seconds();
  std::vector<TraceRequest> requests;
  std::vector<size_t> sampled;  // Units.
  for (size_t i = 0; i < units.size(); i++) {
    if (!units[i].question->unfit.empty()) {
      fail(stored[i], units[i].question->unfit);
      continue;
    }
    requests.push_back(request_of(units[i], options));
    sampled.push_back(i);
  }
  std::vector<std::vector<Trace>> traces;
  const std::string failure = failure_of(
      [&] { traces = sample_traces(session, requests, options.together.sequences, observer.on_tokens); });
  int64_t n_tokens = 0;
  for (size_t k = 0; k < sampled.size(); k++) {
    StoredUnit& unit = stored[sampled[k]];
    if (failure.empty())
      take_traces(session.model(), units[sampled[k]], options, std::move(traces[k]), unit);
    else
      fail(unit, failure);
    n_tokens += unit.attempt.tokens;
  }
  const double seconds_a_token =
      (monotonic_seconds() - begin) / static_cast<double>(std::max<int64_t>(1, n_tokens));
  for (StoredUnit& unit : stored)
    unit.attempt.seconds_sampling = seconds_a_token * static_cast<double>(unit.attempt.tokens);
}

}  // namespace

std::vector<Unit> units_of(const std::vector<PreparedQuestion>& questions, int samples, int unit_size,
                           const std::string& sampling_id) {
  std::vector<Unit> units;
  for (const PreparedQuestion& q : questions) {
    for (int first = 0; first < samples; first += unit_size)
      units.push_back({&q, first, unit_size, sampling_id});
  }
  return units;
}

TraceRequest request_of(const Unit& unit, const RunOptions& options) {
  const PreparedQuestion& q = *unit.question;
  return {q.prompt.ids, options.format.tags.close, unit.first_sample, unit.n_samples, q.trace};
}

std::vector<StoredUnit> do_units(Session& session, std::span<const Unit> units, const RunOptions& options,
                                 const UnitObserver& observer) {
  std::vector<StoredUnit> stored;
  for (const Unit& unit : units) stored.push_back(begin_unit(unit, options));
  sample_units(session, units, options, observer, stored);
  ForkReader forks(session, options.compute.branches);
  PrefillReader prefills(session);
  AnswerReader& reader =
      probes_by_forks(session.model(), options.compute) ? static_cast<AnswerReader&>(forks) : prefills;
  for (size_t i = 0; i < units.size(); i++) {
    const double begin = monotonic_seconds();
    const std::string failure =
        failure_of([&] { probe_traces(reader, units[i], options.probing, observer, stored[i]); });
    if (!failure.empty()) fail(stored[i], failure);
    stored[i].attempt.seconds_probing = monotonic_seconds() - begin;
  }
  return stored;
}

void do_blocks(Session& session, std::span<const Unit> units, const RunOptions& options,
               const UnitObserver& observer,
               const std::function<void(std::span<const StoredUnit>)>& on_block) {
  const auto block = static_cast<size_t>(options.together.block);
  for (size_t begin = 0; begin < units.size(); begin += block) {
    const std::span<const Unit> now = units.subspan(begin, std::min(block, units.size() - begin));
    on_block(do_units(session, now, options, observer));
  }
}

}  // namespace thinktrace
