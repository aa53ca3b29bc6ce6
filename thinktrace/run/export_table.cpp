// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/publish/table.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {
namespace {

// The columns where there is no trace to take them from.
Row header_of(TableKind kind, int n_options) {
  TraceRecord empty;
  empty.question.options.resize(2);
  empty.curve = {{0}, {0, 0}};
  if (kind == TableKind::kProbes) return probe_rows(empty, {}, n_options).front();
  return kind == TableKind::kTraces ? trace_row(empty, {}, {}) : before_after_row(empty, {}, {});
}

// The readings of a trace, this run's reader first.
std::vector<EnsemblePoint> combine(const TraceRecord& r, const std::vector<ReaderCurve>& others) {
  std::vector<ReaderCurve> readers{{r.curve.positions, r.curve.logprobs}};
  readers.insert(readers.end(), others.begin(), others.end());
  return combine_readers(readers, static_cast<int>(r.question.options.size()));
}

}  // namespace

void export_table(const RunView& view, TableKind kind, TableFormat format,
                  const std::function<void(const std::string&)>& sink) {
  const OpenRun run = open_run(view);
  const ExportContext context = export_context(run);
  const int n_options = most_options(run);
  if (format == TableFormat::kCsv) sink(csv_header(header_of(kind, n_options)));
  const auto write = [&](const Row& row) {
    sink(format == TableFormat::kCsv ? csv_line(row) : json_line(row));
  };
  for_each_measured(run, [&](const TraceRecord& r, const TraceMeasures& m) {
    if (kind == TableKind::kTraces) write(trace_row(r, m, context));
    if (kind == TableKind::kBeforeAfter && r.status == Status::kOk && m.curve)
      write(before_after_row(r, m, context));
    if (kind != TableKind::kProbes || r.status != Status::kOk) return;
    for (const Row& row : probe_rows(r, context, n_options)) write(row);
  });
}

void export_ensemble(const RunView& view, TableFormat format,
                     const std::function<void(const std::string&)>& sink) {
  const OpenRun run = open_run(view);
  const ReaderRoles roles = reader_roles(run);
  if (roles.ensemble.empty())
    throw Error(
        ErrorKind::kInput,
        fmt::format("[export] {}: reader {} alone has read these traces with its model; thinktrace probe {} "
                    "--suffixes A,B or --permute K reads them in other ways",
                    view.folder, run.reader.number, view.folder));
  const ExportContext context = export_context(run);
  const int n_options = most_options(run);
  if (format == TableFormat::kCsv) {
    TraceRecord empty;
    const EnsemblePoint nothing{.mean = {0}, .deviation = {0}};
    sink(csv_header(ensemble_rows(empty, {nothing}, context, n_options).front()));
  }
  for_each_beside(run, roles, [&](const TraceRecord& r, const RecordReadings& readings) {
    const std::vector<ReaderCurve> others = ensemble_of(r, readings);
    if (r.status != Status::kOk || r.curve.positions.empty() || others.empty()) return;
    for (const Row& row : ensemble_rows(r, combine(r, others), context, n_options))
      sink(format == TableFormat::kCsv ? csv_line(row) : json_line(row));
  });
}

}  // namespace thinktrace
