// SPDX-License-Identifier: MIT
// csv.h — records of a comma-separated file with the lines on which they begin.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace thinktrace {

struct CsvRecord {
  int line = 0;  // From 1; a quoted field may hold line breaks, so a record may cover several lines.
  std::vector<std::string> fields;
  std::string error;  // Not empty where the record is ill-formed (fields then hold what was read).
};

// Reads `text` as RFC 4180 with LF or CRLF line ends and an optional byte order mark; empty lines are passed
// over. A quote that is never closed, or text after a closing quote, makes its record ill-formed.
std::vector<CsvRecord> parse_csv(std::string_view text);

}  // namespace thinktrace
