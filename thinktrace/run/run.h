// SPDX-License-Identifier: MIT
// run.h — the main job: sample, probe, store; the same call again continues where it stopped.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "thinktrace/run/plan.h"

namespace thinktrace {

// How far a run is. Counts are of this call, totals of the whole run.
struct Progress {
  int units_total = 0, units_done = 0;
  int units_here = 0, units_here_total = 0;  // Of those that this call has to do.
  int64_t tokens = 0;                        // Thinking and answer tokens sampled by this call.
  int64_t probes = 0;                        // Positions probed by this call.
  double seconds = 0;                        // Since the first unit began.
};

// What a run tells its caller while it works. Every function may be empty.
struct RunObserver {
  std::function<void(const std::string&)>
      note;  // One line worth knowing; may hold text from models and files.
  std::function<void(const Progress&)> progress;  // After every decode or so, and after every unit.
  std::function<bool()> should_stop;  // True: drop the unit in hand and throw Error (kInterrupted).
};

struct RunResult {
  StoreCounts counts;  // Of the whole run.
  int units_here = 0;  // Done by this call.
  int units_failed_here = 0;
  std::optional<NoiseFloor> noise_floor;
};

// Reads questions and model, plans, and does every unit that the run's store lacks; each is on disk before the next
// begins. A question that can't be done is stored as failed with its reason and the run goes on.
// Throws Error: kInput before anything has run, kStore, kInterrupted (units already stored are kept).
RunResult run_plan(const RunOptions& options, const RunObserver& observer = {});

}  // namespace thinktrace
