// SPDX-License-Identifier: MIT
#include "cli/view_options.h"

#include "cli/console.h"

namespace thinktrace::cli {

void add_plan_option(CLI::App& verb, std::optional<int>& plan) {
  verb.add_option("--plan", plan,
                  "Which of the folder's plans, where it holds several (thinktrace status lists them)")
      ->check(CLI::Range(1, 1 << 24));
}

void add_view_options(CLI::App& verb, RunView& view) {
  verb.add_option("RUN", view.folder, "Folder of the run")->required();
  add_plan_option(verb, view.plan);
  verb.add_option("--reader", view.reader,
                  "Which of its readings: another suffix, order of the options or model")
      ->check(CLI::Range(1, 1 << 24));
  view.note = [](const std::string& text) { tell(text); };
}

}  // namespace thinktrace::cli
