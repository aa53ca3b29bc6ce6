// SPDX-License-Identifier: MIT
// intake.h — what every import does with the records that it reads: select, count, tell twins apart, pass on.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "thinktrace/import/import.h"

namespace thinktrace {

class Intake {
 public:
  // REQUIRES: both outlive the intake.
  Intake(const ImportOptions& options, const ImportObserver& observer)
      : options_(options), observer_(observer) {}

  // To be asked before every page and line: throws Error (kInterrupted) if the caller wants to stop.
  void check_stop() const;
  // Whether traces of `subject` are still wanted. Remembers that the subject occurs.
  bool wants(const std::string& subject);
  // Whether nothing further can be wanted.
  bool is_done() const;
  void skip(const std::string& where, const std::string& reason);
  // Passes `record` on unless it was met before. `number` is what the source counts it by, "" where it doesn't: the same
  // content under another number is another trace. An empty id is filled in.
  // REQUIRES: wants() its subject.
  void take(TraceRecord&& record, const ImportSource& source, const std::string& where,
            const std::string& number);
  // To be called at the end: throws Error (kInput) naming the subjects there are if one of options.subjects never
  // occurred, or if no trace was passed on: `path` then is something else, or nothing in it can be used.
  void finish(const std::string& path) const;

 private:
  const ImportOptions& options_;
  const ImportObserver& observer_;
  std::map<std::string, int> taken_;                // Subject -> traces passed on.
  std::unordered_set<uint64_t> seen_;               // Hashes of content and number.
  std::unordered_map<uint64_t, int> n_of_content_;  // Hash of content -> traces that have it.
  std::string first_skipped_;
};

}  // namespace thinktrace
