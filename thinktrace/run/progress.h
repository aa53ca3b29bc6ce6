// SPDX-License-Identifier: MIT
// progress.h — how far a command is, and what it tells its caller while it works.
#pragma once
#include <functional>
#include <string>

namespace thinktrace {

// Counts are of this call, totals of the whole run.
struct Progress {
  int units_total = 0, units_done = 0;
  int units_here = 0, units_here_total = 0;  // Of those that this call has to do.
  int64_t tokens = 0;                        // Thinking and answer tokens sampled by this call.
  int64_t probes = 0;                        // Positions probed by this call.
  double seconds = 0;                        // Since the first unit began.
};

// What a run tells its caller while it works. Every function may be empty.
struct RunObserver {
  std::function<void(const std::string&)>
      note;  // One line worth knowing; may hold text from models and files.
  std::function<void(const Progress&)> progress;  // After every decode or so, and after every unit.
  std::function<bool()> should_stop;  // True: drop the unit in hand and throw Error (kInterrupted).
};

double monotonic_seconds();

// Progress with its clock. REQUIRES: the observer outlives it.
class Reporter {
 public:
  explicit Reporter(const RunObserver& observer) : observer_(observer) {}

  void begin(int units_total, int units_here_total);
  void add_tokens(int n);
  void add_probes(int n);
  void end_unit();
  void note(const std::string& text) const;
  const RunObserver& observer() const { return observer_; }

 private:
  void report();
  const RunObserver& observer_;
  Progress progress_;
  double begin_ = 0;
};

}  // namespace thinktrace
