// SPDX-License-Identifier: MIT
// PRAGMA data_version tells one connection whether another has committed; it reads a page of the file. The file's own
// identity tells whether it is still the same file.
#include "thinktrace/store/watch.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "thinktrace/error.h"
#include "thinktrace/store/sqlite.h"

namespace thinktrace {

void StoreWatch::Close::operator()(sqlite3* db) const { sqlite3_close(db); }

StoreWatch::StoreWatch(const std::string& run_folder)
    : path_((std::filesystem::path(run_folder) / "thinktrace.db").string()) {}
StoreWatch::~StoreWatch() = default;
StoreWatch::StoreWatch(StoreWatch&&) noexcept = default;
StoreWatch& StoreWatch::operator=(StoreWatch&&) noexcept = default;

StoreChange StoreWatch::look() {
  struct stat file {};
  if (::stat(path_.c_str(), &file) != 0) {
    db_.reset();
    return StoreChange::kMissing;
  }
  if (!db_ || file.st_dev != device_ || file.st_ino != inode_) {
    db_.reset();
    sqlite3* db = nullptr;
    const int status = sqlite3_open_v2(path_.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
    db_.reset(db);
    if (status != SQLITE_OK) {
      const std::string why = db ? sqlite3_errmsg(db) : "out of memory";
      db_.reset();
      throw Error(ErrorKind::kStore, fmt::format("[store] {}: {}", path_, why));
    }
    device_ = file.st_dev, inode_ = file.st_ino;
    version_ = -1;
  }
  sqlite3_stmt* pragma = nullptr;
  int status = sqlite3_prepare_v2(db_.get(), "PRAGMA data_version", -1, &pragma, nullptr);
  if (status == SQLITE_OK) status = sqlite3_step(pragma);
  const int64_t version = status == SQLITE_ROW ? sqlite3_column_int64(pragma, 0) : version_;
  sqlite3_finalize(pragma);
  if (status == SQLITE_BUSY) return StoreChange::kNone;
  if (status != SQLITE_ROW) {
    inode_ = 0;  // When it can be read again, that is a change.
    sqlite::fail(db_.get(), "can't be read");
  }
  if (version == version_) return StoreChange::kNone;
  version_ = version;
  return StoreChange::kChanged;
}

}  // namespace thinktrace
