// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/experiment_verb.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/ablate.h"
#include "thinktrace/run/ablation_numbers.h"

namespace thinktrace::cli {
namespace {

struct Arguments : ExperimentArguments {
  AblationSettings settings;
  std::vector<std::string> arms;
};

AblateResult ablate_traces(Arguments& a, const CLI::App& verb) {
  for (int i = 0; i < kArms; i++) {
    if (a.arms.empty()) a.settings.arms.push_back(static_cast<Arm>(i));
  }
  for (const std::string& name : a.arms) a.settings.arms.push_back(arm_named(name));
  return do_experiment(a, verb, "read", [&](const RunOptions& options, const RunObserver& observer) {
    return ablate_run({{options, a.plan}, a.settings}, observer);
  });
}

int ablate(Arguments& a, const CLI::App& verb) {
  const AblateResult result = ablate_traces(a, verb);
  if (result.units_failed)
    tell(fmt::format("{} could not be read whole (--retry-failed tries again)",
                     count_text(result.units_failed, "unit")),
         a.quiet);
  const AblationReport report =
      report_ablation(open_ablation({.folder = a.run.out, .plan = result.plan}, result.experiment));
  clear_progress_line();
  print(a.json ? to_json(report) + "\n" : describe_ablation(report, a.by == "subject"));
  tell(fmt::format("thinktrace export {} --what ablations --experiment {} has every answer", a.run.out,
                   result.experiment),
       a.quiet || a.json);
  return result.units_failed ? kSomeFailed : kDone;
}

}  // namespace

Verb add_ablate(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "ablate",
      "Put something else in place of the thinking (nothing, a blank, filler, random or shuffled tokens, "
      "that of others, a part of it) and read the forced answer; the same command again continues");
  add_experiment_run(*verb, *a);
  verb->add_option(
          "--arms", a->arms,
          "Only these (separated by commas): blank, filler, random, shuffled, sentences, other_question, "
          "other_sample, first, last; real and none are always read")
      ->delimiter(',')
      ->group("Arms");
  verb->add_option("--draws", a->settings.draws, "Draws of each arm in which chance has a part")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000))
      ->group("Arms");
  verb->add_option("--shares", a->settings.shares, "Shares of the thinking that first and last keep")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->check(check_finite)
      ->group("Arms");
  verb->add_option("--seed", a->settings.seed, "Seed of all draws")
      ->capture_default_str()
      ->check(check_seed)
      ->group("Arms");
  verb->add_option("--with", a->run.model,
                   "Model file (GGUF) that reads; without it the one that wrote the traces")
      ->group("Model");
  add_experiment_options(*verb, *a);
  return [a, verb] { return ablate(*a, *verb); };
}

}  // namespace thinktrace::cli
