// SPDX-License-Identifier: MIT
#include "thinktrace/store/checked_row.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::sqlite {
namespace {

// Type and length before the bytes, so that no two rows have the same canonical form.
void append(std::string& canonical, char type, std::string_view bytes) {
  canonical += type;
  canonical += std::to_string(bytes.size());
  canonical += ':';
  canonical += bytes;
}

template <typename T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// All but the last column of the row that a statement is at.
std::string canonical_row(const Statement& row) {
  std::string canonical;
  for (int c = 0; c + 1 < row.columns(); c++) {
    switch (row.type(c)) {
      case SQLITE_TEXT:
        append(canonical, 'T', row.bytes(c));
        break;
      case SQLITE_BLOB:
        append(canonical, 'B', row.bytes(c));
        break;
      case SQLITE_INTEGER:
        append(canonical, 'I', bytes_of(row.integer(c)));
        break;
      case SQLITE_FLOAT:
        append(canonical, 'R', bytes_of(row.real(c)));
        break;
      default:
        append(canonical, 'N', "");
    }
  }
  return canonical;
}

void bind_column(Statement& to, const Statement& row, int column) {
  switch (row.type(column)) {
    case SQLITE_TEXT:
      to.bind(row.bytes(column));
      break;
    case SQLITE_BLOB:
      to.bind_blob(row.bytes(column));
      break;
    case SQLITE_INTEGER:
      to.bind(row.integer(column));
      break;
    case SQLITE_FLOAT:
      to.bind(row.real(column));
      break;
    default:
      to.bind_null();
  }
}

}  // namespace

CheckedInsert& CheckedInsert::add(std::string_view text) {
  values_.push_back({'T', std::string(text)});
  return *this;
}
CheckedInsert& CheckedInsert::add(int64_t value) {
  values_.push_back({'I', bytes_of(value)});
  return *this;
}
CheckedInsert& CheckedInsert::add(double value) {
  values_.push_back({'R', bytes_of(value + 0.0)});  // SQLite keeps no negative zero.
  return *this;
}
CheckedInsert& CheckedInsert::add_null() {
  values_.emplace_back();
  return *this;
}
CheckedInsert& CheckedInsert::add_blob(const void* data, size_t size) {
  values_.push_back({'B', std::string(size ? static_cast<const char*>(data) : "", size)});
  return *this;
}
CheckedInsert& CheckedInsert::add(const std::vector<int32_t>& values) {
  return add_blob(values.data(), values.size() * sizeof(int32_t));
}
CheckedInsert& CheckedInsert::add(const std::vector<float>& values) {
  return add_blob(values.data(), values.size() * sizeof(float));
}
CheckedInsert& CheckedInsert::add_json(const std::vector<std::string>& texts) {
  return add(nlohmann::json(texts).dump());
}

void CheckedInsert::run() {
  std::string marks, canonical;
  for (size_t i = 0; i < values_.size(); i++) marks += "?,";
  Statement statement(db_,
                      fmt::format("INSERT {} INTO {} VALUES ({}?)",
                                  on_conflict_ == OnConflict::kReplace ? "OR REPLACE" : "", table_, marks));
  for (const Value& v : values_) {
    append(canonical, v.type, v.bytes);
    int64_t integer = 0;
    double real = 0;
    switch (v.type) {
      case 'T':
        statement.bind(v.bytes);
        break;
      case 'B':
        statement.bind_blob(v.bytes);
        break;
      case 'I':
        std::memcpy(&integer, v.bytes.data(), sizeof(integer));
        statement.bind(integer);
        break;
      case 'R':
        std::memcpy(&real, v.bytes.data(), sizeof(real));
        statement.bind(real);
        break;
      default:
        statement.bind_null();
    }
  }
  statement.bind(content_id(canonical)).run();
}

CheckedRows::CheckedRows(sqlite3* db, const std::string& table, const std::string& condition)
    : db_(db), table_(table), statement_(db, fmt::format("SELECT * FROM {} {}", table, condition)) {}

void CheckedRows::damaged(const std::string& what) const {
  const char* file = sqlite3_db_filename(db_, "main");
  throw Error(
      ErrorKind::kStore,
      fmt::format("[store] {}: damaged: {} in table {}; thinktrace verify lists what is hit, a copy of the "
                  "file is the remedy",
                  file && *file ? file : "store", what, table_));
}

bool CheckedRows::step() {
  if (!statement_.step()) return false;
  const int last = statement_.columns() - 1;
  if (last < 1 || statement_.bytes(last) != content_id(canonical_row(statement_)))
    damaged("a row does not match its checksum");
  return true;
}

void copy_rows(sqlite3* db, const CopyRows& copy) {
  Statement rows(db, fmt::format("SELECT * FROM {} ORDER BY rowid", copy.from));
  while (rows.step()) {
    const int last = rows.columns() - 1;
    std::string canonical = canonical_row(rows), marks;
    const bool is_whole = rows.bytes(last) == content_id(canonical);
    for (int i = 0; i < last + copy.n_more; i++) marks += "?,";
    Statement row(db, fmt::format("INSERT INTO {} VALUES ({}?)", copy.to, marks));
    for (int c = 0; c < last; c++) bind_column(row, rows, c);
    for (int i = 0; i < copy.n_more; i++) {
      append(canonical, 'N', "");
      row.bind_null();
    }
    row.bind(is_whole ? content_id(canonical) : rows.text(last)).run();
  }
}

std::string CheckedRows::text(int column) const {
  std::string text = statement_.text(column);
  if (!is_utf8(text)) damaged("a text is not valid UTF-8");
  return text;
}

int CheckedRows::integer(int column) const {
  const int64_t value = statement_.integer(column);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
    damaged("a number is out of range");
  return static_cast<int>(value);
}

std::vector<int32_t> CheckedRows::ids(int column) const {
  if (statement_.bytes(column).size() % sizeof(int32_t) != 0) damaged("an array is cut");
  return statement_.ids(column);
}

std::vector<float> CheckedRows::floats(int column) const {
  if (statement_.bytes(column).size() % sizeof(float) != 0) damaged("an array is cut");
  return statement_.floats(column);
}

std::vector<std::string> CheckedRows::texts(int column) const {
  try {
    return nlohmann::json::parse(statement_.text(column)).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    damaged("a list of texts can't be read");
  }
}

}  // namespace thinktrace::sqlite
