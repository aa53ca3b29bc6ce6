// SPDX-License-Identifier: MIT
// run.h — the main job: sample, probe, store; the same call again continues where it stopped.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "thinktrace/run/plan.h"
#include "thinktrace/run/progress.h"

namespace thinktrace {

struct RunResult {
  int plan = 1;        // Number of the plan in its folder.
  StoreCounts counts;  // Of the whole plan.
  int units_here = 0;  // Done by this call.
  int units_failed_here = 0;
  int readings_failed = 0;  // Units that a further reader could not read, now or earlier.
  int readings_here =
      0;  // Units read once more by this call: with another suffix, labels, order of the options.
  std::optional<NoiseFloor> noise_floor;
};

// Reads questions and model, plans, and does every unit that the run's store lacks, block by block; each is on disk before the
// next begins. Settings under which traces would come out otherwise are another plan of the same folder; another suffix, other
// labels, a stride or a tolerance are another reading of the plan's traces. A question that can't be done is stored as failed with its
// reason and the run goes on.
// Throws Error: kInput before anything has run, kStore, kInterrupted (units already stored are kept).
RunResult run_plan(const RunOptions& options, const RunObserver& observer = {});

}  // namespace thinktrace
