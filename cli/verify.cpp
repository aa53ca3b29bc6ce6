// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/verbs.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {

Verb add_verify(CLI::App& app) {
  struct Arguments {
    std::string run;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("verify",
                                      "Look at every row of a run's store: structure, checksums, references, "
                                      "and that all that belongs together is there");
  verb->add_option("RUN", a->run, "Folder of the run")->required();
  verb->add_flag("--json", a->json, "As JSON");
  return [a] {
    const VerifyReport report = verify_run(a->run);
    if (a->json) {
      nlohmann::ordered_json out{{"ok", report.problems.empty()}, {"problems", report.problems}};
      for (const auto& [table, n] : report.rows) out["rows"][table] = n;
      print(out.dump(2, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    } else {
      for (const std::string& problem : report.problems) print(printable(problem) + "\n");
      std::string rows;
      for (const auto& [table, n] : report.rows)
        rows += fmt::format("{}{} {}", rows.empty() ? "" : ", ", table, n);
      print(fmt::format("{}; rows checked: {}\n",
                        report.problems.empty() ? "nothing wrong was found"
                        : report.rows.empty()   ? "the store could not be looked at"
                                                : "the store is damaged",
                        rows));
    }
    return static_cast<int>(report.problems.empty() ? kDone : kStoreProblem);
  };
}

}  // namespace thinktrace::cli
