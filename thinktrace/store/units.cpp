// SPDX-License-Identifier: MIT
// Units of work and readings: what is done, what is left, and writing them.
#include <fmt/format.h>
#include <sqlite3.h>

#include "thinktrace/error.h"
#include "thinktrace/store/checked_row.h"
#include "thinktrace/store/records.h"
#include "thinktrace/store/store.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

using sqlite::CheckedInsert;
using sqlite::Statement;

int64_t next_id(sqlite3* db, const char* table) {
  Statement s(db, fmt::format("SELECT ifnull(max(id), 0) + 1 FROM {}", table));
  s.step();
  return s.integer(0);
}

const char* name_of(Status status) { return status == Status::kOk ? "ok" : "failed"; }

// Empty columns are null: as the unit or the trace has them.
void insert_reading(sqlite3* db, const std::string& reader_id, const StoredReading& r, double resolution) {
  CheckedInsert row(db, "reading");
  row.add(reading_id(r.trace_id, reader_id)).add(r.trace_id).add(reader_id);
  r.labels.empty() ? row.add_null() : row.add_json(r.labels);
  r.prompt_text.empty() ? row.add_null() : row.add(r.prompt_text);
  r.prompt_ids.empty() ? row.add_null() : row.add(r.prompt_ids);
  r.think_text.empty() ? row.add_null() : row.add(r.think_ids);
  r.think_text.empty() ? row.add_null() : row.add_json(r.think_text);
  row.add(r.forced_text).add(r.suffix_ids).add(r.curve.positions);
  r.writer_positions.empty() ? row.add_null() : row.add(r.writer_positions);
  r.writer_tokens ? row.add(*r.writer_tokens) : row.add_null();
  row.add(r.curve.logprobs).add(resolution);
  const std::vector<int> interpolated = interpolated_positions(r.curve);
  interpolated.empty() ? row.add_null() : row.add(interpolated);
  for (const double CurveError::*value : {&CurveError::mean_abs_dp, &CurveError::mean_abs_dp_upper})
    r.curve.error ? row.add(*r.curve.error.*value) : row.add_null();
  row.run();
}

void insert_trace(sqlite3* db, int64_t unit_id, const StoredUnit& unit, const TraceRecord& r,
                  const std::string& reader_id) {
  CheckedInsert row(db, "trace");
  row.add(r.id).add(unit_id).add(r.trace.sample);
  r.seed ? row.add(std::to_string(*r.seed)) : row.add_null();
  row.add(r.trace.think_ids).add_json(r.think_text).add(r.has_tokens ? 1 : 0).add(name_of(r.trace.stop));
  row.add(r.trace.answer_ids).add(r.trace.answer_text);
  r.chosen ? row.add(*r.chosen) : row.add_null();
  const bool is_read = !r.curve.positions.empty();  // Not where an import holds no probes.
  is_read ? row.add(reader_id) : row.add_null();
  row.run();
  if (!is_read) return;
  StoredReading reading;
  reading.trace_id = r.id;
  reading.forced_text = r.forced_text;
  reading.suffix_ids = unit.suffix_ids;
  reading.curve = r.curve;
  reading.writer_positions = r.writer_positions;
  reading.writer_tokens = r.n_writer_tokens;
  insert_reading(db, reader_id, reading, r.resolution);
}

// Questions that an import brings as it goes.
void append_question(sqlite3* db, int plan, const Question& q) {
  write_question(db, q);
  Statement known(db, "SELECT 1 FROM plan_question WHERE plan = ? AND question_id = ?");
  if (known.bind(plan).bind(q.id).step()) return;
  Statement last(db, "SELECT ifnull(max(place), -1) + 1 FROM plan_question WHERE plan = ?");
  last.bind(plan).step();
  CheckedInsert(db, "plan_question").add(plan).add(q.id).add(last.integer(0)).run();
}

void insert_unit(sqlite3* db, const StoredPlan& plan, const StoredUnit& u) {
  append_question(db, plan.number, u.question);
  Statement(
      db,
      "DELETE FROM unit WHERE sampling_id = ? AND question_id = ? AND first_sample = ? AND status = 'failed'")
      .bind(plan.sampling_id)
      .bind(u.question.id)
      .bind(u.first_sample)
      .run();
  const int64_t id = next_id(db, "unit");
  CheckedInsert(db, "unit")
      .add(id)
      .add(plan.sampling_id)
      .add(u.question.id)
      .add(u.first_sample)
      .add(u.n_samples)
      .add(name_of(u.attempt.status))
      .add(u.attempt.error)
      .add_json(u.labels)
      .add(u.prompt_text)
      .add(u.prompt_ids)
      .add(u.attempt.settings)
      .run();
  const std::string& reader_id = u.reader_id.empty() ? plan.reader_id : u.reader_id;
  for (const TraceRecord& r : u.records) insert_trace(db, id, u, r, reader_id);
  write_attempt(db, {plan.sampling_id, {u.question.id, u.first_sample}, reader_id}, u.attempt);
}

}  // namespace

void write_attempt(sqlite3* db, const AttemptAt& at, const Attempt& a) {
  CheckedInsert row(db, "attempt");
  row.add(next_id(db, "attempt")).add(at.sampling_id).add(at.unit.first).add(at.unit.second);
  row.add(at.reader_id).add(name_of(a.status)).add(a.error).add(a.settings).add(a.tokens).add(a.probes);
  row.add(a.seconds_sampling).add(a.seconds_probing);
  at.experiment_id.empty() ? row.add_null() : row.add(at.experiment_id);
  row.run();
}

std::map<UnitKey, Status> Store::units() const {
  std::map<UnitKey, Status> done;
  const StoredPlan plan = current_plan();
  Statement s(db_.get(),
              "SELECT question_id, first_sample, status FROM unit WHERE sampling_id = ? AND question_id IN "
              "(SELECT question_id FROM plan_question WHERE plan = ?)");
  s.bind(plan.sampling_id).bind(plan.number);
  while (s.step()) {
    done[{s.text(0), static_cast<int>(s.integer(1))}] = s.text(2) == "ok" ? Status::kOk : Status::kFailed;
  }
  return done;
}

std::optional<Status> Store::status_of(const UnitKey& key) const {
  Statement s(db_.get(),
              "SELECT status FROM unit WHERE sampling_id = ? AND question_id = ? AND first_sample = ?");
  s.bind(current_plan().sampling_id).bind(key.first).bind(key.second);
  if (!s.step()) return std::nullopt;
  return s.text(0) == "ok" ? Status::kOk : Status::kFailed;
}

std::optional<int> Store::last_sample(const std::string& question_id) const {
  Statement s(db_.get(), "SELECT max(first_sample) FROM unit WHERE sampling_id = ? AND question_id = ?");
  s.bind(current_plan().sampling_id).bind(question_id);
  s.step();
  if (s.is_null(0)) return std::nullopt;
  return static_cast<int>(s.integer(0));
}

std::vector<UnitStamp> Store::unit_stamps(int samples) const {
  const StoredPlan plan = current_plan();
  std::vector<UnitStamp> stamps;
  // Whatever is done leaves an attempt; readings are counted too, for stores that were put together by other means.
  Statement s(db_.get(), R"(
    SELECT u.question_id, u.first_sample, u.id, u.checksum, min(u.n_samples, ?3 - u.first_sample),
      (SELECT ifnull(max(a.id), 0) FROM attempt a WHERE a.sampling_id = u.sampling_id
         AND a.question_id = u.question_id AND a.first_sample = u.first_sample),
      (SELECT count(*) FROM trace t JOIN reading r ON r.trace_id = t.id WHERE t.unit_id = u.id)
    FROM plan_question p JOIN unit u ON u.question_id = p.question_id
    WHERE p.plan = ?1 AND u.sampling_id = ?2 AND u.first_sample < ?3 ORDER BY p.place, u.first_sample)");
  s.bind(plan.number).bind(plan.sampling_id).bind(samples);
  while (s.step()) {
    stamps.push_back(
        {{s.text(0), static_cast<int>(s.integer(1))},
         fmt::format("{} {} {} {} {}", s.integer(2), s.text(3), s.integer(4), s.integer(5), s.integer(6))});
  }
  return stamps;
}

void Store::commit_units(std::span<const StoredUnit> units) {
  const StoredPlan plan = current_plan();
  sqlite::Transaction transaction(db_.get());
  for (const StoredUnit& unit : units) insert_unit(db_.get(), plan, unit);
  transaction.commit();
}

bool Store::has_trace(const std::string& id) const {
  Statement s(db_.get(), "SELECT 1 FROM trace WHERE id = ?");
  return s.bind(id).step();
}

std::vector<std::string> Store::trace_ids() const {
  const StoredPlan plan = current_plan();
  std::vector<std::string> ids;
  Statement s(db_.get(), R"(
    SELECT t.id FROM plan_question p JOIN unit u ON u.question_id = p.question_id JOIN trace t ON t.unit_id = u.id
    WHERE p.plan = ? AND u.sampling_id = ? AND t.sample < ? ORDER BY p.place, u.first_sample, t.sample)");
  s.bind(plan.number).bind(plan.sampling_id).bind(plan.samples);
  while (s.step()) ids.push_back(s.text(0));
  return ids;
}

std::vector<UnitKey> Store::units_to_read(const std::string& reader_id, bool with_failed) const {
  const StoredPlan plan = current_plan();
  std::vector<UnitKey> keys;
  Statement s(db_.get(), R"(
    SELECT u.question_id, u.first_sample,
      (SELECT status FROM attempt a WHERE a.sampling_id = u.sampling_id AND a.question_id = u.question_id
         AND a.first_sample = u.first_sample AND a.reader_id = ?1 AND a.experiment_id IS NULL ORDER BY a.id DESC LIMIT 1)
    FROM plan_question p JOIN unit u ON u.question_id = p.question_id
    WHERE p.plan = ?2 AND u.sampling_id = ?3 AND u.status = 'ok' AND u.first_sample < ?4
      AND EXISTS (SELECT * FROM trace t WHERE t.unit_id = u.id
                  AND NOT EXISTS (SELECT * FROM reading r WHERE r.trace_id = t.id AND r.reader_id = ?1))
    ORDER BY p.place, u.first_sample)");
  s.bind(reader_id).bind(plan.number).bind(plan.sampling_id).bind(plan.samples);
  while (s.step()) {
    if (with_failed || s.text(2) != "failed") keys.emplace_back(s.text(0), static_cast<int>(s.integer(1)));
  }
  return keys;
}

void Store::commit_readings(const UnitKey& unit, const std::string& reader_id, const Attempt& attempt,
                            const std::vector<StoredReading>& readings) {
  const StoredPlan plan = current_plan();
  sqlite::Transaction transaction(db_.get());
  for (const StoredReading& reading : readings) insert_reading(db_.get(), reader_id, reading, 0);
  write_attempt(db_.get(), {plan.sampling_id, unit, reader_id}, attempt);
  transaction.commit();
}

StoreCounts Store::counts(const std::string& reader_id) const {
  const StoredPlan plan = current_plan();
  Statement s(db_.get(), R"(
    WITH mine AS (SELECT count(*) FILTER (WHERE status = 'ok') AS ok, count(*) FILTER (WHERE status = 'failed') AS failed,
                    count(DISTINCT settings) AS settings
                  FROM unit u JOIN plan_question p ON p.question_id = u.question_id
                  WHERE u.sampling_id = ?1 AND p.plan = ?2 AND u.first_sample < ?3),
         asked AS (SELECT count(*) AS n, total(json_array_length(think_text)) FILTER (WHERE has_tokens) AS tokens,
                     count(*) FILTER (WHERE stop IN ('budget', 'end_of_text')) AS not_ended,
                     total((SELECT (length(r.positions) - ifnull(length(r.interpolated), 0)) / 4 FROM reading r
                            WHERE r.trace_id = t.id AND r.reader_id = ?4)) AS probes
                   FROM plan_question p JOIN unit u ON u.question_id = p.question_id JOIN trace t ON t.unit_id = u.id
                   WHERE u.sampling_id = ?1 AND p.plan = ?2 AND u.first_sample < ?3 AND t.sample < ?3),
         spent AS (SELECT count(*) AS n, total(tokens) AS tokens, total(probes) AS probes,
                     total(seconds_sampling) AS sampling, total(seconds_probing) AS probing
                   FROM attempt a JOIN plan_question p ON p.question_id = a.question_id
                   WHERE a.sampling_id = ?1 AND p.plan = ?2)
    SELECT (SELECT count(*) FROM plan_question WHERE plan = ?2), mine.ok, mine.failed, asked.n, asked.tokens, asked.probes,
      asked.not_ended, mine.settings, spent.n, spent.tokens, spent.probes, spent.sampling, spent.probing
    FROM mine, asked, spent)");
  s.bind(plan.sampling_id).bind(plan.number).bind(plan.samples);
  s.bind(reader_id.empty() ? plan.reader_id : reader_id);
  s.step();
  return {.questions = s.integer(0),
          .units_ok = s.integer(1),
          .units_failed = s.integer(2),
          .traces = s.integer(3),
          .tokens = s.integer(4),
          .probes = s.integer(5),
          .not_ended = s.integer(6),
          .settings = s.integer(7),
          .attempts = s.integer(8),
          .sampled_tokens = s.integer(9),
          .read_probes = s.integer(10),
          .seconds_sampling = s.real(11),
          .seconds_probing = s.real(12)};
}

}  // namespace thinktrace
