// SPDX-License-Identifier: MIT
// cue_options.h — which cue words, and what they are compared with; for every command that takes them.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "thinktrace/run/cues.h"

namespace thinktrace::cli {

struct CueArguments {
  std::string cues, cues_file;
  CueSettings settings;
};

// REQUIRES: `arguments` lives as long as the command.
void add_cue_options(CLI::App& verb, CueArguments& arguments, const std::string& group);

// Reads the file that the arguments name. Throws Error (kInput).
CueSettings to_cue_settings(const CueArguments& arguments, const CLI::App& verb);

}  // namespace thinktrace::cli
