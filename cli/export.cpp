// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/publish.h"

namespace thinktrace::cli {
namespace {

void check_written(bool ok) {
  if (!ok) throw Error(ErrorKind::kFailed, fmt::format("[export] standard output can't be written ({})", std::strerror(errno)));
}

}  // namespace

Verb add_export(CLI::App& app) {
  struct Arguments {
    std::string run, format = "jsonl";
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("export", "Write a run's traces and curves to standard output, one trace a line");
  verb->add_option("RUN", a->run, "Folder of the run")->required();
  verb->add_option("--format", a->format, "jsonl")->capture_default_str()->check(CLI::IsMember({"jsonl"}));
  return [a] {
    export_jsonl(a->run, [](const std::string& line) {
      check_written(std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fputc('\n', stdout) != EOF);
    });
    check_written(std::fflush(stdout) == 0);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
