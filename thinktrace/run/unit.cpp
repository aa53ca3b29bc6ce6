// SPDX-License-Identifier: MIT
#include "thinktrace/run/unit.h"

#include <algorithm>
#include <map>
#include <optional>

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

// What the probes of a unit's traces came to.
struct UnitProbes {
  std::map<int, Curve> curves;  // By sample.
  double seconds = 0;
  std::string failure;
};

// A block of units on its way from prompts to what is stored.
class UnitBlock {
 public:
  UnitBlock(Session& session, std::span<const Unit> units, const RunOptions& options,
            const UnitObserver& observer)
      : session_(session), units_(units), options_(options), observer_(observer), probes_(units.size()) {
    for (const Unit& unit : units) stored_.push_back(begin_unit(unit, options));
  }

  void sample() {
    std::vector<TraceRequest> requests;
    for (size_t i = 0; i < units_.size(); i++) {
      if (!units_[i].question->unfit.empty()) {
        fail(stored_[i], units_[i].question->unfit);
        continue;
      }
      requests.push_back(request_of(units_[i], options_));
      sampled_.push_back(i);
    }
    const int at_once = options_.together.sequences;
    const int forks = forks_beside_sampling(session_.model(), options_, at_once);
    ForkReader reader(session_, forks, at_once);
    SamplingObserver observer{.on_tokens = observer_.on_tokens, .on_end = {}};
    if (forks > 0)
      observer.on_end = [&](const EndedTrace& ended) { return probe_where_it_is(reader, ended); };
    const double begin = monotonic_seconds();
    const std::string failure =
        failure_of([&] { traces_ = sample_traces(session_, requests, at_once, observer); });
    seconds_ = monotonic_seconds() - begin;
    for (const UnitProbes& p : probes_) seconds_ -= p.seconds;
    for (const size_t i : sampled_) {
      if (!failure.empty()) fail(stored_[i], failure);
    }
    if (!failure.empty()) sampled_.clear();
  }

  // Those that were not probed while they were sampled.
  void probe() {
    ForkReader forks(session_, options_.compute.branches);
    PrefillReader prefills(session_);
    AnswerReader& reader =
        probes_by_forks(session_.model(), options_.compute) ? static_cast<AnswerReader&>(forks) : prefills;
    for (size_t k = 0; k < sampled_.size(); k++) {
      for (const Trace& trace : traces_[k]) {
        if (!probes_[sampled_[k]].curves.contains(trace.sample)) probe_trace_of(reader, sampled_[k], trace);
      }
    }
  }

  std::vector<StoredUnit> result() {
    int64_t n_tokens = 0;
    for (size_t k = 0; k < sampled_.size(); k++) {
      finish(sampled_[k], std::move(traces_[k]));
      n_tokens += stored_[sampled_[k]].attempt.tokens;
    }
    const double seconds_a_token = seconds_ / static_cast<double>(std::max<int64_t>(1, n_tokens));
    for (StoredUnit& unit : stored_)
      unit.attempt.seconds_sampling = seconds_a_token * static_cast<double>(unit.attempt.tokens);
    return std::move(stored_);
  }

 private:
  bool probe_where_it_is(ForkReader& reader, const EndedTrace& ended) {
    const size_t i = sampled_[ended.request];
    std::vector<Token> tokens = units_[i].question->prompt.ids;
    tokens.insert(tokens.end(), ended.trace.think_ids.begin(), ended.trace.think_ids.end());
    tokens.resize(std::min<size_t>(tokens.size(), ended.n_decoded));
    session_.drop(ended.branch, static_cast<int>(tokens.size()));
    reader.adopt(ended.branch, std::move(tokens));
    return probe_trace_of(reader, i, ended.trace);
  }

  // Nothing where one of the unit's traces could not be probed: it fails whole.
  bool probe_trace_of(AnswerReader& reader, size_t i, const Trace& trace) {
    UnitProbes& probes = probes_[i];
    if (!probes.failure.empty()) return false;
    const PreparedQuestion& q = *units_[i].question;
    const auto on_probes = [&](int n) {
      stored_[i].attempt.probes += n;
      if (observer_.on_probes) observer_.on_probes(n);
    };
    const double begin = monotonic_seconds();
    probes.failure = failure_of([&] {
      const std::vector<std::string> texts = token_texts(session_.model().pieces(trace.think_ids));
      probes.curves[trace.sample] =
          probe_by(reader, {q.prompt.ids, trace.think_ids, q.form, texts, q.question.options},
                   options_.probing, on_probes);
    });
    probes.seconds += monotonic_seconds() - begin;
    return probes.failure.empty();
  }

  void finish(size_t i, std::vector<Trace> traces) {
    StoredUnit& unit = stored_[i];
    UnitProbes& probes = probes_[i];
    unit.attempt.seconds_probing = probes.seconds;
    for (Trace& trace : traces) {
      unit.attempt.tokens += static_cast<int64_t>(trace.think_ids.size() + trace.answer_ids.size());
      unit.records.push_back(begin_record(session_.model(), *units_[i].question, options_,
                                          units_[i].sampling_id, std::move(trace)));
      unit.records.back().curve = std::move(probes.curves[unit.records.back().trace.sample]);
    }
    if (!probes.failure.empty()) fail(unit, probes.failure);
  }

  Session& session_;
  std::span<const Unit> units_;
  const RunOptions& options_;
  const UnitObserver& observer_;
  std::vector<StoredUnit> stored_;          // [n_units]
  std::vector<UnitProbes> probes_;          // [n_units]
  std::vector<size_t> sampled_;             // Units that are fit.
  std::vector<std::vector<Trace>> traces_;  // Of each of these.
  double seconds_ = 0;                      // Of sampling.
};

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
  UnitBlock block(session, units, options, observer);
  block.sample();
  block.probe();
  return block.result();
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
