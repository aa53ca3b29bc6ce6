// SPDX-License-Identifier: MIT
// bench.h — how fast this machine samples and probes with a model, beside what the engine could do at best.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/probe/probe.h"
#include "thinktrace/run/plan.h"

namespace thinktrace {

// A trace to be measured on: what stands in it does not matter to how long it takes, but the lengths do.
struct BenchTrace {
  std::vector<Token> prompt, think;
};
struct BenchTraces {
  AnswerForm form;
  std::vector<BenchTrace> traces;
};

// Token ids in lines of numbers: first the suffix' length, its tokens and the token of each option; then a trace a line:
// prompt length, thinking length, the tokens of both. Throws Error (kInput) that names the file and the line where a number
// is missing, is none, or is no token of the model.
BenchTraces read_bench_traces(const std::string& path, const Model& model);

// One made-up trace of random tokens, the same at each call. n_think 0: 480, or as many as the
// model's context has room for. REQUIRES: the other numbers are at least 1.
BenchTraces make_bench_trace(const Model& model, int n_prompt, int n_think, int n_suffix);

struct BenchOptions {
  std::string model_path;
  std::string tokens_path;                       // For read_bench_traces(); empty: one made-up trace.
  int n_prompt = 96, n_think = 0, n_suffix = 8;  // Of the made-up one.
  ComputeOptions compute;
  int rounds = 3;
  int n_recomputed = 4;  // Positions of each trace that are also read by fresh prefills.
  std::vector<int> sequences{1, 2, 4, 8, 16, 32};  // Generation is measured at each of these numbers.
  int n_generated = 32;                            // Tokens of each sequence.
  std::function<bool()> should_stop;
};

// Of the rounds.
struct Spread {
  double median = 0, low = 0, high = 0;
};

Spread spread_of(std::vector<double> values);  // REQUIRES: at least one.

// Sampled tokens a second of a request's traces, all at once; its prompt's prefill is not counted.
double generation_speed(Session& session, const TraceRequest& request);

// Resident memory of this process, at its most so far.
int64_t peak_memory();

struct Generation {
  int n_sequences = 0;
  Spread tokens_a_second;  // All sequences together.
};

struct BenchReport {
  ModelCard model;
  EngineInfo engine;
  ComputeOptions compute;  // Resolved.
  int n_traces = 0, n_suffix = 0;
  std::vector<Curve>
      curves;  // What exact probing read in the last round: one a trace, every position.  [n_traces]
  int64_t n_prefilled = 0, n_probes = 0;  // Of a round: tokens of prompts and thinking, and positions probed.
  // Tokens a second: of a prefill in passes of kPrefillChunk tokens; of exact probing, prefilled and suffix tokens counted.
  Spread prefill, exact;
  Spread
      exact_to_prefill;  // The second over the first in the same round: 1 if a probe costs no more than its tokens.
  // Where our own kernels compute, beside the engine's: its prefill, exact probing to that in the same round, and how far what
  // was read is from what the engine's kernels read at every position.
  struct BesideEngine {
    Spread prefill, exact_to_prefill;
    NoiseFloor off;
  };
  std::optional<BesideEngine> beside_engine;
  // A second, the prefill of the trace counted; and how many times as fast forks are.
  Spread probes, recomputed_probes, probes_to_recomputed;
  NoiseFloor noise;  // Between the two, where both were read.
  // Of adaptive probing with the usual tolerance: all positions, interpolated ones too, a second; how many times as fast as
  // exact probing that is; the share of positions read; and how far its curves are from the exact ones.
  Spread adaptive_positions, adaptive_to_exact;
  double adaptive_share = 0;
  NoiseFloor adaptive_off;
  std::vector<Generation> generation;
  int64_t peak_bytes =
      0;  // Resident memory of this process, at its most; before the engine's kernels are looked at.
};

// Measures in rounds, in each of which everything is done once: what else the machine does then falls on all of it alike.
// A first round is thrown away. Throws Error as Model::load and read_bench_traces do, and kInput where a trace does not fit
// into the model's context.
BenchReport measure_speed(const BenchOptions& options);

}  // namespace thinktrace
