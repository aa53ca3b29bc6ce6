// SPDX-License-Identifier: MIT
// watch.h — whether a run's store has changed, asked often and at little cost. Writes nothing, and holds no lock between
// calls.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;

namespace thinktrace {

enum class StoreChange {
  kNone,     // Since the last call; or a writer is just at it, so that there is nothing to say yet.
  kChanged,  // Or looked at for the first time.
  kMissing,  // There is no store.
};

// Not thread-safe.
class StoreWatch {
 public:
  explicit StoreWatch(const std::string& run_folder);
  ~StoreWatch();
  StoreWatch(StoreWatch&&) noexcept;
  StoreWatch& operator=(StoreWatch&&) noexcept;

  // Throws Error (kStore) if the store can't be read. A store that was put in another's place is a change.
  StoreChange look();

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> db_;
  uint64_t device_ = 0, inode_ = 0;
  int64_t version_ = 0;
};

}  // namespace thinktrace
