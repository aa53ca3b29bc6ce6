// SPDX-License-Identifier: MIT
// One SQLite file a run. The journal is SQLite's rollback journal, which is safe on every file system, and
// synchronous=FULL puts a unit on disk before its commit returns. Writers are kept apart by a lock on
// RUN/run.lock, which the system lets go of when its holder ends in whatever way; readers need no lock.
#include "thinktrace/store/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/store/records.h"
#include "thinktrace/store/sqlite.h"

namespace thinktrace {
namespace embedded {
extern const std::string_view schema_sql;
}
namespace {

using nlohmann::json;
using sqlite::Statement;
namespace fs = std::filesystem;

constexpr int kVersion = 1;

Error store_error(const std::string& path, const std::string& why) {
  return {ErrorKind::kStore, fmt::format("[store] {}: {}", path, why)};
}

std::string db_path(const std::string& run_folder) {
  return (fs::path(run_folder) / "thinktrace.db").string();
}

sqlite3* open_file(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(path.c_str(), &db, flags, nullptr) != SQLITE_OK) {
    const std::string why = db ? sqlite3_errmsg(db) : "out of memory";
    sqlite3_close(db);
    throw store_error(path, why);
  }
  return db;
}

int version_of(sqlite3* db) {
  Statement s(db, "PRAGMA user_version");
  s.step();
  return static_cast<int>(s.integer(0));
}

void check_version(sqlite3* db, const std::string& path) {
  const int version = version_of(db);
  if (version > kVersion) {
    throw store_error(
        path, fmt::format("written by a newer thinktrace (store version {}, this one knows {}); use that one",
                          version, kVersion));
  }
}

// Holds RUN/run.lock, or says who does.
int* take_lock(const std::string& run_folder) {
  const std::string path = (fs::path(run_folder) / "run.lock").string();
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) throw store_error(path, fmt::format("{}; is the folder writable?", std::strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      const int error = errno;
      ::close(fd);
      throw store_error(path, fmt::format("can't be locked ({})", std::strerror(error)));
    }
    char holder[32] = {};
    const ssize_t n = ::pread(fd, holder, sizeof(holder) - 1, 0);
    ::close(fd);
    throw store_error(
        run_folder, fmt::format("in use by another thinktrace (process {}); wait for it or use another --out",
                                n > 0 ? std::string(holder, static_cast<size_t>(n)) : "unknown"));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    const int error = errno;
    ::close(fd);
    throw store_error(path, std::strerror(error));
  }
  return new int(fd);
}

void insert_trace(sqlite3* db, int64_t unit_id, const StoredUnit& unit, size_t i) {
  const TraceRecord& r = unit.records[i];
  Statement trace(db, "INSERT INTO trace VALUES (?,?,?,?,?,?,?,?,?,?)");
  trace.bind(r.id)
      .bind(unit_id)
      .bind(r.trace.sample)
      .bind(std::to_string(r.seed.value_or(0)))
      .bind_ids(r.trace.think_ids);
  trace.bind(json(r.think_text).dump())
      .bind(name_of(r.trace.stop))
      .bind_ids(r.trace.answer_ids)
      .bind(r.trace.answer_text);
  r.chosen ? trace.bind(*r.chosen) : trace.bind_null();
  trace.run();
  Statement reading(db, "INSERT INTO reading VALUES (?,?,?,?,?,?,?)");
  reading.bind(unit.reading_ids[i])
      .bind(r.id)
      .bind(unit.model_sha256)
      .bind(r.forced_text)
      .bind_ids(unit.suffix_ids);
  reading.bind_ids(r.curve.positions).bind_floats(r.curve.logprobs).run();
}

}  // namespace

void Store::Close::operator()(sqlite3* db) const { sqlite3_close(db); }

void Store::Unlock::operator()(const int* fd) const {
  ::close(*fd);
  delete fd;
}

void check_run_folder(const std::string& run_folder) {
  fs::path place = fs::absolute(run_folder).lexically_normal();
  std::error_code error;
  while (!fs::exists(place, error) && place.has_parent_path() && place != place.parent_path())
    place = place.parent_path();
  if (!fs::is_directory(place, error))
    throw store_error(run_folder, fmt::format("{} is not a folder", place.string()));
  if (::access(place.c_str(), W_OK) != 0)
    throw store_error(run_folder, fmt::format("{}: {}", place.string(), std::strerror(errno)));
}

Store Store::create(const std::string& run_folder) {
  std::error_code error;
  fs::create_directories(run_folder, error);
  if (error) throw store_error(run_folder, fmt::format("can't make the folder ({})", error.message()));
  Store store;
  store.lock_.reset(take_lock(run_folder));
  store.path_ = db_path(run_folder);
  store.db_.reset(open_file(store.path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  sqlite3* db = store.db_.get();
  sqlite3_busy_timeout(db, 5000);  // A reader may hold the file for a moment.
  sqlite::execute(db, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
  check_version(db, store.path_);
  if (version_of(db) == 0) {
    sqlite::Transaction transaction(db);
    sqlite::execute(db, std::string(embedded::schema_sql));
    sqlite::execute(db, fmt::format("PRAGMA user_version={}", kVersion));
    transaction.commit();
  }
  return store;
}

Store Store::open(const std::string& run_folder) {
  Store store;
  store.path_ = db_path(run_folder);
  std::error_code error;
  if (!fs::exists(store.path_, error)) {
    throw Error(ErrorKind::kInput,
                fmt::format("[store] {}: no run in this folder (there is no thinktrace.db)", run_folder));
  }
  // Able to write where it may, so that a journal left by a killed writer can be rolled back; nothing else is
  // written.
  try {
    store.db_.reset(open_file(store.path_, SQLITE_OPEN_READWRITE));
  } catch (const Error&) {
    store.db_.reset(open_file(store.path_, SQLITE_OPEN_READONLY));
  }
  sqlite3_busy_timeout(store.db_.get(), 5000);
  sqlite::execute(store.db_.get(), "PRAGMA query_only=ON");
  check_version(store.db_.get(), store.path_);
  if (version_of(store.db_.get()) == 0) {
    throw Error(ErrorKind::kInput, fmt::format("[store] {}: no run in this folder yet", run_folder));
  }
  return store;
}

std::optional<StoredPlan> Store::plan() const {
  Statement s(db_.get(), "SELECT id, identity, provenance, samples, unit_size, noise_floor FROM plan");
  if (!s.step()) return std::nullopt;
  return StoredPlan{
      s.text(0), s.text(1), s.text(2), static_cast<int>(s.integer(3)), static_cast<int>(s.integer(4)),
      s.text(5)};
}

void Store::save_plan(const StoredPlan& plan, const std::vector<Question>& questions) {
  sqlite3* db = db_.get();
  sqlite::Transaction transaction(db);
  // A plan under which nothing was done binds nobody.
  sqlite::execute(db,
                  "DELETE FROM plan_question WHERE NOT EXISTS (SELECT * FROM unit); DELETE FROM plan WHERE "
                  "NOT EXISTS (SELECT * FROM unit)");
  Statement(db,
            "INSERT INTO plan VALUES (?,?,?,?,?,NULL) ON CONFLICT (id) DO UPDATE SET provenance = "
            "excluded.provenance, samples = excluded.samples")
      .bind(plan.id)
      .bind(plan.identity)
      .bind(plan.provenance)
      .bind(plan.samples)
      .bind(plan.unit_size)
      .run();
  // Questions keep the order of this command; those it does not name, but an earlier one did, follow in their
  // old order.
  Statement(db, "UPDATE plan_question SET place = place + ? WHERE plan_id = ?")
      .bind(static_cast<int64_t>(questions.size()))
      .bind(plan.id)
      .run();
  int place = 0;
  for (const Question& q : questions) {
    Statement(db, "INSERT INTO question VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING")
        .bind(q.id)
        .bind(q.subject)
        .bind(q.text)
        .bind(json(q.options).dump())
        .bind(q.answer)
        .run();
    Statement(db, "INSERT INTO plan_question VALUES (?,?,?) ON CONFLICT DO UPDATE SET place = excluded.place")
        .bind(plan.id)
        .bind(q.id)
        .bind(place++)
        .run();
  }
  transaction.commit();
}

void Store::save_noise_floor(const std::string& json_text) {
  Statement(db_.get(), "UPDATE plan SET noise_floor = ?").bind(json_text).run();
}

std::set<std::pair<std::string, int>> Store::units_done() const {
  std::set<std::pair<std::string, int>> done;
  Statement s(db_.get(), "SELECT question_id, first_sample FROM unit");
  while (s.step()) done.emplace(s.text(0), static_cast<int>(s.integer(1)));
  return done;
}

void Store::commit_unit(const StoredUnit& u) {
  sqlite3* db = db_.get();
  const std::optional<StoredPlan> stored = plan();
  if (!stored) throw store_error(path_, "a unit is to be stored but there is no plan");
  sqlite::Transaction transaction(db);
  Statement(
      db,
      "INSERT INTO unit (plan_id, question_id, first_sample, n_samples, status, error, labels, prompt_text, "
      "prompt_ids, settings, seconds_sampling, seconds_probing) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)")
      .bind(stored->id)
      .bind(u.question_id)
      .bind(u.first_sample)
      .bind(u.n_samples)
      .bind(u.status == Status::kOk ? "ok" : "failed")
      .bind(u.error)
      .bind(json(u.labels).dump())
      .bind(u.prompt_text)
      .bind_ids(u.prompt_ids)
      .bind(u.settings)
      .bind(u.seconds_sampling)
      .bind(u.seconds_probing)
      .run();
  const int64_t unit_id = sqlite3_last_insert_rowid(db);
  for (size_t i = 0; i < u.records.size(); i++) insert_trace(db, unit_id, u, i);
  transaction.commit();
}

void Store::for_each_trace(const std::function<void(const TraceRecord&)>& visit) const {
  const std::optional<StoredPlan> stored = plan();
  if (!stored) return;
  for (const int64_t unit : units_in_order(db_.get(), stored->samples, /*with_failed=*/true)) {
    for (const TraceRecord& record : records_of(db_.get(), unit, stored->samples)) visit(record);
  }
}

std::vector<TraceRecord> Store::spread_traces(int n) const {
  const std::optional<StoredPlan> stored = plan();
  if (!stored) return {};
  const std::vector<int64_t> units = units_in_order(db_.get(), stored->samples, /*with_failed=*/false);
  std::vector<TraceRecord> records;
  if (units.empty()) return records;
  for (const int i : spread_positions(static_cast<int>(units.size()) - 1, n)) {
    records.push_back(records_of(db_.get(), units[i], stored->samples).front());
  }
  return records;
}

StoreCounts Store::counts() const {
  Statement s(db_.get(), R"(WITH asked AS (SELECT * FROM trace WHERE sample < (SELECT samples FROM plan))
    SELECT (SELECT count(*) FROM plan_question),
    (SELECT count(*) FROM unit WHERE status = 'ok'), (SELECT count(*) FROM unit WHERE status = 'failed'),
    (SELECT count(*) FROM asked), (SELECT total(length(think_ids)) / 4 FROM asked),
    (SELECT total(length(positions)) / 4 FROM reading WHERE trace_id IN (SELECT id FROM asked)),
    (SELECT count(*) FROM asked WHERE stop <> 'closed'), (SELECT count(DISTINCT settings) FROM unit),
    (SELECT total(seconds_sampling) FROM unit), (SELECT total(seconds_probing) FROM unit))");
  s.step();
  return {.questions = s.integer(0),
          .units_ok = s.integer(1),
          .units_failed = s.integer(2),
          .traces = s.integer(3),
          .tokens = s.integer(4),
          .probes = s.integer(5),
          .not_ended = s.integer(6),
          .settings = s.integer(7),
          .seconds_sampling = s.real(8),
          .seconds_probing = s.real(9)};
}

}  // namespace thinktrace
