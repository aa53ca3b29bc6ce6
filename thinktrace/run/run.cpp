// SPDX-License-Identifier: MIT
// The whole pipeline: questions -> model -> prompts -> plan -> (for each block: traces -> probes -> store) -> further
// readings -> noise floor.
#include "thinktrace/run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/read.h"
#include "thinktrace/run/sample_plan.h"
#include "thinktrace/run/together.h"

namespace thinktrace {
namespace {

using nlohmann::json;

ReaderOptions reader_of(const RunOptions& options) {
  return {.format = options.format, .probing = options.probing, .precision = options.compute.precision};
}

// The plan's own way of reading, in which its units are stored: the command's for a new plan.
RunOptions as_planned(RunOptions options, const Store& store, const PlanChoice& choice) {
  options.format.labels = choice.labels;
  if (choice.plan.number == 0) return options;
  const std::string own = store.reader(choice.plan.reader_id)->identity;
  options.format.suffix = json::parse(own).value("suffix", options.format.suffix);
  options.probing = probing_of(own);
  return options;
}

void tell_choice(const PlanJob& job, const PlanChoice& choice, int number) {
  if (choice.because.empty()) return;
  job.reporter.note(
      fmt::format("{}: this folder holds another plan ({}); this one becomes plan {} of it, and nothing is "
                  "mixed",
                  job.options.out, choice.because, number));
}

// Reads the plan's traces as the command wants them read, where that is not how the plan reads them itself, and under
// further orders of the options. Gives the number of units read, and adds to those that could not be.
int read_further(const PlanJob& job, const RunOptions& wanted, const std::string& own_reader, int& n_failed) {
  int n_units = 0;
  const ReadJob read{job.model, job.store, job.options.compute, job.options.retry_failed};
  ReaderOptions options = reader_of(wanted);
  for (options.order = 0; options.order < std::max(1, wanted.orders); options.order++) {
    const StoredReader reader = make_reader(options, job.model, job.options.compute);
    if (reader.id == own_reader) continue;
    const bool is_new = !job.store.reader(reader.id);
    if (is_new) job.store.save_reader(reader);
    const int number = job.store.reader(reader.id)->number;
    if (is_new && options.order == 0) {
      job.reporter.note(
          fmt::format("these settings read the same traces in another way ({}): reader {} of this folder",
                      reader_differences(job.store.reader(own_reader)->identity, reader.identity), number));
    }
    const auto n = static_cast<int>(job.store.units_to_read(reader.id, job.options.retry_failed).size());
    if (n > 0) forget_noise_floor(job.store, reader.id);
    read_units(read, options, reader, job.reporter);
    n_failed += static_cast<int>(job.store.units_to_read(reader.id, true).size());
    n_units += n;
    measure_reader(read, options, reader.id, job.reporter);
  }
  return n_units;
}

}  // namespace

RunResult run_plan(const RunOptions& given, const RunObserver& observer) {
  Reporter reporter(observer);
  const LoadedQuestions questions = load_questions(given, observer.note);
  check_run_folder(given.out);
  const Model model = Model::load(given.model_path,
                                  {.gpu_layers = given.compute.gpu_layers, .kernels = given.compute.kernels});
  RunOptions wanted = given;
  wanted.format = complete_format(model, wanted.format);
  if (wanted.trace.sampler.temperature <= 0) wanted.samples = 1;  // All greedy samples are the same.
  for (const std::string& text : format_notes(model, wanted.format)) reporter.note(text);
  // What is broken is said before a folder is made.
  const Together planned = plan_together(wanted, model, prepare_questions(model, questions.selected, wanted));

  Store store = Store::create(wanted.out);
  PlanChoice choice = choose_plan(store, wanted, model, questions.all, planned);
  RunOptions options = as_planned(wanted, store, choice);
  options.together = choice.plan.number ? together_of(choice.plan) : planned;
  options.compute = stored_compute(
      options.compute, choice.plan.number ? std::optional(choice.plan) : std::nullopt, observer.note);
  const PlanJob job{model, options, store, reporter};
  if (choice.plan.number == 0) {
    const StoredReader own = make_reader(reader_of(options), model, options.compute);
    if (!store.reader(own.id)) store.save_reader(own);
    choice.plan.reader_id = own.id;
  }
  if (choice.plan.samples > wanted.samples)
    reporter.note(fmt::format("this plan has {} samples a question; they are sampled for all its questions",
                              choice.plan.samples));
  choice.plan.number = store.save_plan(choice.plan, questions.selected);
  tell_choice(job, choice, choice.plan.number);

  const std::vector<PreparedQuestion> prepared = prepare_questions(model, questions.selected, options);
  const std::vector<Unit> all =
      units_of(prepared, choice.plan.samples, choice.plan.unit_size, choice.plan.sampling_id);
  const std::vector<Unit> units = missing_units(all, store, options);
  if (!units.empty()) plan_together(options, model, prepared);  // A stored plan may need more than --memory.
  reporter.begin(static_cast<int>(all.size()), static_cast<int>(units.size()));
  RunResult result{.plan = choice.plan.number, .units_here = static_cast<int>(units.size())};
  if (!units.empty()) {
    forget_noise_floor(store, choice.plan.reader_id);
    result.units_failed_here = do_and_store(job, units, prepared);
  }
  result.readings_here = read_further(job, wanted, choice.plan.reader_id, result.readings_failed);
  // Measured when all is done, on traces spread over the run, so that an interrupted run measures what an uninterrupted
  // one does.
  result.noise_floor =
      measure_reader({model, store, options.compute}, reader_of(options), choice.plan.reader_id, reporter);
  result.counts = store.counts();
  return result;
}

}  // namespace thinktrace
