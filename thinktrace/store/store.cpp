// SPDX-License-Identifier: MIT
// Opening and closing. One SQLite file a run; the journal is SQLite's rollback journal, which is safe on every file system,
// and synchronous=EXTRA (FULL, and the folder synced after the journal is gone) puts a unit on disk before its commit
// returns. Writers are kept apart by run.lock; readers need
// no lock.
#include "thinktrace/store/store.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "thinktrace/error.h"
#include "thinktrace/store/lock.h"
#include "thinktrace/store/migrate.h"
#include "thinktrace/store/sqlite.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

Error store_error(const std::string& path, const std::string& why) {
  return {ErrorKind::kStore, fmt::format("[store] {}: {}", path, why)};
}

std::string db_path(const std::string& run_folder) {
  return (fs::path(run_folder) / "thinktrace.db").string();
}

// Whoever looks at a large store may hold it for a while, and a run of days must not end over that.
constexpr int kPatience = 10 * 60 * 1000;  // Milliseconds.
// Who only looks on can as well look again later.
constexpr int kPatienceOfWatchers = 2000;

sqlite3* open_file(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(path.c_str(), &db, flags, nullptr) != SQLITE_OK) {
    const std::string why = db ? sqlite3_errmsg(db) : "out of memory";
    sqlite3_close(db);
    throw store_error(path, why);
  }
  sqlite3_busy_timeout(db, kPatience);
  return db;
}

void check_version(sqlite3* db, const std::string& path) {
  const int version = store_version(db);
  if (version > kStoreVersion || version < 0) {
    throw store_error(path,
                      fmt::format("written by a newer thinktrace (store version {}, this one knows {}); use "
                                  "that one",
                                  version, kStoreVersion));
  }
}

// Able to write where it may, so that a journal left by a killed writer can be rolled back; nothing else is written.
sqlite3* open_for_reading(const std::string& path, ReadAccess access) {
  if (access == ReadAccess::kUntouched) {
    sqlite3* db = open_file(path, SQLITE_OPEN_READONLY);
    sqlite3_busy_timeout(db, kPatienceOfWatchers);
    return db;
  }
  try {
    return open_file(path, SQLITE_OPEN_READWRITE);
  } catch (const Error&) {
    return open_file(path, SQLITE_OPEN_READONLY);
  }
}

// An older store is brought to this version in a copy that lives in memory.
sqlite3* migrated_copy(sqlite3* old, const std::string& path) {
  sqlite3* copy = open_file(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3_backup* backup = sqlite3_backup_init(copy, "main", old, "main");
  const bool copied = backup && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
  if (sqlite3_backup_finish(backup) != SQLITE_OK || !copied) {
    sqlite3_close(copy);
    throw store_error(path, "an older store that can't be read");
  }
  return copy;
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

bool Store::exists(const std::string& run_folder) {
  std::error_code error;
  return fs::exists(db_path(run_folder), error);
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
  sqlite::execute(db,
                  "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON; "
                  "PRAGMA cell_size_check=ON");
  check_version(db, store.path_);
  if (store_version(db) < kStoreVersion) migrate_store(db);
  return store;
}

Store Store::open(const std::string& run_folder, ReadAccess access) {
  Store store;
  store.path_ = db_path(run_folder);
  if (!exists(run_folder)) {
    throw Error(ErrorKind::kInput,
                fmt::format("[store] {}: no run in this folder (there is no thinktrace.db)", run_folder));
  }
  store.db_.reset(open_for_reading(store.path_, access));
  sqlite::execute(store.db_.get(), "PRAGMA query_only=ON; PRAGMA cell_size_check=ON");
  check_version(store.db_.get(), store.path_);
  const int version = store_version(store.db_.get());
  if (version == 0) {
    std::error_code error;
    if (fs::file_size(store.path_, error) > 0 || error)
      throw store_error(store.path_, "damaged: a store without a version; a copy of the file is the remedy");
    throw Error(ErrorKind::kInput, fmt::format("[store] {}: no run in this folder yet", run_folder));
  }
  if (version < kStoreVersion) {
    store.db_.reset(migrated_copy(store.db_.get(), store.path_));
    migrate_store(store.db_.get());
  }
  return store;
}

}  // namespace thinktrace
