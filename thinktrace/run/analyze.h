// SPDX-License-Identifier: MIT
// analyze.h — from a run's store to its numbers.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/analysis/summary.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

// A run's reader, and those whose readings of the same traces are set beside its own.
struct ReaderRoles {
  StoredReader reader;
  // Differ from it in suffix, labels or order of the options alone, and have read something of the plan. By number.
  std::vector<StoredReader> ensemble;
  std::optional<StoredReader> own;  // The plan's own, where the run's is another.

  // Whether `other` differs from the reader in nothing but the order of the options.
  bool is_order(const StoredReader& other) const;
  // What numbers hang on beside the readings: who there is, and the priors of all.
  std::string priors() const;
};
ReaderRoles reader_roles(const OpenRun& run);

// What others made of a record's trace. Borrowed.
struct RecordReadings {
  std::vector<const Store::OtherReading*>
      orders;  // By readers that are ReaderRoles::is_order; of the ensemble too.
  std::vector<const Store::OtherReading*> ensemble;
  const Store::OtherReading* own = nullptr;
};

// The measures of a record. Readings that don't fit it, or orders that say nothing new, are passed over. A failed trace has no
// measures of its curve.
TraceMeasures measure_record(const TraceRecord& record, const RecordReadings& readings, double margin = 0);

// What the others of the ensemble read at the positions of the record's curve. Borrows from `readings`.
std::vector<ReaderCurve> ensemble_of(const TraceRecord& record, const RecordReadings& readings);

// Calls `visit` with every trace of an open run and what others made of it.
void for_each_beside(const OpenRun& run, const ReaderRoles& roles,
                     const std::function<void(const TraceRecord&, const RecordReadings&)>& visit);
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
// The first numbers of a run; failed traces are left out. Memory: see MeasuredTraces and Estimates (analysis/estimates.h).
Analysis analyze_measured(const ReaderRoles& roles, const MeasuredRun& measured,
                          const AnalyzeOptions& options = {});
Analysis analyze_run(const OpenRun& run, const AnalyzeOptions& options = {});

}  // namespace thinktrace
