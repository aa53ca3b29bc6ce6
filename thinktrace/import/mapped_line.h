// SPDX-License-Identifier: MIT
// mapped_line.h — lines of JSON that other programs wrote, read by a table of our fields and their keys.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace {

class JsonObject;

struct MappedField {
  std::string name;               // Ours.
  std::vector<std::string> keys;  // The file's, the first that a line has counts.
  bool is_given = false;          // By the user, instead of the usual keys.
  bool was_seen = false;          // In a line of the file being read.
};
using FieldMap = std::vector<MappedField>;

// The usual keys, with those that `fields` (ours, theirs) gives in place of them. Throws Error (kInput) naming the fields
// that there are for one that is not ours.
FieldMap build_field_map(const std::vector<std::pair<std::string, std::string>>& fields);

// The key under which `line` has our field `name`, empty if it has none.
std::string key_in(const FieldMap& map, const JsonObject& line, const std::string& name);

// Notes which of the user's keys `line` has.
void note_keys(FieldMap& map, const JsonObject& line);

// Throws Error (kInput) if a key that the user gave was in no line of `file`; forgets what was seen.
void check_keys_seen(FieldMap& map, const std::string& file);

// The record of one line. `subject` is what counts where the line names none. Throws Error (kInput) with the reason if the
// line can't be used.
TraceRecord parse_mapped_line(const FieldMap& map, const JsonObject& line, const std::string& subject);

}  // namespace thinktrace
