// SPDX-License-Identifier: MIT
// unit.h — one unit of work: some samples of one question, from the prompt to what is stored.
#pragma once
#include <functional>

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

// Samples the unit's traces, forces an answer at each probed position, parses the free answers. What goes wrong is in
// the result (status failed, with the reason); only Error (kInterrupted) is thrown.
// REQUIRES: `session` is of make_session().
StoredUnit do_unit(Session& session, const Unit& unit, const RunOptions& options,
                   const UnitObserver& observer = {});

}  // namespace thinktrace
