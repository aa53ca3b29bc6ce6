// SPDX-License-Identifier: MIT
#include "thinktrace/run/experiments.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/experiment/arms.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/version.h"

namespace thinktrace {

using nlohmann::json;

StoredExperiment begin_experiment(ReadingRun& run, const StoredReader& reader, const ExperimentPlan& plan,
                                  const RunOptions& options) {
  if (!run.store.reader(reader.id)) run.store.save_reader(reader);
  json given = json::object();
  for (const auto& [name, value] : options.provenance) given[name] = value;
  const json provenance{{"thinktrace", kVersionText},
                        {"options", given},
                        {"model", json::parse(model_provenance(run.model))},
                        {"compute", json::parse(compute_settings(run.compute))}};
  const std::string id = content_id(plan.identity);
  run.store.save_experiment({.id = id,
                             .kind = plan.kind,
                             .reader_id = reader.id,
                             .identity = plan.identity,
                             .provenance = provenance.dump(-1, ' ', false, json::error_handler_t::replace)});
  return *run.store.experiment(id);
}

double prefill_speed(const ReadingRun& run, GrowingSession& sessions) {
  constexpr int kTokens = 256;
  const Question question = run.store.questions().front();
  const ReadingForm form = build_reading_form(run.model, question, run.reader);
  const int n = std::min(kTokens, run.model.card().n_ctx_train - longest_branch(form.form));
  const std::vector<Token> tokens = repeat_to(form.prompt.ids, n);
  Session& session = sessions.with_room(n, longest_branch(form.form));
  double seconds = 0;
  for (int i = 0; i < 2; i++) {
    session.clear();
    const double begin = monotonic_seconds();
    session.prefill(0, tokens);
    session.logits(0);
    seconds = monotonic_seconds() - begin;
  }
  session.clear();
  return n / std::max(seconds, 1e-9);
}

std::string time_text(double seconds) {
  return seconds < 120    ? fmt::format("{:.0f} s", std::max(seconds, 1.0))
         : seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60)
                          : fmt::format("{:.1f} h", seconds / 3600);
}

OpenExperiment open_experiment(const RunView& view, std::string_view kind, std::string_view verb,
                               std::optional<int> number) {
  OpenExperiment open{open_run(view), {}};
  const Store& store = open.run.store;
  std::string known;
  int n_known = 0;
  for (StoredExperiment& e : store.experiments()) {
    const bool is_wanted =
        e.kind == kind && (!view.reader || e.reader_id == open.run.reader.id) && store.has_results(e.id);
    if (!is_wanted) continue;
    known += fmt::format("{}{}", n_known++ ? ", " : "", e.number);
    if (!number || *number == e.number) open.experiment = std::move(e);
  }
  if (open.experiment.number == 0) {
    throw Error(ErrorKind::kInput,
                number && n_known > 0
                    ? fmt::format("[{}] {}: experiment {} is no {} of this plan; there {}: {}", verb,
                                  view.folder, *number, kind, n_known > 1 ? "are" : "is", known)
                    : fmt::format("[{}] {}: there is no {} of this plan yet (thinktrace {} {})", verb,
                                  view.folder, kind, verb, view.folder));
  }
  for (StoredReader& reader : store.readers()) {
    if (reader.id == open.experiment.reader_id) open.run.reader = std::move(reader);
  }
  return open;
}

}  // namespace thinktrace
