// SPDX-License-Identifier: MIT
#include "thinktrace/trace/trace.h"

#include <fmt/format.h>

#include "thinktrace/error.h"

namespace thinktrace {

const char* name_of(Stop stop) {
  switch (stop) {
    case Stop::kClosed:
      return "closed";
    case Stop::kBudget:
      return "budget";
    case Stop::kEndOfText:
      return "end_of_text";
    case Stop::kUnknown:
      break;
  }
  return "unknown";
}

Stop stop_named(const std::string& name) {
  for (const Stop stop : {Stop::kClosed, Stop::kBudget, Stop::kEndOfText, Stop::kUnknown}) {
    if (name == name_of(stop)) return stop;
  }
  throw Error(ErrorKind::kStore, fmt::format("[trace] unknown way to stop '{}'", name));
}

}  // namespace thinktrace
