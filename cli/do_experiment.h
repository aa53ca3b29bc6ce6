// SPDX-License-Identifier: MIT
// do_experiment.h — what the commands that make experiments have in common while they work.
#pragma once
#include "cli/console.h"
#include "cli/run_options.h"
#include "thinktrace/error.h"
#include "thinktrace/run/run.h"

namespace thinktrace::cli {

// Does the work of an experiment on stored traces, with progress and notes unless `quiet`, until it is done or interrupted: then
// the Error (kInterrupted) says that what was `done` is kept.
template <class Work>
auto do_experiment(const RunArguments& a, const CLI::App& verb, bool quiet, const char* done, Work work) {
  catch_interrupts();
  ProgressBar bar(quiet);
  RunObserver observer;
  observer.note = [&](const std::string& text) { tell(text, quiet); };
  observer.progress = [&](const Progress& p) { bar.show(p); };
  observer.should_stop = interrupted;
  RunOptions options = to_run_options(a, verb);
  options.probing.stride = 0;  // As the run has it.
  try {
    return work(options, observer);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kInterrupted) throw;
    throw Error(ErrorKind::kInterrupted, "interrupted; what was " + std::string(done) + " is in " + a.out +
                                             ", and the same command goes on from there");
  }
}

}  // namespace thinktrace::cli
