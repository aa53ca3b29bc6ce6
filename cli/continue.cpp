// SPDX-License-Identifier: MIT
#include "thinktrace/run/continue.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/console.h"
#include "cli/experiment_verb.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/continuation_numbers.h"

namespace thinktrace::cli {
namespace {

struct ContinueArguments : ExperimentArguments {
  ContinueSettings settings;
  SamplingChoice sampling;
  std::vector<double> shares;
  std::optional<int> most;
  int sequences = 0;
};

ContinueResult continue_traces(ContinueArguments& a, const CLI::App& verb) {
  if (!a.shares.empty() || !a.settings.tokens.empty()) a.settings.shares = a.shares;
  a.settings.most = a.most.value_or(a.settings.samples);
  if (a.settings.most < a.settings.samples)
    throw Error(ErrorKind::kInput, fmt::format("[continue] --most {} is less than --samples {}",
                                               a.settings.most, a.settings.samples));
  return do_experiment(a, verb, "sampled", [&](const RunOptions& options, const RunObserver& observer) {
    return continue_run({{options, a.plan}, a.settings, a.sampling, a.sequences}, observer);
  });
}

int continue_and_tell(ContinueArguments& a, const CLI::App& verb) {
  const ContinueResult result = continue_traces(a, verb);
  if (result.units_failed)
    tell(fmt::format("{} could not be continued whole (--retry-failed tries again)",
                     count_text(result.units_failed, "unit")),
         a.quiet);
  const ContinuationReport report =
      report_continuations(open_continuations({.folder = a.run.out, .plan = result.plan}, result.experiment));
  clear_progress_line();
  print(a.json ? to_json(report) + "\n" : describe_continuations(report, a.by == "subject"));
  tell(fmt::format("thinktrace export {} --what continuations --experiment {} has every continuation",
                   a.run.out, result.experiment),
       a.quiet || a.json);
  return result.units_failed ? kSomeFailed : kDone;
}

void add_continue_options(CLI::App& verb, ContinueArguments& a) {
  verb.add_option("--at", a.shares,
                  "Shares of the thinking that are kept (separated by commas; 0,0.25,0.5,0.75,1 unless said)")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1.0))
      ->check(check_finite)
      ->group("Beginnings");
  verb.add_option("--at-tokens", a.settings.tokens,
                  "Numbers of thinking tokens that are kept; without --at no shares")
      ->delimiter(',')
      ->check(CLI::Range(0, 1 << 30))
      ->group("Beginnings");
  add_stored_questions(verb, a, "Beginnings");
  verb.add_option("--samples", a.settings.samples, "Free continuations of each beginning")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000))
      ->group("Continuations");
  verb.add_option("--most", a.most,
                  "Up to so many where it is not decided yet whether free answers are as often right as the "
                  "forced one says; as --samples unless said")
      ->check(CLI::Range(1, 100000))
      ->group("Continuations");
  verb.add_option("--least", a.settings.least, "The smallest difference in P(right) that matters")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1.0))
      ->check(check_finite)
      ->group("Continuations");
  verb.add_option("--seed", a.settings.seed, "Seed of all draws")
      ->capture_default_str()
      ->check(check_seed)
      ->group("Continuations");
  add_sampling_choice(verb, a.sampling);
  verb.add_option("--sequences", a.sequences,
                  "Continuations decoded at once; 0: as many as the traces, of an import 32")
      ->capture_default_str()
      ->check(CLI::Range(0, kMaxBranches))
      ->group(kSamplingChoiceGroup);
}

}  // namespace

Verb add_continue(CLI::App& app) {
  auto a = std::make_shared<ContinueArguments>();
  CLI::App* verb = app.add_subcommand(
      "continue",
      "Let the model go on freely from beginnings of its thinking, and compare its answers with those that "
      "are forced there; the same command again continues");
  add_experiment_run(*verb, *a);
  add_continue_options(*verb, *a);
  add_writer(*verb, *a, /*of_imports=*/true);
  add_experiment_options(*verb, *a);
  return [a, verb] { return continue_and_tell(*a, *verb); };
}

}  // namespace thinktrace::cli
