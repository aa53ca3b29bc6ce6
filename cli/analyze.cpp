// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "cli/view_options.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/analysis_text.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/probe_by.h"

namespace thinktrace::cli {

Verb add_analyze(CLI::App& app) {
  struct Arguments {
    RunView view;
    AnalyzeOptions options;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "analyze",
      "The first numbers of a run: accuracy before and after thinking, length, commitment, classes, with "
      "intervals (docs/method.md defines them)");
  add_view_options(*verb, a->view);
  verb->add_option("--resamples", a->options.analysis.resamples,
                   "Resamples of whole questions for the intervals")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  verb->add_option("--seed", a->options.analysis.seed, "Seed of the resampling")
      ->capture_default_str()
      ->check(check_seed);
  verb->add_option("--level", a->options.analysis.level, "Of the intervals")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 0.999))
      ->check(check_finite);
  verb->add_option("--margin", a->options.margin,
                   "An option also counts as staying where its probability is at most this below the most "
                   "likely one's")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->check(check_finite);
  verb->add_flag("--json", a->json, "As JSON");
  return [a] {
    const OpenRun run = open_run(a->view);
    if (const Probing probing = probing_of(run.reader.identity); probing.adaptive)
      tell(fmt::format("probed adaptively ({}): positions that were not read are interpolated",
                       describe(probing)));
    const Analysis analysis = analyze_run(run, a->options);
    print(a->json ? to_json(analysis) + "\n" : describe_analysis(analysis));
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
