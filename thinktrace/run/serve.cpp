// SPDX-License-Identifier: MIT
#include "thinktrace/run/serve.h"

#include <chrono>
#include <thread>

#include "thinktrace/error.h"
#include "thinktrace/publish/page.h"
#include "thinktrace/run/live.h"

namespace thinktrace {

void serve_runs(const ServeOptions& options, const ServeObserver& observer) {
  LiveBundle bundle({.folders = options.folders,
                     .title = options.title,
                     .note = observer.note,
                     .should_stop = observer.should_stop});
  // Before anything is read, which may take a while: that the port is taken can be said at once.
  const serve::Server server(
      {.address = options.host,
       .port = options.port,
       .allow_hosts = options.allow_hosts,
       .token = options.token == "auto" ? serve::make_token() : options.token,
       .page_policy = folder_page_policy()},
      [&](serve::Resource resource, const std::string& name) { return bundle.content(resource, name); });
  try {
    bundle.refresh();
    observer.ready(server.url());
    while (!observer.should_stop()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      bundle.refresh();
    }
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kInterrupted) throw;  // To be told to stop is how serving ends.
  }
}

}  // namespace thinktrace
