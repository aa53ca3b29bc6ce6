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

json subjects_json(const std::vector<IndexSubject>& subjects) {
  json list = json::array();
  for (const IndexSubject& s : subjects) {
    list.push_back({{"name", s.name},
                    {"n_questions", s.n_questions},
                    {"n_traces", s.n_traces},
                    {"n_failed", s.n_failed}});
  }
  return list;
}

template <class Content>
std::string emit(const Content& content, const ChunkSink& sink) {
  const Chunk chunk = pack_chunk(content);
  sink(chunk);
  return chunk.name;
}

json emit_analysis(const std::string& analysis, const ChunkSink& sink) {
  if (analysis.empty()) return nullptr;
  const auto write = [&](const TextSink& text) {
    text("{\"kind\":\"analysis\",\"analysis\":");
    text(analysis);
    text("}");
  };
  return emit(write, sink);
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

RunBuilder::RunBuilder(ChunkSink sink, RunBuilderOptions options)
    : sink_(std::move(sink)), options_(std::move(options)), open_(options_.shelf_tokens) {}

void RunBuilder::add(const SiteTrace& trace) {
  if (open_.is_full() && open_.last_question() != trace.record.question.id) end_shelf();
  open_.add(trace);
}

void RunBuilder::add_shelf(ShelfParts shelf) {
  end_shelf();
  add_finished(std::move(shelf));
}

void RunBuilder::end_shelf() {
  if (!open_.is_empty()) add_finished(open_.finish(sink_));
}

void RunBuilder::add_finished(ShelfParts shelf) {
  index_.add(shelf);
  if (options_.keep_shelves) shelves_.push_back(std::move(shelf));
}

std::string RunBuilder::finish(const RunSummary& summary) {
  end_shelf();
  json settings = json::array(), analysis = emit_analysis(summary.analysis, sink_);
  for (const auto& [key, value] : summary.settings) settings.push_back(json::array({key, value}));
  json run{
      {"name", summary.name},
      {"model",
       {{"name", summary.model_name},
        {"architecture", summary.model_architecture},
        {"sha256", summary.model_sha256}}},
      {"settings", std::move(settings)},
      {"notes", summary.notes},
      {"noise_floor", noise_json(summary.noise_floor)},
      {"labels", index_.labels()},
      {"readers", summary.readers},
      {"experiments", experiments_json(summary.experiments)},
      {"subjects", subjects_json(index_.subjects())},
      {"index", emit([&](const TextSink& text) { index_.write_index(text, options_.should_stop); }, sink_)},
      {"outlines", emit([&](const TextSink& text) { index_.write_outlines(text); }, sink_)},
      {"questions", emit([&](const TextSink& text) { index_.write_questions(text); }, sink_)},
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
    RunBuilder builder(sink, {.shelf_tokens = options.shelf_tokens});
    run.for_each_trace([&](const SiteTrace& trace) { builder.add(trace); });
    manifest.runs.push_back(builder.finish(run.summarise()));
  }
  return to_json(manifest);
}

}  // namespace thinktrace
