// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivots.h"

#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/do_experiment.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "cli/view_options.h"
#include "thinktrace/error.h"
#include "thinktrace/run/pivot_numbers.h"

namespace thinktrace::cli {
namespace {

struct PivotArguments {
  RunArguments run;
  PivotSettings settings;
  SamplingChoice sampling;
  std::vector<std::string> traces;
  std::optional<int> plan;
  std::string success = "right", by;
  bool json = false, quiet = false;
};

PivotsResult search_pivots(PivotArguments& a, const CLI::App& verb) {
  a.settings.success = a.success == "right" ? Success::kRight : Success::kOwn;
  return do_experiment(a.run, verb, a.quiet, "sampled",
                       [&](const RunOptions& options, const RunObserver& observer) {
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
  constexpr const char* kGroup = "Sampling (as the traces were, unless said)";
  verb.add_option("--temperature", c.temperature, "0: always the most likely token")
      ->check(CLI::Range(0., 100.))
      ->check(check_finite)
      ->group(kGroup);
  verb.add_option("--top-p", c.top_p, "Nucleus; 1 turns it off")
      ->check(CLI::Range(0., 1.))
      ->check(check_finite)
      ->group(kGroup);
  verb.add_option("--top-k", c.top_k, "0 turns it off")->check(CLI::Range(0, 1'000'000))->group(kGroup);
  verb.add_option("--min-p", c.min_p, "0 turns it off")
      ->check(CLI::Range(0., 1.))
      ->check(check_finite)
      ->group(kGroup);
  verb.add_option("--budget", c.budget, "Thinking tokens at most, those that are kept counted")
      ->check(CLI::Range(1, 10'000'000))
      ->group(kGroup);
  verb.add_option("--answer-tokens", c.answer_tokens, "Tokens of free answer at most")
      ->check(CLI::Range(1, 1'000'000))
      ->group(kGroup);
  verb.add_option("--sequences", s.sequences, "Continuations decoded at once")
      ->capture_default_str()
      ->check(CLI::Range(1, kMaxBranches))
      ->group(kGroup);
  verb.add_option("--seed", s.sampling.seed, "Seed of all draws")
      ->capture_default_str()
      ->check(check_seed)
      ->group(kGroup);
}

}  // namespace

Verb add_pivots(CLI::App& app) {
  auto a = std::make_shared<PivotArguments>();
  CLI::App* verb =
      app.add_subcommand("pivots",
                         "Find the tokens after which the chance of a right answer is another one, by "
                         "sampling continuations from both "
                         "sides, and try other tokens in their place; the same command again continues");
  verb->add_option("RUN", a->run.out, "Folder of the run")->required();
  verb->add_option("--subjects", a->run.subjects, "Only these subjects (separated by commas)")
      ->delimiter(',')
      ->group("Traces");
  verb->add_option("--limit", a->run.limit, "Questions of each subject: the first N, or a range as 11-20")
      ->group("Traces");
  verb->add_option("--traces", a->traces, "Only these traces (ids or their beginnings, separated by commas)")
      ->delimiter(',')
      ->group("Traces");
  add_search_options(*verb, a->settings, a->success);
  add_continuing_options(*verb, a->settings, a->sampling);
  verb->add_option("--with", a->run.model, "Model file (GGUF) that wrote the traces; an import needs it")
      ->group("Model");
  add_compute_options(*verb, a->run);
  a->run.suffix.clear();  // As the run has it.
  add_plan_option(*verb, a->plan);
  verb->add_flag("--retry-failed", a->run.retry_failed, "Try again what failed");
  verb->add_option("--by", a->by, "subject: a block for each subject too")->check(CLI::IsMember({"subject"}));
  verb->add_flag("--json", a->json, "The numbers as JSON (every subject's too)");
  verb->add_flag("--quiet", a->quiet, "No progress and no notes");
  return [a, verb] { return pivots(*a, *verb); };
}

}  // namespace thinktrace::cli
