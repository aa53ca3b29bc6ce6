// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivot_numbers.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/error.h"
#include "thinktrace/publish/pivot_rows.h"
#include "thinktrace/run/experiments.h"

namespace thinktrace {
namespace {

bool differs_from(const TriedToken* own, const TriedToken& other, const PivotSettings& settings) {
  return own && own->token != other.token &&
         compare_rates(own->tally, other.tally, settings.search.difference) == Verdict::kDiffer;
}

// Tokens tried at a fork, the most likely first.
const std::vector<TriedToken>& tried_at(const SearchedTrace& trace, int token) {
  static const std::vector<TriedToken> kNone;
  const auto at = trace.state.forks.find(token);
  return at == trace.state.forks.end() ? kNone : at->second;
}

PivotTrace measured_trace(const SearchedTrace& trace, int question, const PivotSettings& settings) {
  PivotTrace out{question, static_cast<int>(trace.record.think_text.size()), {}, {}};
  for (const Pivot& pivot : trace.state.pivots) {
    const TriedToken* own = own_token_at(trace, pivot.token);
    const std::vector<TriedToken>& tried = tried_at(trace, pivot.token);
    const bool has_counterpart = std::any_of(
        tried.begin(), tried.end(), [&](const TriedToken& t) { return differs_from(own, t, settings); });
    out.pivots.push_back({pivot.token, pivot.change, pivot.decided, has_counterpart});
  }
  for (const Jump& jump : trace.state.candidates) out.candidates.push_back(jump.token);
  std::sort(out.candidates.begin(), out.candidates.end());
  return out;
}

// The traces of a block, questions numbered from 0 in the order in which they come.
struct SearchedBlock {
  std::vector<PivotTrace> traces;
  std::map<std::string, int> question_of;
  PivotBlock block;

  void add(const SearchedTrace& trace, const PivotSettings& settings) {
    const int question =
        question_of.try_emplace(trace.record.question.id, static_cast<int>(question_of.size())).first->second;
    traces.push_back(measured_trace(trace, question, settings));
    block.n_positions += static_cast<int64_t>(trace.state.tallies.size());
    for (const auto& [position, tally] : trace.state.tallies) block.n_continuations += tally.trials;
  }
  PivotBlock measured(const std::string& subject, const BootstrapOptions& bootstrap) const {
    PivotBlock out = block;
    out.subject = subject;
    out.n_traces = static_cast<int>(traces.size());
    out.n_questions = static_cast<int>(question_of.size());
    if (out.n_traces > 0) out.numbers = measure_pivots(traces, out.n_questions, bootstrap);
    return out;
  }
};

// P(right) of the forced answer at a position; nothing where it was not read there.
std::optional<double> forced_at(const TraceRecord& record, int position) {
  const std::vector<int>& positions = record.curve.positions;
  const auto at = std::lower_bound(positions.begin(), positions.end(), position);
  if (at == positions.end() || *at != position) return std::nullopt;
  const size_t i = at - positions.begin();
  return probability_of(record.curve.logprobs[i * record.question.options.size() + record.question.answer]);
}

PivotRow row_of(const OpenPivots& pivots, const SearchedTrace& trace, const Pivot& pivot) {
  const PivotSettings& settings = pivots.settings;
  PivotRow row{pivots.experiment.number,
               name_of(settings.success),
               wanted_option(trace.record, settings.success),
               pivot.token,
               pivot.tallies.before,
               pivot.tallies.after,
               difference_interval(pivot.tallies, settings.search.difference.alpha),
               pivot.decided,
               forced_at(trace.record, pivot.token),
               forced_at(trace.record, pivot.token + 1),
               {}};
  const TriedToken* own = own_token_at(trace, pivot.token);
  for (const TriedToken& t : tried_at(trace, pivot.token))
    row.tried.push_back({t.token, t.text, t.probability, t.tally, &t == own, differs_from(own, t, settings)});
  return row;
}

}  // namespace

OpenPivots open_pivots(const RunView& view, std::optional<int> number) {
  OpenExperiment open = open_experiment(view, kPivots, "pivots", number);
  const PivotSettings settings = pivot_settings_of(open.experiment);
  return {std::move(open.run), std::move(open.experiment), settings};
}

void for_each_searched(const OpenPivots& pivots, const std::function<void(const SearchedTrace&)>& visit) {
  const Store& store = pivots.run.store;
  store.for_each_trace(
      [&](const TraceRecord& record) {
        if (record.id.empty() || record.curve.positions.empty()) return;
        const std::vector<StoredContinuation> found = store.continuations(record, pivots.experiment.id);
        if (!found.empty()) visit({record, pivot_state(record, found, pivots.settings)});
      },
      pivots.run.reader.id);
}

const TriedToken* own_token_at(const SearchedTrace& trace, int token) {
  for (const TriedToken& tried : tried_at(trace, token)) {
    if (tried.token == trace.record.trace.think_ids[token]) return &tried;
  }
  return nullptr;
}

PivotReport report_pivots(const OpenPivots& pivots, const BootstrapOptions& bootstrap) {
  const PivotSettings& settings = pivots.settings;
  PivotReport report{.experiment = pivots.experiment.number,
                     .reader = pivots.run.reader.number,
                     .success = name_of(settings.success),
                     .temperature = settings.sampling.sampler.temperature,
                     .difference = settings.search.difference,
                     .most = settings.search.cap};
  report.bootstrap = bootstrap;
  SearchedBlock all;
  std::map<std::string, SearchedBlock> subjects;
  for_each_searched(pivots, [&](const SearchedTrace& trace) {
    if (!is_over(trace.state, settings)) {
      report.n_unfinished++;
      return;
    }
    all.add(trace, settings);
    subjects[trace.record.question.subject].add(trace, settings);
  });
  report.overall = all.measured("", bootstrap);
  for (const auto& [subject, block] : subjects) report.subjects.push_back(block.measured(subject, bootstrap));
  report.n_unsearched =
      static_cast<int>(pivots.run.store.trace_ids().size()) - report.overall.n_traces - report.n_unfinished;
  return report;
}

void export_pivots(const RunView& view, std::optional<int> number, PivotExport what, TableFormat format,
                   const std::function<void(const std::string&)>& sink) {
  if (what == PivotExport::kPreferences && format == TableFormat::kCsv)
    throw Error(ErrorKind::kInput, "[pivots] preferences are JSONL only: their prompts are long texts");
  const OpenPivots pivots = open_pivots(view, number);
  const ExportContext context = export_context(pivots.run);
  if (format == TableFormat::kCsv) {
    TraceRecord empty;
    empty.think_text = {""};
    empty.trace.think_ids = {0};
    sink(csv_header(pivot_row(empty, {}, {})));
  }
  for_each_searched(pivots, [&](const SearchedTrace& trace) {
    if (!is_over(trace.state, pivots.settings)) return;
    for (const Pivot& pivot : trace.state.pivots) {
      const PivotRow row = row_of(pivots, trace, pivot);
      if (what == PivotExport::kPreferences) {
        for (const std::string& text : preference_lines(trace.record, row, context)) sink(text);
      } else {
        sink(format == TableFormat::kCsv ? csv_line(pivot_row(trace.record, row, context))
                                         : pivot_line(trace.record, row, context));
      }
    }
  });
}

}  // namespace thinktrace
