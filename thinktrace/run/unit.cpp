// SPDX-License-Identifier: MIT
#include "thinktrace/run/unit.h"

#include <chrono>

#include "thinktrace/error.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/trace/parse_answer.h"

namespace thinktrace {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

TraceRecord begin_record(const Model& model, const PreparedQuestion& q, const RunOptions& options,
                         Trace trace) {
  TraceRecord r;
  r.id = trace_id({model.card().sha256, q.question.id, q.prompt.ids, options.format.tags.close,
                   options.compute.precision, options.trace, trace.sample});
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

void sample_and_probe(Session& session, const Unit& unit, const RunOptions& options,
                      const UnitObserver& observer, StoredUnit& stored) {
  const Model& model = session.model();
  const PreparedQuestion& q = *unit.question;
  const double begin = now();
  const TraceRequest request{q.prompt.ids, options.format.tags.close, unit.first_sample, unit.n_samples};
  for (Trace& trace : sample_traces(session, request, q.trace, observer.on_tokens)) {
    stored.records.push_back(begin_record(model, q, options, std::move(trace)));
  }
  const double sampled = now();
  ForkReader forks(session, options.compute.branches);
  PrefillReader prefills(session);
  AnswerReader& reader =
      probes_by_forks(model, options.compute) ? static_cast<AnswerReader&>(forks) : prefills;
  for (TraceRecord& r : stored.records) {
    const std::vector<int> positions =
        probe_positions(static_cast<int>(r.trace.think_ids.size()), options.stride);
    r.curve = probe_trace(reader, r.prompt_ids, r.trace.think_ids, q.form, positions);
    stored.reading_ids.push_back(reading_id(r.id, stored.model_sha256, q.form, r.labels));
    if (observer.on_probes) observer.on_probes(static_cast<int>(positions.size()));
  }
  stored.seconds_sampling = sampled - begin;
  stored.seconds_probing = now() - sampled;
}

}  // namespace

StoredUnit do_unit(Session& session, const Unit& unit, const RunOptions& options,
                   const UnitObserver& observer) {
  const PreparedQuestion& q = *unit.question;
  StoredUnit stored;
  stored.question_id = q.question.id;
  stored.first_sample = unit.first_sample;
  stored.n_samples = unit.n_samples;
  stored.settings = compute_settings(options.compute);
  stored.model_sha256 = session.model().card().sha256;
  stored.labels = q.prompt.labels;
  stored.prompt_text = to_utf8(q.prompt.text);
  stored.prompt_ids = q.prompt.ids;
  stored.suffix_ids = q.form.suffix;
  try {
    if (!q.unfit.empty()) throw Error(ErrorKind::kFailed, q.unfit);
    sample_and_probe(session, unit, options, observer, stored);
  } catch (const std::exception& e) {
    const auto* error = dynamic_cast<const Error*>(&e);
    if (error && error->kind() == ErrorKind::kInterrupted) throw;
    stored.status = Status::kFailed;
    stored.error = to_utf8(e.what());
    stored.records.clear();
    stored.reading_ids.clear();
  }
  return stored;
}

}  // namespace thinktrace
