// SPDX-License-Identifier: MIT
// intake.h — what every import does with the records that it reads: select, count, tell twins apart, pass on.
#pragma once
#include <map>
#include <string>

#include "thinktrace/import/import.h"
#include "thinktrace/text/hash_set.h"

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
  int count_again(const std::string& content);

  const ImportOptions& options_;
  const ImportObserver& observer_;
  std::map<std::string, int> taken_;  // Subject -> traces passed on.
  HashSet seen_;                      // Of content and number, and of content and how often it came before.
  std::string first_skipped_;
};

}  // namespace thinktrace
