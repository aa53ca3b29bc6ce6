// SPDX-License-Identifier: MIT
// experiments.h — what all experiments on stored traces have in common: how one is begun, what it will cost, which one is
// looked at.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "thinktrace/run/open_to_read.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// What an experiment is, before it has a number.
struct ExperimentPlan {
  std::string kind;
  std::string identity;  // JSON object with sorted keys; the reader's id is in it.
};
// Stores reader and experiment unless they are there, with the provenance of this command, and gives the experiment with its
// number. Throws Error (kStore).
StoredExperiment begin_experiment(ReadingRun& run, const StoredReader& reader, const ExperimentPlan& plan,
                                  const RunOptions& options);

// Tokens a second of a short prefill; the first one is not counted. REQUIRES: the run has a question.
double prefill_speed(const ReadingRun& run, GrowingSession& sessions);

// "40 s", "12 min", "3.1 h"; at least a second.
std::string time_text(double seconds);

// An experiment opened for reading. The run's reader is the one that it was read with.
struct OpenExperiment {
  OpenRun run;
  StoredExperiment experiment;
};
// `number`: the experiment's; nothing: the last of that kind of which the plan has outcomes or continuations (by view.reader,
// if it is given). `verb`: the command that makes them, for messages. Throws Error: kInput if there is none like that, kStore.
OpenExperiment open_experiment(const RunView& view, std::string_view kind, std::string_view verb,
                               std::optional<int> number = std::nullopt);

}  // namespace thinktrace
