// SPDX-License-Identifier: MIT
// pivot_rows.h — pivotal tokens for other programs: as lines in the shape of PTS, as preference pairs, and as rows of a table.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/analysis/sequential.h"
#include "thinktrace/engine/model.h"
#include "thinktrace/publish/table.h"

namespace thinktrace {

// A token that was tried at a fork.
struct ForkRow {
  Token id = 0;
  std::string text;
  double probability = 0;  // That the model gives it there.
  Tally tally;             // Of its own continuations.
  bool is_own = false;     // It is the trace's.
  bool differs = false;    // Its chance of success from the own token's, by the test.
};

struct PivotRow {
  int experiment = 0;         // Its number.
  std::string success;        // "right", "own"
  std::optional<int> wanted;  // The option that is a success.
  int token = 0;              // Which of the trace's.
  Tally before, after;
  Bounds change;         // The differences that the trials don't rule out.
  bool decided = false;  // By the test.
  std::optional<double> forced_before,
      forced_after;            // P(right) of the forced answer, where it was read there.
  std::vector<ForkRow> tried;  // The most likely first; empty: not tried.
};

// A JSON object on one line. First the keys of PTS (github codelion/pts) for a pivotal token, of which `timestamp` is left out; then
// ours. docs/export.md names all. REQUIRES: `record` as the experiment's reader read it.
std::string pivot_line(const TraceRecord& record, const PivotRow& pivot, const ExportContext& context);

// Preference pairs at a pivot, each a JSON object on one line with the keys of PTS for direct preference optimisation: the trace's
// own token and another one whose chance of success differs by the test. Tokens whose text is empty or the same make no pair.
std::vector<std::string> preference_lines(const TraceRecord& record, const PivotRow& pivot,
                                          const ExportContext& context);

// For a table: numbers and short texts.
Row pivot_row(const TraceRecord& record, const PivotRow& pivot, const ExportContext& context);

}  // namespace thinktrace
