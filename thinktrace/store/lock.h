// SPDX-License-Identifier: MIT
// lock.h — one writer a run. Private to store/.
#pragma once
#include <string>

namespace thinktrace {

// Holds RUN/run.lock until the descriptor is closed, which the system does when the process ends in whatever way: a lock
// left behind is never in the way. Throws Error (kStore) naming process and machine of the holder if there is one.
// The caller owns the result.
int* take_lock(const std::string& run_folder);

}  // namespace thinktrace
