// SPDX-License-Identifier: MIT
#include "thinktrace/run/unit.h"

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

void sample_and_probe(Session& session, const Unit& unit, const RunOptions& options,
                      const UnitObserver& observer, StoredUnit& stored) {
  const Model& model = session.model();
  const PreparedQuestion& q = *unit.question;
  const double begin = monotonic_seconds();
  const TraceRequest request{q.prompt.ids, options.format.tags.close, unit.first_sample, unit.n_samples};
  const auto on_tokens = [&](int n) {
    stored.attempt.tokens += n;
    if (observer.on_tokens) observer.on_tokens(n);
  };
  for (Trace& trace : sample_traces(session, request, q.trace, on_tokens)) {
    stored.records.push_back(begin_record(model, q, options, unit.sampling_id, std::move(trace)));
  }
  const double sampled = monotonic_seconds();
  ForkReader forks(session, options.compute.branches);
  PrefillReader prefills(session);
  AnswerReader& reader =
      probes_by_forks(model, options.compute) ? static_cast<AnswerReader&>(forks) : prefills;
  for (TraceRecord& r : stored.records) {
    const std::vector<int> positions =
        probe_positions(static_cast<int>(r.trace.think_ids.size()), options.stride);
    r.curve = probe_trace(reader, r.prompt_ids, r.trace.think_ids, q.form, positions);
    stored.attempt.probes += static_cast<int64_t>(positions.size());
    if (observer.on_probes) observer.on_probes(static_cast<int>(positions.size()));
  }
  stored.attempt.seconds_sampling = sampled - begin;
  stored.attempt.seconds_probing = monotonic_seconds() - sampled;
}

}  // namespace

StoredUnit do_unit(Session& session, const Unit& unit, const RunOptions& options,
                   const UnitObserver& observer) {
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
  try {
    if (!q.unfit.empty()) throw Error(ErrorKind::kFailed, q.unfit);
    sample_and_probe(session, unit, options, observer, stored);
  } catch (const std::exception& e) {
    const auto* error = dynamic_cast<const Error*>(&e);
    if (error && error->kind() == ErrorKind::kInterrupted) throw;
    stored.attempt.status = Status::kFailed;
    stored.attempt.error = to_utf8(e.what());
    stored.records.clear();
  }
  return stored;
}

}  // namespace thinktrace
