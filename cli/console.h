// SPDX-License-Identifier: MIT
// console.h — what the user sees while a command works, and how she stops it.
#pragma once
#include <chrono>
#include <string>

#include "thinktrace/run/run.h"

namespace thinktrace::cli {

// From now on the first Ctrl-C (or SIGTERM) asks the work to stop after the pass in hand; a second one ends
// the program.
void catch_interrupts();
bool interrupted();

// From now on a file that outgrows `ulimit -f` is a write that fails, with a message, and not the end of the program.
void outlive_file_size_limit();

// Writes to standard output and makes sure that it arrived. Throws Error (kFailed) if it can't be written.
void print(const std::string& text);

// A line on standard error; control characters in `text` are made visible. Nothing if `quiet`.
void tell(const std::string& text, bool quiet = false);

// Clears the line on which progress is shown, if one is open, so that what follows begins on its own.
void clear_progress_line();

// Shows a bar with rate and time left on a terminal, rewritten in place; elsewhere one line every 30 seconds.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet) : quiet_(quiet) {}
  void show(const Progress& progress);

 private:
  bool quiet_;
  std::chrono::steady_clock::time_point next_{};
  int last_done_ = -1;
};

// "1 question", "2 questions".
std::string count_text(int64_t n, const std::string& noun);

// "1 h 02 min", "3 min 20 s", "45 s".
std::string duration_text(double seconds);

}  // namespace thinktrace::cli
