// SPDX-License-Identifier: MIT
#include "thinktrace/run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "thinktrace/engine/own_kernels.h"
#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

using nlohmann::json;

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

// An edited question in the file that the plan was made from: the subject has one that the plan lacks, with the text or
// the options of one that the file lacks. Says which; empty where there is none.
std::string changed_question(const std::vector<Question>& stored, const std::vector<Question>& file) {
  std::set<std::string> in_file, in_plan;
  for (const Question& q : file) in_file.insert(q.id);
  for (const Question& q : stored) in_plan.insert(q.id);
  std::multimap<std::string, const Question*> fresh;
  for (const Question& q : file) {
    if (!in_plan.contains(q.id)) fresh.emplace(q.subject, &q);
  }
  for (const Question& old : stored) {
    if (in_file.contains(old.id)) continue;
    const auto [begin, end] = fresh.equal_range(old.subject);
    for (auto it = begin; it != end; ++it) {
      const Question& now = *it->second;
      if (now.text != old.text && now.options != old.options) continue;
      const char* what = now.text != old.text         ? "text"
                         : now.options != old.options ? "options"
                                                      : "right answer";
      return fmt::format("subject {}: the {} of '{}' changed", old.subject, what, short_value(old.text));
    }
  }
  return "";
}

// The files that a plan's questions came from, however they were spelt.
std::set<std::string> question_paths(const StoredPlan& plan) {
  const json provenance = json::parse(plan.provenance);
  std::set<std::string> paths;
  for (const json& path : provenance.value("question_paths", json::array()))
    paths.insert(path.get<std::string>());
  return paths;
}

std::string canonical(const std::string& path) {
  std::error_code error;
  const std::filesystem::path found = std::filesystem::weakly_canonical(path, error);
  return to_utf8(error ? path : found.string());
}

}  // namespace

const char* name_of(LabelKind kind) {
  return kind == LabelKind::kAuto ? "auto" : kind == LabelKind::kDigits ? "digits" : "letters";
}

LabelKind label_kind_named(const std::string& name) {
  return name == "digits" ? LabelKind::kDigits : name == "letters" ? LabelKind::kLetters : LabelKind::kAuto;
}

std::string differences(const std::string& stored, const std::string& wanted) {
  return differences(json::parse(stored), json::parse(wanted));
}

std::string particulars(const std::string& identity, const std::string& other) {
  const json has = json::parse(identity), beside = json::parse(other);
  std::string out;
  for (const auto& [key, value] : has.items()) {
    if (beside.value(key, json()) == value) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : "; ", key,
                       value.is_string() ? fmt::format("'{}'", short_value(value)) : short_value(value));
  }
  return out;
}

std::string model_provenance(const Model& model) {
  const ModelCard& card = model.card();
  return json{{"path", card.path},
              {"name", card.name},
              {"architecture", card.architecture},
              {"weights", card.weights},
              {"n_parameters", card.n_parameters}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string words_identity(const PromptFormat& format, Precision precision, const Model& model) {
  return json{{"model_sha256", model.card().sha256},
              {"chat_template", format.chat_template},
              {"system", format.system},
              {"layout", format.layout},
              {"labels", name_of(format.labels)},
              {"think_open", format.tags.open},
              {"after_think_open", format.tags.after_open},
              {"think_close", format.tags.close},
              {"precision", precision == Precision::kFast ? "fast" : "reference"}}
      .dump();
}

std::string plan_identity(const RunOptions& o, const Model& model) {
  json identity = json::parse(words_identity(o.format, o.compute.precision, model));
  identity.update(json::parse(sampling_identity(o.trace)));
  identity["unit_size"] = o.together.unit_size;
  // Left out where it is the plain way, in which all plans were sampled once.
  if (o.together.block != 1 || o.together.sequences != o.together.unit_size)
    identity.update({{"block", o.together.block}, {"sequences", o.together.sequences}});
  return identity.dump();
}

Together together_of(const StoredPlan& plan) {
  const json identity = json::parse(plan.identity);
  return {plan.unit_size, identity.value("block", 1), identity.value("sequences", plan.unit_size)};
}

bool is_import(const StoredPlan& plan) { return json::parse(plan.identity).contains("import"); }

std::string sampling_identity(const TraceOptions& options) {
  return json{{"temperature", options.sampler.temperature},
              {"top_p", options.sampler.top_p},
              {"top_k", options.sampler.top_k},
              {"min_p", options.sampler.min_p},
              {"seed", options.seed},
              {"budget", options.budget},
              {"answer_tokens", options.answer_tokens}}
      .dump();
}

TraceOptions sampling_of(const std::string& identity) {
  const json i = json::parse(identity);
  TraceOptions options;
  options.sampler = {i.at("temperature"), i.at("top_p"), i.at("top_k"), i.at("min_p")};
  options.seed = i.at("seed");
  options.budget = i.at("budget");
  options.answer_tokens = i.at("answer_tokens");
  return options;
}

std::string plan_provenance(const RunOptions& o, const Model& model) {
  json options = json::object();
  for (const auto& [name, value] : o.provenance) options[name] = value;
  const json provenance{{"thinktrace", kVersionText},
                        {"options", options},
                        {"compute", json::parse(compute_settings(resolve_compute(o.compute)))},
                        {"tags_found_in", name_of(o.format.tags.source)},
                        {"model", json::parse(model_provenance(model))}};
  return provenance.dump(-1, ' ', false, json::error_handler_t::replace);
}

ComputeOptions resolve_compute(ComputeOptions c) {
  if (c.threads <= 0) c.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (c.branches <= 0) c.branches = c.gpu_layers > 0 ? 192 : c.kernels == Kernels::kOwn ? 64 : 32;
  c.branches = std::min(c.branches, kMaxBranches - 1);  // One more holds the trace.
  return c;
}

ComputeOptions stored_compute(ComputeOptions compute, const std::optional<StoredPlan>& stored,
                              const std::function<void(const std::string&)>& note) {
  if (!stored) return resolve_compute(compute);
  const json provenance = json::parse(stored->provenance);
  if (!provenance.contains("compute")) return resolve_compute(compute);  // An import.
  json before = provenance.at("compute");
  before.emplace("kernels", "engine");  // Where a plan is from before there were others.
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
  const json kernels = c.kernels == Kernels::kOwn ? fmt::format("own {}", own_kernels_kind()) : "engine";
  const json settings{{"threads", c.threads},     {"gpu_layers", c.gpu_layers},
                      {"branches", c.branches},   {"kernels", kernels},
                      {"engine", engine.release}, {"cpu_variant", engine.cpu_variant},
                      {"devices", engine.devices}};
  return settings.dump();
}

PlanChoice choose_plan(const Store& store, const RunOptions& o, const Model& model,
                       const std::vector<Question>& file_questions, const Together& planned) {
  PlanChoice choice{{}, o.format.labels, ""};
  RunOptions fresh = o;
  fresh.together = planned;
  for (const StoredPlan& stored : store.plans()) {
    if (store.is_idle(stored)) continue;
    const json identity = json::parse(stored.identity);
    if (identity.contains("hint")) continue;  // Of another command.
    RunOptions same = o;
    same.format.labels = label_kind_named(identity.value("labels", ""));
    const Together before = together_of(stored);
    same.together.unit_size = before.unit_size;
    if (o.together.block == 0) same.together.block = before.block;
    if (o.together.sequences == 0) same.together.sequences = before.sequences;
    if (plan_identity(same, model) != stored.identity) {
      if (choice.because.empty()) {
        choice.because = is_import(stored) ? "it was imported"
                                           : differences(identity, json::parse(plan_identity(same, model)));
      }
      continue;
    }
    if (question_paths(stored).contains(canonical(o.questions_path))) {
      choice.because = changed_question(store.questions(stored.number), file_questions);
      if (!choice.because.empty()) {
        fresh.together = before;  // So that the other questions' units are shared.
        continue;
      }
    }
    choice.plan = stored;
    choice.labels = same.format.labels;
    choice.because.clear();
    break;
  }
  StoredPlan& plan = choice.plan;
  std::set<std::string> paths = plan.number ? question_paths(plan) : std::set<std::string>{};
  paths.insert(canonical(o.questions_path));
  json provenance = json::parse(plan_provenance(o, model));
  provenance["question_paths"] = paths;
  if (plan.number == 0) {
    plan.unit_size = fresh.together.unit_size;
    plan.identity = plan_identity(fresh, model);
    plan.sampling_id = content_id(plan.identity);
    plan.samples = o.samples;
  } else {
    plan.samples = std::max(o.samples, plan.samples);
    provenance["compute"] =
        json::parse(plan.provenance).at("compute");  // How it was begun; each unit has its own.
  }
  plan.provenance = provenance.dump(-1, ' ', false, json::error_handler_t::replace);
  return choice;
}

}  // namespace thinktrace
