// SPDX-License-Identifier: MIT
// bench_adaptive.h — what adaptive probing saves on a trace whose exact curve is at hand, and what it costs in exactness.
#pragma once
#include <cstdint>
#include <vector>

#include "thinktrace/run/probe_by.h"

namespace thinktrace {

struct AdaptiveWork {
  double seconds = 0;
  int64_t n_positions = 0, n_read = 0;
  NoiseFloor off;  // From the exact curve: every position, interpolated ones too.
};

// Adds a trace probed adaptively with the usual tolerance. REQUIRES: `exact` is the trace's curve at every position.
void add_work(AnswerReader& reader, const TraceToProbe& trace, const Curve& exact, AdaptiveWork& work);

}  // namespace thinktrace
