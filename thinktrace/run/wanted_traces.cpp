// SPDX-License-Identifier: MIT
#include "thinktrace/run/wanted_traces.h"

#include <fmt/format.h>

#include "thinktrace/error.h"

namespace thinktrace {

WantedTraces::WantedTraces(const std::vector<std::string>& wanted, std::string verb)
    : verb_(std::move(verb)) {
  for (const std::string& text : wanted) {
    constexpr size_t kShortest = 8;
    std::string id = text;
    for (char& c : id) c = 'A' <= c && c <= 'F' ? static_cast<char>(c + 32) : c;
    if (id.size() < kShortest || id.find_first_not_of("0123456789abcdef") != std::string::npos)
      throw Error(ErrorKind::kInput, fmt::format("[{}] '{}' is no id of a trace: give {} hex digits or more",
                                                 verb_, text, kShortest));
    wanted_.insert(std::move(id));
  }
}

std::set<std::string> WantedTraces::among(const std::vector<std::string>& ids) {
  std::set<std::string> found;
  const std::set<std::string> sorted(ids.begin(), ids.end());
  for (const std::string& beginning : wanted_) {
    for (auto it = sorted.lower_bound(beginning); it != sorted.end() && it->starts_with(beginning); ++it) {
      if (const auto [known, is_new] = matches_.emplace(beginning, *it); known->second != *it)
        throw Error(ErrorKind::kInput,
                    fmt::format("[{}] '{}' is the beginning of {} and of {}: give more of its digits", verb_,
                                beginning, known->second, *it));
      found.insert(*it);
    }
  }
  return found;
}

void WantedTraces::check_all_found() const {
  for (const std::string& beginning : wanted_) {
    if (!matches_.contains(beginning))
      throw Error(ErrorKind::kInput,
                  fmt::format("[{}] no trace of these runs has the id '{}'", verb_, beginning));
  }
}

}  // namespace thinktrace
