// SPDX-License-Identifier: MIT
// pivot_numbers.h — from the continuations of a search for pivotal tokens to its numbers and its exports.
#pragma once
#include "thinktrace/publish/pivot_report.h"
#include "thinktrace/run/pivot_plan.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// A search opened for reading. The run's reader is the one whose curves it began from.
struct OpenPivots {
  OpenRun run;
  StoredExperiment experiment;
  PivotSettings settings;
};
// `experiment`: its number; nothing: the last search of which the plan has continuations (by view.reader, if it is given). Throws
// Error: kInput if there is none like that, kStore.
OpenPivots open_pivots(const RunView& view, std::optional<int> experiment = std::nullopt);

// A trace of which some was searched.
struct SearchedTrace {
  const TraceRecord& record;  // As the reader read it.
  PivotState state;
};
// Calls `visit` with each of them, in the order of Store::for_each_trace. Memory: one trace's continuations.
void for_each_searched(const OpenPivots& pivots, const std::function<void(const SearchedTrace&)>& visit);

// The token tried at a fork that the trace has itself; nothing where none was tried.
const TriedToken* own_token_at(const SearchedTrace& trace, int token);

// The numbers over all traces whose search is over, and for each subject.
PivotReport report_pivots(const OpenPivots& pivots, const BootstrapOptions& bootstrap = {});

enum class PivotExport {
  kTokens,       // pivot_line; in CSV pivot_row
  kPreferences,  // preference_lines; JSONL only
};
// Calls `sink` with each line, in the order of traces and tokens, a header first in CSV, without line breaks. Traces whose search
// is not over are left out. The bytes hang on the run's content and folder name alone. Throws Error (kInput) for preferences in CSV.
void export_pivots(const RunView& view, std::optional<int> experiment, PivotExport what, TableFormat format,
                   const std::function<void(const std::string&)>& sink);

}  // namespace thinktrace
