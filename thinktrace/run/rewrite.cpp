// SPDX-License-Identifier: MIT
#include "thinktrace/run/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/run/experiments.h"

namespace thinktrace {

RewriteResult run_rewrite(const ReadRequest& request, const RewriteExperiment& wanted,
                          const RunObserver& observer) {
  check_rewrite_template(wanted.ask);
  Reporter reporter(observer);
  ReadingRun run = open_to_read(request, reporter);
  require_traces(run, wanted.kind);
  FreeSampling free = free_sampling(run, wanted.seed, wanted.kind);
  const StoredReader reader = make_reader(run.reader, run.model, run.compute);
  const StoredExperiment experiment =
      begin_experiment(run, reader, {wanted.kind, wanted.identity(reader.id)}, request.options);
  GrowingSession sessions(run.model, run.compute, observer.should_stop);
  const RewriteJob job{run, std::move(free), sessions, reporter};
  const std::vector<UndoneUnit> units = undone_units(run.store, experiment, request.options.retry_failed);
  reporter.note(fmt::format("experiment {}, {} by reader {}: {}", experiment.number, wanted.kind,
                            run.store.reader(reader.id)->number, wanted.describe()));
  reporter.note(units.empty() ? "nothing is left to do" : "to do: " + wanted.describe_work(job, units));
  do_undone_units(
      run, experiment, units, [&](const TraceRecord& r) { return wanted.do_trace(job, r); }, reporter);
  return {run.plan.number, experiment.number, static_cast<int>(units.size()),
          static_cast<int>(run.store.units_failed_in(experiment.id).size())};
}

int64_t tokens_to_ask(const RewriteJob& job, const Question& question, const RewriteTemplate& ask) {
  return static_cast<int64_t>(
      build_rewrite_prompt(job.run.model, {&question, "", "."}, ask, job.run.reader.format).size());
}

std::string describe_cost(const RewriteJob& job, int64_t n_sampled, int64_t n_decoded) {
  const double decoding = prefill_speed(job.run, job.sessions),
               sampling = sampling_speed(job.run, job.free, job.sessions, n_sampled);
  return fmt::format(
      "about {} tokens to sample (at {:.0f} tokens/s) and {} to decode (at {:.0f}, a short prefill): about "
      "{}",
      n_sampled, sampling, n_decoded, decoding,
      time_text(static_cast<double>(n_sampled) / sampling + static_cast<double>(n_decoded) / decoding));
}

void for_each_undone(const Store& store, const std::vector<UndoneUnit>& units,
                     const std::function<void(const TraceRecord&)>& visit) {
  for (const UndoneUnit& unit : units) {
    for (const TraceRecord& record : store.records(unit.unit, kNoReader)) {
      if (std::find(unit.traces.begin(), unit.traces.end(), record.id) != unit.traces.end()) visit(record);
    }
  }
}

}  // namespace thinktrace
