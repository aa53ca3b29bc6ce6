// SPDX-License-Identifier: MIT
// Plans, readers and questions.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/store/checked_row.h"
#include "thinktrace/store/records.h"
#include "thinktrace/store/store.h"

namespace thinktrace {
namespace {

using sqlite::CheckedInsert;
using sqlite::CheckedRows;
using sqlite::Statement;
using OnConflict = CheckedInsert::OnConflict;

struct PlanRow {
  StoredPlan plan;
  bool is_current = false;
};

std::string json_text(const CheckedRows& rows, int column) {
  std::string text = rows.text(column);
  if (!text.empty() && !nlohmann::json::accept(text)) rows.damaged("a JSON text can't be read");
  return text;
}

std::vector<PlanRow> plan_rows(sqlite3* db) {
  std::vector<PlanRow> found;
  CheckedRows rows(db, "plan", "ORDER BY number");
  while (rows.step()) {
    found.push_back({{rows.integer(0), rows.text(1), json_text(rows, 2), json_text(rows, 3), rows.integer(4),
                      rows.integer(5), rows.text(6)},
                     rows.integer(7) != 0});
    if (found.back().plan.samples < 1 || found.back().plan.unit_size < 1)
      rows.damaged("a number is out of range");
  }
  return found;
}

void write_plan(sqlite3* db, const PlanRow& row) {
  const StoredPlan& p = row.plan;
  CheckedInsert(db, "plan", OnConflict::kReplace)
      .add(p.number)
      .add(p.sampling_id)
      .add(p.identity)
      .add(p.provenance)
      .add(p.samples)
      .add(p.unit_size)
      .add(p.reader_id)
      .add(row.is_current ? 1 : 0)
      .run();
}

// A plan under which nothing was done binds nobody, nor does a reader that read nothing.
void remove_idle(sqlite3* db, int keep_plan, const std::string& keep_reader) {
  constexpr const char* kIdle =
      "number <> ? AND NOT EXISTS (SELECT * FROM unit u WHERE u.sampling_id = plan.sampling_id)";
  Statement(db,
            fmt::format("DELETE FROM plan_question WHERE plan IN (SELECT number FROM plan WHERE {})", kIdle))
      .bind(keep_plan)
      .run();
  Statement(db, fmt::format("DELETE FROM plan WHERE {}", kIdle)).bind(keep_plan).run();
  Statement(
      db,
      "DELETE FROM reader WHERE id <> ? AND id NOT IN (SELECT reader_id FROM plan) AND id NOT IN (SELECT "
      "reader_id FROM reading) AND id NOT IN (SELECT reader_id FROM attempt) AND id NOT IN (SELECT reader_id "
      "FROM experiment)")
      .bind(keep_reader)
      .run();
}

// The current plan, if it is still there; else the one that this handle chose, or the one that is saved.
int shown_plan(const std::vector<PlanRow>& rows, int chosen, int saved) {
  int shown = saved;
  for (const PlanRow& row : rows) {
    if (row.is_current) return row.plan.number;
    if (row.plan.number == chosen) shown = chosen;
  }
  return shown;
}

// The plan's questions in their new order: those of this command, then others that an earlier one named.
void write_questions(sqlite3* db, int plan, const std::vector<Question>& named,
                     const std::vector<Question>& earlier) {
  std::set<std::string> placed;
  Statement(db, "DELETE FROM plan_question WHERE plan = ?").bind(plan).run();
  for (const auto* questions : {&named, &earlier}) {
    for (const Question& q : *questions) {
      if (!placed.insert(q.id).second) continue;
      write_question(db, q);
      CheckedInsert(db, "plan_question").add(plan).add(q.id).add(static_cast<int>(placed.size()) - 1).run();
    }
  }
}

StoredReader reader_from(const CheckedRows& rows) {
  return {rows.text(0),       rows.integer(1),    json_text(rows, 2),
          json_text(rows, 3), json_text(rows, 4), json_text(rows, 5)};
}

}  // namespace

std::vector<StoredPlan> Store::plans() const {
  std::vector<StoredPlan> plans;
  for (PlanRow& row : plan_rows(db_.get())) plans.push_back(std::move(row.plan));
  return plans;
}

std::optional<StoredPlan> Store::plan() const {
  std::optional<StoredPlan> found;
  for (PlanRow& row : plan_rows(db_.get())) {
    if (chosen_ ? row.plan.number == chosen_ : row.is_current || !found) found = std::move(row.plan);
  }
  return found;
}

StoredPlan Store::current_plan() const {
  std::optional<StoredPlan> found = plan();
  if (!found) {
    throw Error(ErrorKind::kInput,
                fmt::format("[store] {}: the run has no plan yet; start it with thinktrace run "
                            "or thinktrace import",
                            path_));
  }
  return *std::move(found);
}

bool Store::is_idle(const StoredPlan& plan) const {
  Statement s(db_.get(), "SELECT 1 FROM unit WHERE sampling_id = ? LIMIT 1");
  return !s.bind(plan.sampling_id).step();
}

void Store::choose_plan(int number) {
  std::string known;
  for (const StoredPlan& p : plans()) {
    if (p.number == number) {
      chosen_ = number;
      return;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", p.number);
  }
  throw Error(ErrorKind::kInput,
              fmt::format("[store] {}: there is no plan {}; there {}: {}", path_, number,
                          known.size() > 1 ? "are" : "is", known.empty() ? "none" : known));
}

int Store::save_plan(const StoredPlan& plan, const std::vector<Question>& named, CurrentPlan current) {
  sqlite3* db = db_.get();
  sqlite::Transaction transaction(db);
  std::vector<PlanRow> rows = plan_rows(db);
  StoredPlan saved = plan;
  std::vector<Question> earlier;
  if (saved.number == 0) {
    remove_idle(db, 0, saved.reader_id);
    rows = plan_rows(db);
    saved.number = rows.empty() ? 1 : rows.back().plan.number + 1;
  } else {
    earlier = plan_questions(db, saved.number);
  }
  const int shown = current == CurrentPlan::kSaved ? saved.number : shown_plan(rows, chosen_, saved.number);
  for (PlanRow& row : rows) {
    if (row.plan.number == saved.number || row.is_current == (row.plan.number == shown)) continue;
    row.is_current = row.plan.number == shown;
    write_plan(db, row);
  }
  write_plan(db, {saved, saved.number == shown});
  write_questions(db, saved.number, named, earlier);
  transaction.commit();
  chosen_ = saved.number == shown ? 0 : saved.number;
  return saved.number;
}

std::vector<Question> Store::questions() const { return questions(current_plan().number); }
std::vector<Question> Store::questions(int plan) const { return plan_questions(db_.get(), plan); }

void Store::for_each_question(const std::function<void(const Question&)>& visit) const {
  for_each_plan_question(db_.get(), current_plan().number, [&](Question&& q) { visit(q); });
}

std::vector<StoredReader> Store::readers() const {
  std::vector<StoredReader> found;
  CheckedRows rows(db_.get(), "reader", "ORDER BY number");
  while (rows.step()) found.push_back(reader_from(rows));
  return found;
}

std::optional<StoredReader> Store::reader(const std::string& id) const {
  CheckedRows rows(db_.get(), "reader", "WHERE id = ?");
  rows.bind(id);
  if (!rows.step()) return std::nullopt;
  return reader_from(rows);
}

std::map<std::string, Store::ReaderCounts> Store::reader_counts() const {
  std::map<std::string, ReaderCounts> counts;
  const StoredPlan plan = current_plan();
  Statement s(
      db_.get(),
      "SELECT r.reader_id, count(*) FROM reading r JOIN trace t ON t.id = r.trace_id JOIN unit u ON u.id = "
      "t.unit_id JOIN plan_question p ON p.question_id = u.question_id WHERE u.sampling_id = ? AND p.plan = "
      "? AND "
      "t.sample < ? GROUP BY r.reader_id");
  s.bind(plan.sampling_id).bind(plan.number).bind(plan.samples);
  while (s.step()) counts[s.text(0)].traces = s.integer(1);
  for (const StoredReader& reader : readers()) {
    const size_t lacking = units_to_read(reader.id, true).size() - units_to_read(reader.id, false).size();
    if (lacking > 0) counts[reader.id].failed_units = static_cast<int64_t>(lacking);
  }
  return counts;
}

void Store::save_reader(const StoredReader& reader) {
  sqlite3* db = db_.get();
  sqlite::Transaction transaction(db);
  const std::vector<StoredReader> known = readers();
  int number = known.empty() ? 1 : known.back().number + 1;
  for (const StoredReader& r : known) {
    if (r.id == reader.id) number = r.number;
  }
  CheckedInsert(db, "reader", OnConflict::kReplace)
      .add(reader.id)
      .add(number)
      .add(reader.identity)
      .add(reader.provenance)
      .add(reader.noise_floors)
      .add(reader.prior)
      .run();
  transaction.commit();
}

}  // namespace thinktrace
