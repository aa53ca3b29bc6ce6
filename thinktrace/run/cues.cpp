// SPDX-License-Identifier: MIT
#include "thinktrace/run/cues.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/publish/table.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// A trace's cues with their places, and what was read of it.
struct CuedTrace {
  const TraceRecord& record;
  std::vector<Cue> cues;
  std::vector<std::vector<int>> places;  // [n_cues]
  std::vector<int> positions;            // Those that were read.
  std::vector<float> logprobs;           // [n_positions, n_options]

  int end() const { return static_cast<int>(record.think_text.size()); }
  std::vector<double> values(CurveValue value) const {
    return values_along(value, positions, logprobs, static_cast<int>(record.question.options.size()),
                        record.question.answer, end());
  }
};

void for_each_cued(const OpenRun& run, const CueSettings& settings,
                   const std::function<void(const CuedTrace&)>& visit) {
  run.store.for_each_trace(
      [&](const TraceRecord& record) {
        const bool is_known =
            record.status == Status::kOk && record.has_tokens && !record.curve.positions.empty();
        if (!is_known) return;
        CuedTrace trace{record, find_cues(record.think_text, settings.cues), {}, {}, {}};
        std::vector<int> events;
        for (const Cue& cue : trace.cues) events.push_back(cue.token);
        trace.places = match_places(events, trace.end(), settings.events);
        const size_t n = record.question.options.size();
        for (const int row : read_rows(record.curve)) {
          trace.positions.push_back(record.curve.positions[row]);
          const auto first = record.curve.logprobs.begin() + static_cast<ptrdiff_t>(row * n);
          trace.logprobs.insert(trace.logprobs.end(), first, first + static_cast<ptrdiff_t>(n));
        }
        visit(trace);
      },
      run.reader.id);
}

std::vector<EventSeries> cue_series() {
  std::vector<EventSeries> series;
  for (const CueSeries& s : kCueSeries) series.push_back(s.series);
  return series;
}

CueNumbers numbers_of(const std::string& cue, const EventSums& sums, int n_questions,
                      const BootstrapOptions& bootstrap) {
  return {cue, sums.n_events(), sums.n_traces(), sums.n_unmatched(), sums.averages(n_questions, bootstrap)};
}

// Sums all events, and those of each cue.  [1 + n_cues]
void add_cued(const CuedTrace& trace, int question, std::vector<EventSums>& sums) {
  std::vector<std::vector<double>> values;
  for (const CueSeries& s : kCueSeries) values.push_back(trace.values(s.series.value));
  for (size_t c = 0; c < sums.size(); c++) {
    std::vector<int> events;
    std::vector<std::vector<int>> places;
    for (size_t i = 0; i < trace.cues.size(); i++) {
      if (c > 0 && trace.cues[i].cue != static_cast<int>(c) - 1) continue;
      events.push_back(trace.cues[i].token);
      places.push_back(trace.places[i]);
    }
    sums[c].add({question, values, events, places});
  }
}

// What was read around a position.
std::vector<std::span<const float>> rows_around(const CuedTrace& trace, int position, int window) {
  const auto n = trace.record.question.options.size();
  std::vector<std::span<const float>> rows;
  for (int offset = -window; offset <= window; offset++) {
    const auto at = std::lower_bound(trace.positions.begin(), trace.positions.end(), position + offset);
    const bool is_read = at != trace.positions.end() && *at == position + offset;
    rows.push_back(is_read ? std::span(trace.logprobs).subspan((at - trace.positions.begin()) * n, n)
                           : std::span<const float>{});
  }
  return rows;
}

}  // namespace

void check_cues(const CueOptions& options) {
  if (options.cues.empty()) throw Error(ErrorKind::kInput, "[cues] no cue to look for");
  std::set<std::string> seen;
  for (const std::string& cue : options.cues) {
    const char* const blanks = " \n\r\t";
    if (cue.empty() || cue.find_first_of(blanks) == 0 || cue.find_last_of(blanks) == cue.size() - 1 ||
        !is_utf8(cue))
      throw Error(
          ErrorKind::kInput,
          fmt::format(
              "[cues] '{}' can't be looked for: a cue is valid UTF-8, not empty, and neither begins nor ends "
              "with a blank",
              printable(cue)));
    if (!seen.insert(cue).second)
      throw Error(ErrorKind::kInput, fmt::format("[cues] '{}' is given twice", printable(cue)));
  }
}

CueReport report_cues(const OpenRun& run, const CueSettings& settings, const BootstrapOptions& bootstrap) {
  check_cues(settings.cues);
  const int window = settings.events.window;
  std::vector<EventSums> sums(1 + settings.cues.cues.size(), EventSums(cue_series(), window));
  std::map<std::string, int> question_of;
  CueReport report{.reader = run.reader.number,
                   .match_case = settings.cues.match_case,
                   .sentence_initial = settings.cues.sentence_initial,
                   .events = settings.events,
                   .bootstrap = bootstrap};
  for_each_cued(run, settings, [&](const CuedTrace& trace) {
    report.n_traces++;
    const auto [at, is_new] =
        question_of.try_emplace(trace.record.question.id, static_cast<int>(question_of.size()));
    if (!trace.cues.empty()) add_cued(trace, at->second, sums);
  });
  report.n_questions = static_cast<int>(question_of.size());
  for (size_t c = 0; c < sums.size(); c++) {
    const std::string cue = c == 0 ? "" : settings.cues.cues[c - 1];
    report.cues.push_back(numbers_of(cue, sums[c], report.n_questions, bootstrap));
  }
  return report;
}

void export_cues(const RunView& view, const CueSettings& settings, TableFormat format,
                 const std::function<void(const std::string&)>& sink) {
  check_cues(settings.cues);
  const OpenRun run = open_run(view);
  const ExportContext context = export_context(run);
  if (format == TableFormat::kCsv) {
    CuedEvent empty;
    empty.rows.resize(2 * static_cast<size_t>(settings.events.window) + 1);
    sink(csv_header(cue_row({}, empty, context)));
  }
  for_each_cued(run, settings, [&](const CuedTrace& trace) {
    const int n = static_cast<int>(trace.record.question.options.size());
    CuedEvent event{.final_option = most_likely(std::span(trace.logprobs).last(n))};
    const auto write = [&](int position) {
      event.position = position;
      event.rows = rows_around(trace, position, settings.events.window);
      const Row row = cue_row(trace.record, event, context);
      sink(format == TableFormat::kCsv ? csv_line(row) : json_line(row));
    };
    for (size_t i = 0; i < trace.cues.size(); i++) {
      event.event = static_cast<int>(i);
      event.cue = settings.cues.cues[trace.cues[i].cue];
      event.is_place = false;
      write(trace.cues[i].token);
      event.is_place = true;
      for (const int place : trace.places[i]) write(place);
    }
  });
}

}  // namespace thinktrace
