// SPDX-License-Identifier: MIT
// The whole pipeline: questions -> model -> prompts -> plan -> (for each unit: traces -> probes -> store) -> noise floor.
#include "thinktrace/run/run.h"

#include <fmt/format.h>

#include <chrono>

#include "thinktrace/error.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/unit.h"

namespace thinktrace {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Progress with its clock.
class Reporter {
 public:
  explicit Reporter(const RunObserver& observer) : observer_(observer) {}

  void begin(int units_total, int units_here_total) {
    progress_ = {.units_total = units_total,
                 .units_done = units_total - units_here_total,
                 .units_here_total = units_here_total};
    begin_ = now();
    report();
  }
  void add_tokens(int n) {
    progress_.tokens += n;
    report();
  }
  void add_probes(int n) {
    progress_.probes += n;
    report();
  }
  void end_unit() {
    progress_.units_here++;
    progress_.units_done++;
    report();
  }
  void note(const std::string& text) const {
    if (observer_.note) observer_.note(text);
  }

 private:
  void report() {
    progress_.seconds = now() - begin_;
    if (observer_.progress) observer_.progress(progress_);
  }
  const RunObserver& observer_;
  Progress progress_;
  double begin_ = 0;
};

std::vector<Unit> units_of(const StoredPlan& plan, const std::vector<PreparedQuestion>& questions) {
  std::vector<Unit> units;
  for (const PreparedQuestion& q : questions) {
    for (int first = 0; first < plan.samples; first += plan.unit_size)
      units.push_back({&q, first, plan.unit_size});
  }
  return units;
}

// What the steps of a run share.
struct Job {
  const Model& model;
  const RunOptions& options;
  const RunObserver& observer;
  Store& store;
};

// Does the units and commits each; gives the number of those that failed.
int do_units(const Job& job, const std::vector<Unit>& units, const std::vector<PreparedQuestion>& questions,
             Reporter& reporter) {
  int n_failed = 0;
  const UnitObserver observer{[&](int n) { reporter.add_tokens(n); }, [&](int n) { reporter.add_probes(n); }};
  Session session =
      make_session(job.model, questions, job.options, {units[0].n_samples, job.observer.should_stop});
  for (const Unit& unit : units) {
    const StoredUnit stored = do_unit(session, unit, job.options, observer);
    job.store.commit_unit(stored);
    if (stored.status == Status::kFailed) {
      n_failed++;
      reporter.note(fmt::format("question {} failed: {}", stored.question_id, stored.error));
    }
    reporter.end_unit();
  }
  return n_failed;
}

// Measured when all is done, on traces spread over the run, so that an interrupted run measures what an uninterrupted
// one does.
std::optional<NoiseFloor> measure_and_store_noise(const Job& job, const Reporter& reporter) {
  constexpr int kTraces = 4;
  NoiseFloor noise;
  try {
    for (const TraceRecord& r : job.store.spread_traces(kTraces)) {
      const AnswerForm form = build_answer_form(job.model, r.labels, job.options.format);
      noise = merge(noise, measure_noise_floor(
                               r, form, {job.model, job.options.compute.threads, job.observer.should_stop}));
    }
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kFailed) throw;
    reporter.note(fmt::format("the noise floor could not be measured: {}", e.what()));
    return std::nullopt;
  }
  if (noise.n_positions == 0) return std::nullopt;
  job.store.save_noise_floor(to_json(noise));
  reporter.note(describe(noise));
  return noise;
}

}  // namespace

RunResult run_plan(const RunOptions& given, const RunObserver& observer) {
  Reporter reporter(observer);
  const std::vector<Question> questions = load_questions(given, observer.note);
  check_run_folder(given.out);
  const Model model = Model::load(given.model_path, {.gpu_layers = given.compute.gpu_layers});
  RunOptions options = given;
  options.format = complete_format(model, options.format);
  if (options.trace.sampler.temperature <= 0) options.samples = 1;  // All greedy samples are the same.
  for (const std::string& text : format_notes(model, options.format)) reporter.note(text);
  const std::vector<PreparedQuestion> prepared = prepare_questions(model, questions, options);

  Store store = Store::create(options.out);
  // A plan under which nothing was done binds nobody.
  const std::optional<StoredPlan> stored = store.units_done().empty() ? std::nullopt : store.plan();
  options.compute = stored_compute(options.compute, stored, observer.note);
  const StoredPlan plan = merge_plan(stored, options, model);
  store.save_plan(plan, questions);

  std::vector<Unit> units = units_of(plan, prepared);
  const int units_total = static_cast<int>(units.size());
  const auto done = store.units_done();
  std::erase_if(units, [&](const Unit& u) {
    return done.contains({u.question->question.id, u.first_sample});
  });
  reporter.begin(units_total, static_cast<int>(units.size()));
  RunResult result{.units_here = static_cast<int>(units.size())};
  if (!units.empty()) store.save_noise_floor("");  // It is of the whole run, which is about to grow.
  if (!units.empty())
    result.units_failed_here = do_units({model, options, observer, store}, units, prepared, reporter);

  if (!units.empty() || plan.noise_floor.empty()) {
    result.noise_floor = measure_and_store_noise({model, options, observer, store}, reporter);
  } else {
    result.noise_floor = noise_floor_from_json(plan.noise_floor);
  }
  result.counts = store.counts();
  return result;
}

}  // namespace thinktrace
