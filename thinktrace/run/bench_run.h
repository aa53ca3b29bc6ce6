// SPDX-License-Identifier: MIT
// bench_run.h — how long a run takes from prompts to a store, beside the least that its parts could take.
#pragma once
#include "thinktrace/run/bench.h"

namespace thinktrace {

struct RunSpeed {
  Together together;  // As a run would have it.
  int n_questions = 0, n_traces = 0;
  int64_t n_prompt = 0, n_sampled = 0, n_suffix = 0;  // Tokens of a round; prompts once a unit.
  Spread questions_an_hour;
  Spread prefill,
      generation;  // Tokens a second, of passes of kPrefillChunk and of as many sequences as the run samples at once.
  // The least seconds over those that it took, in the same round: prompts and suffixes at the speed of prefill, sampled tokens
  // at that of generation.
  Spread of_bound;
  // Of a round's seconds.
  Spread sampling, probing, storing;
  // The same traces once more with adaptive probing of the usual tolerance: how many times as fast their probing is in a run,
  // where the trace is in the cache already, and the share of positions read.
  Spread adaptive_to_exact;
  double adaptive_share = 0;
  int64_t cache_bytes = 0;  // Reserved.
  int64_t peak_bytes = 0;   // As peak_memory(), weights and cache included.
};

// Does in each round what `thinktrace run` does with `options`, into a store in a new folder below the system's temporary one,
// which is removed afterwards; model and questions are loaded before. Throws Error as run_plan() does.
RunSpeed measure_run(const RunOptions& options, int rounds, const std::function<bool()>& should_stop = {});

}  // namespace thinktrace
