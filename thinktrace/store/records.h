// SPDX-License-Identifier: MIT
// records.h — records read back from the store, unit by unit. Private to store/.
#pragma once
#include <cstdint>
#include <vector>

#include "thinktrace/probe/record.h"

struct sqlite3;

namespace thinktrace {

// Row ids of the plan's units by place and first sample, those alone that hold a sample below `samples`.
std::vector<int64_t> units_in_order(sqlite3* db, int samples, bool with_failed);

// The records of one unit, by sample, those below `samples`; a failed unit gives one record a sample.
std::vector<TraceRecord> records_of(sqlite3* db, int64_t unit, int samples);

}  // namespace thinktrace
