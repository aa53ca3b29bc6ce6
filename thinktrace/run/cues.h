// SPDX-License-Identifier: MIT
// cues.h — does the forced answer move where the thinking says "Wait"? From stored curves; nothing is read anew.
#pragma once
#include "thinktrace/experiment/cues.h"
#include "thinktrace/publish/cue_report.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

struct CueSettings {
  CueOptions cues;
  EventOptions events;
};

// Throws Error (kInput) for cues that can't be looked for: none, one that is empty, that begins or ends with a blank, or that
// stands there twice.
void check_cues(const CueOptions& options);

// Over the traces of an open run that have tokens and a curve, in the tokens of the run's reader. Rows that were interpolated
// count as not read. Memory: as EventSums, for each cue.
CueReport report_cues(const OpenRun& run, const CueSettings& settings,
                      const BootstrapOptions& bootstrap = {});

// Calls `sink` with a line for each cue of each trace and each of its places: cue_row, in the order of traces and cues; a
// header first in CSV. The bytes hang on the run's content, its folder's name and the settings alone.
void export_cues(const RunView& view, const CueSettings& settings, TableFormat format,
                 const std::function<void(const std::string&)>& sink);

}  // namespace thinktrace
