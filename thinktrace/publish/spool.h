// SPDX-License-Identifier: MIT
// spool.h — a text that is written piece by piece and read once more, which memory does not hold.
#pragma once
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "thinktrace/publish/chunk.h"

namespace thinktrace {

// The first kSpoolBytes are kept in memory, then all goes into a temporary file that has no name and is gone with the object.
// Movable, not copyable.
inline constexpr size_t kSpoolBytes = 1 << 14;

class Spool {
 public:
  // Throws Error (kFailed) if the temporary folder takes no more.
  void add(std::string_view text);
  // All that was added, in order, in pieces; nothing may be added afterwards. Throws Error (kFailed) if it can't be read.
  void replay(const TextSink& sink);
  bool is_empty() const { return buffer_.empty() && !file_; }

 private:
  void write_out();
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string buffer_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace thinktrace
