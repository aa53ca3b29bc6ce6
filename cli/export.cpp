// SPDX-License-Identifier: MIT
#include <memory>

#include "cli/console.h"
#include "cli/verbs.h"
#include "thinktrace/run/publish.h"

namespace thinktrace::cli {
Verb add_export(CLI::App& app) {
  struct Arguments {
    std::string run, format = "jsonl";
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("export", "Write a run's traces and curves to standard output, one trace a line");
  verb->add_option("RUN", a->run, "Folder of the run")->required();
  verb->add_option("--format", a->format, "jsonl")->capture_default_str()->check(CLI::IsMember({"jsonl"}));
  return [a] {
    export_jsonl(a->run, [](const std::string& line) { print(line + "\n"); });
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
