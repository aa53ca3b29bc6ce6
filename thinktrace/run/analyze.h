// SPDX-License-Identifier: MIT
// analyze.h — from a run's store to its numbers.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/analysis/summary.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// Readers that differ from the run's own in nothing but the order of the options.
std::vector<std::string> order_readers(const OpenRun& run);

// The measures of a record. `readings`: of the same trace by order_readers; those that don't fit it, or say nothing new,
// are passed over. A failed trace has no measures of its curve.
TraceMeasures measure_record(const TraceRecord& record,
                             const std::vector<const Store::OtherReading*>& readings, double margin = 0);

// Calls `visit` with every trace of an open run and its measures.
void for_each_measured(const OpenRun& run,
                       const std::function<void(const TraceRecord&, const TraceMeasures&)>& visit,
                       double margin = 0);

struct AnalyzeOptions {
  AnalysisOptions analysis;  // The prior is taken from the reader.
  double margin = 0;         // Of the stays-from rule (first_stays in analysis/measures.h).
};
// What for_each_measured came upon; failed traces are counted alone.
struct MeasuredRun {
  MeasuredTraces traces;
  int n_failed = 0;

  void add(Status status, const TraceMeasures& measures);
};
// The first numbers of a run; failed traces are left out. Memory: see MeasuredTraces and estimate().
Analysis analyze_measured(const StoredReader& reader, const MeasuredRun& measured,
                          const AnalyzeOptions& options = {});
Analysis analyze_run(const OpenRun& run, const AnalyzeOptions& options = {});

}  // namespace thinktrace
