// SPDX-License-Identifier: MIT
// import.h — traces that others published or wrote down, as records.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace {

// What is said of all records of an import; empty or nothing where the source does not say.
struct ImportSource {
  std::string kind;  // "arbor", "jsonl"
  std::string model, model_sha256, chat_template;
  std::optional<double> temperature;
};

// Told what was found while an import is read; each may be empty.
struct ImportObserver {
  std::function<void(TraceRecord&&)>
      on_record;  // A trace, in the order of the source; sample is 0 unless the source numbers it.
  std::function<void(const std::string&)>
      on_skipped;                     // "FILE:LINE: reason" of what can't be used; the import goes on.
  std::function<bool()> should_stop;  // True: throw Error (kInterrupted).
};

struct ImportOptions {
  std::vector<std::string> subjects;  // Empty: all.
  int limit = 0;                      // Traces of each subject at most; 0: all.
  // For read_jsonl: our field -> the file's, as in ("question", "prompt").
  std::vector<std::pair<std::string, std::string>> fields;
};

// The identity of an imported trace by its content: model's name, question, thinking and free answer.
std::string imported_trace_id(const std::string& model, const TraceRecord& record);

}  // namespace thinktrace
