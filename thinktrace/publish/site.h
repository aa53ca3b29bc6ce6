// SPDX-License-Identifier: MIT
// site.h — a gallery: one static folder made of a bundle (docs/bundle.md) and the viewer.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace {

// What the gallery says of a run as a whole.
struct RunSummary {
  std::string name;
  std::string model_name, model_architecture, model_sha256;
  std::vector<std::pair<std::string, std::string>> settings;  // Shown as they are, in this order.
  std::vector<std::string> notes;  // What a reader must know: no thinking tags, mixed settings, …
  std::optional<NoiseFloor> noise_floor;
  std::string
      analysis;  // The run's numbers, as to_json() of publish/analysis_json.h writes them; empty: none.
};

// A run and a way to walk its records by place and sample; records of a subject need not be adjacent.
struct SiteRun {
  RunSummary summary;
  std::function<void(const std::function<void(const TraceRecord&)>&)> for_each_trace;
};

// Throws Error (kInput) if `folder` exists and is neither empty nor a gallery.
void check_site_folder(const std::string& folder);

// Writes the gallery of `runs` into `folder`, over an older gallery if there is one: chunks first, the page
// last, then chunks that no page uses are removed, so that an interrupted build leaves the old gallery whole.
// Touches no file that is not a gallery's. The same records give the same bytes. Throws as check_site_folder,
// and Error (kFailed) naming the file that can't be written. Memory: the records of one run.
void write_site(const std::vector<SiteRun>& runs, const std::string& title, const std::string& folder);

}  // namespace thinktrace
