// SPDX-License-Identifier: MIT
// analyze.h — from a run's store to its numbers.
#pragma once
#include <functional>

#include "thinktrace/analysis/summary.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// Calls `visit` with every trace of an open run and its measures. A failed trace has no measures of its curve.
void for_each_measured(const OpenRun& run,
                       const std::function<void(const TraceRecord&, const TraceMeasures&)>& visit,
                       double margin = 0);

struct AnalyzeOptions {
  AnalysisOptions analysis;  // The prior is taken from the store.
  double margin = 0;         // Of the stays-from rule (first_stays in analysis/measures.h).
};
// The first numbers of a run; failed traces are left out. Memory: a few hundred bytes a trace.
Analysis analyze_run(const OpenRun& run, const AnalyzeOptions& options = {});

}  // namespace thinktrace
