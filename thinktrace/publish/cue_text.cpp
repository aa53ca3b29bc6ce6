// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "thinktrace/publish/columns.h"
#include "thinktrace/publish/cue_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// Places in kCueSeries.
constexpr int kAtFinal = 0, kMovedFinal = 1, kMovedRight = 3, kAtTopChanged = 6;

std::string cue_line(const std::string& name, int name_columns, const std::vector<std::string>& cells,
                     int columns) {
  std::string out = fit(name, name_columns);
  for (const std::string& cell : cells) out += fit(cell, columns);
  return trimmed(out) + '\n';
}

std::string name_of_cue(const CueNumbers& cue) {
  constexpr int kLongest = 22;
  return cue.cue.empty() ? "all together" : trimmed(fit(printable(cue.cue), kLongest));
}

// How far P has moved up to the cue and after it, beyond what it does at other places.
std::string table_of_cues(const CueReport& report) {
  constexpr int kName = 24, kCell = 19;
  const int w = report.events.window;
  std::string out = cue_line("", kName, {"", "P(final) moves", "", "P(right) moves"}, kCell) +
                    cue_line("cue", kName,
                             {"events", fmt::format("from {} to the cue", -w),
                              fmt::format("from it to +{}", w), fmt::format("from it to +{}", w)},
                             kCell);
  for (const CueNumbers& cue : report.cues) {
    if (cue.n_events == 0) {
      out += cue_line(name_of_cue(cue), kName, {"0"}, kCell);
      continue;
    }
    Estimate up_to = cue.averages[kMovedFinal].difference.front();
    if (up_to.value) up_to.value = -*up_to.value;
    if (up_to.interval)
      up_to.interval = Interval{-up_to.interval->high, -up_to.interval->low, up_to.interval->method};
    out += cue_line(name_of_cue(cue), kName,
                    {fmt::format("{} in {} traces", cue.n_events, cue.n_traces), share(up_to),
                     share(cue.averages[kMovedFinal].difference.back()),
                     share(cue.averages[kMovedRight].difference.back())},
                    kCell);
  }
  return out;
}

// Offsets that a terminal shows: 0 and powers of two, and the ends.
bool is_shown(int offset, int window) {
  const int far = std::abs(offset);
  return far == window || (far & (far - 1)) == 0;
}

std::string table_of_offsets(const CueReport& report) {
  constexpr int kName = 9, kCell = 18;
  const CueNumbers& all = report.cues.front();
  std::string out =
      "all cues together, token by token; 0 is the position right before the cue\n" +
      cue_line("", kName, {"P(final)", "", "", "option changes"}, kCell) +
      cue_line("offset", kName, {"at cues", "at places", "difference", "at cues", "at places"}, kCell);
  for (int k = 0; k < 2 * report.events.window + 1; k++) {
    const int offset = k - report.events.window;
    if (!is_shown(offset, report.events.window)) continue;
    const EventAverage &final = all.averages[kAtFinal], &changed = all.averages[kAtTopChanged];
    out += cue_line(fmt::format("{:+}", offset), kName,
                    {share(final.at_events[k]), share(final.at_places[k]), share(final.difference[k]),
                     share(changed.at_events[k]), share(changed.at_places[k])},
                    kCell);
  }
  return out;
}

}  // namespace

std::string describe_cues(const CueReport& report) {
  const CueNumbers& all = report.cues.front();
  const EventOptions& o = report.events;
  std::string out = wrapped(
      fmt::format(
          "{} cues in {} of {} traces of {} questions, read by reader {}; each beside up to {} places of its "
          "trace in the same one of {} parts of the thinking, {} tokens or more from every cue{}",
          all.n_events, all.n_traces, report.n_traces, report.n_questions, report.reader, o.matches,
          o.n_parts, o.distance,
          all.n_unmatched > 0 ? fmt::format("; {} without such a place are left out", all.n_unmatched) : ""),
      0);
  out +=
      fmt::format("[low, high]: {:.4g} % intervals over questions; moves are beyond those at the places\n\n",
                  100 * report.bootstrap.level);
  out += table_of_cues(report);
  if (all.n_events > all.n_unmatched) out += '\n' + table_of_offsets(report);
  return out;
}

}  // namespace thinktrace
