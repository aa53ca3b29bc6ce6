// SPDX-License-Identifier: MIT
#include "thinktrace/run/sample_plan.h"

#include <fmt/format.h>

#include <map>

namespace thinktrace {

std::vector<Unit> missing_units(std::span<const Unit> units, const Store& store, const RunOptions& options) {
  const std::map<UnitKey, Status> done = store.units();
  std::vector<Unit> missing;
  for (const Unit& u : units) {
    const auto it = done.find({u.question->question.id, u.first_sample});
    if (it == done.end() || (it->second == Status::kFailed && options.retry_failed)) missing.push_back(u);
  }
  return missing;
}

int do_and_store(const PlanJob& job, std::span<const Unit> units,
                 const std::vector<PreparedQuestion>& questions) {
  int n_failed = 0;
  const UnitObserver observer{[&](int n) { job.reporter.add_tokens(n); },
                              [&](int n) { job.reporter.add_probes(n); }};
  Session session = make_session(job.model, questions, job.options, job.reporter.observer().should_stop);
  do_blocks(session, units, job.options, observer, [&](std::span<const StoredUnit> done) {
    job.store.commit_units(done);
    for (const StoredUnit& stored : done) {
      if (stored.attempt.status == Status::kFailed) {
        n_failed++;
        job.reporter.note(fmt::format("question {} failed: {}", stored.question.id, stored.attempt.error));
      }
      job.reporter.end_unit();
    }
  });
  return n_failed;
}

}  // namespace thinktrace
