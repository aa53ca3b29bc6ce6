// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/experiment_verb.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "cli/view_options.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/read.h"

namespace thinktrace::cli {
namespace {

struct ProbeArguments : ExperimentArguments {
  std::string suffixes;
};

void print_probe_result(const ProbeArguments& a, const ReadResult& r) {
  if (a.json) {
    nlohmann::ordered_json out{{"run", a.run.out},
                               {"reader", r.readers.front()},
                               {"readers", r.readers},
                               {"units_here", r.units_here},
                               {"units_failed", r.units_failed}};
    out["noise_floor"] = r.noise_floor ? nlohmann::ordered_json::parse(to_json(*r.noise_floor))
                                       : nlohmann::ordered_json(nullptr);
    print(out.dump(2, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return;
  }
  tell(fmt::format("{} done here{}; reader{} {} of {} (thinktrace export {} --reader {})",
                   count_text(r.units_here, "unit"),
                   r.units_failed
                       ? fmt::format(", {} could not be read whole", count_text(r.units_failed, "unit"))
                       : "",
                   r.readers.size() > 1 ? "s" : "", fmt::join(r.readers, ", "), a.run.out, a.run.out,
                   r.readers.front()),
       a.quiet);
  if (r.readers.size() > 1)
    tell(fmt::format(
             "thinktrace analyze {} tells how far they agree, export {} --what ensemble token by token",
             a.run.out, a.run.out),
         a.quiet);
}

int probe(const ProbeArguments& a, const CLI::App& verb) {
  std::vector<std::string> suffixes;
  if (verb.get_option("--suffixes")->count() > 0) suffixes = suffixes_from(a.suffixes);
  const ReadResult result =
      do_experiment(a, verb, "read", [&](const RunOptions& options, const RunObserver& observer) {
        return read_run({options, a.plan, suffixes}, observer);
      });
  print_probe_result(a, result);
  return result.units_failed ? kSomeFailed : kDone;
}

}  // namespace

Verb add_probe(CLI::App& app) {
  auto a = std::make_shared<ProbeArguments>();
  CLI::App* verb =
      app.add_subcommand("probe",
                         "Read the stored traces of a run once more: by another model, with another "
                         "suffix or labels, under other orders of the options");
  add_experiment_run(*verb, *a);
  verb->add_option("--with", a->run.model,
                   "Model file (GGUF) that reads; without it the one that wrote the traces")
      ->group("Model");
  add_compute_options(*verb, a->run);
  a->run.suffix.clear();  // As the run has it, unless one is given.
  add_format_options(*verb, a->run);
  verb->add_option(
          "--suffixes", a->suffixes,
          "Read once with each of several suffixes, separated by commas (\\, is a comma in one): how far "
          "do the readings hang on the wording?")
      ->excludes("--suffix")
      ->group("Prompt");
  add_reading_options(*verb, a->run);
  add_plan_option(*verb, a->plan);
  verb->add_flag("--json", a->json, "Print the result as JSON");
  verb->add_flag("--quiet", a->quiet, "No progress and no notes");
  return [a, verb] { return probe(*a, *verb); };
}

}  // namespace thinktrace::cli
