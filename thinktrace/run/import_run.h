// SPDX-License-Identifier: MIT
// import_run.h — traces from elsewhere into a run's store.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/import/import.h"

namespace thinktrace {

struct ImportRunOptions {
  std::string kind;  // "arbor" or "jsonl"
  std::string path;
  std::string out;  // The run's folder.
  ImportOptions import;
  // Options of the command line as (name, value), kept as provenance.
  std::vector<std::pair<std::string, std::string>> provenance;
};

struct ImportRunObserver {
  std::function<void(const std::string&)> note;    // What could not be used, and what is worth knowing.
  std::function<void(int64_t n_traces)> progress;  // After every trace.
  std::function<bool()> should_stop;
};

struct ImportRunResult {
  int plan = 0;
  int64_t imported = 0;  // Traces stored by this call.
  int64_t there = 0;     // Traces that the folder had already, in whatever plan.
  int64_t skipped = 0;   // Records that could not be used.
};

// Reads the traces at options.path into the plan of RUN that holds this source's traces, or a new one. The same import
// again adds nothing; another part of the source adds the new part. Traces keep the samples that their source numbers, and
// get the next free one otherwise. What is stored is committed in batches and kept if the import is stopped.
// Throws Error: kInput as the readers of import/, kStore, kInterrupted. Memory: one batch, and an id a trace.
ImportRunResult import_run(const ImportRunOptions& options, const ImportRunObserver& observer = {});

}  // namespace thinktrace
