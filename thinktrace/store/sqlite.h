// SPDX-License-Identifier: MIT
// sqlite.h — the little of SQLite that the store needs, with errors as exceptions. Private to store/.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace thinktrace::sqlite {

// Throws Error (kStore) with SQLite's reason and the database's file name.
[[noreturn]] void fail(sqlite3* db, const std::string& what);

void execute(sqlite3* db, const std::string& sql);

// A prepared statement; parameters are bound in the order of the calls.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql);

  Statement& bind(std::string_view text);
  Statement& bind(int64_t value);
  Statement& bind(int value) { return bind(static_cast<int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind_null();
  Statement& bind_blob(std::string_view bytes);

  bool step();  // True where there is a row.
  void run();   // step() for statements without rows.

  std::string text(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  bool is_null(int column) const;
  int columns() const;
  int type(int column) const;                // SQLITE_TEXT, …
  std::string_view bytes(int column) const;  // Of a text or blob, valid until the next step().
  std::vector<int32_t> ids(int column) const;
  std::vector<float> floats(int column) const;

 private:
  void check(int status);
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
};

// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(sqlite3* db);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  sqlite3* db_;
  bool done_ = false;
};

}  // namespace thinktrace::sqlite
