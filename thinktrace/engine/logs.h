// SPDX-License-Identifier: MIT
// logs.h — what the engine says while it works, kept for the messages of errors instead of being printed.
#pragma once
#include <string>

namespace thinktrace {

// Starts the engine once per process (its backends too) and takes its log over. Throws Error (kFailed) if the
// library's release is not that of the headers this was compiled with.
void start_engine();

// The first error that the engine wrote since the previous call, on one line; empty if none.
std::string take_engine_error();

}  // namespace thinktrace
