// SPDX-License-Identifier: MIT
// ablation_numbers.h — from the outcomes of an ablation to its numbers and its export.
#pragma once
#include "thinktrace/publish/ablation_report.h"
#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// An ablation opened for reading. The run's reader is the one that read it.
struct OpenAblation {
  OpenRun run;
  StoredExperiment experiment;
  std::vector<ArmCase> arms;
};
// `experiment`: its number; nothing: the last ablation of which the plan has outcomes (by view.reader, if it is given). Throws
// Error: kInput if there is none like that, kStore.
OpenAblation open_ablation(const RunView& view, std::optional<int> experiment = std::nullopt);

// The numbers over all traces and for each subject. Memory: the outcomes' log-probabilities.
AblationReport report_ablation(const OpenAblation& ablation, const BootstrapOptions& bootstrap = {});

// Calls `sink` with a line for each trace, arm and draw: ablation_row, in the order of traces, arms, draws; a header first in
// CSV. The bytes hang on the run's content and folder name alone.
void export_ablation(const RunView& view, std::optional<int> experiment, TableFormat format,
                     const std::function<void(const std::string&)>& sink);

}  // namespace thinktrace
