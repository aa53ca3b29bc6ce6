// SPDX-License-Identifier: MIT
// hash_set.h — a set of hashes in little room.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace thinktrace {

// Of numbers whose lowest bits are as good as random, as those of hashes are; 0 and 1 are taken for one. Memory: 12 to 24 bytes a
// number, half as much more while it grows. (std::unordered_set takes 40.)
class HashSet {
 public:
  // False where it is there already.
  bool insert(uint64_t hash) {
    if (3 * (size_ + 1) > 2 * slots_.size()) grow();
    uint64_t& slot = slots_[place_of(hash)];
    if (slot != 0) return false;
    slot = as_stored(hash);
    size_++;
    return true;
  }
  bool contains(uint64_t hash) const { return !slots_.empty() && slots_[place_of(hash)] != 0; }

 private:
  static uint64_t as_stored(uint64_t hash) { return hash == 0 ? 1 : hash; }  // 0 is an empty slot.
  size_t place_of(uint64_t hash) const {
    hash = as_stored(hash);
    size_t i = hash & (slots_.size() - 1);
    while (slots_[i] != 0 && slots_[i] != hash) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void grow() {
    const std::vector<uint64_t> old =
        std::exchange(slots_, std::vector<uint64_t>(slots_.empty() ? 64 : 2 * slots_.size()));
    for (const uint64_t hash : old) {
      if (hash != 0) slots_[place_of(hash)] = hash;
    }
  }

  std::vector<uint64_t> slots_;  // As many as a power of two.
  size_t size_ = 0;
};

}  // namespace thinktrace
