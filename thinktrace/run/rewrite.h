// SPDX-License-Identifier: MIT
// rewrite.h — what mistakes and paraphrase have in common: parts of the thinking are written again, and the model that wrote the
// traces samples, trace by trace.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/run/experiment_units.h"
#include "thinktrace/run/rewrite_plan.h"
#include "thinktrace/run/write.h"

namespace thinktrace {

struct RewriteResult {
  int plan = 1;        // Its number in the folder.
  int experiment = 0;  // Number of the experiment.
  int units_here = 0;
  int units_failed = 0;  // Of which some trace could not be done, now or earlier.
};

// What the steps of one experiment share.
struct RewriteJob {
  const ReadingRun& run;
  FreeSampling free;  // With the experiment's seed.
  GrowingSession& sessions;
  Reporter& reporter;
};

struct RewriteExperiment {
  const char* kind = "";  // StoredExperiment::kind
  RewriteTemplate ask;
  uint64_t seed = 1;
  std::function<std::string(const std::string& reader_id)> identity;
  // What is told before the first unit: the experiment in a few words, and what is left to do, with its cost.
  std::function<std::string()> describe;
  std::function<std::string(const RewriteJob&, const std::vector<UndoneUnit>&)> describe_work;
  std::function<ExperimentResults(const RewriteJob&, const TraceRecord&)> do_trace;
};

// Does what is left of it, unit by unit; each unit is on disk before the next begins. Tells plan and cost before it begins.
// Throws Error: kInput before anything is done, kStore, kInterrupted (what was done is kept).
RewriteResult run_rewrite(const ReadRequest& request, const RewriteExperiment& experiment,
                          const RunObserver& observer);

// Tokens, about, that the model is shown to write a part of a question's thinking again, without those of the thinking itself.
int64_t tokens_to_ask(const RewriteJob& job, const Question& question, const RewriteTemplate& ask);

// "about 12000 tokens to sample (at 900 tokens/s) and 90000 to decode (at 3000, a short prefill): about 40 s"; both speeds are
// measured now.
std::string describe_cost(const RewriteJob& job, int64_t n_sampled, int64_t n_decoded);

// Calls `visit` with every trace of `units`.
void for_each_undone(const Store& store, const std::vector<UndoneUnit>& units,
                     const std::function<void(const TraceRecord&)>& visit);

}  // namespace thinktrace
