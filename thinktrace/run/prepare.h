// SPDX-License-Identifier: MIT
// prepare.h — what a run needs before its first unit: questions, prompts, a session with room for them.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "thinktrace/run/plan.h"

namespace thinktrace {

struct LoadedQuestions {
  std::vector<Question> all;  // Of the file or folder.
  std::vector<Question> selected;
};
// The questions of the options' path and those that the options select. Bad records are told to `note` if they are to be skipped; otherwise the
// first ones are named in the Error (kInput).
LoadedQuestions load_questions(const RunOptions& options,
                               const std::function<void(const std::string&)>& note);

inline constexpr int kSmallestBatch = 512;  // Tokens that a session decodes at once at least.
inline constexpr int kSmallestAnswer = 16;  // Tokens of the model's context that are kept free for an answer.

// A question made ready for the model.
struct PreparedQuestion {
  Question question;
  Prompt prompt;
  AnswerForm form;
  TraceOptions trace;  // The run's, with the budget cut to what the model's context leaves after this prompt.
  std::string unfit;   // Why it can't be run; empty where it can. The other fields may then be empty.
};

// One for each question, in order. A question whose prompt can't be made or leaves no room to think is unfit.
// Throws Error (kInput) if that is so of all of them for a reason that is not the question's, such as a broken layout.
// REQUIRES: options.format is complete.
std::vector<PreparedQuestion> prepare_questions(const Model& model, const std::vector<Question>& questions,
                                                const RunOptions& options);

// Whether probes are forks of the cache: not in the reference mode, and not in models whose cache can't be forked.
bool probes_by_forks(const Model& model, const ComputeOptions& compute);

// Forks that are decoded beside so many sequences that are sampled: then each trace is probed as it ends, from the cache that
// it was sampled in. 0 where probes are no forks, or where no branch is left: then traces are probed behind the sampling.
int forks_beside_sampling(const Model& model, const RunOptions& options, int sequences);

// What sampling so many sequences at once and probing takes, prompts and samples being as long as the longest.
struct RunRoom {
  int cells = 0;
  int branches = 1;
  int batch = kSmallestBatch;  // Tokens in one pass.
};
RunRoom room_for_run(const Model& model, const std::vector<PreparedQuestion>& questions,
                     const RunOptions& options, const Together& together);

// A session with room for the longest questions' samples and probes. What is decoded in it hangs on nothing but its own
// block: not on which questions it was sized for. REQUIRES: nothing of options.together is left open.
Session make_session(const Model& model, const std::vector<PreparedQuestion>& questions,
                     const RunOptions& options, const std::function<bool()>& should_stop = {});

// What a reader of the run's numbers must know of the model, such as that it has no thinking tags.
std::vector<std::string> format_notes(const Model& model, const PromptFormat& format);

}  // namespace thinktrace
