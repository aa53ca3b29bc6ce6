// SPDX-License-Identifier: MIT
// analysis_text.h — the first numbers of a run, for a terminal.
#pragma once
#include <string>

namespace thinktrace {

struct Analysis;

// Lines of at most 100 columns, each with its line break: all traces first, then a table of the subjects and
// what a reader must be warned of. docs/method.md defines the numbers. Text from outside is printable().
std::string describe_analysis(const Analysis& analysis);

}  // namespace thinktrace
