// SPDX-License-Identifier: MIT
// hint_report.h — the numbers of hints, as JSON and for a terminal.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/analysis/hints.h"

namespace thinktrace {

struct HintBlock {
  std::string name;  // A subject; or what the hint points at.
  int n_traces = 0, n_without = 0, n_questions = 0;
  HintNumbers numbers;
};

// One plan with a hint.
struct HintedPlanReport {
  int plan = 0;  // Its number in the folder.
  std::string kind, option, place,
      wording;       // As hint.h (prompt/) names them; no place and wording where examples hint.
  int examples = 0;  // Before each question.
  int n_failed = 0;  // Traces that failed: they are in no number.
  HintBlock overall;
  std::vector<HintBlock>
      by_hinted;  // "right", "wrong": where the hinted option is right in some questions alone.
  std::vector<HintBlock> subjects;
};

struct HintReport {
  int base_plan = 0, reader = 0;  // Their numbers in the folder.
  BootstrapOptions bootstrap;
  std::vector<HintedPlanReport> plans;
};

// One object on one line, keys in a fixed order; what isn't defined is null. Every statistic is an object as in
// analysis_json.h.
//
//   plan, reader   of the traces without a hint
//   resampling     seed, resamples, level: of the intervals
//   hints          plan, kind, option, place, wording, examples, failed; overall, a block over all traces; by_hinted and
//                  subjects, blocks that have a name too
//
// A block: traces (with the hint), traces_without, questions; free and forced, by sort of answer: follows, without,
// difference, switched, chance, net, right, right_without, right_difference; mentions: all, following, changed; takes_over:
// at_start, position, share; p_hinted: start, start_without, start_difference, end, end_without, end_difference.
// analysis/hints.h says what they are.
std::string to_json(const HintReport& report);

// Lines of at most 100 columns, each with its line break; with a table for each subject if `by_subject`. Text from outside is
// printable().
std::string describe_hints(const HintReport& report, bool by_subject);

}  // namespace thinktrace
