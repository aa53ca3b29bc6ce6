// SPDX-License-Identifier: MIT
// records.h — many short records, one after the other in a spool, and put in order without memory that grows with them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/spool/spool.h"

namespace thinktrace {

// Any bytes. Movable, not copyable. Errors: as Spool.
class Records {
 public:
  // REQUIRES: less than 4 GiB.
  void add(std::string_view record);
  uint64_t size() const { return n_; }

 private:
  friend class RecordReader;
  Spool spool_;
  uint64_t n_ = 0;
};

// Borrows the records.
class RecordReader {
 public:
  explicit RecordReader(const Records& records, uint64_t offset = 0)
      : reader_(records.spool_, offset), offset_(offset) {}

  // The next record, in place of what `record` holds. False where there is none left.
  bool next(std::string& record);
  // Where the next record begins: a reader made with it goes on from there.
  uint64_t offset() const { return offset_; }

 private:
  SpoolReader reader_;
  uint64_t offset_ = 0;
};

// Puts records in order: those that fit into kSortedBytes are sorted in memory, and such runs merged (external merge sort,
// Knuth 1998, The Art of Computer Programming 3, ch. 5.4). Cost: n log n comparisons; every record is
// written once, and once more each time it is merged: three times with up to 8 MB, four times with up to 128 MB. Errors: as Spool.
inline constexpr size_t kSortedBytes = 1 << 15;
class RecordSorter {
 public:
  using Less = bool (*)(std::string_view, std::string_view);
  explicit RecordSorter(Less less) : less_(less) {}

  void add(std::string_view record);
  // All of them, equal ones in the order in which they were added. To be called once, at the end.
  Records finish();

 private:
  void end_run();
  Less less_;
  std::string bytes_;
  std::vector<size_t> ends_;                // Of the records in bytes_.
  std::vector<std::vector<Records>> runs_;  // runs_[i] are merged i times; the older the higher i.
};

}  // namespace thinktrace
