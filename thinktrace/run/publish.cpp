// SPDX-License-Identifier: MIT
#include "thinktrace/run/publish.h"

#include <fmt/format.h>

#include <filesystem>
#include <list>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/publish/export.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

using nlohmann::json;

StoredPlan plan_of(const Store& store) {
  std::optional<StoredPlan> plan = store.plan();
  if (!plan)
    throw Error(
        ErrorKind::kInput,
        fmt::format("[store] {}: the run has no plan yet; start it with thinktrace run", store.path()));
  return *std::move(plan);
}

// A setting as text: strings as JSON writes them, without the quotes, so that line breaks are seen.
std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return value.is_string() ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::string run_name(const std::string& run_folder) {
  std::filesystem::path path = std::filesystem::absolute(run_folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

RunSummary summarise_run(const Store& store, const std::string& name) {
  const StoredPlan plan = plan_of(store);
  const json identity = json::parse(plan.identity), provenance = json::parse(plan.provenance);
  RunSummary s;
  s.name = name;
  const json& model = provenance.at("model");
  s.model_name = model.value("name", "");
  s.model_architecture = model.value("architecture", "");
  s.model_sha256 = identity.value("model_sha256", "");
  s.settings = {{"weights", model.value("weights", "")}, {"samples", std::to_string(plan.samples)}};
  for (const char* key : {"temperature", "top_p", "top_k", "min_p", "seed", "budget", "stride", "suffix",
                          "think_open", "think_close", "labels"}) {
    s.settings.emplace_back(key, shown(identity.at(key)));
  }
  s.settings.emplace_back("chat template", content_id(identity.at("chat_template").get<std::string>()));
  s.settings.emplace_back("thinktrace", provenance.value("thinktrace", ""));
  s.settings.emplace_back("engine", provenance.at("compute").value("engine", ""));
  if (provenance.value("tags_found_in", "") == "none") {
    s.notes.push_back(
        "The model has no thinking tags of its own: " + identity.at("think_open").get<std::string>() +
        " and " + identity.at("think_close").get<std::string>() +
        " were used as plain text, and it may seldom close its thinking.");
  }
  if (const StoreCounts counts = store.counts(); counts.settings > 1) {
    s.notes.push_back(
        fmt::format("Units were computed in {} different ways (threads, branches, engine or CPU variant): "
                    "last digits may differ between them.",
                    counts.settings));
  }
  if (!plan.noise_floor.empty()) s.noise_floor = noise_floor_from_json(plan.noise_floor);
  return s;
}

void export_jsonl(const std::string& run_folder, const std::function<void(const std::string&)>& sink) {
  const Store store = Store::open(run_folder);
  const StoredPlan plan = plan_of(store);
  const json identity = json::parse(plan.identity), provenance = json::parse(plan.provenance);
  const ExportContext context{run_name(run_folder), provenance.at("model").value("name", ""),
                              identity.value("model_sha256", ""), identity.value("chat_template", ""),
                              identity.value("temperature", 0.0)};
  store.for_each_trace([&](const TraceRecord& r) { sink(jsonl_line(r, context)); });
}

void publish_site(const std::vector<std::string>& run_folders, const std::string& title,
                  const std::string& folder) {
  std::list<Store> stores;  // Stores stay where they are while the site is written.
  std::vector<SiteRun> runs;
  for (const std::string& run : run_folders) {
    const Store& store = stores.emplace_back(Store::open(run));
    runs.push_back(
        {summarise_run(store, run_name(run)), [&store](const auto& visit) { store.for_each_trace(visit); }});
  }
  write_site(runs, title, folder);
}

RunStatus run_status(const std::string& run_folder) {
  const Store store = Store::open(run_folder);
  RunStatus status{run_name(run_folder), plan_of(store), store.counts(), 0,
                   summarise_run(store, run_name(run_folder)).notes};
  const int64_t units_a_question = (status.plan.samples + status.plan.unit_size - 1) / status.plan.unit_size;
  status.units_total = status.counts.questions * units_a_question;
  return status;
}

}  // namespace thinktrace
