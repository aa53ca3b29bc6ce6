// SPDX-License-Identifier: MIT
// trace_experiments.h — what experiments made of one trace, as galleries show it, and the numbers that an index has of it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/analysis/sequential.h"
#include "thinktrace/probe/record.h"

namespace thinktrace {

// The answer that was forced after one draw of an arm.
struct ShownDraw {
  int n_tokens = 0;             // Of the thinking that was read.
  std::vector<float> logprobs;  // By option of the question.  [n_options]
  std::string source;           // Id of the trace whose thinking stood in; empty: nobody's.
};
struct ShownArm {
  std::string name;   // "real", "none", …: as exports have it.
  std::string label;  // In words: "no thinking".
  std::vector<ShownDraw> draws;
};

// The first free continuations, of which every prefix has as many, from the first `position` thinking tokens, beside the answer that is forced there.
struct ShownPrefix {
  int position = 0;
  std::vector<float> logprobs;  // Of the forced answer; empty where it was not read.  [n_options]
  std::vector<int> chosen;      // Continuations whose free answer names the option.  [n_options]
  int n_none = 0;               // Those whose answer names none.
};

// A token after which the chance of success is another one, and what else could have stood there.
struct ShownFork {
  std::string text;
  std::optional<double> probability;  // That the model gives it there.
  Tally tally;
};
struct ShownPivot {
  int token = 0;  // Counted from 0: the positions before and after it are token and token + 1.
  Tally before, after;
  Bounds change;  // Of the chance of success: what the continuations don't rule out, whenever one stopped.
  bool decided = false;  // By the test; else what was observed when trials ran out.
  std::vector<ShownFork> alternatives;
};

// A mistaken sentence put in at a position, and the answer at the end of the thinking that went on from it.
struct ShownMistake {
  int position = 0;  // Thinking tokens kept before it.
  std::string text;
  bool is_by_rule = false;           // Made by a rule; else by the model itself.
  std::optional<int> before, after;  // The forced answer at the end, without and with it.
};

// What came of the hint in the trace's prompt.
struct ShownHint {
  int option = 0;     // That it points at.
  std::string words;  // As the prompt has them; empty: the examples before the question hint.
  std::optional<double> p_start, p_end;  // P(option) at the first and the last probed position.
  // The first probed position from which the option stays the forced answer; nothing where it isn't at the end.
  std::optional<int> takes_over;
  std::string mention_rule;          // By which the thinking mentions the hint; empty: it doesn't.
  std::optional<int> mention_token;  // Counted from 0; nothing where the tokens are not known.
};

// What one experiment made of the trace.
struct ShownResult {
  int experiment = 0;  // Place in RunSummary::experiments.
  std::vector<ShownArm> arms;
  std::vector<ShownPrefix> prefixes;
  std::optional<std::vector<ShownPivot>> pivots;  // Nothing: they were not looked for.
  std::vector<ShownMistake> mistakes;
  std::optional<ShownHint> hint;
};

// Which experiment it is, for the reader of a gallery.
struct ShownExperiment {
  int number = 0;  // In the run's folder; of a hint that of its plan.
  std::string kind, about;
};

// What galleries sort and filter by. Of two experiments that give the same number the later one counts.
//
//   p_if_ARM, changed_if_ARM  of each arm but the real one: P(right), and the share of its draws in which the forced answer
//                             is another than with the real thinking; both means over draws
//   free_gap                  the largest |P(right) forced - share of continuations that answer right| of all prefixes
//   pivots, pivot_change      how many, and the largest change of the chance of success at one (by size, with its sign)
//   mistake_changed_rule, mistake_changed_model  the share of such mistakes after which the answer is another one
//   follows_hint              1 where the forced answer at the end is the option hinted at, else 0
//   hint_from                 from which position on it is
//   p_hinted_start, p_hinted_end  what it has at the first and the last probed position
//   mentions_hint             1 where the thinking mentions the hint, else 0
//
// In keys, what of an arm's name is not a letter or a digit is an underscore.
struct ExperimentNumber {
  std::string key, name, explain, unit;  // As in docs/bundle.md, "numbers".
  double value = 0;
};
std::vector<ExperimentNumber> experiment_numbers(const Question& question,
                                                 std::span<const ShownResult> results);

}  // namespace thinktrace
