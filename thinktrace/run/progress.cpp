// SPDX-License-Identifier: MIT
#include "thinktrace/run/progress.h"

#include <chrono>

namespace thinktrace {

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Reporter::begin(int units_total, int units_here_total) {
  progress_ = {.units_total = units_total,
               .units_done = units_total - units_here_total,
               .units_here_total = units_here_total,
               .tokens = progress_.tokens,
               .probes = progress_.probes};
  begin_ = monotonic_seconds();
  report();
}

void Reporter::add_tokens(int n) {
  progress_.tokens += n;
  report();
}

void Reporter::add_probes(int n) {
  progress_.probes += n;
  report();
}

void Reporter::end_unit() {
  progress_.units_here++;
  progress_.units_done++;
  report();
}

void Reporter::note(const std::string& text) const {
  if (observer_.note) observer_.note(text);
}

void Reporter::report() {
  progress_.seconds = monotonic_seconds() - begin_;
  if (observer_.progress) observer_.progress(progress_);
}

}  // namespace thinktrace
