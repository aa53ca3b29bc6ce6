// SPDX-License-Identifier: MIT
// publish.h — what leaves a run: its exports, its gallery, its state.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/publish/export.h"
#include "thinktrace/publish/site.h"
#include "thinktrace/store/store.h"

namespace thinktrace {

// What of a run's folder is meant.
struct RunView {
  std::string folder;
  std::optional<int> plan;                       // Nothing: the one that was worked on last.
  std::optional<int> reader;                     // Nothing: the plan's own.
  std::function<void(const std::string&)> note;  // Told where the folder holds other plans; may be empty.
  ReadAccess access = ReadAccess::kUndoing;
};

// The name of a run is that of its folder.
std::string run_name(const std::string& run_folder);

// A run opened for reading, at one plan and reader.
struct OpenRun {
  std::string name;
  Store store;
  StoredPlan plan;
  StoredReader reader;
};
// Throws Error (kInput) if there is no run, plan or reader like that.
OpenRun open_run(const RunView& view);

// Options of the question that has most; 0 where there is no question.
int most_options(const OpenRun& run);

// What the gallery says of a run, read from its plan and reader.
RunSummary summarise_run(const OpenRun& run);

// What an export says of the run that a record is from.
ExportContext export_context(const OpenRun& run);

// Calls `sink` with each line of the run's JSONL export, in the order of questions and samples, without line breaks. The
// bytes hang on the run's content and folder name alone.
void export_jsonl(const RunView& view, const std::function<void(const std::string&)>& sink);

enum class TableKind {
  kTraces,       // trace_row
  kProbes,       // probe_rows
  kBeforeAfter,  // before_after_row; failed traces and those that nothing was read of are left out
};
enum class TableFormat { kCsv, kJsonl };
// Calls `sink` with each line of a table of the run, a header first in CSV, without line breaks.
void export_table(const RunView& view, TableKind kind, TableFormat format,
                  const std::function<void(const std::string&)>& sink);

// Calls `sink` with a line for each position of each trace that was read in several ways (ReaderRoles::ensemble in
// run/analyze.h): ensemble_rows, a header first in CSV. Throws Error (kInput) where there is but one reader.
void export_ensemble(const RunView& view, TableFormat format,
                     const std::function<void(const std::string&)>& sink);

// Write the gallery of one or more runs, every plan of each as a run of its own: as a folder (write_site), as one file
// (write_single_file), and throw as these do. `traces`: ids of the traces to show, or how they begin (8 hex digits or
// more); none: all. A run without such a trace is left out, and a run that is shown in part has no first numbers, since
// they would not be of what is shown. Throw Error (kInput) for a folder without a run, and for an id that no trace has or
// that more than one begins with.
void publish_site(const std::vector<std::string>& run_folders, const std::string& title,
                  const std::string& folder, const std::vector<std::string>& traces = {});
void publish_single(const std::vector<std::string>& run_folders, const std::string& title,
                    const std::string& file, const std::vector<std::string>& traces = {});

struct RunStatus {
  std::string name;
  StoredPlan plan;
  StoredReader reader;
  StoreCounts counts;
  int64_t units_total = 0;
  std::string noise_floor;         // Of reader and plan, as JSON; empty until measured.
  std::vector<std::string> notes;  // As in the gallery: what a reader of the numbers must know.
  std::vector<StoredPlan> plans;   // Of the folder.
  struct Reading {
    StoredReader reader;
    Store::ReaderCounts counts;
  };
  std::vector<Reading> readings;  // Of the plan.
};
RunStatus run_status(const RunView& view);

// Looks at every row of a run's store (Store::verify). A store that can't be opened is a report with that one problem.
VerifyReport verify_run(const std::string& run_folder);

// "reader 2: suffix was '…' and is now '…'": how a reader differs from another.
std::string describe_reader(const StoredReader& reader, const StoredReader& own);

}  // namespace thinktrace
