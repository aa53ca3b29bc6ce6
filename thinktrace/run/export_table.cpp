// SPDX-License-Identifier: MIT
#include <algorithm>

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

}  // namespace thinktrace
