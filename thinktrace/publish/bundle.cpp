// SPDX-License-Identifier: MIT
#include "thinktrace/publish/bundle.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "thinktrace/publish/page.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json null_if_empty(const std::string& name) { return name.empty() ? json(nullptr) : json(name); }

json noise_json(const std::optional<NoiseFloor>& noise) {
  if (!noise) return nullptr;
  return {{"max_abs_dp", noise->max_abs_dp}, {"positions", noise->n_positions}};
}

json experiments_json(const std::vector<ShownExperiment>& experiments) {
  json list = json::array();
  for (const ShownExperiment& e : experiments)
    list.push_back({{"number", e.number}, {"kind", e.kind}, {"about", e.about}});
  return list;
}

json subjects_json(const std::vector<ShelfParts>& shelves) {
  json list = json::array();
  for (const IndexSubject& s : index_subjects(shelves)) {
    list.push_back({{"name", s.name},
                    {"n_questions", s.n_questions},
                    {"n_traces", s.n_traces},
                    {"n_failed", s.n_failed}});
  }
  return list;
}

std::vector<std::string> longest_labels(const std::vector<ShelfParts>& shelves) {
  std::vector<std::string> labels;
  for (const ShelfParts& shelf : shelves) {
    if (shelf.labels.size() > labels.size()) labels = shelf.labels;
  }
  return labels;
}

std::string emit(const std::string& content, const ChunkSink& sink) {
  const Chunk chunk = pack_chunk(content);
  sink(chunk);
  return chunk.name;
}

json emit_analysis(const std::string& analysis, const ChunkSink& sink) {
  if (analysis.empty()) return nullptr;
  return emit(dump({{"kind", "analysis"}, {"analysis", json::parse(analysis)}}), sink);
}

json emit_ablations(const std::vector<std::string>& reports, const ChunkSink& sink) {
  if (reports.empty()) return nullptr;
  json list = json::array();
  for (const std::string& report : reports) list.push_back(json::parse(report));
  return emit(dump({{"kind", "ablations"}, {"reports", std::move(list)}}), sink);
}

json emit_tables(const std::vector<std::pair<int, std::string>>& tables, const ChunkSink& sink) {
  if (tables.empty()) return nullptr;
  json list = json::array();
  for (const auto& [experiment, table] : tables) {
    list.push_back({{"experiment", experiment}});
    list.back().update(json::parse(table));
  }
  return emit(dump({{"kind", "tables"}, {"tables", std::move(list)}}), sink);
}

}  // namespace

RunBuilder::RunBuilder(ChunkSink sink, int shelf_tokens, std::function<bool()> should_stop)
    : sink_(std::move(sink)), should_stop_(std::move(should_stop)), open_(shelf_tokens) {}

void RunBuilder::add(const SiteTrace& trace) {
  if (open_.is_full() && open_.last_question() != trace.record.question.id) end_shelf();
  open_.add(trace);
}

void RunBuilder::add_shelf(ShelfParts shelf) {
  end_shelf();
  shelves_.push_back(std::move(shelf));
}

void RunBuilder::end_shelf() {
  if (!open_.is_empty()) shelves_.push_back(open_.finish(sink_));
}

std::string RunBuilder::finish(const RunSummary& summary) {
  end_shelf();
  json settings = json::array(), analysis = emit_analysis(summary.analysis, sink_);
  for (const auto& [key, value] : summary.settings) settings.push_back(json::array({key, value}));
  json run{{"name", summary.name},
           {"model",
            {{"name", summary.model_name},
             {"architecture", summary.model_architecture},
             {"sha256", summary.model_sha256}}},
           {"settings", std::move(settings)},
           {"notes", summary.notes},
           {"noise_floor", noise_json(summary.noise_floor)},
           {"labels", longest_labels(shelves_)},
           {"readers", summary.readers},
           {"experiments", experiments_json(summary.experiments)},
           {"subjects", subjects_json(shelves_)},
           {"index", emit(index_content(shelves_, should_stop_), sink_)},
           {"outlines", emit(outlines_content(shelves_), sink_)},
           {"questions", emit(questions_content(shelves_), sink_)},
           {"analysis", std::move(analysis)},
           {"ablations", emit_ablations(summary.ablations, sink_)},
           {"tables", emit_tables(summary.tables, sink_)}};
  if (!summary.probe.empty()) run["probe"] = json::parse(summary.probe);
  return dump(run);
}

std::string with_analysis(const std::string& entry, const std::string& analysis, const ChunkSink& sink) {
  json run = json::parse(entry);
  run["analysis"] = emit_analysis(analysis, sink);
  return dump(run);
}

std::string to_json(const Manifest& m) {
  json runs = json::array();
  for (const std::string& run : m.runs) runs.push_back(json::parse(run));
  return dump({{"format", "thinktrace-bundle"},
               {"version", 2},
               {"generator", fmt::format("thinktrace {}", kVersionText)},
               {"title", m.title},
               {"app", null_if_empty(m.app)},
               {"live", m.revision ? json{{"revision", *m.revision}} : json(nullptr)},
               {"runs", std::move(runs)}});
}

std::string build_bundle(const std::vector<SiteRun>& runs, const BundleOptions& options,
                         const ChunkSink& sink) {
  const Chunk app = app_chunk();
  sink(app);
  Manifest manifest{.title = options.title, .app = app.name};
  for (const SiteRun& run : runs) {
    RunBuilder builder(sink, options.shelf_tokens);
    run.for_each_trace([&](const SiteTrace& trace) { builder.add(trace); });
    manifest.runs.push_back(builder.finish(run.summarise()));
  }
  return to_json(manifest);
}

}  // namespace thinktrace
