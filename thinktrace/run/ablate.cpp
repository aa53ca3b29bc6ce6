// SPDX-License-Identifier: MIT
#include "thinktrace/run/ablate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/run/experiment_units.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/prepare.h"

namespace thinktrace {
namespace {

// What the steps of an ablation share.
struct AblationJob {
  const ReadingRun& run;
  const AblationSettings& settings;
  const std::vector<ArmCase>& arms;
  const TracePool& pool;
  ArmMaterial material;  // Without what is a trace's own.
  GrowingSession sessions;
};

// One draw of one arm of one trace.
struct Variant {
  const ArmCase* arm = nullptr;
  int draw = 0;
  std::optional<int> lender;  // Place in the pool.
};

// Those that a trace is to have. An arm that needs a lender is left out where there is none.
std::vector<Variant> variants_of(const TracePool& pool, int trace, const std::vector<ArmCase>& arms,
                                 uint64_t seed) {
  std::vector<Variant> variants;
  for (const ArmCase& arm : arms) {
    const std::vector<int> lenders =
        needs_lender(arm.arm) ? lenders_of(pool, trace, arm, seed) : std::vector<int>{};
    if (needs_lender(arm.arm) && lenders.empty()) continue;
    for (int draw = 0; draw < arm.draws; draw++)
      variants.push_back({&arm, draw, lenders.empty() ? std::nullopt : std::optional(lenders[draw])});
  }
  return variants;
}

// --- What there is to do, and what it costs

struct Work {
  std::vector<UndoneUnit> units;                       // In order, with the traces that lack something.
  std::map<std::string, int> places;                   // Of these in the pool, by id.
  int64_t n_traces = 0, n_readings = 0, n_tokens = 0;  // Tokens to decode, about.
  std::map<std::string, int> left_out;                 // Traces of the plan, by arm.
};

// Whether a variant is a beginning of the real thinking.
bool is_cut(Arm arm) { return arm == Arm::kReal || arm == Arm::kNone || arm == Arm::kFirst; }

int64_t tokens_for(const ReadingRun& run, const PooledTrace& trace, const std::vector<Variant>& variants,
                   int branch) {
  const bool by_forks = probes_by_forks(run.model, run.compute);
  int64_t n = by_forks ? trace.n_prompt + trace.n_thinking : 0;
  for (const Variant& v : variants) {
    const bool is_short = v.arm->arm == Arm::kFirst || v.arm->arm == Arm::kLast;
    const int length = v.arm->arm == Arm::kNone ? 0
                       : is_short               ? tokens_of_share(trace.n_thinking, v.arm->share)
                                                : trace.n_thinking;
    n += branch;
    if (!by_forks || !is_cut(v.arm->arm)) n += tokens_to_read(run, trace.n_prompt + length, trace.n_prompt);
  }
  return n;
}

Work plan_work(const AblationJob& job, const std::string& experiment_id, bool retry_failed) {
  Work work;
  const ReadingRun& run = job.run;
  const std::map<std::string, int> done = run.store.outcome_counts(experiment_id);
  const std::set<UnitKey> failed = run.store.units_failed_in(experiment_id);
  const std::vector<Question> questions = run.store.questions();
  const int branch = questions.empty()
                         ? 0
                         : n_branch_tokens(build_reading_form(run.model, questions.front(), run.reader).form);
  for (int i = 0; i < static_cast<int>(job.pool.traces.size()); i++) {
    const PooledTrace& trace = job.pool.traces[i];
    const std::vector<Variant> variants = variants_of(job.pool, i, job.arms, job.settings.seed);
    for (const ArmCase& arm : job.arms) {
      const bool is_there =
          std::any_of(variants.begin(), variants.end(), [&](const Variant& v) { return v.arm == &arm; });
      if (!is_there) work.left_out[arm.name]++;
    }
    const auto it = done.find(trace.id);
    const int n_there = it == done.end() ? 0 : it->second;
    if (n_there >= static_cast<int>(variants.size()) || (!retry_failed && failed.contains(trace.unit)))
      continue;
    if (work.units.empty() || work.units.back().unit != trace.unit) work.units.push_back({trace.unit, {}});
    work.units.back().traces.push_back(trace.id);
    work.places[trace.id] = i;
    work.n_traces++;
    work.n_readings += static_cast<int64_t>(variants.size()) - n_there;
    work.n_tokens += tokens_for(run, trace, variants, branch);
  }
  return work;
}

void tell_work(AblationJob& job, const Work& work, const StoredExperiment& experiment,
               const Reporter& reporter) {
  const int number = job.run.store.reader(experiment.reader_id)->number;
  reporter.note(
      fmt::format("experiment {}, an ablation by reader {}: {} arms, {} draws where chance has a part",
                  experiment.number, number, job.arms.size(), job.settings.draws));
  for (const auto& [arm, n] : work.left_out) {
    reporter.note(
        fmt::format("the arm {} is left out for {} of {} traces: no {} has thinking to lend", arm, n,
                    job.pool.traces.size(),
                    arm == name_of(Arm::kOtherSample) ? "other sample of the question" : "other question"));
  }
  if (work.units.empty()) {
    reporter.note("nothing is left to read");
    return;
  }
  const double speed = prefill_speed(job.run, job.sessions);
  reporter.note(
      fmt::format("to read: {} forced answers of {} traces, about {} tokens to decode; about {} at {:.0f} "
                  "tokens/s (a short prefill)",
                  work.n_readings, work.n_traces, work.n_tokens,
                  time_text(static_cast<double>(work.n_tokens) / speed), speed));
}

// --- Reading

std::vector<Token> lent_thinking(const AblationJob& job, int lender) {
  const PooledTrace& from = job.pool.traces[lender];
  for (const TraceRecord& record : job.run.store.records(from.unit, kNoReader)) {
    if (record.id == from.id) return thinking_for(job.run.model, record, job.run.same_model).ids;
  }
  throw Error(ErrorKind::kStore, fmt::format("[ablate] {}: trace {} is gone", job.run.store.path(), from.id));
}

std::vector<Token> altered(const AblationJob& job, const TraceRecord& record, const ReadThinking& real,
                           const Variant& v) {
  ArmMaterial material;
  material.share = v.arm->share;
  material.seed = draw_seed(job.settings.seed, record.id, v.arm->name, v.draw);
  if (v.arm->arm == Arm::kBlank) material.blank = job.material.blank;
  if (v.arm->arm == Arm::kFiller) material.filler = job.material.filler;
  if (v.arm->arm == Arm::kRandom) material.allowed = job.material.allowed;
  if (v.lender)
    (v.arm->arm == Arm::kOtherSample ? material.other_sample : material.other_question) =
        lent_thinking(job, *v.lender);
  return make_thinking(v.arm->arm, {real.ids, &real.texts}, material);
}

using Rows = std::map<std::vector<Token>, std::vector<float>>;  // By altered thinking.

// Fills in the rows. Beginnings of the real thinking are cuts of one text.
void read_rows_of(AnswerReader& reader, const ReadingForm& q, const std::vector<Token>& real, Rows& rows) {
  std::set<int> cuts;
  const auto begins_real = [&](const std::vector<Token>& ids) {
    return ids.size() <= real.size() && std::equal(ids.begin(), ids.end(), real.begin());
  };
  for (const auto& [ids, row] : rows) {
    if (begins_real(ids)) cuts.insert(static_cast<int>(ids.size()));
  }
  const size_t n_options = q.form.options.size();
  const Curve curve = probe_trace(reader, q.prompt.ids, real, q.form, {cuts.begin(), cuts.end()});
  auto from = curve.logprobs.begin();
  for (const int cut : cuts) {
    rows[{real.begin(), real.begin() + cut}] = {from, from + static_cast<ptrdiff_t>(n_options)};
    from += static_cast<ptrdiff_t>(n_options);
  }
  for (auto& [ids, row] : rows) {
    if (!begins_real(ids))
      row = probe_trace(reader, q.prompt.ids, ids, q.form, {static_cast<int>(ids.size())}).logprobs;
  }
}

// What a trace lacks, read.
std::vector<StoredOutcome> read_arms_of(AblationJob& job, const TraceRecord& record, int place,
                                        const std::string& experiment_id) {
  const ReadingRun& run = job.run;
  std::set<std::pair<std::string, int>> there;
  for (const StoredOutcome& o : run.store.outcomes(record, experiment_id)) there.emplace(o.arm, o.draw);
  const ReadThinking real = thinking_for(run.model, record, run.same_model);
  Rows rows;
  std::vector<std::pair<Variant, std::vector<Token>>> variants;
  for (const Variant& v : variants_of(job.pool, place, job.arms, job.settings.seed)) {
    if (there.contains({v.arm->name, v.draw})) continue;
    variants.emplace_back(v, altered(job, record, real, v));
    rows[variants.back().second];
  }
  const ReadingForm q = build_reading_form(run.model, record.question, run.reader);
  const int n_tokens = static_cast<int>(q.prompt.ids.size() + real.ids.size()),
            branch = longest_branch(q.form);
  check_context(run.model, n_tokens, branch);
  Session& session = job.sessions.with_room(n_tokens, branch);
  ForkReader forks(session, run.compute.branches);
  PrefillReader prefills(session);
  const bool by_forks = probes_by_forks(run.model, run.compute);
  read_rows_of(by_forks ? static_cast<AnswerReader&>(forks) : prefills, q, real.ids, rows);
  std::vector<StoredOutcome> outcomes;
  for (const auto& [v, ids] : variants) {
    outcomes.push_back({record.id, v.arm->name, v.draw, static_cast<int>(ids.size()), rows.at(ids), {}});
    if (v.lender) outcomes.back().source_trace = job.pool.traces[*v.lender].id;
  }
  return outcomes;
}

ExperimentResults results_of(AblationJob& job, const TraceRecord& record, int place,
                             const StoredExperiment& experiment, Reporter& reporter) {
  ExperimentResults results;
  results.outcomes = read_arms_of(job, record, place, experiment.id);
  reporter.add_probes(static_cast<int>(results.outcomes.size()));
  return results;
}

}  // namespace

AblateResult ablate_run(const AblateRequest& request, const RunObserver& observer) {
  Reporter reporter(observer);
  ReadingRun run = open_to_read(request.read, reporter);
  const TracePool pool = pool_traces(run.store);
  require_traces(run, "ablate");
  const StoredReader reader = make_reader(run.reader, run.model, run.compute);
  const StoredExperiment experiment = begin_experiment(
      run, reader, {kAblation, ablation_identity(request.settings, reader.id)}, request.read.options);

  const std::vector<ArmCase> arms = arm_cases(request.settings);
  const auto plain = [&](const std::string& text) { return run.model.tokenize(text, Specials::kPlain); };
  ArmMaterial material;
  material.blank = plain(request.settings.blank);
  material.filler = plain(request.settings.filler);
  material.allowed = run.model.plain_tokens();
  AblationJob job{run,  request.settings,    arms,
                  pool, std::move(material), {run.model, run.compute, observer.should_stop}};
  const Work work = plan_work(job, experiment.id, request.read.options.retry_failed);
  tell_work(job, work, experiment, reporter);
  do_undone_units(
      run, experiment, work.units,
      [&](const TraceRecord& r) { return results_of(job, r, work.places.at(r.id), experiment, reporter); },
      reporter);
  return {run.plan.number, experiment.number, static_cast<int>(work.units.size()),
          static_cast<int>(run.store.units_failed_in(experiment.id).size())};
}

}  // namespace thinktrace
