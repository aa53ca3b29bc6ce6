// SPDX-License-Identifier: MIT
// gallery_run.h — one plan of a run as galleries show it: its traces with what was measured and read of them, its settings.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/publish/bundle.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/gallery_experiments.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

class GalleryRun {
 public:
  // `is_only_plan`: of its folder; others are told apart by their numbers.
  GalleryRun(OpenRun run, bool is_only_plan);

  const OpenRun& run() const { return run_; }
  const ReaderRoles& roles() const { return roles_; }
  // Ids of the readers beside the run's own that have read something, in the order of RunSummary::readers.
  std::vector<std::string> further_readers() const;
  // Ids of the experiments of which it has results, in the order of RunSummary::experiments.
  std::vector<std::string> experiments() const { return experiments_.ids(); }

  // Calls `visit` with a record of the run, its measures and what further readers and experiments made of it.
  void show(const TraceRecord& record, const std::function<void(const SiteTrace&)>& visit) const;

  // All but the numbers of the run.
  RunSummary summarise() const;
  // The numbers of its ablations: RunSummary::ablations. Memory: the outcomes of one of them.
  std::vector<std::string> ablations() const;
  // And of its other experiments: RunSummary::tables. Memory: what one of them made of all traces.
  std::vector<std::pair<int, std::string>> tables() const;

 private:
  std::vector<int> positions_of(const Store::OtherReading& reading,
                                const std::optional<Store::OtherReading>& own,
                                const TraceRecord& record) const;
  OpenRun run_;
  bool is_only_plan_;
  std::vector<StoredReader> further_;
  ReaderRoles roles_;
  GalleryExperiments experiments_;
};

// The numbers of the plans of a run's folder, the older ones first; at least one. Throws as open_run.
std::vector<int> plan_numbers(const std::string& run_folder, ReadAccess access = ReadAccess::kUndoing);
// All of them, opened.
std::vector<GalleryRun> open_gallery_runs(const std::string& run_folder);

}  // namespace thinktrace
