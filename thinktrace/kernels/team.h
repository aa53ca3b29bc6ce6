// SPDX-License-Identifier: MIT
// team.h — threads that compute one thing together. Whose they are is the caller's business: beside an engine that has threads of
// its own they had better be the same ones, or they fight for the cores.
#pragma once
#include <atomic>
#include <functional>

namespace thinktrace {

struct Team {
  int size = 1;
  // Calls work(member) once for each member, 0 to size - 1, all at the same time, and returns when all have returned.
  // REQUIRES: work does not throw.
  std::function<void(const std::function<void(int member)>& work)> run = [](const auto& work) { work(0); };
};

// work(item, member) for each of `items`, one after the other by whoever is free.
inline void share(const Team& team, int items, const std::function<void(int item, int member)>& work) {
  std::atomic<int> next = 0;
  team.run([&](int member) {
    for (int item = next.fetch_add(1, std::memory_order_relaxed); item < items;
         item = next.fetch_add(1, std::memory_order_relaxed))
      work(item, member);
  });
}

}  // namespace thinktrace
