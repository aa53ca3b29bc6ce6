// SPDX-License-Identifier: MIT
// analysis_text.h — the first numbers of a run, for a terminal.
#pragma once
#include <string>

namespace thinktrace {

struct Analysis;

// Lines of at most 100 columns, each with its line break: all traces first, then a table of the subjects and
// what a reader must be warned of. docs/method.md defines the numbers. Text from outside is printable().
std::string describe_analysis(const Analysis& analysis);

// Its part on several readings of each trace, the labels under all orders of the options, and this reader beside the plan's
// own; empty where there is nothing of these.
std::string describe_readings(const Analysis& analysis);

}  // namespace thinktrace
