// SPDX-License-Identifier: MIT
#include "thinktrace/run/gallery_experiments.h"

#include <fmt/format.h>

#include "thinktrace/run/ablation_plan.h"

namespace thinktrace {
namespace {

std::string about_ablation(const StoredExperiment& experiment) {
  const AblationSettings settings = ablation_settings_of(experiment);
  return fmt::format("{} of what is drawn, seed {}",
                     settings.draws == 1 ? "1 draw" : fmt::format("{} draws", settings.draws), settings.seed);
}

// Arms in the order of the experiment, draws rising.
void add_arms(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
              ExperimentResult& result) {
  const std::vector<StoredOutcome> outcomes = store.outcomes(record, experiment.id);
  if (outcomes.empty()) return;
  for (const ArmCase& arm : arm_cases(ablation_settings_of(experiment))) {
    ArmResult found{arm.name, label_of(arm), {}};
    for (int draw = 0; draw < arm.draws; draw++) {
      for (const StoredOutcome& o : outcomes) {
        if (o.arm == arm.name && o.draw == draw)
          found.draws.push_back({o.n_tokens, o.logprobs, o.source_trace.value_or("")});
      }
    }
    if (!found.draws.empty()) result.arms.push_back(std::move(found));
  }
}

}  // namespace

GalleryExperiments::GalleryExperiments(const OpenRun& run) {
  for (StoredExperiment& e : run.store.experiments()) {
    if (e.kind != kAblation || !run.store.has_results(e.id)) continue;
    std::string about = about_ablation(e);
    if (e.reader_id != run.reader.id) {
      const auto reader = run.store.reader(e.reader_id);
      if (reader) about += fmt::format("; read by {}", describe_reader(*reader, run.reader));
    }
    shown_.push_back({e.number, e.kind, std::move(about)});
    experiments_.push_back(std::move(e));
  }
}

std::vector<std::string> GalleryExperiments::ids() const {
  std::vector<std::string> ids;
  for (const StoredExperiment& e : experiments_) ids.push_back(e.id);
  return ids;
}

std::vector<ExperimentResult> GalleryExperiments::of(const Store& store, const TraceRecord& record) const {
  std::vector<ExperimentResult> results;
  if (record.id.empty()) return results;
  for (size_t i = 0; i < experiments_.size(); i++) {
    ExperimentResult result{.experiment = static_cast<int>(i)};
    add_arms(store, record, experiments_[i], result);
    if (!result.arms.empty()) results.push_back(std::move(result));
  }
  return results;
}

}  // namespace thinktrace
