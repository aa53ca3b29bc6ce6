// SPDX-License-Identifier: MIT
#include "thinktrace/run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

using nlohmann::json;

constexpr int kLargestUnit = 4;

const char* name_of(LabelKind kind) {
  return kind == LabelKind::kAuto ? "auto" : kind == LabelKind::kDigits ? "digits" : "letters";
}

std::string short_value(const json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return text.size() > 40 ? text.substr(0, 37) + "..." : text;
}

std::string differences(const json& stored, const json& wanted) {
  std::string out;
  for (const auto& [key, value] : wanted.items()) {
    const json before = stored.value(key, json());
    if (before == value) continue;
    out += fmt::format("{}{} was '{}' and is now '{}'", out.empty() ? "" : "; ", key, short_value(before),
                       short_value(value));
  }
  return out;
}

}  // namespace

std::string plan_identity(const RunOptions& o, const Model& model, int unit_size) {
  const json identity{{"model_sha256", model.card().sha256},
                      {"chat_template", o.format.chat_template},
                      {"system", o.format.system},
                      {"layout", o.format.layout},
                      {"labels", name_of(o.format.labels)},
                      {"think_open", o.format.tags.open},
                      {"after_think_open", o.format.tags.after_open},
                      {"think_close", o.format.tags.close},
                      {"suffix", o.format.suffix},
                      {"temperature", o.trace.sampler.temperature},
                      {"top_p", o.trace.sampler.top_p},
                      {"top_k", o.trace.sampler.top_k},
                      {"min_p", o.trace.sampler.min_p},
                      {"seed", o.trace.seed},
                      {"budget", o.trace.budget},
                      {"answer_tokens", o.trace.answer_tokens},
                      {"stride", o.stride},
                      {"unit_size", unit_size},
                      {"precision", o.compute.precision == Precision::kFast ? "fast" : "reference"}};
  return identity.dump();
}

std::string plan_provenance(const RunOptions& o, const Model& model) {
  json options = json::object();
  for (const auto& [name, value] : o.provenance) options[name] = value;
  const ModelCard& card = model.card();
  const json provenance{{"thinktrace", kVersionText},
                        {"options", options},
                        {"compute", json::parse(compute_settings(o.compute))},
                        {"tags_found_in", name_of(o.format.tags.source)},
                        {"model",
                         {{"path", card.path},
                          {"name", card.name},
                          {"architecture", card.architecture},
                          {"weights", card.weights},
                          {"n_parameters", card.n_parameters}}}};
  return provenance.dump(-1, ' ', false, json::error_handler_t::replace);
}

ComputeOptions resolve_compute(ComputeOptions c) {
  if (c.threads <= 0) c.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (c.branches <= 0) c.branches = c.gpu_layers > 0 ? 192 : 32;
  c.branches = std::min(c.branches, kMaxBranches - 1);  // One more holds the trace.
  return c;
}

ComputeOptions stored_compute(ComputeOptions compute, const std::optional<StoredPlan>& stored,
                              const std::function<void(const std::string&)>& note) {
  if (!stored) return resolve_compute(compute);
  const json before = json::parse(stored->provenance).at("compute");
  if (compute.threads == 0) compute.threads = before.value("threads", 0);
  if (compute.branches == 0) compute.branches = before.value("branches", 0);
  compute = resolve_compute(compute);
  const std::string differing = differences(before, json::parse(compute_settings(compute)));
  if (!differing.empty() && note) {
    note(fmt::format(
        "units stored so far were computed otherwise ({}): the last digits of new ones may differ",
        differing));
  }
  return compute;
}

std::string compute_settings(const ComputeOptions& c) {
  const EngineInfo engine = engine_info();
  return json{{"threads", c.threads},     {"gpu_layers", c.gpu_layers},        {"branches", c.branches},
              {"engine", engine.release}, {"cpu_variant", engine.cpu_variant}, {"devices", engine.devices}}
      .dump();
}

StoredPlan merge_plan(const std::optional<StoredPlan>& stored, const RunOptions& o, const Model& model) {
  StoredPlan plan;
  plan.unit_size = stored ? stored->unit_size : std::min(o.samples, kLargestUnit);
  plan.identity = plan_identity(o, model, plan.unit_size);
  plan.id = content_id(plan.identity);
  plan.provenance = plan_provenance(o, model);
  plan.samples = o.samples;
  if (!stored) return plan;
  if (stored->id != plan.id) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("[run] {}: this folder holds another run ({}); give another --out, or the same settings",
                    o.out, differences(json::parse(stored->identity), json::parse(plan.identity))));
  }
  json provenance = json::parse(plan.provenance);
  provenance["compute"] =
      json::parse(stored->provenance).at("compute");  // How the run was begun; each unit has its own.
  plan.provenance = provenance.dump(-1, ' ', false, json::error_handler_t::replace);
  plan.samples = std::max(o.samples, stored->samples);
  plan.noise_floor = stored->noise_floor;
  return plan;
}

}  // namespace thinktrace
