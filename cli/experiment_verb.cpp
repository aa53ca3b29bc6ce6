// SPDX-License-Identifier: MIT
#include "cli/experiment_verb.h"

#include "cli/view_options.h"

namespace thinktrace::cli {

void add_experiment_run(CLI::App& verb, ExperimentArguments& a) {
  verb.add_option("RUN", a.run.out, "Folder of the run")->required();
}

void add_stored_questions(CLI::App& verb, ExperimentArguments& a, const char* group) {
  verb.add_option("--subjects", a.run.subjects, "Only these subjects (separated by commas)")
      ->delimiter(',')
      ->group(group);
  verb.add_option("--limit", a.run.limit, "Questions of each subject: the first N, or a range as 11-20")
      ->group(group);
}

void add_writer(CLI::App& verb, ExperimentArguments& a, bool of_imports) {
  const std::string help =
      "The file (GGUF) of the model that wrote the traces, where it is no longer where it was";
  verb.add_option("-m,--model,--with", a.run.model, of_imports ? help + "; an import needs it" : help)
      ->group("Model");
}

void add_experiment_options(CLI::App& verb, ExperimentArguments& a) {
  add_compute_options(verb, a.run);
  a.run.suffix.clear();  // As the run has it.
  add_plan_option(verb, a.plan);
  verb.add_flag("--retry-failed", a.run.retry_failed, "Try again what failed");
  verb.add_option("--by", a.by, "subject: the numbers of each subject too")
      ->check(CLI::IsMember({"subject"}));
  verb.add_flag("--json", a.json, "The numbers as JSON (every subject's too)");
  verb.add_flag("--quiet", a.quiet, "No progress and no notes");
}

void add_sampling_choice(CLI::App& verb, SamplingChoice& c) {
  verb.add_option("--temperature", c.temperature, "0: always the most likely token")
      ->check(CLI::Range(0., 100.))
      ->check(check_finite)
      ->group(kSamplingChoiceGroup);
  verb.add_option("--top-p", c.top_p, "Nucleus; 1 turns it off")
      ->check(CLI::Range(0., 1.))
      ->check(check_finite)
      ->group(kSamplingChoiceGroup);
  verb.add_option("--top-k", c.top_k, "0 turns it off")
      ->check(CLI::Range(0, 1'000'000))
      ->group(kSamplingChoiceGroup);
  verb.add_option("--min-p", c.min_p, "0 turns it off")
      ->check(CLI::Range(0., 1.))
      ->check(check_finite)
      ->group(kSamplingChoiceGroup);
  verb.add_option("--budget", c.budget, "Thinking tokens at most, those that are kept counted")
      ->check(CLI::Range(1, 10'000'000))
      ->group(kSamplingChoiceGroup);
  verb.add_option("--answer-tokens", c.answer_tokens, "Tokens of free answer at most")
      ->check(CLI::Range(1, 1'000'000))
      ->group(kSamplingChoiceGroup);
}

}  // namespace thinktrace::cli
