// SPDX-License-Identifier: MIT
#include "thinktrace/run/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/question/read_questions.h"

namespace thinktrace {
namespace {

constexpr int kSmallestBudget = 16;  // Thinking tokens for which it is worth to begin.

// The trace options for one prompt.
TraceOptions fit_to_context(const RunOptions& options, const Model& model, const PreparedQuestion& q) {
  TraceOptions fitted = options.trace;
  const int n_prompt = static_cast<int>(q.prompt.ids.size());
  fitted.max_tokens = model.card().n_ctx_train - n_prompt;
  fitted.budget =
      std::min(fitted.budget, fitted.max_tokens - std::max(longest_branch(q.form), kSmallestAnswer));
  if (fitted.budget < std::min(kSmallestBudget, options.trace.budget)) {
    throw Error(ErrorKind::kFailed,
                fmt::format("the prompt has {} tokens and the model's context {}: no room to think", n_prompt,
                            model.card().n_ctx_train));
  }
  return fitted;
}

// Whole multiples, so that a longer prompt elsewhere in the run does not change how another one is decoded.
int round_up(int value) { return (std::max(value, kSmallestBatch) + 255) / 256 * 256; }

}  // namespace

LoadedQuestions load_questions(const RunOptions& options,
                               const std::function<void(const std::string&)>& note) {
  QuestionFile file = read_questions(options.questions_path);
  constexpr size_t kShown = 5;
  if (!file.bad.empty() && !options.skip_bad) {
    std::string message = "[questions] ";
    for (size_t i = 0; i < std::min(file.bad.size(), kShown); i++)
      message += (i ? "; " : "") + describe(file.bad[i]);
    if (file.bad.size() > kShown) message += fmt::format("; and {} more", file.bad.size() - kShown);
    throw Error(ErrorKind::kInput, message + " (--skip-bad runs the others)");
  }
  if (note) {
    for (const BadRecord& bad : file.bad) note(fmt::format("skipped {}", describe(bad)));
    for (const BadRecord& twice : file.duplicates) note(fmt::format("left out {}", describe(twice)));
  }
  if (file.questions.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[questions] {}: no good record is left", options.questions_path));
  std::vector<Question> selected = select_questions(file.questions, options.selection);
  return {std::move(file.questions), std::move(selected)};
}

std::vector<PreparedQuestion> prepare_questions(const Model& model, const std::vector<Question>& questions,
                                                const RunOptions& options) {
  std::vector<PreparedQuestion> prepared;
  size_t n_broken = 0;
  for (const Question& question : questions) {
    PreparedQuestion q{.question = question, .prompt = {}, .form = {}, .trace = options.trace, .unfit = {}};
    try {
      q.prompt = build_prompt(model, question, options.format);
      q.form = build_answer_form(model, q.prompt.labels, options.format);
      q.trace = fit_to_context(options, model, q);
    } catch (const Error& e) {
      q.unfit = e.what();
      n_broken += e.kind() == ErrorKind::kInput;
    }
    prepared.push_back(std::move(q));
  }
  if (n_broken == prepared.size() && n_broken > 0) throw Error(ErrorKind::kInput, prepared[0].unfit);
  return prepared;
}

bool probes_by_forks(const Model& model, const ComputeOptions& compute) {
  return model.card().can_fork && compute.precision == Precision::kFast;
}

int forks_beside_sampling(const Model& model, const RunOptions& options, int sequences) {
  return probes_by_forks(model, options.compute)
             ? std::min(options.compute.branches, kMaxBranches - sequences)
             : 0;
}

RunRoom room_for_run(const Model& model, const std::vector<PreparedQuestion>& questions,
                     const RunOptions& options, const Together& together) {
  const int beside = forks_beside_sampling(model, options, together.sequences);
  const int forks = beside > 0                                ? beside
                    : probes_by_forks(model, options.compute) ? options.compute.branches
                                                              : 1;
  int prompt = 0, sample = 0, branch = 0, reading = 0;
  for (const PreparedQuestion& q : questions) {
    if (!q.unfit.empty()) continue;
    const int n_prompt = static_cast<int>(q.prompt.ids.size()), n_branch = longest_branch(q.form);
    prompt = std::max(prompt, n_prompt);
    sample = std::max(sample, longest_sample({{}, options.format.tags.close, 0, 1, q.trace}));
    branch = std::max(branch, n_branch);
    reading = std::max(reading, n_prompt + q.trace.budget + forks * n_branch);
  }
  const int sampling = cells_to_sample(prompt, together.block, sample, together.sequences);
  return {.cells = beside > 0 ? sampling + forks * branch : std::max(sampling, reading),
          .branches = beside > 0 ? together.sequences + forks : std::max(together.sequences, forks + 1),
          .batch = std::max(kSmallestBatch, forks * branch)};
}

Session make_session(const Model& model, const std::vector<PreparedQuestion>& questions,
                     const RunOptions& options, const std::function<bool()>& should_stop) {
  const RunRoom room = room_for_run(model, questions, options, options.together);
  return Session(model, {.n_cells = round_up(room.cells),
                         .n_branches = std::min(kMaxBranches, room.branches),
                         .batch = room.batch,
                         .threads = options.compute.threads,
                         .precision = options.compute.precision,
                         .should_stop = should_stop});
}

std::vector<std::string> format_notes(const Model& model, const PromptFormat& format) {
  std::vector<std::string> notes;
  if (format.tags.source == TagSource::kNone) {
    notes.push_back(
        fmt::format("{}: the model has no thinking tags in its chat template or vocabulary; {} and {} are "
                    "used as plain text, "
                    "and it may seldom close its thinking (give its own with --think-open and --think-close)",
                    model.card().path, format.tags.open, format.tags.close));
  }
  if (!model.card().can_fork) {
    notes.push_back(
        fmt::format("{}: a recurrent or hybrid model, whose cache can't be forked; every probe is a fresh "
                    "prefill, which is slow",
                    model.card().path));
  }
  return notes;
}

}  // namespace thinktrace
