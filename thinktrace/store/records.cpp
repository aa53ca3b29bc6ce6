// SPDX-License-Identifier: MIT
// Reading traces back, unit by unit. Checksums find accidents; the checks here see to it that even a store that somebody
// made up holds arrays that fit each other, since all that follows relies on it.
#include "thinktrace/store/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <climits>

#include "thinktrace/store/checked_row.h"
#include "thinktrace/store/store.h"

namespace thinktrace {
namespace {

using sqlite::CheckedInsert;
using sqlite::CheckedRows;
using sqlite::Statement;

Question question_from(const CheckedRows& rows) {
  Question q{rows.text(0), rows.text(1), rows.text(2), rows.texts(3), rows.integer(4)};
  const int n = static_cast<int>(q.options.size());
  if (n < kMinOptions || n > kMaxOptions || q.answer < 0 || q.answer >= n)
    rows.damaged("a question makes no sense");
  return q;
}

// What the records of a unit share.
TraceRecord shared_part(const CheckedRows& unit, sqlite3* db) {
  TraceRecord r;
  CheckedRows question(db, "question", "WHERE id = ?");
  question.bind(unit.text(2));
  if (!question.step()) unit.damaged("a unit's question is missing");
  r.question = question_from(question);
  r.status = unit.text(5) == "ok" ? Status::kOk : Status::kFailed;
  r.error = unit.text(6);
  r.labels = unit.texts(7);
  r.prompt_text = unit.text(8);
  r.prompt_ids = unit.ids(9);
  const bool fits =
      r.labels.size() == r.question.options.size() || (r.status == Status::kFailed && r.labels.empty());
  if (!fits) unit.damaged("the number of labels");
  return r;
}

std::optional<uint64_t> seed_of(const CheckedRows& trace) {
  if (trace.is_null(3)) return std::nullopt;
  const std::string text = trace.text(3);
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size()) trace.damaged("a seed is no number");
  return seed;
}

void add_trace(const CheckedRows& trace, TraceRecord& r) {
  r.id = trace.text(0);
  r.trace.sample = trace.integer(2);
  r.seed = seed_of(trace);
  r.trace.think_ids = trace.ids(4);
  r.think_text = trace.texts(5);
  r.has_tokens = trace.integer(6) != 0;
  r.trace.stop = stop_named(trace.text(7));
  r.trace.answer_ids = trace.ids(8);
  r.trace.answer_text = trace.text(9);
  if (!trace.is_null(10)) r.chosen = trace.integer(10);
  const int n_options = static_cast<int>(r.question.options.size());
  if (!r.trace.think_ids.empty() && r.trace.think_ids.size() != r.think_text.size())
    trace.damaged("ids and texts of tokens differ in number");
  if (r.chosen && (*r.chosen < 0 || *r.chosen >= n_options))
    trace.damaged("the chosen option is none of those there are");
}

struct CurveShape {
  size_t n_options, n_tokens;
};

void check_curve(const CheckedRows& reading, const Curve& curve, CurveShape shape) {
  const std::vector<int>& p = curve.positions;
  const bool increasing = std::adjacent_find(p.begin(), p.end(), std::greater_equal<>()) == p.end();
  const bool in_range = p.empty() || (p.front() >= 0 && static_cast<size_t>(p.back()) <= shape.n_tokens);
  if (!increasing || !in_range) reading.damaged("positions that can't be");
  if (curve.logprobs.size() != p.size() * shape.n_options) reading.damaged("a curve is cut");
}

// The columns that are a reading's curve.
Curve curve_of(const CheckedRows& reading) {
  Curve curve{reading.ids(10), reading.floats(13)};
  if (reading.is_null(15)) return curve;
  std::optional<std::vector<char>> marks = marks_of(reading.ids(15), curve);
  if (!marks) reading.damaged("interpolated positions that can't be");
  curve.interpolated = *std::move(marks);
  if (!reading.is_null(16)) curve.error = {reading.real(16), reading.real(17)};
  return curve;
}

void add_reading(const CheckedRows& reading, TraceRecord& r) {
  if (!reading.is_null(3)) r.labels = reading.texts(3);
  if (!reading.is_null(4)) r.prompt_text = reading.text(4);
  if (!reading.is_null(5)) r.prompt_ids = reading.ids(5);
  if (!reading.is_null(7)) {
    r.trace.think_ids = reading.ids(6);
    r.think_text = reading.texts(7);
    r.has_tokens = true;
    if (r.trace.think_ids.size() != r.think_text.size())
      reading.damaged("ids and texts of tokens differ in number");
  }
  r.forced_text = reading.text(8);
  r.curve = curve_of(reading);
  if (!reading.is_null(11)) r.writer_positions = reading.ids(11);
  if (!reading.is_null(12)) r.n_writer_tokens = reading.integer(12);
  r.resolution = reading.real(14);
  if (r.labels.size() != r.question.options.size()) reading.damaged("the number of labels");
  check_curve(reading, r.curve, {r.question.options.size(), r.think_text.size()});
  if (!r.writer_positions.empty() && r.writer_positions.size() != r.curve.positions.size())
    reading.damaged("an alignment is cut");
}

// Why a reader could not read a unit, if it tried.
void add_failure(sqlite3* db, const CheckedRows& unit, const std::string& reader_id, TraceRecord& r) {
  CheckedRows attempt(db, "attempt",
                      "WHERE sampling_id = ? AND question_id = ? AND first_sample = ? AND reader_id = ? AND "
                      "experiment_id IS NULL ORDER BY id DESC LIMIT 1");
  attempt.bind(unit.text(1), unit.text(2), unit.integer(3), reader_id);
  if (!attempt.step() || attempt.text(5) == "ok") return;
  r.status = Status::kFailed;
  r.error = attempt.text(6);
}

}  // namespace

void write_question(sqlite3* db, const Question& q) {
  Statement known(db, "SELECT 1 FROM question WHERE id = ?");
  if (known.bind(q.id).step()) return;
  CheckedInsert(db, "question").add(q.id).add(q.subject).add(q.text).add_json(q.options).add(q.answer).run();
}

void for_each_plan_question(sqlite3* db, int plan, const std::function<void(Question&&)>& visit) {
  CheckedRows places(db, "plan_question", "WHERE plan = ? ORDER BY place");
  places.bind(plan);
  while (places.step()) {
    CheckedRows question(db, "question", "WHERE id = ?");
    question.bind(places.text(1));
    if (!question.step()) places.damaged("a plan's question is missing");
    visit(question_from(question));
  }
}

std::vector<Question> plan_questions(sqlite3* db, int plan) {
  std::vector<Question> questions;
  for_each_plan_question(db, plan, [&](Question&& q) { questions.push_back(std::move(q)); });
  return questions;
}

std::vector<TraceRecord> records_of(sqlite3* db, int64_t unit_id, const std::string& reader_id, int samples) {
  CheckedRows unit(db, "unit", "WHERE id = ?");
  unit.bind(unit_id);
  std::vector<TraceRecord> records;
  if (!unit.step()) return records;  // A failed unit that was done again meanwhile.
  const TraceRecord shared = shared_part(unit, db);
  if (shared.status == Status::kFailed) {
    const int first = unit.integer(3);
    for (int i = first; i < samples && i - first < unit.integer(4); i++) {
      records.push_back(shared);
      records.back().trace.sample = i;
    }
    return records;
  }
  CheckedRows trace(db, "trace", "WHERE unit_id = ? AND sample < ? ORDER BY sample");
  trace.bind(unit_id, samples);
  while (trace.step()) {
    TraceRecord r = shared;
    add_trace(trace, r);
    CheckedRows reading(db, "reading", "WHERE trace_id = ? AND reader_id = ?");
    reading.bind(r.id, reader_id);
    if (reading.step()) {
      add_reading(reading, r);
    } else {
      if (!trace.is_null(11) && trace.text(11) == reader_id)
        trace.damaged("a trace's own reading is missing");
      add_failure(db, unit, reader_id, r);
    }
    records.push_back(std::move(r));
  }
  const int wanted = std::max(0, std::min(unit.integer(4), samples - unit.integer(3)));
  if (static_cast<int>(records.size()) != wanted) unit.damaged("a unit's traces are not all there");
  return records;
}

namespace {

std::vector<int64_t> units_in_order(sqlite3* db, const StoredPlan& plan, const char* condition) {
  Statement s(db, fmt::format("SELECT u.id FROM plan_question p JOIN unit u ON u.question_id = p.question_id "
                              "WHERE p.plan = ? AND u.sampling_id = ? AND u.first_sample < ? {} "
                              "ORDER BY p.place, u.first_sample",
                              condition));
  s.bind(plan.number).bind(plan.sampling_id).bind(plan.samples);
  std::vector<int64_t> units;
  while (s.step()) units.push_back(s.integer(0));
  return units;
}

}  // namespace

void Store::for_each_trace(const std::function<void(const TraceRecord&)>& visit,
                           const std::string& reader_id) const {
  const StoredPlan plan = current_plan();
  const std::string& reader = reader_id.empty() ? plan.reader_id : reader_id;
  for (const int64_t unit : units_in_order(db_.get(), plan, "")) {
    for (const TraceRecord& record : records_of(db_.get(), unit, reader, plan.samples)) visit(record);
  }
}

std::vector<TraceRecord> Store::records(const UnitKey& key, const std::string& reader_id) const {
  const StoredPlan plan = current_plan();
  Statement s(db_.get(),
              "SELECT id FROM unit WHERE sampling_id = ? AND question_id = ? AND first_sample = ?");
  s.bind(plan.sampling_id).bind(key.first).bind(key.second);
  if (!s.step()) return {};
  return records_of(db_.get(), s.integer(0), reader_id.empty() ? plan.reader_id : reader_id, INT_MAX);
}

std::optional<Store::OtherReading> Store::reading(const std::string& trace_id,
                                                  const std::string& reader_id) const {
  CheckedRows reading(db_.get(), "reading", "WHERE trace_id = ? AND reader_id = ?");
  reading.bind(trace_id, reader_id);
  if (!reading.step()) return std::nullopt;
  OtherReading found;
  found.forced_text = reading.text(8);
  found.curve = curve_of(reading);
  if (!reading.is_null(7)) found.think_text = reading.texts(7);
  if (!reading.is_null(3)) {
    found.labels = reading.texts(3);
  } else {
    CheckedRows trace(db_.get(), "trace", "WHERE id = ?"), unit(db_.get(), "unit", "WHERE id = ?");
    if (!trace.bind(trace_id).step() || !unit.bind(trace.big(1)).step())
      reading.damaged("a reading's trace is missing");
    found.labels = unit.texts(7);
  }
  // How many the writer's tokens are is not known here.
  const size_t n_tokens = found.think_text.empty() ? INT_MAX : found.think_text.size();
  check_curve(reading, found.curve, {found.labels.size(), n_tokens});
  return found;
}

std::vector<std::string> Store::written_tokens(const std::string& trace_id) const {
  CheckedRows trace(db_.get(), "trace", "WHERE id = ?");
  if (!trace.bind(trace_id).step()) return {};
  return trace.texts(5);
}

std::vector<TraceRecord> Store::spread_traces(int n, const std::string& reader_id) const {
  const StoredPlan plan = current_plan();
  const std::vector<int64_t> units = units_in_order(db_.get(), plan, "AND u.status = 'ok'");
  std::vector<TraceRecord> records;
  if (units.empty()) return records;
  for (const int i : spread_positions(static_cast<int>(units.size()) - 1, n)) {
    std::vector<TraceRecord> of_unit =
        records_of(db_.get(), units[i], reader_id.empty() ? plan.reader_id : reader_id, plan.samples);
    if (!of_unit.empty()) records.push_back(std::move(of_unit.front()));
  }
  return records;
}

}  // namespace thinktrace
