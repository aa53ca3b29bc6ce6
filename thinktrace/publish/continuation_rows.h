// SPDX-License-Identifier: MIT
// continuation_rows.h — free continuations as rows, and beginnings with the answers to which they lead.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/analysis/continuation.h"
#include "thinktrace/publish/table.h"

namespace thinktrace {

// One free continuation of a beginning of a trace's thinking.
struct ContinuedAnswer {
  int experiment = 0;  // Its number.
  int position = 0;
  int draw = 0;
  bool is_first = true;  // One of those that every beginning has, which alone count for means.
  std::vector<std::string> think_text;
  Stop stop = Stop::kClosed;
  std::string answer_text;
  std::optional<int> chosen;
  std::vector<float> forced;              // The answer forced at that beginning, by option.
  Verdict verdict = Verdict::kUndecided;  // Of the beginning.
  bool is_more = false;
};
// Columns p_1, p_2, … as in probe_rows, of the forced answer.
Row continuation_row(const TraceRecord& record, const ContinuedAnswer& answer, const ExportContext& context,
                     int n_options);

// A beginning of a trace's thinking: the answer forced there beside those of its first free continuations.
struct PrefixAnswer {
  int experiment = 0;  // Its number.
  int position = 0;
  ContinuedPrefix prefix;
  PrefixComparison comparison;
};
// Columns p_1, p_2, … as in probe_rows, of the forced answer; free_1, free_2, …: shares of the free ones.
Row prefix_row(const TraceRecord& record, const PrefixAnswer& answer, const ExportContext& context,
               int n_options);

}  // namespace thinktrace
