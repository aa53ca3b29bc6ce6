// SPDX-License-Identifier: MIT
// hint_numbers.h — from plans with a hint and the plan without to their numbers and their export.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/prompt/hint.h"
#include "thinktrace/publish/hint_report.h"
#include "thinktrace/publish/table.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// Whose hints are meant: `run` is the folder and the plan without a hint, or one with (then it alone is meant), read by `run.reader` or
// the plan's own reader.
struct HintView {
  RunView run;
  std::vector<int> plans = {};            // Only these; empty: all of the plan.
  std::vector<std::string> phrases = {};  // Count as mentions too (experiment/mentions.h).
};

// The numbers of each plan with a hint. Memory: some hundred bytes a trace. Throws Error: kInput if there is no such run or no hint,
// kStore.
HintReport report_hints(const HintView& view, const BootstrapOptions& bootstrap = {});

// Calls `sink` with a line for each trace with a hint: hint_row, by plan, in the order of traces; a header first in CSV. The
// bytes hang on the run's content, its folder's name and the phrases alone.
void export_hints(const HintView& view, TableFormat format,
                  const std::function<void(const std::string&)>& sink);

// What a trace of a plan with a hint made of it, as `record` was read; `without` stays empty. Cost: find_mention().
HintedAnswer hinted_answer(const StoredPlan& plan, const Hint& hint, const TraceRecord& record,
                           const std::vector<std::string>& phrases);

}  // namespace thinktrace
