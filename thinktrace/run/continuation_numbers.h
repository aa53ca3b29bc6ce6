// SPDX-License-Identifier: MIT
// continuation_numbers.h — what came of free continuations: read from the store, measured, exported.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/publish/continuation_report.h"
#include "thinktrace/run/continuation_plan.h"
#include "thinktrace/run/experiments.h"

namespace thinktrace {

struct OpenContinuations {
  OpenExperiment open;
  ContinueSettings settings;
  std::vector<PrefixPlace> places;
};
// As open_experiment(). Throws Error: kInput if there is none like that, kStore.
OpenContinuations open_continuations(const RunView& view, std::optional<int> experiment = std::nullopt);

// One beginning of a trace's thinking, continued at least settings.samples times.
struct PrefixResult {
  int position = 0;
  ContinuedPrefix prefix;  // question: 0.
  PrefixComparison comparison;
  std::vector<StoredContinuation> continuations;
};
// Of a trace as the experiment's reader read it, by position; empty where nothing of it was continued. Throws Error (kStore).
std::vector<PrefixResult> prefix_results(const OpenContinuations& continuations, const TraceRecord& record);

// The numbers over all traces and for each subject. Memory: some hundred bytes a beginning.
ContinuationReport report_continuations(const OpenContinuations& continuations,
                                        const BootstrapOptions& bootstrap = {});

// Calls `sink` with a line for each continuation: continuation_row, in the order of traces, positions and draws; a header
// first in CSV. The bytes hang on the run's content and folder name alone.
void export_continuations(const RunView& view, std::optional<int> experiment, TableFormat format,
                          const std::function<void(const std::string&)>& sink);
// The same with a line for each beginning: prefix_row.
void export_prefixes(const RunView& view, std::optional<int> experiment, TableFormat format,
                     const std::function<void(const std::string&)>& sink);

}  // namespace thinktrace
