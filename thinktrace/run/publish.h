// SPDX-License-Identifier: MIT
// publish.h — what leaves a run: its export, its gallery, its state.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/publish/site.h"
#include "thinktrace/store/store.h"

namespace thinktrace {

// The name of a run is that of its folder.
std::string run_name(const std::string& run_folder);

// What the gallery says of a run, read from its plan. `name` may be any text.
RunSummary summarise_run(const Store& store, const std::string& name);

// Calls `sink` with each line of the run's JSONL export, in the order of questions and samples, without line
// breaks. The bytes hang on the run's content and folder name alone. Throws Error (kInput) if there is no run
// there.
void export_jsonl(const std::string& run_folder, const std::function<void(const std::string&)>& sink);

// Writes the gallery of one or more runs. Throws as write_site, and Error (kInput) for a folder without a
// run.
void publish_site(const std::vector<std::string>& run_folders, const std::string& title,
                  const std::string& folder);

struct RunStatus {
  std::string name;
  StoredPlan plan;
  StoreCounts counts;
  int64_t units_total = 0;
  std::vector<std::string> notes;  // As in the gallery: what a reader of the numbers must know.
};
RunStatus run_status(const std::string& run_folder);

}  // namespace thinktrace
