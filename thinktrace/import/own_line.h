// SPDX-License-Identifier: MIT
// own_line.h — lines of our own export (docs/export.md), read back.
#pragma once
#include "thinktrace/probe/record.h"

namespace thinktrace {

class JsonObject;

// Whether a file whose first object is `line` is our own export.
bool is_own_line(const JsonObject& line);

// The record that the line was written from: ids, seed and log-probabilities come back to the last bit. Keys that later
// versions of the export added may be missing. Throws Error (kInput) with the reason if the line is not whole.
TraceRecord parse_own_line(const JsonObject& line);

}  // namespace thinktrace
