// SPDX-License-Identifier: MIT
// rewrite_numbers.h — from what mistakes and paraphrase left in the store to their numbers and exports.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "thinktrace/publish/rewritten_report.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// The numbers over all traces and for each subject. `experiment`: its number; nothing: the last one of its kind of which the plan
// has results. Throws Error: kInput if there is none like that, kStore. Memory: the results' log-probabilities.
MistakesReport report_mistakes(const RunView& view, std::optional<int> experiment = std::nullopt,
                               const BootstrapOptions& bootstrap = {});
ParaphraseReport report_paraphrase(const RunView& view, std::optional<int> experiment = std::nullopt,
                                   const BootstrapOptions& bootstrap = {});

// Calls `sink` with a line for each place and arm of a trace, or for each share: mistake_row, paraphrase_row, in the order of
// traces, then places or shares; a header first in CSV. The bytes hang on the run's content and folder name alone.
void export_mistakes(const RunView& view, std::optional<int> experiment, TableFormat format,
                     const std::function<void(const std::string&)>& sink);
void export_paraphrases(const RunView& view, std::optional<int> experiment, TableFormat format,
                        const std::function<void(const std::string&)>& sink);

}  // namespace thinktrace
