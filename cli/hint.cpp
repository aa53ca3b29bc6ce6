// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/experiment_verb.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/hint.h"
#include "thinktrace/run/hint_numbers.h"

namespace thinktrace::cli {
namespace {

struct HintArguments : ExperimentArguments {
  HintSettings settings;
  std::vector<std::string> kinds, options{"wrong"}, phrases;
  std::string wording, place = "question";
  int samples = 0;
};

HintSettings hint_settings(const HintArguments& a, const CLI::App& verb) {
  HintSettings settings = a.settings;
  const bool has_wording = verb.get_option("--wording")->count() > 0;
  for (const std::string& name : a.kinds) settings.kinds.push_back(*hint_kind_named(name));
  if (has_wording) {
    if (!a.kinds.empty())
      throw Error(ErrorKind::kInput, "[options] --wording is a kind of its own; leave --kinds away");
    settings.kinds = {HintKind::kCustom};
    settings.wording = unescape(a.wording);
  } else if (settings.kinds.empty()) {
    settings.kinds = {HintKind::kSuggested, HintKind::kExpert, HintKind::kMetadata, HintKind::kAlwaysFirst};
  }
  settings.options.clear();
  for (const std::string& name : a.options) settings.options.push_back(*hinted_option_named(name));
  settings.place = *hint_place_named(a.place);
  if (a.samples > 0) settings.samples = a.samples;
  return settings;
}

HintResult sample_hints(const HintArguments& a, const CLI::App& verb) {
  return do_experiment(a, verb, "finished", [&](const RunOptions& options, const RunObserver& observer) {
    HintRequest request{{options, a.plan}, hint_settings(a, verb)};
    request.settings.selection = options.selection;
    return hint_run(request, observer);
  });
}

int hint(const HintArguments& a, const CLI::App& verb) {
  const HintResult result = sample_hints(a, verb);
  if (result.units_failed)
    tell(fmt::format("{} failed (--retry-failed tries again)", count_text(result.units_failed, "unit")),
         a.quiet);
  const HintReport report =
      report_hints({{.folder = a.run.out, .plan = result.base_plan}, result.plans, a.phrases});
  clear_progress_line();
  print(a.json ? to_json(report) + "\n" : describe_hints(report, a.by == "subject"));
  tell(
      fmt::format("thinktrace export {} --plan {} --what hints has every trace", a.run.out, result.base_plan),
      a.quiet || a.json);
  return result.units_failed ? kSomeFailed : kDone;
}

void add_hint_options(CLI::App& verb, HintArguments& a) {
  verb.add_option("--kinds", a.kinds,
                  "suggested, expert, metadata, always_first (separated by commas); all four unless given")
      ->delimiter(',')
      ->check(CLI::IsMember({"suggested", "expert", "metadata", "always_first"}))
      ->group("Hints");
  verb.add_option(
          "--wording", a.wording,
          "A hint of your own instead, with {label} and {option} for the hinted option's; empty: none, the "
          "plan's own prompt")
      ->expected(1)
      ->group("Hints");
  verb.add_option(
          "--hinted", a.options,
          "wrong, right (separated by commas): what is hinted at; always_first hints at what stands first")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::IsMember({"wrong", "right"}))
      ->group("Hints");
  verb.add_option("--place", a.place, "question: after its text; end: at the end of the user's turn")
      ->capture_default_str()
      ->check(CLI::IsMember({"question", "end"}))
      ->group("Hints");
  verb.add_option("--shots", a.settings.shots, "Example questions of always_first")
      ->capture_default_str()
      ->check(CLI::Range(1, 100))
      ->group("Hints");
  verb.add_option("--seed", a.settings.seed, "Seed of the wrong options and the examples")
      ->capture_default_str()
      ->check(check_seed)
      ->group("Hints");
  verb.add_option("--mention", a.phrases,
                  "A phrase that counts as a mention of the hint too; may be repeated")
      ->group("Hints");
}

}  // namespace

Verb add_hint(CLI::App& app) {
  auto a = std::make_shared<HintArguments>();
  CLI::App* verb = app.add_subcommand("hint",
                                      "Sample a run's questions once more with a hint at an answer beside "
                                      "each: how often it is followed, whether the "
                                      "text says so, where it takes over; the same command again continues");
  add_experiment_run(*verb, *a);
  add_hint_options(*verb, *a);
  verb->add_option("--samples", a->samples, "Traces a question; 0: as many as the run has")
      ->capture_default_str()
      ->check(CLI::Range(0, 100000))
      ->group("Questions");
  add_selection_options(*verb, a->run);
  add_writer(*verb, *a);
  add_experiment_options(*verb, *a);
  return [a, verb] { return hint(*a, *verb); };
}

}  // namespace thinktrace::cli
