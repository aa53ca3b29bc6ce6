// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/verbs.h"
#include "cli/view_options.h"
#include "thinktrace/run/hint_plan.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/plan.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {
namespace {

using json = nlohmann::ordered_json;

void print_status_json(const RunStatus& s) {
  json plans = json::array(), readers = json::array();
  for (const StoredPlan& p : s.plans)
    plans.push_back({{"number", p.number}, {"sampling_id", p.sampling_id}, {"samples", p.samples}});
  for (const auto& [r, n] : s.readings)
    readers.push_back({{"number", r.number},
                       {"id", r.id},
                       {"traces", n.traces},
                       {"failed_units", n.failed_units},
                       {"identity", json::parse(r.identity)}});
  json out{{"run", s.name},
           {"plan", s.plan.number},
           {"sampling_id", s.plan.sampling_id},
           {"questions", s.counts.questions},
           {"samples", s.plan.samples},
           {"unit_size", s.plan.unit_size},
           {"units_total", s.units_total},
           {"units_ok", s.counts.units_ok},
           {"units_failed", s.counts.units_failed},
           {"traces", s.counts.traces},
           {"not_ended", s.counts.not_ended},
           {"thinking_tokens", s.counts.tokens},
           {"probes", s.counts.probes},
           {"attempts", s.counts.attempts},
           {"sampled_tokens", s.counts.sampled_tokens},
           {"read_probes", s.counts.read_probes},
           {"seconds_sampling", s.counts.seconds_sampling},
           {"seconds_probing", s.counts.seconds_probing},
           {"noise_floor", s.noise_floor.empty() ? json(nullptr) : json::parse(s.noise_floor)},
           {"prior", s.reader.prior.empty() ? json(nullptr) : json::parse(s.reader.prior)},
           {"notes", s.notes},
           {"identity", json::parse(s.plan.identity)},
           {"provenance", json::parse(s.plan.provenance)},
           {"reader", s.reader.number},
           {"plans", std::move(plans)},
           {"readers", std::move(readers)}};
  print(out.dump(2, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n");
}

std::string settings_text(const RunStatus& s) {
  const json identity = json::parse(s.plan.identity), reader = json::parse(s.reader.identity);
  std::string text;
  for (const char* key : {"import", "temperature", "top_p", "seed", "budget"}) {
    if (identity.contains(key) && !identity[key].is_null())
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, identity[key].dump());
  }
  if (const Probing probing = probing_of(s.reader.identity); probing.adaptive)
    text += fmt::format(", probe {}", describe(probing));
  if (const auto hint = hint_of(s.plan)) text += fmt::format(", hint {}", describe(*hint));
  if (reader.contains("suffix")) text += fmt::format(", suffix {}", reader["suffix"].dump());
  return text;
}

// How another plan of the folder differs from the one that is shown.
std::string plan_text(const StoredPlan& other, const StoredPlan& shown) {
  if (is_import(other))
    return fmt::format("imported ({}), {}", json::parse(other.identity).value("import", ""),
                       json::parse(other.provenance).value("/model/name"_json_pointer, ""));
  if (is_import(shown))
    return "sampled with " + json::parse(other.provenance).value("/model/name"_json_pointer, "");
  std::string how = differences(without_hint(shown), without_hint(other));
  const auto hint = hint_of(other), shown_hint = hint_of(shown);
  if (hint) return fmt::format("with a hint: {}{}{}", describe(*hint), how.empty() ? "" : "; ", how);
  if (!how.empty()) return how;
  return shown_hint ? "without the hint" : "samples alike, other questions";
}

void print_status_text(const RunStatus& s) {
  const json model = json::parse(s.plan.provenance).value("model", json::object());
  const auto line = [](const char* name, const std::string& value) {
    print(fmt::format("{:<12} {}\n", name, printable(value)));
  };
  const StoreCounts& c = s.counts;
  line("run",
       s.plans.size() > 1 ? fmt::format("{}, plan {} of {}", s.name, s.plan.number, s.plans.size()) : s.name);
  line("model",
       fmt::format("{}{}", model.value("name", ""),
                   model.contains("weights")
                       ? fmt::format(" ({}, {})", model.value("architecture", ""), model.value("weights", ""))
                       : ""));
  line("questions", fmt::format("{}, {} each", c.questions, count_text(s.plan.samples, "sample")));
  line("units",
       fmt::format("{} of {} done{}", c.units_ok + c.units_failed, s.units_total,
                   c.units_failed ? fmt::format(", {} of them failed (run --retry-failed tries them again)",
                                                c.units_failed)
                                  : ""));
  line("traces", fmt::format("{} ({} not ended) with {} thinking tokens and {} probes", c.traces, c.not_ended,
                             c.tokens, c.probes));
  line("spent",
       fmt::format("{} sampling {} tokens, {} reading {} probes, in {}", duration_text(c.seconds_sampling),
                   c.sampled_tokens, duration_text(c.seconds_probing), c.read_probes,
                   count_text(c.attempts, "attempt")));
  line("settings", settings_text(s));
  for (const StoredPlan& p : s.plans) {
    if (p.number != s.plan.number) line("other plan", fmt::format("{}: {}", p.number, plan_text(p, s.plan)));
  }
  StoredReader own = s.reader;
  for (const auto& [reader, n] : s.readings) own = reader.id == s.plan.reader_id ? reader : own;
  for (const auto& [reader, n] : s.readings) {
    if (s.readings.size() > 1)
      line("reading", fmt::format("{}, {}{}", describe_reader(reader, own), count_text(n.traces, "trace"),
                                  n.failed_units ? fmt::format(", {} could not be read",
                                                               count_text(n.failed_units, "unit"))
                                                 : ""));
  }
  for (const std::string& note : s.notes) line("note", note);
  if (!s.noise_floor.empty()) line("noise", describe(noise_floor_from_json(s.noise_floor)));
}

}  // namespace

Verb add_status(CLI::App& app) {
  struct Arguments {
    RunView view;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("status", "Say how far a run is and what it was asked");
  add_view_options(*verb, a->view);
  verb->add_flag("--json", a->json, "As JSON, with everything the numbers hang on");
  return [a] {
    const RunStatus status = run_status(a->view);
    a->json ? print_status_json(status) : print_status_text(status);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
