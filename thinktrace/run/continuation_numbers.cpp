// SPDX-License-Identifier: MIT
#include "thinktrace/run/continuation_numbers.h"

#include <algorithm>
#include <map>

#include "thinktrace/publish/continuation_rows.h"

namespace thinktrace {
namespace {

PrefixResult result_of(KnownPrefix known, const TraceRecord& record, const ContinueSettings& settings) {
  PrefixResult result{.position = known.position};
  const size_t n_options = record.question.options.size();
  result.prefix = {0, record.question.answer, known.forced, std::vector<int>(n_options + 1),
                   tally_of(known, record.question.answer)};
  for (int draw = 0; draw < settings.samples; draw++)
    result.prefix.free[known.continuations[draw].chosen.value_or(static_cast<int>(n_options))]++;
  result.comparison = compare_prefix(result.prefix, difference_options(settings));
  result.continuations = std::move(known.continuations);
  return result;
}

// Calls `visit` with every trace of the plan of which something was continued.
void for_each_continued(
    const OpenContinuations& c,
    const std::function<void(const TraceRecord&, const std::vector<PrefixResult>&)>& visit) {
  c.open.run.store.for_each_trace(
      [&](const TraceRecord& record) {
        if (record.id.empty()) return;
        const std::vector<PrefixResult> results = prefix_results(c, record);
        if (!results.empty()) visit(record, results);
      },
      c.open.experiment.reader_id);
}

// The beginnings of a block by place, questions numbered from 0 in the order in which they come.
struct ContinuedEntries {
  std::vector<std::vector<ContinuedPrefix>> places;
  std::vector<int64_t> n_continuations, n_kept;
  std::map<std::string, int> question_of;
  int n_traces = 0;

  void add(const TraceRecord& record, const std::vector<PrefixResult>& results,
           const std::vector<PrefixPlace>& all) {
    places.resize(all.size());
    n_continuations.resize(all.size());
    n_kept.resize(all.size());
    const int question =
        question_of.try_emplace(record.question.id, static_cast<int>(question_of.size())).first->second;
    n_traces++;
    for (size_t i = 0; i < all.size(); i++) {
      const std::optional<int> position = position_of(all[i], static_cast<int>(record.think_text.size()));
      for (const PrefixResult& result : results) {
        if (result.position != position) continue;
        places[i].push_back(result.prefix);
        places[i].back().question = question;
        n_continuations[i] += result.prefix.all.trials;
        n_kept[i] += *position;
      }
    }
  }

  ContinuationBlock measured(const std::string& subject, const std::vector<PrefixPlace>& all,
                             const DifferenceOptions& options, const BootstrapOptions& bootstrap) const {
    const auto n_questions = static_cast<int>(question_of.size());
    ContinuationBlock block{subject, n_traces, n_questions, {}};
    for (size_t i = 0; i < places.size(); i++) {
      const auto n = static_cast<int>(places[i].size());
      ContinuedPlace place{all[i].share, all[i].tokens, n, n_continuations[i], std::nullopt, {}};
      if (n > 0) place.mean_kept = static_cast<double>(n_kept[i]) / n;
      place.numbers = measure_continuations(places[i], n_questions, options, bootstrap);
      block.places.push_back(place);
    }
    return block;
  }
};

// The rows of every beginning, a header first in CSV.
void export_rows(const OpenContinuations& c, TableFormat format,
                 const std::function<void(const std::string&)>& sink,
                 const std::function<std::vector<Row>(const TraceRecord&, const PrefixResult&)>& rows_of) {
  bool is_first = true;
  for_each_continued(c, [&](const TraceRecord& record, const std::vector<PrefixResult>& results) {
    for (const PrefixResult& result : results) {
      for (const Row& row : rows_of(record, result)) {
        if (is_first && format == TableFormat::kCsv) sink(csv_header(row));
        is_first = false;
        sink(format == TableFormat::kCsv ? csv_line(row) : json_line(row));
      }
    }
  });
}

}  // namespace

OpenContinuations open_continuations(const RunView& view, std::optional<int> number) {
  OpenExperiment open = open_experiment(view, kContinuation, "continue", number);
  const ContinueSettings settings = continue_settings_of(open.experiment);
  return {std::move(open), settings, prefix_places(settings)};
}

std::vector<PrefixResult> prefix_results(const OpenContinuations& c, const TraceRecord& record) {
  std::vector<PrefixResult> results;
  for (KnownPrefix& known : known_prefixes(c.open.run.store, record, c.places, c.open.experiment)) {
    const bool is_whole = static_cast<int>(known.continuations.size()) >= c.settings.samples;
    if (is_whole && !known.forced.empty()) results.push_back(result_of(std::move(known), record, c.settings));
  }
  return results;
}

ContinuationReport report_continuations(const OpenContinuations& c, const BootstrapOptions& bootstrap) {
  ContinuationReport report{.experiment = c.open.experiment.number,
                            .reader = c.open.run.reader.number,
                            .samples = c.settings.samples,
                            .most = c.settings.most,
                            .difference = difference_options(c.settings)};
  report.bootstrap = bootstrap;
  ContinuedEntries all;
  std::map<std::string, ContinuedEntries> subjects;
  for_each_continued(c, [&](const TraceRecord& record, const std::vector<PrefixResult>& results) {
    all.add(record, results, c.places);
    subjects[record.question.subject].add(record, results, c.places);
  });
  report.overall = all.measured("", c.places, report.difference, bootstrap);
  for (const auto& [subject, entries] : subjects)
    report.subjects.push_back(entries.measured(subject, c.places, report.difference, bootstrap));
  report.n_left = static_cast<int>(c.open.run.store.trace_ids().size()) - all.n_traces;
  return report;
}

void export_continuations(const RunView& view, std::optional<int> number, TableFormat format,
                          const std::function<void(const std::string&)>& sink) {
  const OpenContinuations c = open_continuations(view, number);
  const ExportContext context = export_context(c.open.run);
  const int n_options = most_options(c.open.run);
  export_rows(c, format, sink, [&](const TraceRecord& record, const PrefixResult& result) {
    std::vector<Row> rows;
    for (const StoredContinuation& k : result.continuations) {
      rows.push_back(
          continuation_row(record,
                           {c.open.experiment.number, result.position, k.draw, k.draw < c.settings.samples,
                            k.think_text, k.stop, k.answer_text, k.chosen, result.prefix.forced,
                            result.comparison.verdict, result.comparison.is_more},
                           context, n_options));
    }
    return rows;
  });
}

void export_prefixes(const RunView& view, std::optional<int> number, TableFormat format,
                     const std::function<void(const std::string&)>& sink) {
  const OpenContinuations c = open_continuations(view, number);
  const ExportContext context = export_context(c.open.run);
  const int n_options = most_options(c.open.run);
  export_rows(c, format, sink, [&](const TraceRecord& record, const PrefixResult& result) {
    return std::vector<Row>{
        prefix_row(record, {c.open.experiment.number, result.position, result.prefix, result.comparison},
                   context, n_options)};
  });
}

}  // namespace thinktrace
