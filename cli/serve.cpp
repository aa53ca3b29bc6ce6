// SPDX-License-Identifier: MIT
#include "thinktrace/run/serve.h"

#include <fmt/format.h>

#include <memory>

#include "cli/console.h"
#include "cli/verbs.h"

namespace thinktrace::cli {

Verb add_serve(CLI::App& app) {
  struct Arguments {
    ServeOptions options;
    bool quiet = false;
  };
  auto a = std::make_shared<Arguments>();
  ServeOptions& o = a->options;
  CLI::App* verb = app.add_subcommand(
      "serve", "Show the gallery of one or more runs in the browser while they go on; writes nothing");
  verb->add_option("RUN", o.folders, "Folders of runs; one that is still empty is shown when its run begins")
      ->required();
  verb->add_option("--port", o.port, "Port to serve at; 0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  verb->add_option("--host", o.host,
                   "Address to serve at, in digits; any but this machine's own loopback needs a token")
      ->capture_default_str();
  verb->add_option("--allow-host", o.allow_hosts,
                   "A further name (NAME or NAME:PORT) that browsers may know the server by; may be repeated")
      ->allow_extra_args(false);
  verb->add_option("--token", o.token, "A secret that the first page must be asked for with; auto makes one");
  verb->add_option("--title", o.title, "Title of the gallery")->capture_default_str();
  verb->add_flag("--quiet", a->quiet, "Print the address and nothing else");
  return [a] {
    catch_interrupts();
    ServeObserver observer;
    observer.ready = [&](const std::string& url) {
      print(fmt::format("Serving {} at {} (Ctrl-C stops)\n",
                        count_text(static_cast<int64_t>(a->options.folders.size()), "run"), url));
    };
    observer.note = [&](const std::string& text) { tell(text, a->quiet); };
    observer.should_stop = interrupted;
    serve_runs(a->options, observer);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
