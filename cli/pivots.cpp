// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivots.h"

#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/experiment_verb.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/pivot_numbers.h"

namespace thinktrace::cli {
namespace {

struct PivotArguments : ExperimentArguments {
  PivotSettings settings;
  SamplingChoice sampling;
  std::vector<std::string> traces;
  std::string success = "right";
};

PivotsResult search_pivots(PivotArguments& a, const CLI::App& verb) {
  a.settings.success = a.success == "right" ? Success::kRight : Success::kOwn;
  return do_experiment(a, verb, "sampled", [&](const RunOptions& options, const RunObserver& observer) {
    return find_pivots({{options, a.plan}, a.traces, a.settings, a.sampling}, observer);
  });
}

int pivots(PivotArguments& a, const CLI::App& verb) {
  const PivotsResult result = search_pivots(a, verb);
  if (result.units_failed)
    tell(fmt::format("{} could not be searched whole (--retry-failed tries again)",
                     count_text(result.units_failed, "unit")),
         a.quiet);
  const PivotReport report =
      report_pivots(open_pivots({.folder = a.run.out, .plan = result.plan}, result.experiment));
  clear_progress_line();
  print(a.json ? to_json(report) + "\n" : describe_pivots(report, a.by == "subject"));
  tell(fmt::format("thinktrace export {} --what pivots --experiment {} has every one, --what preferences "
                   "pairs of tokens",
                   a.run.out, result.experiment),
       a.quiet || a.json);
  return result.units_failed ? kSomeFailed : kDone;
}

void add_search_options(CLI::App& verb, PivotSettings& s, std::string& success) {
  DifferenceOptions& d = s.search.difference;
  const auto option = [&](const char* name, auto& value, const char* help) {
    return verb.add_option(name, value, help)->capture_default_str()->group("Search");
  };
  option("--least", d.least, "A pivot changes the chance of success by this much")
      ->check(CLI::Range(.01, 1.))
      ->check(check_finite);
  option("--negligible", d.negligible,
         "A difference that does not matter; between the two either verdict is right")
      ->check(CLI::Range(0., 1.))
      ->check(check_finite);
  option("--alpha", d.alpha, "The chance that the test is ever wrong on two positions, at most")
      ->check(CLI::Range(1e-6, .5))
      ->check(check_finite);
  option("--batch", s.search.batch, "Continuations of a position at a time")->check(CLI::Range(1, 10'000));
  option("--most", s.search.cap, "Continuations of a position at most; then what was observed decides")
      ->check(CLI::Range(1, 1'000'000));
  option("--every", s.cuts.every,
         "Begin from a position every N tokens (0: none), beside the jumps of the forced answer")
      ->check(CLI::Range(0, 1'000'000));
  option("--jump", s.cuts.jumps.threshold, "The forced answer jumps where P(right) moves by this much...")
      ->check(CLI::Range(.001, 1.))
      ->check(check_finite);
  option("--window", s.cuts.jumps.window, "...within so many tokens")->check(CLI::Range(1, 10'000));
  option("--success", success,
         "right: the free answer is the right option; own: what the trace itself answered")
      ->check(CLI::IsMember({"right", "own"}));
  option("--alternatives", s.alternatives, "Other tokens to try before each pivot, the most likely first")
      ->check(CLI::Range(0, 100));
  option("--share", s.least_share, "...with this probability at least")
      ->check(CLI::Range(0., 1.))
      ->check(check_finite);
  option("--draws", s.fork_draws, "Continuations of each token that is tried")->check(CLI::Range(1, 100'000));
}

void add_continuing_options(CLI::App& verb, PivotSettings& s, SamplingChoice& c) {
  add_sampling_choice(verb, c);
  verb.add_option("--sequences", s.sequences, "Continuations decoded at once")
      ->capture_default_str()
      ->check(CLI::Range(1, kMaxBranches))
      ->group(kSamplingChoiceGroup);
  verb.add_option("--seed", s.sampling.seed, "Seed of all draws")
      ->capture_default_str()
      ->check(check_seed)
      ->group(kSamplingChoiceGroup);
}

}  // namespace

Verb add_pivots(CLI::App& app) {
  auto a = std::make_shared<PivotArguments>();
  CLI::App* verb =
      app.add_subcommand("pivots",
                         "Find the tokens after which the chance of a right answer is another one, by "
                         "sampling continuations from both "
                         "sides, and try other tokens in their place; the same command again continues");
  add_experiment_run(*verb, *a);
  add_stored_questions(*verb, *a, "Traces");
  verb->add_option("--traces", a->traces, "Only these traces (ids or their beginnings, separated by commas)")
      ->delimiter(',')
      ->group("Traces");
  add_search_options(*verb, a->settings, a->success);
  add_continuing_options(*verb, a->settings, a->sampling);
  add_writer(*verb, *a, /*of_imports=*/true);
  add_experiment_options(*verb, *a);
  return [a, verb] { return pivots(*a, *verb); };
}

}  // namespace thinktrace::cli
