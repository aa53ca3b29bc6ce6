// SPDX-License-Identifier: MIT
// experiment_verb.h — what the commands that make experiments on stored traces have in common.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/run_options.h"
#include "thinktrace/error.h"
#include "thinktrace/run/free_sampling.h"
#include "thinktrace/run/run.h"

namespace thinktrace::cli {

struct ExperimentArguments {
  RunArguments run;
  std::optional<int> plan;
  std::string by;
  bool json = false, quiet = false;
};

// RUN.
void add_experiment_run(CLI::App& verb, ExperimentArguments& a);
// --subjects and --limit, of stored questions.
void add_stored_questions(CLI::App& verb, ExperimentArguments& a, const char* group);
// The model where it has to be the one that wrote the traces. `of_imports`: an import names it.
void add_writer(CLI::App& verb, ExperimentArguments& a, bool of_imports = false);
// How it computes, --plan, and how what came of it is told.
void add_experiment_options(CLI::App& verb, ExperimentArguments& a);
// How free continuations are sampled.
void add_sampling_choice(CLI::App& verb, SamplingChoice& choice);
inline constexpr const char* kSamplingChoiceGroup = "Sampling (as the traces were, unless said)";

// Does the work of an experiment, with progress and notes unless asked to be quiet, until it is done or interrupted: then
// the Error (kInterrupted) says that what was `done` is kept.
template <class Work>
auto do_experiment(const ExperimentArguments& a, const CLI::App& verb, const char* done, Work work) {
  catch_interrupts();
  ProgressBar bar(a.quiet);
  RunObserver observer;
  observer.note = [&](const std::string& text) { tell(text, a.quiet); };
  observer.progress = [&](const Progress& p) { bar.show(p); };
  observer.should_stop = interrupted;
  RunOptions options = to_run_options(a.run, verb);
  const auto is_given = [&](const char* name) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    return option && option->count() > 0;
  };
  if (!is_given("--stride") && !is_given("--probe")) options.probing.stride = 0;  // As the run has it.
  try {
    return work(options, observer);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kInterrupted) throw;
    throw Error(ErrorKind::kInterrupted, "interrupted; what was " + std::string(done) + " is in " +
                                             a.run.out + ", and the same command goes on from there");
  }
}

}  // namespace thinktrace::cli
