// SPDX-License-Identifier: MIT
#include "thinktrace/run/bench_adaptive.h"

#include "thinktrace/run/progress.h"

namespace thinktrace {

void add_work(AnswerReader& reader, const TraceToProbe& trace, const Curve& exact, AdaptiveWork& work) {
  const double begin = monotonic_seconds();
  const Curve curve = probe_by(reader, trace, {.adaptive = AdaptiveProbing{}});
  work.seconds += monotonic_seconds() - begin;
  work.n_positions += static_cast<int64_t>(curve.positions.size());
  work.n_read += static_cast<int64_t>(read_rows(curve).size());
  work.off = merge(work.off, compare_curves(curve, exact, static_cast<int>(trace.form.options.size())));
}

}  // namespace thinktrace
