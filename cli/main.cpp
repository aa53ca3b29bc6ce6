// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <vector>

#include "cli/console.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/version.h"

namespace {

using namespace thinktrace;

int exit_code_of(const Error& e) {
  switch (e.kind()) {
    case ErrorKind::kInput:
      return cli::kUsage;
    case ErrorKind::kStore:
      return cli::kStoreProblem;
    case ErrorKind::kInterrupted:
      return cli::kWasInterrupted;
    case ErrorKind::kFailed:
      break;
  }
  return cli::kFailed;
}

void complain(const std::string& message) noexcept {
  std::fprintf(stderr, "thinktrace: %s\n", printable(message).c_str());
}

int run_program(int argc, char** argv) {
  CLI::App app{
      "Is a model's thinking needed for its answer? Forces an answer after every thinking token and shows "
      "what it would have been."};
  app.set_version_flag("--version", std::string("thinktrace ") + kVersionText);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 command line or input file (nothing was run), 3 finished with failed "
      "questions,\n"
      "4 store problem, 130 interrupted. Start with: thinktrace doctor -m MODEL.gguf");
  const std::vector<cli::Verb> verbs{cli::add_run(app),    cli::add_doctor(app),   cli::add_site(app),
                                     cli::add_export(app), cli::add_status(app),   cli::add_probe(app),
                                     cli::add_verify(app), cli::add_import(app),   cli::add_analyze(app),
                                     cli::add_serve(app),  cli::add_bench(app),    cli::add_ablate(app),
                                     cli::add_pivots(app), cli::add_cues(app),     cli::add_continue(app),
                                     cli::add_hint(app),   cli::add_mistakes(app), cli::add_paraphrase(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    complain(std::string(e.what()) + " (see thinktrace --help)");
    return cli::kUsage;
  }
  // The verbs stand in the order in which they were added.
  const auto added = app.get_subcommands([](CLI::App*) { return true; });
  for (size_t i = 0; i < verbs.size(); i++) {
    if (added[i]->parsed()) return verbs[i]();
  }
  return cli::kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  cli::outlive_file_size_limit();
  try {
    return run_program(argc, argv);
  } catch (const Error& e) {
    cli::clear_progress_line();
    complain(e.what());
    return exit_code_of(e);
  } catch (const std::exception& e) {
    cli::clear_progress_line();
    complain(std::string("unexpected: ") + e.what());
    return cli::kFailed;
  }
}
