// SPDX-License-Identifier: MIT
// table.h — rows of numbers and short texts for spreadsheets and data frames.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "thinktrace/analysis/ablation.h"
#include "thinktrace/analysis/ensemble.h"
#include "thinktrace/analysis/hints.h"
#include "thinktrace/analysis/measures.h"
#include "thinktrace/probe/record.h"
#include "thinktrace/publish/export.h"

namespace thinktrace {

// Empty: not known or not defined. A list of texts is a JSON array, in CSV with everything outside ASCII escaped.
using Cell = std::variant<std::monostate, std::string, double, int64_t, bool, std::vector<std::string>>;
using Row = std::vector<std::pair<std::string, Cell>>;  // (column, value)

inline Cell whole(int64_t value) { return value; }
template <typename T>
Cell maybe(const std::optional<T>& value) {
  if (!value) return {};
  if constexpr (std::is_same_v<T, int>)
    return static_cast<int64_t>(*value);
  else
    return *value;
}

// RFC 4180, without the line break. A text is written as printable() shows it, so a row is a line and nothing in it acts
// on a terminal; one that a spreadsheet would take for a formula (it begins with = + - @, after spaces or not) gets an
// apostrophe in front. Numbers are as they are, in the shortest form that reads back to the same; booleans true or false.
std::string csv_header(const Row& row);
std::string csv_line(const Row& row);

// One JSON object on one line; empty cells are null.
std::string json_line(const Row& row);

// The cells with which every row of a trace begins: which trace it is about.
Row identity_cells(const TraceRecord& record, const ExportContext& context);
// Adds columns p_1, p_2, … up to `n_options`, empty beyond the question's own.
void add_probabilities(Row& row, std::span<const float> logprobs, int n_options);

// What is known of a trace as a whole.
Row trace_row(const TraceRecord& record, const TraceMeasures& measures, const ExportContext& context);

// The forced answer before and after thinking, and the free answer: one row a trace.
Row before_after_row(const TraceRecord& record, const TraceMeasures& measures, const ExportContext& context);

// One row a probe; columns p_1, p_2, … up to `n_options`, empty beyond the question's own.
std::vector<Row> probe_rows(const TraceRecord& record, const ExportContext& context, int n_options);

// One row a position of several readings of a trace: means and standard deviations by option, and how far they agree.
std::vector<Row> ensemble_rows(const TraceRecord& record, const std::vector<EnsemblePoint>& points,
                               const ExportContext& context, int n_options);

// A cue in a trace, or a place to compare it with.
struct CuedEvent {
  int event = 0;  // The number of the cue among those of its trace, from 0.
  std::string cue;
  bool is_place = false;
  int position = 0;
  int final_option = 0;                      // The forced answer at the end.
  std::vector<std::span<const float>> rows;  // At offsets -window, …, window; empty where nothing was read.
};
Row cue_row(const TraceRecord& record, const CuedEvent& event, const ExportContext& context);

// What one draw of one arm of an ablation made of a trace.
struct AblatedAnswer {
  int experiment = 0;  // Its number.
  std::string arm;
  int draw = 0;
  int n_tokens = 0;  // Of the altered thinking.
  std::optional<std::string> source_trace;
  std::vector<float> logprobs;  // By option.
  ArmOutcome outcome;
};
// Columns p_1, p_2, … as in probe_rows.
Row ablation_row(const TraceRecord& record, const AblatedAnswer& answer, const ExportContext& context,
                 int n_options);

// A trace with a hint, beside its question's traces without it.
struct HintedAnswer {
  int plan = 0;              // Its number.
  std::string kind, option;  // What hints, and at what: "suggested", "wrong".
  HintTrace trace;
  std::vector<HintTrace> without;       // By sample.
  std::string mention_rule;             // Empty: the text does not mention the hint.
  std::optional<int> mention_position;  // The token in which it does.
};
Row hint_row(const TraceRecord& record, const HintedAnswer& answer, const ExportContext& context);

}  // namespace thinktrace
