// SPDX-License-Identifier: MIT
// serve.h — the gallery of one or more runs over HTTP while they go on (docs/serve.md).
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace thinktrace {

inline constexpr int kServePort = 8421;

struct ServeOptions {
  std::vector<std::string> folders;
  std::string title = "thinktrace";
  std::string host = "127.0.0.1";        // An address in digits.
  int port = kServePort;                 // 0: any that is free.
  std::vector<std::string> allow_hosts;  // Further names that browsers may know the server by.
  std::string token;                     // "auto": a new one; empty: none, which only loopback may do.
};

struct ServeObserver {
  std::function<void(const std::string& url)> ready;  // Called once, when everything can be seen there.
  std::function<void(const std::string&)> note;       // One line worth knowing; may hold text from files.
  std::function<bool()> should_stop;                  // Asked several times a second.
};

// Serves until it is told to stop. Throws Error: kInput where the options don't go together, kFailed where nothing can be
// served at that address and port, kStore where a run can't be read at the beginning.
void serve_runs(const ServeOptions& options, const ServeObserver& observer);

}  // namespace thinktrace
