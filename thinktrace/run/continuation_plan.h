// SPDX-License-Identifier: MIT
// continuation_plan.h — from where the thinking of stored traces is continued, how often, and what the answers hang on.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/analysis/sequential.h"
#include "thinktrace/store/store.h"
#include "thinktrace/trace/sample.h"

namespace thinktrace {

inline constexpr const char* kContinuation = "continuation";  // StoredExperiment::kind

struct ContinueSettings {
  std::vector<double> shares{0, .25, .5, .75, 1};  // Of the thinking; in any order.
  std::vector<int> tokens;  // Thinking tokens that are kept. Left out in traces that have fewer.
  int samples = 8;          // Continuations of each beginning,
  int most = 8;             // and, as many more at a time, up to so many where it is not decided.
  double least = .2;        // The smallest difference that matters: DifferenceOptions::least.
  uint64_t seed = 1;        // Of all draws.
  // Where they are not sampled as the plan's traces were (an import doesn't say how): how, but for the seed, and as many at once.
  std::optional<TraceOptions> sampling;
  int sequences = 0;
};

// The test of a beginning. Half of the difference that matters is negligible.
DifferenceOptions difference_options(const ContinueSettings& settings);

// A place in every trace.
struct PrefixPlace {
  std::optional<double> share;
  int tokens = 0;  // Where it is no share.
};
// Shares rising, then tokens rising, each once.
std::vector<PrefixPlace> prefix_places(const ContinueSettings& settings);
// How many tokens of a thinking of so many are kept there; nothing where it has fewer.
std::optional<int> position_of(const PrefixPlace& place, int n_thinking);
// Those of all places, rising, each once.
std::vector<int> positions_of(const std::vector<PrefixPlace>& places, int n_thinking);

// Everything that a continuation hangs on besides its trace, as a JSON object with sorted keys.
std::string continuation_identity(const ContinueSettings& settings, const std::string& reader_id);
// And back. Throws Error (kStore) where that can't be.
ContinueSettings continue_settings_of(const StoredExperiment& experiment);

// The name under which the forced answer of a position that had not been read is stored among an experiment's outcomes.
std::string forced_arm(int position);

// A beginning of one trace, and what is known of it.
struct KnownPrefix {
  int position = 0;
  std::vector<float> forced;                      // By option; empty: not read yet.
  std::vector<StoredContinuation> continuations;  // By draw.
};
// `record` as the experiment's reader read it: what it read of a curve counts, what was interpolated does not. By position.
// Throws Error (kStore).
std::vector<KnownPrefix> known_prefixes(const Store& store, const TraceRecord& record,
                                        const std::vector<PrefixPlace>& places,
                                        const StoredExperiment& experiment);

// The right ones among a beginning's continuations.
Tally tally_of(const KnownPrefix& prefix, int answer);
// How many more continuations a beginning is to have now; 0: it is done. REQUIRES: its forced answer is known, or it has none
// of its first continuations.
int draws_wanted(const KnownPrefix& prefix, int answer, const ContinueSettings& settings);

}  // namespace thinktrace
