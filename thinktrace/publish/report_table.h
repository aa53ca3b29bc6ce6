// SPDX-License-Identifier: MIT
// report_table.h — an experiment's numbers as one table of estimates: what the front page of a gallery shows of it.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"
#include "thinktrace/publish/continuation_report.h"
#include "thinktrace/publish/hint_report.h"
#include "thinktrace/publish/pivot_report.h"
#include "thinktrace/publish/rewritten_report.h"

namespace thinktrace {

struct ReportRow {
  std::string name;
  bool is_share = true;         // Of shares and their differences; else amounts.
  std::vector<Estimate> cells;  // As many as there are columns, or fewer.
};

struct ReportBlock {
  std::string subject;
  std::vector<ReportRow> rows;
};

struct ReportTable {
  std::string title;  // "Forced against free"
  std::string about;  // What it stands on.
  std::string note;   // How it is to be read.
  std::vector<std::string> columns;
  std::vector<ReportRow> rows;        // Over all traces.
  std::vector<ReportBlock> subjects;  // The same rows.
};

// Of traces that are in the report's numbers. The texts are those of a gallery, and hold nothing from outside but names of subjects
// and wordings of hints.
ReportTable table_of(const ContinuationReport& report);
ReportTable table_of(const PivotReport& report);
ReportTable table_of(const MistakesReport& report);
ReportTable table_of(const ParaphraseReport& report);
ReportTable table_of(const HintedPlanReport& report);

// As docs/bundle.md has it ("Tables chunk").
std::string to_json(const ReportTable& table);

}  // namespace thinktrace
