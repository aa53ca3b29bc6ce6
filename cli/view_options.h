// SPDX-License-Identifier: MIT
// view_options.h — which run, plan and reader a command looks at.
#pragma once
#include <CLI/CLI.hpp>

#include "thinktrace/run/publish.h"

namespace thinktrace::cli {

// RUN, --plan and --reader. REQUIRES: `view` lives as long as the command.
void add_view_options(CLI::App& verb, RunView& view);
void add_plan_option(CLI::App& verb, std::optional<int>& plan);

}  // namespace thinktrace::cli
