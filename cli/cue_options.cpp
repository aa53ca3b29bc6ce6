// SPDX-License-Identifier: MIT
#include "cli/cue_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "cli/run_options.h"
#include "thinktrace/error.h"

namespace thinktrace::cli {
namespace {

std::vector<std::string> cues_in_file(const std::string& path) {
  std::istringstream lines(read_text_file(path, "--cues-file"));
  std::vector<std::string> cues;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
    if (first != std::string::npos) cues.push_back(line.substr(first, last - first + 1));
  }
  if (cues.empty())
    throw Error(ErrorKind::kInput, fmt::format("[options] --cues-file {}: there is no cue in it", path));
  return cues;
}

}  // namespace

void add_cue_options(CLI::App& verb, CueArguments& a, const std::string& group) {
  constexpr int kWidest = 1000;
  EventOptions& events = a.settings.events;
  verb.add_option("--cues", a.cues,
                  fmt::format("Cue words, separated by commas (\\, is a comma in one); without it: {}",
                              fmt::join(a.settings.cues.cues, ",")))
      ->group(group);
  verb.add_option("--cues-file", a.cues_file, "The same from a file, one a line")
      ->excludes("--cues")
      ->group(group);
  verb.add_flag("--match-case", a.settings.cues.match_case, "wait is not Wait")->group(group);
  verb.add_flag("--sentence-initial", a.settings.cues.sentence_initial,
                "Only where a sentence begins with it")
      ->group(group);
  verb.add_option("--window", events.window, "Tokens before and after a cue")
      ->capture_default_str()
      ->check(CLI::Range(1, kWidest))
      ->group(group);
  verb.add_option("--matches", events.matches,
                  "Places in the same trace that each cue is compared with, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, kWidest))
      ->group(group);
  verb.add_option("--parts", events.n_parts,
                  "Equal parts of the thinking; a place is in the same one as its cue")
      ->capture_default_str()
      ->check(CLI::Range(1, kWidest))
      ->group(group);
  verb.add_option("--distance", events.distance, "Tokens between a place and every cue, at least")
      ->capture_default_str()
      ->check(CLI::Range(0, kWidest))
      ->group(group);
  verb.add_option("--seed", events.seed, "Of the drawing of places, and of the resampling")
      ->capture_default_str()
      ->check(check_seed)
      ->group(group);
}

CueSettings to_cue_settings(const CueArguments& a, const CLI::App& verb) {
  CueSettings settings = a.settings;
  if (verb.get_option("--cues")->count() > 0) settings.cues.cues = split_list(a.cues);
  if (!a.cues_file.empty()) settings.cues.cues = cues_in_file(a.cues_file);
  check_cues(settings.cues);
  return settings;
}

}  // namespace thinktrace::cli
