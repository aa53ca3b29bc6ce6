// SPDX-License-Identifier: MIT
// error.h — the one exception type of the library.
#pragma once
#include <stdexcept>
#include <string>

namespace thinktrace {

// What went wrong, as far as a caller may want to act on it. The program's exit codes follow from it.
enum class ErrorKind {
  kFailed,       // Something broke while running.
  kInput,        // A file or option that was given can't be used; nothing was run.
  kStore,        // The store can't be opened, read or written.
  kInterrupted,  // The caller asked to stop.
};

// Thrown when the work at hand must be given up. The message is one line, "[room] what; what to do next",
// naming the file, the line or the key. Text from files and models in it may hold control characters: pass it
// through printable() (text/utf8.h) before it reaches a terminal.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace thinktrace
