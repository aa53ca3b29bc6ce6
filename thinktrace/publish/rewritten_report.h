// SPDX-License-Identifier: MIT
// rewritten_report.h — the numbers of mistakes and of paraphrase, as JSON and for a terminal.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/analysis/rewritten.h"

namespace thinktrace {

struct MistakesBlock {
  std::string subject;  // Empty: all.
  int n_traces = 0, n_questions = 0;
  RewrittenReport numbers;  // [n_arms]
};

struct MistakesReport {
  int experiment = 0, reader = 0;  // Their numbers in the folder.
  std::vector<std::string> arms;   // The control, the untouched sentence, is the last one.
  int n_unread = 0;                // Traces of the plan of which nothing was read.
  int n_without = 0;               // Traces that were read and have no place in any arm.
  int n_unwritten = 0;             // Places at which the model wrote nothing that can be used,
  int n_unchanged = 0;             // or the sentence as it was.
  BootstrapOptions bootstrap;
  MistakesBlock overall;
  std::vector<MistakesBlock> subjects;
};

struct ParaphraseBlock {
  std::string subject;  // Empty: all.
  int n_traces = 0, n_questions = 0;
  std::vector<RewrittenReport>
      shares;  // Arms: the paraphrase, and (the control) the beginning as it was.  [n_shares]
};

struct ParaphraseReport {
  int experiment = 0, reader = 0;
  std::vector<double> shares;
  int n_unread = 0;
  int n_unwritten = 0;  // Beginnings of which the model wrote nothing that can be used,
  int n_unchanged = 0;  // or what they were.
  int n_cut = 0;        // Paraphrases that were cut by their budget.
  BootstrapOptions bootstrap;
  ParaphraseBlock overall;
  std::vector<ParaphraseBlock> subjects;
};

// One object on one line each, keys in a fixed order; what isn't defined is null. Every statistic is an object as in
// analysis_json.h.
//
//   experiment, reader
//   resampling   seed, resamples, level: of the intervals
//   unread       traces of which nothing was read: they are in no number
//   unwritten    how often the model wrote nothing that can be used
//   unchanged    how often it wrote what was there
//   overall      a block over all traces
//   subjects     a block for each subject, which also has the key "subject"
//
// Of mistakes. without: traces that have no place. A block: traces, questions, real: accuracy, free_accuracy (of the untouched
// thinking), and arms, an object by name: places, same_as_real, accuracy, p_right, free_same, free_accuracy, area_over,
// by_part (same_as_real in each of equal parts of the thinking), area_over_parts, and the paired differences minus_untouched
// (same_as_real, accuracy, p_right, free_accuracy; not of untouched itself) and minus_real (accuracy, p_right,
// free_accuracy).
//
// Of paraphrase. cut: paraphrases that were cut by their budget. A block: traces, questions, real: accuracy, and shares, a list:
// share, and by name paraphrase and prefix: same_as_real, accuracy, p_right; difference: paraphrase minus prefix, paired.
std::string to_json(const MistakesReport& report);
std::string to_json(const ParaphraseReport& report);

// Lines of at most 100 columns, each with its line break; with a table for each subject if `by_subject`. Text from outside is
// printable().
std::string describe_mistakes(const MistakesReport& report, bool by_subject);
std::string describe_paraphrase(const ParaphraseReport& report, bool by_subject);

}  // namespace thinktrace
