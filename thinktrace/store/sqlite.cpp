// SPDX-License-Identifier: MIT
#include "thinktrace/store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <bit>
#include <cstring>

#include "thinktrace/error.h"

namespace thinktrace::sqlite {
namespace {

static_assert(std::endian::native == std::endian::little, "blobs are little-endian");

template <typename T>
std::vector<T> array_of(const void* bytes, int size) {
  std::vector<T> values(static_cast<size_t>(size) / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes, values.size() * sizeof(T));
  return values;
}

}  // namespace

void fail(sqlite3* db, const std::string& what) {
  const char* name = sqlite3_db_filename(db, "main");
  const std::string file = name && *name ? name : "store";
  const int code = sqlite3_errcode(db), extended = sqlite3_extended_errcode(db);
  std::string why = sqlite3_errmsg(db);
  if (const int error = sqlite3_system_errno(db);
      error != 0 && (code == SQLITE_CANTOPEN || code == SQLITE_IOERR))
    why += fmt::format(": {}", std::strerror(error));
  std::string next = "every finished unit is kept: mend this, then give the same command again";
  if (code == SQLITE_FULL) next = "every finished unit is kept: make room, then give the same command again";
  if (extended == SQLITE_READONLY_ROLLBACK || extended == SQLITE_READONLY_RECOVERY || code == SQLITE_READONLY)
    next =
        "a run that was killed has left a step to undo here: make the folder writable, or copy it to where "
        "it is, and give thinktrace status RUN, or go on with the run";
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    next = "the file is damaged or no store; thinktrace verify says how far";
  throw Error(ErrorKind::kStore, fmt::format("[store] {}: {} ({}); {}", file, what, why, next));
}

void execute(sqlite3* db, const std::string& sql) {
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(db, "can't be written");
}

void Statement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

Statement::Statement(sqlite3* db, std::string_view sql) : db_(db) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  statement_.reset(statement);
}

void Statement::check(int status) {
  if (status != SQLITE_OK) fail(db_, "can't be read or written");
}

Statement& Statement::bind(std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), next_++, text.data() ? text.data() : "", text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), next_++, value));
  return *this;
}

Statement& Statement::bind(double value) {
  check(sqlite3_bind_double(statement_.get(), next_++, value));
  return *this;
}

Statement& Statement::bind_null() {
  check(sqlite3_bind_null(statement_.get(), next_++));
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  check(sqlite3_bind_blob64(statement_.get(), next_++, bytes.empty() ? "" : bytes.data(), bytes.size(),
                            SQLITE_TRANSIENT));
  return *this;
}

bool Statement::step() {
  const int status = sqlite3_step(statement_.get());
  if (status != SQLITE_ROW && status != SQLITE_DONE) fail(db_, "can't be read or written");
  return status == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return bytes ? std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)))
               : std::string();
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }
int Statement::type(int column) const { return sqlite3_column_type(statement_.get(), column); }
std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return data ? std::string_view(data, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)))
              : std::string_view();
}

std::vector<int32_t> Statement::ids(int column) const {
  return array_of<int32_t>(sqlite3_column_blob(statement_.get(), column),
                           sqlite3_column_bytes(statement_.get(), column));
}

std::vector<float> Statement::floats(int column) const {
  return array_of<float>(sqlite3_column_blob(statement_.get(), column),
                         sqlite3_column_bytes(statement_.get(), column));
}

Transaction::Transaction(sqlite3* db) : db_(db) { execute(db_, "BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!done_) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  execute(db_, "COMMIT");
  done_ = true;
}

}  // namespace thinktrace::sqlite
