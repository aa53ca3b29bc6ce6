// SPDX-License-Identifier: MIT
// hint_plan.h — plans that ask as another plan does, with a hint beside each question.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/prompt/hint.h"
#include "thinktrace/run/open_to_read.h"
#include "thinktrace/run/plan.h"

namespace thinktrace {

// Everything of a hint that a trace hangs on, as a JSON object with sorted keys; what its kind does not use is left out.
std::string hint_identity(const Hint& hint);

// "suggested, wrong option", "custom ('…', at the end), right option".
std::string describe(const Hint& hint);

// A plan's hint; nothing where it has none. Throws Error (kStore) where it can't be read.
std::optional<Hint> hint_of(const StoredPlan& plan);

// The identity of `base` with a hint: all else is as it is there, so that the two are compared with each other alone.
std::string hinted_identity(const StoredPlan& base, const Hint& hint);

// A plan's identity without its hint, if it has one.
std::string without_hint(const StoredPlan& plan);

// Those of `plans` that ask as `base` does but for a hint, in order.
std::vector<StoredPlan> hinted_plans(const std::vector<StoredPlan>& plans, const StoredPlan& base);

// The settings under which a plan was sampled and its own reader reads, for sampling like it. REQUIRES: the run was opened
// with the plan's own model and nothing but its folder given; the plan is no import.
RunOptions sampling_options(const ReadingRun& run);

}  // namespace thinktrace
