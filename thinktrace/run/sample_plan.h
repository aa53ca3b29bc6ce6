// SPDX-License-Identifier: MIT
// sample_plan.h — the units of a plan that its store lacks, sampled, read and stored.
#pragma once
#include <span>
#include <vector>

#include "thinktrace/run/progress.h"
#include "thinktrace/run/unit.h"

namespace thinktrace {

// What the steps of a run share.
struct PlanJob {
  const Model& model;
  const RunOptions& options;  // As the plan samples and its own reader reads.
  Store& store;
  Reporter& reporter;
};

// The units of the questions that are not there; failed ones only if they are to be tried again.
std::vector<Unit> missing_units(std::span<const Unit> units, const Store& store, const RunOptions& options);

// Does the units of the store's current plan and commits each block; gives the number of those that failed. `questions`: those that
// the session must have room for. Throws Error: kStore, kInterrupted (blocks already stored are kept).
int do_and_store(const PlanJob& job, std::span<const Unit> units,
                 const std::vector<PreparedQuestion>& questions);

}  // namespace thinktrace
