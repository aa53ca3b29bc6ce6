// SPDX-License-Identifier: MIT
// spool.h — a text that is written piece by piece and read again, which memory does not hold.
#pragma once
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace thinktrace {

// Takes a text piece by piece.
using TextSink = std::function<void(std::string_view)>;

inline constexpr size_t kSpoolBytes = 1 << 12, kReadBytes = 1 << 14;

// What comes is gathered, kSpoolBytes at a time or as many as are said, and then goes into a temporary file that has no name and is
// gone with the object: a text that is shorter never meets a file.
// Movable, not copyable. All functions throw Error (kFailed) where the folder for temporary files doesn't do its part.
class Spool {
 public:
  explicit Spool(size_t gathered = kSpoolBytes) : gathered_(gathered) {}

  void add(std::string_view text);
  uint64_t size() const { return written_ + buffer_.size(); }
  bool is_empty() const { return size() == 0; }
  // Copies what stands at `offset`; less than `n` bytes where the text or what is in the file ends, none at the very end. How many.
  size_t read(uint64_t offset, char* into, size_t n) const;
  // All that was added, in order, in pieces.
  void replay(const TextSink& sink) const;
  std::string text() const;  // The same in memory.

 private:
  void write_out();
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  size_t gathered_;
  std::string buffer_;
  uint64_t written_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
};

// Reads a spool from some place on. Borrows the spool.
class SpoolReader {
 public:
  explicit SpoolReader(const Spool& spool, uint64_t offset = 0) : spool_(&spool), next_(offset) {}

  // False at the end. REQUIRES: so many bytes, or none, are left.
  bool read(void* into, size_t n);

 private:
  const Spool* spool_;
  uint64_t next_ = 0;  // What comes after the piece.
  std::string piece_;
  size_t at_ = 0;
};

}  // namespace thinktrace
