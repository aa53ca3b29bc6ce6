// SPDX-License-Identifier: MIT
// checked_row.h — rows that carry a checksum of themselves. Private to store/.
//
// The last column of every table is content_id() over the other columns' types and bytes. It is written with the row and
// compared whenever the row is read, so damage is noticed before it is shown; SQLite itself checks only its own structure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/store/sqlite.h"

namespace thinktrace::sqlite {

// INSERT INTO `table` VALUES (…): values are added in the order of the columns, the checksum by run().
class CheckedInsert {
 public:
  enum class OnConflict { kFail, kReplace };
  CheckedInsert(sqlite3* db, std::string table, OnConflict on_conflict = OnConflict::kFail)
      : db_(db), table_(std::move(table)), on_conflict_(on_conflict) {}

  CheckedInsert& add(std::string_view text);
  CheckedInsert& add(int64_t value);
  CheckedInsert& add(int value) { return add(static_cast<int64_t>(value)); }
  CheckedInsert& add(double value);
  CheckedInsert& add_null();
  CheckedInsert& add(const std::vector<int32_t>& values);
  CheckedInsert& add(const std::vector<float>& values);
  CheckedInsert& add_json(const std::vector<std::string>& texts);  // As a JSON array.
  void run();

 private:
  struct Value {
    char type = 'N';  // As in canonical(): T, B, I, R or N.
    std::string bytes;
  };
  CheckedInsert& add_blob(const void* data, size_t size);
  sqlite3* db_;
  std::string table_;
  OnConflict on_conflict_;
  std::vector<Value> values_;
};

// SELECT * FROM `table` `condition`, row by row; a row whose checksum differs, or a value that is not what a column holds,
// is an Error (kStore) that names table and file.
class CheckedRows {
 public:
  CheckedRows(sqlite3* db, const std::string& table, const std::string& condition = "");
  template <typename... Values>
  CheckedRows& bind(const Values&... values) {
    (statement_.bind(values), ...);
    return *this;
  }

  bool step();

  std::string text(int column) const;  // Valid UTF-8.
  int integer(int column) const;
  int64_t big(int column) const { return statement_.integer(column); }
  double real(int column) const { return statement_.real(column); }
  bool is_null(int column) const { return statement_.is_null(column); }
  std::vector<int32_t> ids(int column) const;
  std::vector<float> floats(int column) const;
  std::vector<std::string> texts(int column) const;  // Of a JSON array.

  [[noreturn]] void damaged(const std::string& what) const;

 private:
  sqlite3* db_;
  std::string table_;
  Statement statement_;
};

// Copies the rows of table `from`, in their order, to the end of `to`, which has `n_more` columns behind the same ones: null
// in these rows. A row that does not match its checksum keeps it, and so does not match in `to` either.
struct CopyRows {
  std::string from, to;
  int n_more = 0;
};
void copy_rows(sqlite3* db, const CopyRows& copy);

}  // namespace thinktrace::sqlite
