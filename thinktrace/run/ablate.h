// SPDX-License-Identifier: MIT
// ablate.h — the answer that is forced when something else stands in place of the thinking.
#pragma once
#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/run/open_to_read.h"

namespace thinktrace {

struct AblateRequest {
  ReadRequest read;  // Who reads.
  AblationSettings settings;
};
struct AblateResult {
  int plan = 1;        // Its number in the folder.
  int experiment = 0;  // Number of the experiment.
  int units_here = 0;
  int units_failed = 0;  // Of which some trace could not be read, now or earlier.
};

// Reads what each arm makes of every trace of the plan, unit by unit; each unit is on disk before the next begins, and what is
// there is not read again. Tells its plan and cost before it begins. Altered thinkings that are the same are read once, and those
// that begin as the real one does are cuts of it. An arm without a lender is left out for its trace.
// Cost: for each trace its tokens once, and once more for each draw of every other arm, less whole passes of the prompt.
// Throws Error: kInput before anything is read, kStore, kInterrupted (what was read is kept).
AblateResult ablate_run(const AblateRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
