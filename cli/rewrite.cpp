// SPDX-License-Identifier: MIT
// mistakes and paraphrase: what both have in common, and what is their own.
#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/experiment_verb.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/mistakes.h"
#include "thinktrace/run/paraphrase.h"
#include "thinktrace/run/rewrite_numbers.h"

namespace thinktrace::cli {
namespace {

struct RewriteArguments : ExperimentArguments {
  std::string template_file, per_trace = "3";
  uint64_t seed = 1;
  MistakeSettings mistakes;
  ParaphraseSettings paraphrase;
};

void add_rewrite_options(CLI::App& verb, RewriteArguments& a) {
  add_experiment_run(verb, a);
  verb.add_option("--template", a.template_file,
                  "File with what the model is asked (jinja over text, before, question, options)");
  verb.add_option("--seed", a.seed, "Seed of all draws")->capture_default_str()->check(check_seed);
  add_writer(verb, a);
  add_experiment_options(verb, a);
}

void read_template(const RewriteArguments& a, RewriteTemplate& into) {
  if (a.template_file.empty()) return;
  into = {read_text_file(a.template_file, "--template"), a.template_file};
}

// Does what is left, tells what came of it. `run` is mistakes_run or paraphrase_run, `show` prints the experiment's numbers.
int rewrite(const RewriteArguments& a, const CLI::App& verb, const char* what,
            const std::function<RewriteResult(const ReadRequest&, const RunObserver&)>& run,
            const std::function<std::string(const RunView&, int)>& show) {
  const RewriteResult result =
      do_experiment(a, verb, "done", [&](const RunOptions& options, const RunObserver& observer) {
        return run({options, a.plan}, observer);
      });
  if (result.units_failed)
    tell(fmt::format("{} could not be done whole (--retry-failed tries again)",
                     count_text(result.units_failed, "unit")),
         a.quiet);
  const std::string numbers = show({.folder = a.run.out, .plan = result.plan}, result.experiment);
  clear_progress_line();
  print(numbers);
  tell(fmt::format("thinktrace export {} --what {} --experiment {} has every answer and text", a.run.out,
                   what, result.experiment),
       a.quiet || a.json);
  return result.units_failed ? kSomeFailed : kDone;
}

int mistakes(RewriteArguments& a, const CLI::App& verb) {
  read_template(a, a.mistakes.ask);
  a.mistakes.seed = a.seed;
  a.mistakes.per_trace = a.per_trace == "all" ? kEverySentence : std::stoi(a.per_trace);
  return rewrite(
      a, verb, "mistakes",
      [&](const ReadRequest& read, const RunObserver& o) {
        return mistakes_run({read, a.mistakes}, o);
      },
      [&](const RunView& view, int experiment) {
        const MistakesReport report = report_mistakes(view, experiment);
        return a.json ? to_json(report) + "\n" : describe_mistakes(report, a.by == "subject");
      });
}

int paraphrase(RewriteArguments& a, const CLI::App& verb) {
  read_template(a, a.paraphrase.ask);
  a.paraphrase.seed = a.seed;
  return rewrite(
      a, verb, "paraphrases",
      [&](const ReadRequest& read, const RunObserver& o) {
        return paraphrase_run({read, a.paraphrase}, o);
      },
      [&](const RunView& view, int experiment) {
        const ParaphraseReport report = report_paraphrase(view, experiment);
        return a.json ? to_json(report) + "\n" : describe_paraphrase(report, a.by == "subject");
      });
}

std::string check_per_trace(const std::string& text) {
  const bool is_number =
      !text.empty() && text.size() < 7 && text.find_first_not_of("0123456789") == std::string::npos;
  return text == "all" || (is_number && std::stoi(text) > 0) ? "" : "not a number above 0, nor all: " + text;
}

}  // namespace

Verb add_mistakes(CLI::App& app) {
  auto a = std::make_shared<RewriteArguments>();
  CLI::App* verb =
      app.add_subcommand("mistakes",
                         "Replace a sentence of the thinking by a mistaken one, let the model think on from "
                         "there and see whether "
                         "its answer changes (Lanham et al. 2023); the same command again continues");
  add_rewrite_options(*verb, *a);
  verb->add_option(
          "--arms", a->mistakes.arms,
          "Who makes the mistakes (separated by commas): rule (a number becomes a near wrong one), model "
          "(asked to write one); untouched, the sentence as it was, is always there to compare with")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--per-trace", a->per_trace,
                   "Sentences of each trace in each arm, drawn by seed; all: every one")
      ->capture_default_str()
      ->check(check_per_trace);
  return [a, verb] { return mistakes(*a, *verb); };
}

Verb add_paraphrase(CLI::App& app) {
  auto a = std::make_shared<RewriteArguments>();
  CLI::App* verb = app.add_subcommand("paraphrase",
                                      "Let the model write beginnings of its thinking again in other words "
                                      "and read the forced answer after them "
                                      "(Lanham et al. 2023); the same command again continues");
  add_rewrite_options(*verb, *a);
  verb->add_option("--shares", a->paraphrase.shares, "Shares of the sentences that are paraphrased")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1.0))
      ->check(check_finite);
  return [a, verb] { return paraphrase(*a, *verb); };
}

}  // namespace thinktrace::cli
