// SPDX-License-Identifier: MIT
#include "thinktrace/store/migrate.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/probe/record.h"
#include "thinktrace/store/checked_row.h"
#include "thinktrace/store/records.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace embedded {
extern const std::string_view schema_sql;
}
namespace {

using nlohmann::json;
using sqlite::CheckedInsert;
using sqlite::Statement;

void copy_questions(sqlite3* db) {
  Statement q(db, "SELECT id, subject, text, options, answer FROM old_question");
  while (q.step()) {
    write_question(db,
                   {q.text(0), q.text(1), q.text(2), json::parse(q.text(3)).get<std::vector<std::string>>(),
                    static_cast<int>(q.integer(4))});
  }
  Statement p(db, "SELECT question_id, place FROM old_plan_question");
  while (p.step()) CheckedInsert(db, "plan_question").add(1).add(p.text(0)).add(p.integer(1)).run();
}

// Version 1 had one plan, and what is now its reader was part of it.
StoredIdentities copy_plan(sqlite3* db) {
  Statement p(db, "SELECT identity, provenance, samples, unit_size, noise_floor FROM old_plan");
  if (!p.step()) return {};
  const json provenance = json::parse(p.text(1));
  StoredIdentities ids = split_identity(p.text(0));
  CheckedInsert(db, "reader")
      .add(ids.reader_id)
      .add(1)
      .add(ids.reader)
      .add(json{{"model", provenance.at("model")}, {"compute", provenance.at("compute")}}.dump())
      .add(p.is_null(4) || p.text(4).empty() ? "" : json{{ids.sampling_id, json::parse(p.text(4))}}.dump())
      .add("")
      .run();
  CheckedInsert(db, "plan")
      .add(1)
      .add(ids.sampling_id)
      .add(ids.sampling)
      .add(p.text(1))
      .add(p.integer(2))
      .add(p.integer(3))
      .add(ids.reader_id)
      .add(1)
      .run();
  return ids;
}

void copy_units(sqlite3* db, const StoredIdentities& ids) {
  Statement u(
      db, R"(SELECT id, question_id, first_sample, n_samples, status, error, labels, prompt_text, prompt_ids,
    settings, seconds_sampling, seconds_probing,
    (SELECT total(length(think_ids) + length(answer_ids)) / 4 FROM old_trace t WHERE t.unit_id = u.id),
    (SELECT total(length(positions)) / 4 FROM old_reading r JOIN old_trace t ON t.id = r.trace_id WHERE t.unit_id = u.id)
    FROM old_unit u ORDER BY id)");
  while (u.step()) {
    CheckedInsert(db, "unit")
        .add(u.integer(0))
        .add(ids.sampling_id)
        .add(u.text(1))
        .add(u.integer(2))
        .add(u.integer(3))
        .add(u.text(4))
        .add(u.text(5))
        .add(u.text(6))
        .add(u.text(7))
        .add(u.ids(8))
        .add(u.text(9))
        .run();
    CheckedInsert(db, "attempt")
        .add(u.integer(0))
        .add(ids.sampling_id)
        .add(u.text(1))
        .add(u.integer(2))
        .add(ids.reader_id)
        .add(u.text(4))
        .add(u.text(5))
        .add(u.text(9))
        .add(u.integer(12))
        .add(u.integer(13))
        .add(u.real(10))
        .add(u.real(11))
        .add_null()
        .run();
  }
}

void copy_traces(sqlite3* db, const StoredIdentities& ids) {
  Statement t(
      db,
      "SELECT id, unit_id, sample, seed, think_ids, think_text, stop, answer_ids, answer_text, chosen FROM "
      "old_trace");
  while (t.step()) {
    CheckedInsert row(db, "trace");
    row.add(t.text(0)).add(t.integer(1)).add(t.integer(2)).add(t.text(3)).add(t.ids(4)).add(t.text(5)).add(1);
    row.add(t.text(6)).add(t.ids(7)).add(t.text(8));
    t.is_null(9) ? row.add_null() : row.add(t.integer(9));
    row.add(ids.reader_id).run();
  }
  Statement r(db, "SELECT trace_id, forced_text, suffix_ids, positions, logprobs FROM old_reading");
  while (r.step()) {
    CheckedInsert row(db, "reading");
    row.add(reading_id(r.text(0), ids.reader_id)).add(r.text(0)).add(ids.reader_id);
    for (int i = 0; i < 5; i++) row.add_null();  // All as the unit and the trace have it.
    row.add(r.text(1)).add(r.ids(2)).add(r.ids(3)).add_null().add_null().add(r.floats(4)).add(0.0);
    row.add_null().add_null().add_null().run();  // Every position was read.
  }
}

void from_version_1(sqlite3* db) {
  const std::vector<std::string> tables{"plan", "question", "plan_question", "unit", "trace", "reading"};
  for (const std::string& table : tables)
    sqlite::execute(db, fmt::format("ALTER TABLE {0} RENAME TO old_{0}", table));
  sqlite::execute(db, std::string(embedded::schema_sql));
  const StoredIdentities ids = copy_plan(db);
  copy_questions(db);
  copy_units(db, ids);
  copy_traces(db, ids);
  for (auto table = tables.rbegin(); table != tables.rend(); ++table)
    sqlite::execute(db, fmt::format("DROP TABLE old_{}", *table));
}

// The statement of schema.sql that begins like this.
std::string schema_statement(const std::string& beginning) {
  const std::string_view sql = embedded::schema_sql;
  const size_t begin = sql.find(beginning);
  return std::string(sql.substr(begin, sql.find(";\n", begin) + 1 - begin));
}

std::string create_statement(const std::string& table) {
  return schema_statement(fmt::format("CREATE TABLE {} (", table));
}

// Gives a table the columns that it has now; the `n_more` that are new are null in old rows.
void widen(sqlite3* db, const std::string& table, int n_more) {
  sqlite::execute(db, fmt::format("ALTER TABLE {0} RENAME TO old_{0}", table));
  sqlite::execute(db, create_statement(table));
  sqlite::copy_rows(db, {"old_" + table, table, n_more});
  sqlite::execute(db, fmt::format("DROP TABLE old_{}", table));
}

// Version 2 knew no interpolated positions and no experiments.
void from_version_2(sqlite3* db) {
  for (const char* table : {"experiment", "outcome", "continuation"})
    sqlite::execute(db, create_statement(table));
  widen(db, "reading", 3);
  widen(db, "attempt", 1);
  sqlite::execute(db, schema_statement("CREATE INDEX attempt_of_unit"));
}

// Version 3 knew no continuations.
void from_version_3(sqlite3* db) { sqlite::execute(db, create_statement("continuation")); }

}  // namespace

StoredIdentities split_identity(const std::string& version_1) {
  json sampling = json::parse(version_1), reader = sampling;
  for (const char* key : {"suffix", "stride"}) sampling.erase(key);
  for (const char* key :
       {"temperature", "top_p", "top_k", "min_p", "seed", "budget", "answer_tokens", "unit_size"})
    reader.erase(key);
  reader["order"] = 0;
  return {sampling.dump(), content_id(sampling.dump()), reader.dump(), content_id(reader.dump())};
}

int store_version(sqlite3* db) {
  Statement s(db, "PRAGMA user_version");
  s.step();
  return static_cast<int>(s.integer(0));
}

void migrate_store(sqlite3* db) {
  sqlite::Transaction transaction(db);
  // Renaming and dropping the old tables meets references between them; they are checked as a whole when all is done.
  sqlite::execute(db, "PRAGMA defer_foreign_keys=ON");
  try {
    const int version = store_version(db);
    if (version == 0) sqlite::execute(db, std::string(embedded::schema_sql));
    if (version == 1) from_version_1(db);
    if (version == 2) from_version_2(db);
    if (version == 3) from_version_3(db);
  } catch (const json::exception& e) {
    sqlite::fail(db, fmt::format("an older store that can't be read: {}", e.what()));
  }
  sqlite::execute(db, fmt::format("PRAGMA user_version={}", kStoreVersion));
  transaction.commit();
}

}  // namespace thinktrace
