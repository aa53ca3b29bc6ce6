// SPDX-License-Identifier: MIT
// wanted_traces.h — traces that were asked for by their ids, each in whole or by its beginning.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

namespace thinktrace {

class WantedTraces {
 public:
  // `verb` begins the messages. Throws Error (kInput) for what is not 8 hex digits or more.
  WantedTraces(const std::vector<std::string>& wanted, std::string verb);

  bool is_everything() const { return wanted_.empty(); }

  // Those of `ids` that are wanted. Throws Error (kInput) where two have the beginning that was given, now or in an earlier call.
  std::set<std::string> among(const std::vector<std::string>& ids);

  // To be called when all runs were searched: throws Error (kInput) naming what was never found.
  void check_all_found() const;

 private:
  std::string verb_;
  std::set<std::string> wanted_;
  std::map<std::string, std::string> matches_;
};

}  // namespace thinktrace
