// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/console.h"
#include "cli/verbs.h"
#include "thinktrace/run/publish.h"

namespace thinktrace::cli {

Verb add_site(CLI::App& app) {
  struct Arguments {
    std::vector<std::string> runs;
    std::string out, title = "thinktrace";
    bool quiet = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("site", "Build the gallery of one or more runs as a static folder");
  verb->add_option("RUN", a->runs, "Folders of runs")->required();
  verb->add_option("-o,--out", a->out, "Folder to write")->required();
  verb->add_option("--title", a->title, "Title of the gallery")->capture_default_str();
  verb->add_flag("--quiet", a->quiet, "Say nothing");
  return [a] {
    publish_site(a->runs, a->title, a->out);
    tell(fmt::format("gallery: {}",
                     (std::filesystem::absolute(a->out) / "index.html").lexically_normal().string()),
         a->quiet);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
