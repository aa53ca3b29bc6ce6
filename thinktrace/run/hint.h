// SPDX-License-Identifier: MIT
// hint.h — a plan's questions once more, with a hint at an answer beside each.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/prompt/hint.h"
#include "thinktrace/run/open_to_read.h"

namespace thinktrace {

struct HintSettings {
  std::vector<HintKind> kinds;
  std::vector<HintedOption> options{
      HintedOption::kWrong};  // A plan for each; kAlwaysFirst has one of its own.
  std::string wording;        // Of kCustom.
  HintPlace place = HintPlace::kQuestion;
  uint64_t seed = 1;           // Of wrong options and examples.
  int shots = 3;               // Examples, of kAlwaysFirst.
  std::optional<int> samples;  // A question; nothing: as many as the plan has.
  Selection selection;         // Of the plan's questions.
};
struct HintRequest {
  ReadRequest read;  // read.plan: the plan without a hint. The model must be its own.
  HintSettings settings;
};
struct HintResult {
  int base_plan = 1;       // Numbers in the folder.
  std::vector<int> plans;  // One for each hint, in the order of kinds and options.
  int units_here = 0;
  int units_failed = 0;  // Of these plans, now or earlier.
};

// Samples and reads the plan's questions under every hint asked for, all else as the plan has it, block by block; what is there
// is not done again. Each hint is a plan of the same folder (hint_plan.h); the folder's current plan stays what it was. Tells
// plan and cost before it begins. Cost: what the plan itself took, for each hint.
// Throws Error: kInput before anything is sampled, kStore, kInterrupted (units already stored are kept).
HintResult hint_run(const HintRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
