// SPDX-License-Identifier: MIT
// records.h — rows to structs. Private to store/.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "thinktrace/probe/record.h"
#include "thinktrace/store/store.h"

struct sqlite3;

namespace thinktrace {

// Writes a question unless it is there.
void write_question(sqlite3* db, const Question& question);

// A plan's questions in their order.
std::vector<Question> plan_questions(sqlite3* db, int plan);
void for_each_plan_question(sqlite3* db, int plan, const std::function<void(Question&&)>& visit);

// At which unit an attempt was made, with which reader, and (empty: none) for which experiment.
struct AttemptAt {
  std::string sampling_id;
  UnitKey unit;
  std::string reader_id, experiment_id = {};
};
void write_attempt(sqlite3* db, const AttemptAt& at, const Attempt& attempt);

// The records of one unit, by sample, as a reader read them; those below `samples`. A failed unit gives one record a
// sample. Every row is checked.
std::vector<TraceRecord> records_of(sqlite3* db, int64_t unit, const std::string& reader_id, int samples);

}  // namespace thinktrace
