// SPDX-License-Identifier: MIT
// Looks at everything, one problem after the other, and goes on after each: what is reported is all that is hit.
#include <fmt/format.h>
#include <sqlite3.h>

#include <climits>

#include "thinktrace/error.h"
#include "thinktrace/store/checked_row.h"
#include "thinktrace/store/records.h"
#include "thinktrace/store/store.h"

namespace thinktrace {
namespace embedded {
extern const std::string_view schema_sql;
}
namespace {

using sqlite::CheckedRows;
using sqlite::Statement;

constexpr size_t kMostProblems = 50;

class Problems {
 public:
  explicit Problems(std::vector<std::string>& list) : list_(list) {}
  void add(const std::string& problem) {
    if (n_++ < kMostProblems) list_.push_back(problem);
  }
  void tell_rest() {
    if (n_ > kMostProblems) list_.push_back(fmt::format("and {} more", n_ - kMostProblems));
  }
  // What a step of verification throws is a problem too.
  template <typename Step>
  void try_step(const Step& step) {
    try {
      step();
    } catch (const Error& e) {
      add(e.what());
    }
  }

 private:
  std::vector<std::string>& list_;
  size_t n_ = 0;
};

// Tables and indexes as (name, SQL) by name.
std::vector<std::pair<std::string, std::string>> schema_of(sqlite3* db) {
  std::vector<std::pair<std::string, std::string>> schema;
  Statement s(db, "SELECT name, ifnull(sql, '') FROM sqlite_schema ORDER BY name");
  while (s.step()) schema.emplace_back(s.text(0), s.text(1));
  return schema;
}

void check_structure(sqlite3* db, Problems& problems) {
  Statement s(db, "PRAGMA integrity_check(20)");
  while (s.step()) {
    if (s.text(0) != "ok") problems.add("SQLite: " + s.text(0));
  }
}

void check_schema(sqlite3* db, Problems& problems) {
  sqlite3* fresh = nullptr;
  if (sqlite3_open(":memory:", &fresh) != SQLITE_OK) return;
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> close(fresh, sqlite3_close);
  sqlite::execute(fresh, std::string(embedded::schema_sql));
  if (schema_of(fresh) != schema_of(db)) problems.add("the schema is not that of this version");
}

void check_references(sqlite3* db, Problems& problems) {
  Statement s(db, "PRAGMA foreign_key_check");
  while (s.step()) {
    problems.add(fmt::format("table {}, row {}: refers to a row of {} that is not there", s.text(0),
                             s.integer(1), s.text(2)));
  }
}

int64_t check_rows(sqlite3* db, const std::string& table, Problems& problems) {
  int64_t n = 0;
  CheckedRows rows(db, table, "ORDER BY rowid");
  for (bool more = true; more;) {
    try {
      more = rows.step();
      n += more;
    } catch (const Error& e) {
      problems.add(fmt::format("{} (row {})", e.what(), n + 1));
      if (++n > 10'000'000 || sqlite3_errcode(db) != SQLITE_ROW) break;  // SQLite itself can't go on.
    }
  }
  return n;
}

void check_counts(sqlite3* db, Problems& problems) {
  const auto none = [&](const char* sql, const char* what) {
    Statement s(db, sql);
    while (s.step()) problems.add(fmt::format("{}: {}", s.text(0), what));
  };
  none(
      "SELECT 'unit ' || id FROM unit u WHERE status = 'ok' AND n_samples <> (SELECT count(*) FROM trace "
      "WHERE unit_id "
      "= u.id)",
      "it does not hold the traces that it says");
  none(
      "SELECT 'unit ' || id FROM unit u WHERE status = 'failed' AND EXISTS (SELECT * FROM trace WHERE "
      "unit_id = u.id)",
      "it failed but holds traces");
  none(
      "SELECT 'unit ' || id FROM unit u WHERE NOT EXISTS (SELECT * FROM attempt a WHERE a.sampling_id = "
      "u.sampling_id "
      "AND a.question_id = u.question_id AND a.first_sample = u.first_sample)",
      "no attempt at it is recorded");
  none(
      "SELECT 'plan ' || number FROM plan p WHERE (SELECT count(*) FROM plan_question WHERE plan = p.number) "
      "<> "
      "(SELECT ifnull(max(place), -1) + 1 FROM plan_question WHERE plan = p.number)",
      "a question is missing from it");
  none(
      "SELECT 'the store' WHERE (SELECT count(*) FROM plan) > 0 AND (SELECT total(is_current) FROM plan) <> "
      "1",
      "not exactly one plan is current");
}

}  // namespace

VerifyReport Store::verify() const {
  VerifyReport report;
  Problems problems(report.problems);
  sqlite3* db = db_.get();
  problems.try_step([&] { check_structure(db, problems); });
  problems.try_step([&] { check_schema(db, problems); });
  problems.try_step([&] { check_references(db, problems); });
  for (const char* table : {"plan", "reader", "question", "plan_question", "unit", "attempt", "trace",
                            "reading", "experiment", "outcome", "continuation"}) {
    problems.try_step([&] { report.rows.emplace_back(table, check_rows(db, table, problems)); });
  }
  problems.try_step([&] { check_counts(db, problems); });
  // As the export would read it, every plan by every reader and in every experiment.
  problems.try_step([&] {
    const std::vector<StoredReader> known = readers();
    const std::vector<StoredExperiment> tried = experiments();
    for (const StoredPlan& p : plans()) {
      std::vector<int64_t> ids;  // Collected first, so that no writer waits for the rest.
      Statement units(db, "SELECT id FROM unit WHERE sampling_id = ?");
      units.bind(p.sampling_id);
      while (units.step()) ids.push_back(units.integer(0));
      for (const int64_t id : ids) {
        for (const StoredReader& r : known) problems.try_step([&] { records_of(db, id, r.id, INT_MAX); });
        if (tried.empty()) continue;
        problems.try_step([&] {
          for (const TraceRecord& record : records_of(db, id, kNoReader, INT_MAX)) {
            for (const StoredExperiment& e : tried) {
              problems.try_step([&] { outcomes(record, e.id); });
              problems.try_step([&] { continuations(record, e.id); });
            }
          }
        });
      }
    }
  });
  problems.tell_rest();
  return report;
}

}  // namespace thinktrace
