// SPDX-License-Identifier: MIT
// gallery_experiments.h — the experiments on a plan's traces as its gallery shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/prompt/hint.h"
#include "thinktrace/publish/trace_experiments.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {

inline constexpr const char* kShownHint = "hint";  // ShownExperiment::kind of a plan's hint.

// The plan's hint, if it has one, then those of which it has results, by number. What they are is read once, what they made of a trace when it is asked for.
class GalleryExperiments {
 public:
  explicit GalleryExperiments(const OpenRun& run);

  // Of those that are stored as experiments, in order.
  std::vector<std::string> ids() const;
  // As RunSummary::experiments has them.
  const std::vector<ShownExperiment>& shown() const { return shown_; }

  // `record` as the run's reader read it. A search for pivots that is not over is left out, and so is what was done in other
  // tokens than those of the record. Throws Error (kStore). Cost: a look-up in
  // the store for each experiment.
  std::vector<ShownResult> of(const Store& store, const TraceRecord& record) const;

 private:
  std::string reader_id_;  // The run's.
  StoredPlan plan_;
  std::optional<Hint> hint_;  // The plan's.
  std::vector<StoredExperiment> experiments_;
  std::vector<ShownExperiment> shown_;
};

}  // namespace thinktrace
