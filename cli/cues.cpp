// SPDX-License-Identifier: MIT
#include <memory>

#include "cli/console.h"
#include "cli/cue_options.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "cli/view_options.h"

namespace thinktrace::cli {

Verb add_cues(CLI::App& app) {
  struct Arguments {
    RunView view;
    CueArguments cues;
    BootstrapOptions bootstrap;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "cues",
      "Does the forced answer move where the thinking says \"Wait\" or the like? Curves around cue words, "
      "averaged, against other places of the same traces (docs/method.md)");
  add_view_options(*verb, a->view);
  add_cue_options(*verb, a->cues, "Cues");
  verb->add_option("--resamples", a->bootstrap.resamples, "Resamples of whole questions for the intervals")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  verb->add_option("--level", a->bootstrap.level, "Of the intervals")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 0.999))
      ->check(check_finite);
  verb->add_flag("--json", a->json, "As JSON");
  return [a, verb] {
    const CueSettings settings = to_cue_settings(a->cues, *verb);
    a->bootstrap.seed = settings.events.seed;
    const CueReport report = report_cues(open_run(a->view), settings, a->bootstrap);
    print(a->json ? to_json(report) + "\n" : describe_cues(report));
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
