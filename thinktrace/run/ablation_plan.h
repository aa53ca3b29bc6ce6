// SPDX-License-Identifier: MIT
// ablation_plan.h — which arms an ablation has, what its outcomes hang on, and whose thinking is lent to whom.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "thinktrace/experiment/arms.h"
#include "thinktrace/store/store.h"

namespace thinktrace {

inline constexpr const char* kAblation = "ablation";  // StoredExperiment::kind

struct AblationSettings {
  std::vector<Arm>
      arms;       // In any order; real and none are always read, since the others are compared with them.
  int draws = 3;  // Of arms in which chance has a part.
  std::vector<double> shares{.25, .5, .75};  // For first and last.
  uint64_t seed = 1;
  std::string blank = " ", filler = "...";  // Tokenised as plain text.
};

// An arm as it is stored and shown: one for each share where shares are taken.
struct ArmCase {
  std::string name;  // As name_of(arm) has it; "first_0.25" with a share.
  Arm arm = Arm::kReal;
  double share = 0;
  int draws = 1;
};
// In words: "no thinking", "its first 50 %".
std::string label_of(const ArmCase& arm);
// In the order of Arm, shares rising.
std::vector<ArmCase> arm_cases(const AblationSettings& settings);

// Everything that an outcome hangs on besides its traces, as a JSON object with sorted keys; what no arm uses is left out.
std::string ablation_identity(const AblationSettings& settings, const std::string& reader_id);
// And back. Throws Error (kStore) where that can't be.
AblationSettings ablation_settings_of(const StoredExperiment& experiment);

// What is known of all traces of a plan at once. Memory: some hundred bytes a trace.
struct PooledTrace {
  std::string id, subject;
  UnitKey unit;
  int n_prompt = 0, n_thinking = 0;  // Tokens, in an import without tokens a guess.
};
struct TracePool {
  std::vector<PooledTrace> traces;  // In the order of Store::for_each_trace; none that failed.
  std::map<std::string, std::vector<int>> of_subject;   // Places in `traces`.
  std::map<std::string, std::vector<int>> of_question;  // By question id.
};
TracePool pool_traces(const Store& store);

// The traces that lend their thinking to `trace` in the draws of an arm, as places in the pool; empty where nobody can.
// Lenders have some thinking. For another question's: a trace of the same subject, where there is none of any subject;
// never of the same question. For another sample's: of the same question. Drawn by seed, trace and arm; the same one comes
// again only when all have had their turn.
std::vector<int> lenders_of(const TracePool& pool, int trace, const ArmCase& arm, uint64_t seed);

// Whether the arm needs a lender.
bool needs_lender(Arm arm);

// The seed of one draw of a trace's arm.
uint64_t draw_seed(uint64_t seed, const std::string& trace_id, const std::string& arm, int draw);

}  // namespace thinktrace
