// SPDX-License-Identifier: MIT
// site_trace.h — what a gallery is told of one trace.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/probe/record.h"
#include "thinktrace/publish/trace_experiments.h"

namespace thinktrace {

// The same trace read by another of the run's readers. REQUIRES: the shapes below, n_positions >= 1.
struct FurtherReading {
  int reader = 0;  // Place in RunSummary::readers.
  std::vector<int>
      positions;  // In the tokens of the trace: never falling, none beyond its end.  [n_positions]
  std::vector<float>
      logprobs;  // By option of the question, whatever order it was read in.  [n_positions, n_options]
  std::string forced_text;              // As in TraceRecord.
  std::vector<char> interpolated = {};  // As in Curve.
};

// Borrowed: valid during the call it is passed to.
struct SiteTrace {
  const TraceRecord& record;
  const TraceMeasures& measures;  // Of the record.
  std::span<const FurtherReading> readings = {};
  std::span<const ShownResult> experiments = {};  // By rising number of the experiment.
};

}  // namespace thinktrace
