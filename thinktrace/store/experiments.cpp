// SPDX-License-Identifier: MIT
// Experiments and what came of them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "thinktrace/store/checked_row.h"
#include "thinktrace/store/records.h"
#include "thinktrace/store/store.h"

namespace thinktrace {
namespace {

using sqlite::CheckedInsert;
using sqlite::CheckedRows;
using sqlite::Statement;

StoredExperiment experiment_from(const CheckedRows& rows) {
  StoredExperiment e{rows.text(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)};
  for (const std::string* text : {&e.identity, &e.provenance}) {
    if (!nlohmann::json::accept(*text)) rows.damaged("a JSON text can't be read");
  }
  return e;
}

// One that came to nothing binds nobody.
void remove_idle_experiments(sqlite3* db, const std::string& keep) {
  Statement(
      db,
      "DELETE FROM experiment WHERE id <> ? AND id NOT IN (SELECT experiment_id FROM outcome) AND id NOT IN "
      "(SELECT experiment_id FROM continuation) AND id NOT IN "
      "(SELECT experiment_id FROM attempt WHERE experiment_id IS NOT NULL)")
      .bind(keep)
      .run();
}

// Rows of an experiment by trace.
std::map<std::string, int> counts_by_trace(sqlite3* db, const char* table, const std::string& experiment_id) {
  std::map<std::string, int> counts;
  Statement s(
      db, fmt::format("SELECT trace_id, count(*) FROM {} WHERE experiment_id = ? GROUP BY trace_id", table));
  s.bind(experiment_id);
  while (s.step()) counts[s.text(0)] = static_cast<int>(s.integer(1));
  return counts;
}

void insert_outcome(sqlite3* db, const std::string& experiment_id, const StoredOutcome& o) {
  CheckedInsert row(db, "outcome");
  row.add(experiment_id).add(o.trace_id).add(o.arm).add(o.draw).add(o.n_tokens).add(o.logprobs);
  o.source_trace ? row.add(*o.source_trace) : row.add_null();
  row.run();
}

void insert_continuation(sqlite3* db, const std::string& experiment_id, const StoredContinuation& c) {
  CheckedInsert row(db, "continuation");
  row.add(experiment_id).add(c.trace_id).add(c.position).add(c.arm).add(c.draw).add(c.inserted);
  row.add_json(c.inserted_text);
  c.inserted_logprob ? row.add(*c.inserted_logprob) : row.add_null();
  row.add(c.think_ids).add_json(c.think_text).add(name_of(c.stop)).add(c.answer_ids).add(c.answer_text);
  c.chosen ? row.add(*c.chosen) : row.add_null();
  c.logprobs.empty() ? row.add_null() : row.add(c.logprobs);
  row.run();
}

StoredContinuation continuation_from(const CheckedRows& rows, int n_options) {
  StoredContinuation c{rows.text(1), rows.integer(2), rows.text(3), rows.integer(4),
                       rows.ids(5),  rows.ids(8),     rows.texts(9)};
  c.inserted_text = rows.texts(6);
  if (!rows.is_null(7)) c.inserted_logprob = rows.real(7);
  c.stop = stop_named(rows.text(10));
  c.answer_ids = rows.ids(11);
  c.answer_text = rows.text(12);
  if (!rows.is_null(13)) c.chosen = rows.integer(13);
  if (!rows.is_null(14)) c.logprobs = rows.floats(14);
  if (c.position < 0 || c.draw < 0) rows.damaged("a number is out of range");
  if (c.inserted.size() != c.inserted_text.size() || c.think_ids.size() != c.think_text.size())
    rows.damaged("ids and texts of tokens differ in number");
  if (c.chosen && (*c.chosen < 0 || *c.chosen >= n_options))
    rows.damaged("the chosen option is none of those there are");
  if (!rows.is_null(14) && static_cast<int>(c.logprobs.size()) != n_options) rows.damaged("an array is cut");
  return c;
}

}  // namespace

std::vector<StoredExperiment> Store::experiments() const {
  std::vector<StoredExperiment> found;
  CheckedRows rows(db_.get(), "experiment", "ORDER BY number");
  while (rows.step()) found.push_back(experiment_from(rows));
  return found;
}

std::optional<StoredExperiment> Store::experiment(const std::string& id) const {
  CheckedRows rows(db_.get(), "experiment", "WHERE id = ?");
  rows.bind(id);
  if (!rows.step()) return std::nullopt;
  return experiment_from(rows);
}

void Store::save_experiment(const StoredExperiment& experiment) {
  sqlite3* db = db_.get();
  sqlite::Transaction transaction(db);
  remove_idle_experiments(db, experiment.id);
  const std::vector<StoredExperiment> known = experiments();
  int number = known.empty() ? 1 : known.back().number + 1;
  for (const StoredExperiment& e : known) {
    if (e.id == experiment.id) number = e.number;
  }
  CheckedInsert(db, "experiment", CheckedInsert::OnConflict::kReplace)
      .add(experiment.id)
      .add(number)
      .add(experiment.kind)
      .add(experiment.reader_id)
      .add(experiment.identity)
      .add(experiment.provenance)
      .run();
  transaction.commit();
}

bool Store::has_results(const std::string& experiment_id) const {
  const StoredPlan plan = current_plan();
  Statement s(db_.get(), R"(
    SELECT EXISTS (SELECT * FROM plan_question p JOIN unit u ON u.question_id = p.question_id JOIN trace t ON t.unit_id = u.id
      WHERE p.plan = ?2 AND u.sampling_id = ?3 AND t.sample < ?4
        AND (EXISTS (SELECT * FROM outcome o WHERE o.experiment_id = ?1 AND o.trace_id = t.id)
          OR EXISTS (SELECT * FROM continuation c WHERE c.experiment_id = ?1 AND c.trace_id = t.id))))");
  s.bind(experiment_id).bind(plan.number).bind(plan.sampling_id).bind(plan.samples);
  s.step();
  return s.integer(0) != 0;
}

std::map<std::string, int> Store::outcome_counts(const std::string& experiment_id) const {
  return counts_by_trace(db_.get(), "outcome", experiment_id);
}

std::map<std::string, int> Store::continuation_counts(const std::string& experiment_id) const {
  return counts_by_trace(db_.get(), "continuation", experiment_id);
}

std::set<UnitKey> Store::units_failed_in(const std::string& experiment_id) const {
  std::set<UnitKey> failed;
  const StoredPlan plan = current_plan();
  Statement s(db_.get(), R"(
    SELECT a.question_id, a.first_sample FROM attempt a JOIN plan_question p ON p.question_id = a.question_id
    WHERE p.plan = ?1 AND a.sampling_id = ?2 AND a.experiment_id = ?3 AND a.status = 'failed'
      AND a.id = (SELECT max(b.id) FROM attempt b WHERE b.sampling_id = a.sampling_id
                  AND b.question_id = a.question_id AND b.first_sample = a.first_sample AND b.experiment_id = ?3))");
  s.bind(plan.number).bind(plan.sampling_id).bind(experiment_id);
  while (s.step()) failed.emplace(s.text(0), static_cast<int>(s.integer(1)));
  return failed;
}

void Store::commit_outcomes(const UnitKey& unit, const StoredExperiment& experiment, const Attempt& attempt,
                            const std::vector<StoredOutcome>& outcomes,
                            const std::vector<StoredContinuation>& continuations) {
  const StoredPlan plan = current_plan();
  sqlite::Transaction transaction(db_.get());
  for (const StoredOutcome& o : outcomes) insert_outcome(db_.get(), experiment.id, o);
  for (const StoredContinuation& c : continuations) insert_continuation(db_.get(), experiment.id, c);
  write_attempt(db_.get(), {plan.sampling_id, unit, experiment.reader_id, experiment.id}, attempt);
  transaction.commit();
}

std::vector<StoredOutcome> Store::outcomes(const TraceRecord& trace, const std::string& experiment_id) const {
  CheckedRows rows(db_.get(), "outcome", "WHERE experiment_id = ? AND trace_id = ? ORDER BY rowid");
  rows.bind(experiment_id, trace.id);
  std::vector<StoredOutcome> found;
  while (rows.step()) {
    StoredOutcome o{rows.text(1), rows.text(2), rows.integer(3), rows.integer(4), rows.floats(5), {}};
    if (!rows.is_null(6)) o.source_trace = rows.text(6);
    if (o.draw < 0 || o.n_tokens < 0) rows.damaged("a number is out of range");
    if (o.logprobs.size() != trace.question.options.size()) rows.damaged("an array is cut");
    found.push_back(std::move(o));
  }
  return found;
}

std::vector<StoredContinuation> Store::continuations(const TraceRecord& trace,
                                                     const std::string& experiment_id) const {
  CheckedRows rows(db_.get(), "continuation",
                   "WHERE experiment_id = ? AND trace_id = ? ORDER BY position, arm, draw");
  rows.bind(experiment_id, trace.id);
  std::vector<StoredContinuation> found;
  const int n_options = static_cast<int>(trace.question.options.size());
  while (rows.step()) found.push_back(continuation_from(rows, n_options));
  return found;
}

}  // namespace thinktrace
