// SPDX-License-Identifier: MIT
// pivot_plan.h — how pivotal tokens are searched for, and what the search of one trace has come to.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/experiment/pivot_search.h"
#include "thinktrace/store/store.h"
#include "thinktrace/trace/sample.h"

namespace thinktrace {

inline constexpr const char* kPivots = "pivots";  // StoredExperiment::kind

// What a continuation has to answer to be a success.
enum class Success {
  kRight,  // The right option.
  kOwn,    // What the trace itself answered; its forced answer at the end where it gave none.
};
const char* name_of(Success success);  // "right", "own"

struct PivotSettings {
  PivotOptions search;
  CutOptions cuts;
  Success success = Success::kRight;
  // Tokens tried at the fork before a pivot: the trace's own, and the most likely others, so many at most, each with this
  // probability at least.
  int alternatives = 3;
  double least_share = .05;
  int fork_draws = 32;  // Continuations of each of them.
  TraceOptions
      sampling;        // Of all continuations; `seed` is the experiment's. max_tokens is left to the context.
  int sequences = 32;  // Decoded at once.
};

// Everything that a continuation hangs on besides its trace and reader's reading, as a JSON object with sorted keys.
std::string pivot_identity(const PivotSettings& settings, const std::string& reader_id);
// And back. Throws Error (kStore) where that can't be.
PivotSettings pivot_settings_of(const StoredExperiment& experiment);

// The arm of continuations of which a token is tried at a fork: "token 1532". Those of the search have the arm "".
std::string fork_arm(Token token);

// The option that a continuation of the trace has to choose; nothing where that is not known, and all of them fail.
std::optional<int> wanted_option(const TraceRecord& trace, Success success);

// A token tried at a fork, with what came of its continuations.
struct TriedToken {
  Token token = 0;
  std::string text;
  double probability = 0;  // That the model gives it after the tokens before, over the whole vocabulary.
  Tally tally;
};

// What the stored continuations of one trace amount to. All of it can be had again from them, the settings and the trace's curve.
struct PivotState {
  std::vector<Jump> candidates;      // Jumps of what the forced answer gives to the option that is wanted.
  std::vector<int> cuts;             // Between the stretches that the search began with.
  std::vector<DrawRequest> lacking;  // That the search asks for next; none: it is over.
  std::map<int, Tally> tallies;      // Every position that was sampled, by the draws that began there.
  std::vector<Pivot> pivots;         // Complete when nothing is lacking.
  std::map<int, std::vector<TriedToken>>
      forks;  // By pivot's token, the most likely token first; empty lists: not tried yet.
};
// REQUIRES: `trace` as the experiment's reader read it, with a curve. Cost: that of the tests, some microseconds each.
PivotState pivot_state(const TraceRecord& trace, const std::vector<StoredContinuation>& continuations,
                       const PivotSettings& settings);

// Whether nothing is left to sample.
bool is_over(const PivotState& state, const PivotSettings& settings);

}  // namespace thinktrace
