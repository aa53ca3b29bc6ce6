// SPDX-License-Identifier: MIT
// verbs.h — the program's commands. Each adds its sub-command to `app`; the returned function runs it after
// parsing and gives the exit code.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>

namespace thinktrace::cli {

// Documented in the README; scripts rely on them.
enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,       // Command line, or a file that it names; nothing was run.
  kSomeFailed = 3,  // Finished, but some questions failed.
  kStoreProblem = 4,
  kWasInterrupted = 130,
};

using Verb = std::function<int()>;

Verb add_run(CLI::App& app);
Verb add_doctor(CLI::App& app);
Verb add_site(CLI::App& app);
Verb add_export(CLI::App& app);
Verb add_status(CLI::App& app);
Verb add_probe(CLI::App& app);
Verb add_ablate(CLI::App& app);
Verb add_continue(CLI::App& app);
Verb add_hint(CLI::App& app);
Verb add_pivots(CLI::App& app);
Verb add_cues(CLI::App& app);
Verb add_mistakes(CLI::App& app);
Verb add_paraphrase(CLI::App& app);
Verb add_import(CLI::App& app);
Verb add_analyze(CLI::App& app);
Verb add_serve(CLI::App& app);
Verb add_verify(CLI::App& app);
Verb add_bench(CLI::App& app);

}  // namespace thinktrace::cli
