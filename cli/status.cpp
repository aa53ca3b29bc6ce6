// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/verbs.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {
namespace {

using json = nlohmann::ordered_json;

void print_json(const RunStatus& s) {
  json out{{"run", s.name},
           {"plan_id", s.plan.id},
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
           {"seconds_sampling", s.counts.seconds_sampling},
           {"seconds_probing", s.counts.seconds_probing},
           {"noise_floor", nullptr},
           {"notes", s.notes},
           {"identity", json::parse(s.plan.identity)},
           {"provenance", json::parse(s.plan.provenance)}};
  if (!s.plan.noise_floor.empty()) out["noise_floor"] = json::parse(s.plan.noise_floor);
  print(out.dump(2, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n");
}

void print_text(const RunStatus& s) {
  const json identity = json::parse(s.plan.identity), provenance = json::parse(s.plan.provenance);
  const auto line = [](const char* name, const std::string& value) {
    print(fmt::format("{:<12} {}\n", name, printable(value)));
  };
  const int64_t done = s.counts.units_ok + s.counts.units_failed;
  line("run", s.name);
  line("model",
       fmt::format("{} ({}, {})", provenance["model"].value("name", ""),
                   provenance["model"].value("architecture", ""), provenance["model"].value("weights", "")));
  line("questions", fmt::format("{}, {} each", s.counts.questions, count_text(s.plan.samples, "sample")));
  line("units",
       fmt::format("{} of {} done{}", done, s.units_total,
                   s.counts.units_failed ? fmt::format(", {} of them failed", s.counts.units_failed) : ""));
  line("traces", fmt::format("{} ({} not ended) with {} thinking tokens and {} probes", s.counts.traces,
                             s.counts.not_ended, s.counts.tokens, s.counts.probes));
  line("time", fmt::format("{} sampling, {} probing", duration_text(s.counts.seconds_sampling),
                           duration_text(s.counts.seconds_probing)));
  line("settings",
       fmt::format("temperature {}, top-p {}, seed {}, budget {}, suffix {}", identity["temperature"].dump(),
                   identity["top_p"].dump(), identity["seed"].dump(), identity["budget"].dump(),
                   identity["suffix"].dump()));
  for (const std::string& note : s.notes) line("note", note);
  if (!s.plan.noise_floor.empty()) {
    line("noise", describe(noise_floor_from_json(s.plan.noise_floor)));
  }
}

}  // namespace

Verb add_status(CLI::App& app) {
  struct Arguments {
    std::string run;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("status", "Say how far a run is and what it was asked");
  verb->add_option("RUN", a->run, "Folder of the run")->required();
  verb->add_flag("--json", a->json, "As JSON, with everything the numbers hang on");
  return [a] {
    const RunStatus status = run_status(a->run);
    a->json ? print_json(status) : print_text(status);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
