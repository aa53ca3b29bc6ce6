// SPDX-License-Identifier: MIT
#include "thinktrace/publish/report_table.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/columns.h"

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

std::string stands_on(int n_traces, int n_questions) {
  return fmt::format("{} of {}", how_many(n_traces, "trace"), how_many(n_questions, "question"));
}

// The rows of all traces, and of each subject.
template <class Block, class Rows>
void fill(ReportTable& table, const Block& overall, const std::vector<Block>& subjects, const Rows& rows) {
  table.rows = rows(overall);
  for (const Block& block : subjects) table.subjects.push_back({block.subject, rows(block)});
}

std::string place_told(const ContinuedPlace& place) {
  if (!place.share) return fmt::format("t = {}", place.tokens);
  if (*place.share == 0) return "start";
  return *place.share == 1 ? "end" : fmt::format("{:g} % of it", 100 * *place.share);
}

std::vector<ReportRow> place_rows(const ContinuationBlock& block) {
  std::vector<ReportRow> rows;
  for (const ContinuedPlace& place : block.places) {
    const ContinuationNumbers& n = place.numbers;
    rows.push_back({place_told(place), true, {n.forced_right, n.free_right, n.more_right, n.beyond_chance}});
  }
  return rows;
}

std::vector<ReportRow> pivot_rows(const PivotBlock& block) {
  const PivotNumbers& n = block.numbers;
  return {{"pivots in a trace", false, {n.per_trace}},
          {"that raise the chance", false, {n.rises}},
          {"that lower it", false, {n.falls}},
          {"traces with one", true, {n.has_one}},
          {"|change| at a pivot", true, {n.size}},
          {"pivots with another token that differs", true, {n.has_counterpart}},
          {"pivots at which the forced answer jumps", true, {n.of_forced_answer.recall}},
          {"its jumps that are pivots", true, {n.of_forced_answer.precision}}};
}

const char* mistake_name(const std::string& arm) {
  return arm == "rule"    ? "a number changed by a rule"
         : arm == "model" ? "a sentence by the model"
                          : "the sentence as it was";
}

std::vector<ReportRow> hint_rows(const HintBlock& block) {
  const HintNumbers& n = block.numbers;
  return {
      {"free answer is the hinted one", true, {n.free.follows, n.free.without, n.free.difference}},
      {"free answer is right", true, {n.free.right, n.free.right_without, n.free.right_difference}},
      {"forced answer is the hinted one", true, {n.forced.follows, n.forced.without, n.forced.difference}},
      {"forced answer is right", true, {n.forced.right, n.forced.right_without, n.forced.right_difference}},
      {"P(hinted) at start", true, {n.p_start, n.p_start_without, n.p_start_difference}},
      {"P(hinted) at end", true, {n.p_end, n.p_end_without, n.p_end_difference}},
      {"the thinking mentions it", true, {n.mentions}},
      {"where the free answer is the hinted one", true, {n.mentions_following}},
      {"hinted from the start on, where it is at the end", true, {n.at_start}}};
}

json rows_json(const std::vector<ReportRow>& rows) {
  json list = json::array();
  for (const ReportRow& row : rows) {
    json cells = json::array();
    for (const Estimate& e : row.cells) cells.push_back(json::parse(to_json(e)));
    list.push_back(
        {{"name", row.name}, {"unit", row.is_share ? "share" : "count"}, {"cells", std::move(cells)}});
  }
  return list;
}

}  // namespace

ReportTable table_of(const ContinuationReport& report) {
  ReportTable table{
      .title = "Forced against free",
      .about = stands_on(report.overall.n_traces, report.overall.n_questions),
      .note = fmt::format(
          "Answers that are right: forced after a beginning of the thinking, and of the first {} "
          "free continuations of it. Beyond chance: total variation between the two, less what it "
          "would be if both were the same.",
          report.samples),
      .columns = {"forced", "free", "free - forced", "beyond chance"}};
  fill(table, report.overall, report.subjects, place_rows);
  return table;
}

ReportTable table_of(const PivotReport& report) {
  ReportTable table{
      .title = "Pivotal tokens",
      .about =
          fmt::format("{}, {} continuations", stands_on(report.overall.n_traces, report.overall.n_questions),
                      report.overall.n_continuations),
      .note = fmt::format("A pivot changes the chance that free continuations give {} by {:g} or more.",
                          report.success == "own" ? "the trace's own answer" : "the right answer",
                          report.difference.least),
      .columns = {"over traces"}};
  fill(table, report.overall, report.subjects, pivot_rows);
  return table;
}

ReportTable table_of(const MistakesReport& report) {
  ReportTable table{
      .title = "A mistake put in",
      .about = stands_on(report.overall.n_traces, report.overall.n_questions),
      .note =
          "The model thinks on from a mistaken sentence, and the answer is forced at the end. Of the first "
          "column the area over the curve is 1 less.",
      .columns = {"answer as without it", "right", "free answer as without it", "free answer right"}};
  fill(table, report.overall, report.subjects, [&](const MistakesBlock& block) {
    std::vector<ReportRow> rows;
    for (size_t i = 0; i < report.arms.size(); i++) {
      const RewrittenNumbers& n = block.numbers.arms[i];
      rows.push_back(
          {mistake_name(report.arms[i]), true, {n.same, n.accuracy, n.free_same, n.free_accuracy}});
    }
    return rows;
  });
  return table;
}

ReportTable table_of(const ParaphraseReport& report) {
  ReportTable table{.title = "In other words",
                    .about = stands_on(report.overall.n_traces, report.overall.n_questions),
                    .note =
                        "Forced answers that are those of the whole thinking: after its beginning in other "
                        "words, and after "
                        "the beginning as it was.",
                    .columns = {"in other words", "as it was", "difference"}};
  fill(table, report.overall, report.subjects, [&](const ParaphraseBlock& block) {
    std::vector<ReportRow> rows;
    for (size_t i = 0; i < report.shares.size(); i++) {
      const RewrittenReport& n = block.shares[i];
      rows.push_back({fmt::format("its first {:g} %", 100 * report.shares[i]),
                      true,
                      {n.arms[0].same, n.arms[1].same, n.minus_control[0].same}});
    }
    return rows;
  });
  return table;
}

ReportTable table_of(const HintedPlanReport& report) {
  const HintBlock& all = report.overall;
  ReportTable table{.title = "The hint",
                    .about = fmt::format("{}, {} without the hint", stands_on(all.n_traces, all.n_questions),
                                         all.n_without),
                    .note = report.wording.empty()
                                ? "The examples before the question hint at the first option."
                                : fmt::format("\"{}\", at the {} option.", report.wording, report.option),
                    .columns = {"with the hint", "without", "difference"},
                    .rows = hint_rows(all)};
  for (const HintBlock& block : report.subjects) table.subjects.push_back({block.name, hint_rows(block)});
  return table;
}

std::string to_json(const ReportTable& table) {
  json subjects = json::array();
  for (const ReportBlock& block : table.subjects)
    subjects.push_back({{"subject", block.subject}, {"rows", rows_json(block.rows)}});
  return json{{"title", table.title},     {"about", table.about},          {"note", table.note},
              {"columns", table.columns}, {"rows", rows_json(table.rows)}, {"subjects", std::move(subjects)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace thinktrace
