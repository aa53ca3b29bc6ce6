// SPDX-License-Identifier: MIT
// columns.h — numbers with their intervals, and lines of a terminal's columns.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

inline constexpr int kColumns = 100;
inline constexpr int kTitleColumns = 24;

// `text` cut to `columns` at a character's end, and filled up with spaces.
std::string fit(std::string text, int columns);
// Without the spaces at its end.
std::string trimmed(std::string text);

// .61 instead of 0.61: shares, probabilities and correlations. "-" for nothing.
std::string short_number(double x);
std::string short_number(const std::optional<double>& x);
// ".61 [.48, .73]" and "12.3 [10.1, 14.0]"; "-" where it isn't defined.
std::string share(const Estimate& e);
std::string amount(const Estimate& e);

// "1 trace", "3 traces".
std::string how_many(int n, std::string_view noun);

// A title and what follows it, broken between pieces where a line would be longer than kColumns.
std::string line(std::string_view title, const std::vector<std::string>& pieces);
// Words in lines of kColumns, all indented.
std::string wrapped(std::string_view text, int indent);

}  // namespace thinktrace
