// SPDX-License-Identifier: MIT
// unit.h — units of work, each some samples of one question, from the prompt to what is stored.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/run/prepare.h"
#include "thinktrace/store/store.h"

namespace thinktrace {

struct Unit {
  const PreparedQuestion* question = nullptr;
  int first_sample = 0;
  int n_samples = 1;
  std::string sampling_id = {};  // Of the plan; part of the traces' ids.
};

// Told how many tokens or probes were made, often; either may be empty.
struct UnitObserver {
  std::function<void(int)> on_tokens;
  std::function<void(int)> on_probes;
};

// All units of the questions, question by question.
std::vector<Unit> units_of(const std::vector<PreparedQuestion>& questions, int samples, int unit_size,
                           const std::string& sampling_id);

// What is asked of sample_traces() for a unit. REQUIRES: its question is fit.
TraceRequest request_of(const Unit& unit, const RunOptions& options);

// Samples the units' traces together, forces an answer at each probed position, parses the free answers. What goes wrong is
// in the result (status failed, with the reason): of one unit where it is its own, of all where they could not be sampled;
// only Error (kInterrupted) is thrown. Time that was spent on all together is shared out by tokens.  [n_units]
// REQUIRES: `session` is of make_session().
std::vector<StoredUnit> do_units(Session& session, std::span<const Unit> units, const RunOptions& options,
                                 const UnitObserver& observer = {});

// Does all units, options.together.block of them at a time, and gives each block to `on_block`. What is left of units whose
// first blocks were done falls into the same blocks again.
void do_blocks(Session& session, std::span<const Unit> units, const RunOptions& options,
               const UnitObserver& observer,
               const std::function<void(std::span<const StoredUnit>)>& on_block);

}  // namespace thinktrace
