// SPDX-License-Identifier: MIT
// store.h — a run on disk: RUN/thinktrace.db (schema.sql).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/probe/record.h"

struct sqlite3;

namespace thinktrace {

// The plan as the store sees it: JSON that it keeps and compares but does not read.
struct StoredPlan {
  std::string id;          // Hash of identity.
  std::string identity;    // JSON object.
  std::string provenance;  // JSON object.
  int samples = 1;
  int unit_size = 1;
  std::string noise_floor;  // JSON object; empty until measured.
};

// One unit's outcome. Its records share question, prompt and labels; a failed unit has no records but a
// reason.
struct StoredUnit {
  std::string question_id;
  int first_sample = 0;
  int n_samples = 1;
  Status status = Status::kOk;
  std::string error;
  std::vector<std::string> labels;
  std::string prompt_text;
  std::vector<Token> prompt_ids;
  std::string settings;      // JSON object.
  std::string model_sha256;  // Of the reading model.
  std::vector<Token> suffix_ids;
  double seconds_sampling = 0, seconds_probing = 0;
  std::vector<TraceRecord> records;
  std::vector<std::string> reading_ids;  // [n_records]
};

// Samples that were decoded because units are whole, but not asked for, are not counted.
struct StoreCounts {
  int64_t questions = 0, units_ok = 0, units_failed = 0, traces = 0, tokens = 0, probes = 0;
  int64_t not_ended = 0;  // Traces that did not close their thinking themselves.
  int64_t settings = 0;   // Different ways in which units were computed.
  double seconds_sampling = 0, seconds_probing = 0;
};

// Throws Error (kStore) if a run could not be stored in `run_folder`: it, or the nearest folder above it that
// exists, is no folder or can't be written to. Makes nothing.
void check_run_folder(const std::string& run_folder);

// Not thread-safe. Every function throws Error (kStore) naming the file if SQLite reports a problem.
class Store {
 public:
  // Opens RUN for writing, making folder and store where they are missing. Only one process at a time writes
  // to a run: throws Error (kStore) if another holds it, if the store is of a newer version, or if it can't
  // be written.
  static Store create(const std::string& run_folder);
  // Opens an existing RUN for reading. Throws Error (kInput) if there is none.
  static Store open(const std::string& run_folder);

  const std::string& path() const { return path_; }

  std::optional<StoredPlan> plan() const;
  // Writes the plan and its questions in order; keeps every unit. One transaction.
  void save_plan(const StoredPlan& plan, const std::vector<Question>& questions);
  void save_noise_floor(const std::string& json);

  // (question id, first sample) of every unit that is done, well or not.
  std::set<std::pair<std::string, int>> units_done() const;
  // All or nothing, on disk when it returns.
  void commit_unit(const StoredUnit& unit);

  // Every trace of the plan's questions and samples, by place and sample. A failed unit gives one record a
  // sample. The record is only valid during the call. Memory: one unit at a time. Nothing is locked while
  // `visit` runs, so a slow reader does not hold up a writer; a run that grows meanwhile is seen as it was at
  // the start.
  void for_each_trace(const std::function<void(const TraceRecord&)>& visit) const;

  // The first trace of each of `n` units spread evenly over the whole ones, in the order of for_each_trace;
  // fewer where there are fewer.
  std::vector<TraceRecord> spread_traces(int n) const;

  StoreCounts counts() const;

 private:
  Store() = default;
  struct Close {
    void operator()(sqlite3* db) const;
  };
  struct Unlock {
    void operator()(const int* fd) const;
  };
  std::unique_ptr<const int, Unlock> lock_;
  std::unique_ptr<sqlite3, Close> db_;
  std::string path_;
};

}  // namespace thinktrace
