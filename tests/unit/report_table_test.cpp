// SPDX-License-Identifier: MIT
// The numbers of experiments as tables: which estimate stands where, and in which shape they are written.
#include "thinktrace/publish/report_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

Estimate told(double value) {
  Estimate e;
  e.value = value;
  e.interval = Interval{.low = value - .125, .high = value + .125};
  e.n_traces = 8, e.n_questions = 4;
  return e;
}

std::vector<double> values(const ReportRow& row) {
  std::vector<double> found;
  for (const Estimate& e : row.cells) found.push_back(e.value.value_or(-1));
  return found;
}

ContinuedPlace place_with(std::optional<double> share, int tokens, double forced) {
  ContinuedPlace place{.share = share, .tokens = tokens};
  place.numbers.forced_right = told(forced);
  place.numbers.free_right = told(.75);
  place.numbers.more_right = told(.75 - forced);
  return place;
}

TEST(ReportTable, OfContinuationsHasARowForEachPlace) {
  ContinuationReport report{.experiment = 3, .samples = 8};
  report.overall = {
      "",
      8,
      4,
      {place_with(0., 0, .25), place_with(.25, 0, .5), place_with(1., 0, .75), place_with({}, 12, 0)}};
  report.subjects = {{"ch\xffins <b>", 8, 4, {place_with(0., 0, .5)}}};
  const ReportTable table = table_of(report);
  EXPECT_EQ(table.about, "8 traces of 4 questions");
  EXPECT_NE(table.note.find("first 8"), std::string::npos);
  std::vector<std::string> names;
  for (const ReportRow& row : table.rows) {
    names.push_back(row.name);
    EXPECT_EQ(row.cells.size(), table.columns.size());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"start", "25 % of it", "end", "t = 12"}));
  EXPECT_EQ(values(table.rows[1]), (std::vector<double>{.5, .75, .25, -1}));
  ASSERT_EQ(table.subjects.size(), 1u);
  EXPECT_EQ(values(table.subjects[0].rows.at(0)), (std::vector<double>{.5, .75, .25, -1}));

  const json written = json::parse(to_json(table));
  EXPECT_EQ(written["rows"][0]["cells"][0]["value"], .25);
  EXPECT_EQ(written["rows"][0]["cells"][0]["low"], .125);
  EXPECT_TRUE(written["rows"][0]["cells"][3]["value"].is_null());
  EXPECT_EQ(written["rows"][0]["unit"], "share");
  EXPECT_EQ(written["subjects"][0]["subject"], "ch\ufffdins <b>") << "valid UTF-8; the page escapes it";
}

TEST(ReportTable, OfPivotsTellsAmountsFromShares) {
  PivotReport report{.success = "own"};
  report.overall.numbers.per_trace = told(2.5);
  report.overall.numbers.has_one = told(.5);
  const ReportTable table = table_of(report);
  EXPECT_FALSE(table.rows[0].is_share);
  EXPECT_EQ(values(table.rows[0]), std::vector<double>{2.5});
  EXPECT_TRUE(table.rows[3].is_share);
  EXPECT_EQ(values(table.rows[3]), std::vector<double>{.5});
  EXPECT_NE(table.note.find("the trace's own answer"), std::string::npos);
}

TEST(ReportTable, OfAHintHasWithWithoutAndDifference) {
  HintedPlanReport report{.plan = 2, .option = "wrong", .wording = "It is {option}."};
  report.overall.numbers.free.follows = told(.75);
  report.overall.numbers.free.without = told(.25);
  report.overall.numbers.free.difference = told(.5);
  report.overall.numbers.mentions = told(.125);
  const ReportTable table = table_of(report);
  EXPECT_EQ(table.columns.size(), 3u);
  EXPECT_EQ(values(table.rows[0]), (std::vector<double>{.75, .25, .5}));
  EXPECT_EQ(values(table.rows[6]), std::vector<double>{.125});
  EXPECT_EQ(table.note, "\"It is {option}.\", at the wrong option.");
}

TEST(ReportTable, OfMistakesAndParaphrasesHasTheirArmsAndShares) {
  RewrittenReport numbers;
  numbers.arms.resize(2);
  numbers.minus_control.resize(2);
  numbers.arms[0].same = told(.25), numbers.arms[1].same = told(1);
  numbers.minus_control[0].same = told(-.75);
  MistakesReport mistakes{.arms = {"rule", "untouched"}};
  mistakes.overall.numbers = numbers;
  const ReportTable of_mistakes = table_of(mistakes);
  EXPECT_EQ(of_mistakes.rows[0].name, "a number changed by a rule");
  EXPECT_EQ(of_mistakes.rows[1].name, "the sentence as it was");
  EXPECT_EQ(values(of_mistakes.rows[0]).front(), .25);
  ParaphraseReport paraphrase{.shares = {.5}};
  paraphrase.overall.shares = {numbers};
  const ReportTable of_paraphrase = table_of(paraphrase);
  EXPECT_EQ(of_paraphrase.rows.at(0).name, "its first 50 %");
  EXPECT_EQ(values(of_paraphrase.rows[0]), (std::vector<double>{.25, 1, -.75}));
}

}  // namespace
}  // namespace thinktrace
