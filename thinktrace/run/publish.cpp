// SPDX-License-Identifier: MIT
#include "thinktrace/run/publish.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/run/hint_plan.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/plan.h"
#include "thinktrace/run/reader.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// A setting as text: strings as JSON writes them, without the quotes, so that line breaks are seen.
std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return value.is_string() ? text.substr(1, text.size() - 2) : text;
}

// What an import did not know, in words.
std::string import_note(const json& provenance, const json& reader) {
  const std::map<std::string, std::string> words{
      {"token_ids", "token ids"},
      {"tokens", "the tokens of the thinking (it is one text)"},
      {"position_0", "what would be answered before any thinking (curves begin after the first token)"},
      {"exact_probabilities", "exact probabilities (they are rounded, and the mass with them)"},
      {"probes", "any probabilities"},
      {"seed", "seeds"},
      {"prompt", "the prompt's token ids"}};
  std::string missing;
  for (const json& part : provenance.value("lacks", json::array())) {
    // A model that read the text has tokens and probabilities of its own.
    if (!reader.contains("import") && part != "token_ids" && part != "seed") continue;
    const auto it = words.find(part.get<std::string>());
    if (it != words.end()) missing += (missing.empty() ? "" : ", ") + it->second;
  }
  return missing.empty()
             ? ""
             : "Imported. Of some or all of its traces the source does not tell: " + missing + ".";
}

}  // namespace

std::string run_name(const std::string& run_folder) {
  std::filesystem::path path = std::filesystem::absolute(run_folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

OpenRun open_run(const RunView& view) {
  OpenRun run{run_name(view.folder), Store::open(view.folder, view.access), {}, {}};
  if (view.plan) run.store.choose_plan(*view.plan);
  run.plan = run.store.current_plan();
  run.store.choose_plan(run.plan.number);  // It stays at it, whatever another process begins meanwhile.
  const size_t n_plans = run.store.plans().size();
  if (n_plans > 1 && !view.plan && view.note)
    view.note(fmt::format("{} holds {} plans; this is plan {} (--plan chooses, thinktrace status lists them)",
                          view.folder, n_plans, run.plan.number));
  std::string known;
  for (StoredReader& reader : run.store.readers()) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", reader.number);
    if (view.reader ? reader.number == *view.reader : reader.id == run.plan.reader_id)
      run.reader = std::move(reader);
  }
  if (run.reader.number == 0)
    throw Error(ErrorKind::kInput,
                fmt::format("[store] {}: there is no reader {}; there {} {}", run.store.path(),
                            view.reader.value_or(0), known.size() > 1 ? "are" : "is", known));
  return run;
}

int most_options(const OpenRun& run) {
  size_t most = 0;
  run.store.for_each_question([&](const Question& q) { most = std::max(most, q.options.size()); });
  return static_cast<int>(most);
}

RunSummary summarise_run(const OpenRun& run) {
  const json plan = json::parse(run.plan.identity), reader = json::parse(run.reader.identity),
             provenance = json::parse(run.plan.provenance);
  RunSummary s;
  s.name = run.name;
  const json model = provenance.value("model", json::object());
  s.model_name = model.value("name", "");
  s.model_architecture = model.value("architecture", "");
  s.model_sha256 = plan.value("model_sha256", "");
  if (model.contains("weights")) s.settings.emplace_back("weights", model.value("weights", ""));
  s.settings.emplace_back("samples", std::to_string(run.plan.samples));
  for (const char* key : {"import", "temperature", "top_p", "top_k", "min_p", "seed", "budget"}) {
    if (plan.contains(key)) s.settings.emplace_back(key, shown(plan.at(key)));
  }
  if (const auto hint = hint_of(run.plan)) s.settings.emplace_back("hint", describe(*hint));
  if (run.reader.id != run.plan.reader_id) {
    s.settings.emplace_back("read by",
                            json::parse(run.reader.provenance).value("/model/name"_json_pointer, ""));
  }
  if (const Probing probing = probing_of(run.reader.identity); probing.adaptive) {
    s.settings.emplace_back("probe", describe(probing));
    s.probe = reader.at("probe").dump();
    if (probing.adaptive->seconds > 0)
      s.notes.push_back(
          "The clock had a part in which positions were read: the same command does not give the same "
          "bytes.");
  }
  for (const char* key : {"stride", "suffix", "think_open", "think_close", "labels"}) {
    if (reader.contains(key)) s.settings.emplace_back(key, shown(reader.at(key)));
  }
  if (reader.value("order", 0) > 0)
    s.settings.emplace_back("order of the options", shown(reader.at("order")));
  if (plan.contains("chat_template"))
    s.settings.emplace_back("chat template", content_id(plan.at("chat_template").get<std::string>()));
  s.settings.emplace_back("thinktrace", provenance.value("thinktrace", ""));
  const std::string engine = provenance.value("/compute/engine"_json_pointer, "");
  if (!engine.empty()) s.settings.emplace_back("engine", engine);
  if (provenance.value("tags_found_in", "") == "none") {
    s.notes.push_back("The model has no thinking tags of its own: " + plan.value("think_open", "") + " and " +
                      plan.value("think_close", "") +
                      " were used as plain text, and it may seldom close its thinking.");
  }
  if (const std::string note = import_note(provenance, reader); !note.empty()) s.notes.push_back(note);
  if (const StoreCounts counts = run.store.counts(); counts.settings > 1) {
    s.notes.push_back(
        fmt::format("Units were computed in {} different ways (threads, branches, engine or CPU variant): "
                    "last digits may differ between them.",
                    counts.settings));
  }
  if (const std::string noise = noise_floor_of(run.reader, run.plan); !noise.empty())
    s.noise_floor = noise_floor_from_json(noise);
  return s;
}

ExportContext export_context(const OpenRun& run) {
  const json plan = json::parse(run.plan.identity), provenance = json::parse(run.plan.provenance);
  ExportContext c;
  c.run = run.name;
  c.model = provenance.value("/model/name"_json_pointer, "");
  c.model_sha256 = plan.value("model_sha256", "");
  // An import knows the hash alone.
  c.chat_template = plan.contains("chat_template") ? content_id(plan.value("chat_template", ""))
                                                   : plan.value("template", "");
  if (plan.contains("temperature") && plan.at("temperature").is_number())
    c.temperature = plan.at("temperature");
  const json identity = json::parse(run.reader.identity);
  c.reader_order = identity.value("order", 0);
  if (identity.value("model_sha256", "") != c.model_sha256 || c.reader_order > 0) {
    c.reader_model = json::parse(run.reader.provenance).value("/model/name"_json_pointer, "");
    c.reader_model_sha256 = identity.value("model_sha256", "");
  }
  c.reader = run.reader.number;
  return c;
}

void export_jsonl(const RunView& view, const std::function<void(const std::string&)>& sink) {
  const OpenRun run = open_run(view);
  const ExportContext context = export_context(run);
  run.store.for_each_trace([&](const TraceRecord& r) { sink(jsonl_line(r, context)); }, run.reader.id);
}

RunStatus run_status(const RunView& view) {
  const OpenRun run = open_run(view);
  RunStatus status{run.name,
                   run.plan,
                   run.reader,
                   run.store.counts(run.reader.id),
                   0,
                   "",
                   summarise_run(run).notes,
                   run.store.plans(),
                   {}};
  const std::map<std::string, Store::ReaderCounts> counts = run.store.reader_counts();
  for (const StoredReader& reader : run.store.readers()) {
    if (const auto it = counts.find(reader.id); it != counts.end())
      status.readings.push_back({reader, it->second});
  }
  const int64_t units_a_question = (status.plan.samples + status.plan.unit_size - 1) / status.plan.unit_size;
  status.noise_floor = noise_floor_of(run.reader, run.plan);
  // An import has what its source had.
  status.units_total = is_import(run.plan) ? status.counts.units_ok + status.counts.units_failed
                                           : status.counts.questions * units_a_question;
  return status;
}

VerifyReport verify_run(const std::string& run_folder) {
  try {
    return Store::open(run_folder).verify();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kStore) throw;
    return {{e.what()}, {}};
  }
}

std::string describe_reader(const StoredReader& reader, const StoredReader& own) {
  if (reader.id == own.id) return fmt::format("reader {}: the plan's own", reader.number);
  json before = json::parse(own.identity), now = json::parse(reader.identity);
  // Another model has other words around everything; that goes without saying.
  if (before.value("model_sha256", "") != now.value("model_sha256", "")) {
    for (const char* key : {"model_sha256", "chat_template", "system", "layout", "think_open",
                            "after_think_open", "think_close"})
      before.erase(key), now.erase(key);
  }
  const std::string how = reader_particulars(now.dump(), before.dump());
  return fmt::format("reader {}: {}{}", reader.number,
                     json::parse(reader.provenance).value("/model/name"_json_pointer, "no model"),
                     how.empty() ? "" : fmt::format(" ({})", how));
}

}  // namespace thinktrace
