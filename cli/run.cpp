// SPDX-License-Identifier: MIT
#include "thinktrace/run/run.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/publish.h"

namespace thinktrace::cli {
namespace {

struct RunCommandArguments {
  RunArguments run;
  bool json = false, quiet = false, no_site = false;
};

void print_run_result(const RunCommandArguments& a, const RunResult& r, const std::string& site) {
  const StoreCounts& c = r.counts;
  if (a.json) {
    nlohmann::ordered_json out{{"run", a.run.out},
                               {"plan", r.plan},
                               {"questions", c.questions},
                               {"traces", c.traces},
                               {"not_ended", c.not_ended},
                               {"failed_units", c.units_failed},
                               {"thinking_tokens", c.tokens},
                               {"probes", c.probes},
                               {"units_here", r.units_here},
                               {"readings_here", r.readings_here},
                               {"readings_failed", r.readings_failed},
                               {"seconds_sampling", c.seconds_sampling},
                               {"seconds_probing", c.seconds_probing},
                               {"noise_floor", nullptr},
                               {"site", site}};
    if (r.noise_floor) out["noise_floor"] = nlohmann::ordered_json::parse(to_json(*r.noise_floor));
    print(out.dump(2, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return;
  }
  tell(fmt::format(
           "{}, {}, {}, {} in {}{}", count_text(c.questions, "question"), count_text(c.traces, "trace"),
           count_text(c.tokens, "thinking token"), count_text(c.probes, "probe"), a.run.out,
           c.units_failed
               ? fmt::format("; {} failed (thinktrace export shows why)", count_text(c.units_failed, "unit"))
               : ""),
       a.quiet);
  if (c.not_ended) {
    tell(fmt::format("{} of {} did not close their thinking (cut by --budget, or ended the whole text): they "
                     "count as not ended",
                     c.not_ended, count_text(c.traces, "trace")),
         a.quiet);
  }
  if (r.readings_failed) {
    tell(fmt::format("{} could not be read under other settings (thinktrace status lists the readers; "
                     "--retry-failed tries "
                     "again)",
                     count_text(r.readings_failed, "unit")),
         a.quiet);
  }
  if (!site.empty()) tell(fmt::format("gallery: {}", std::filesystem::absolute(site).string()), a.quiet);
}

int run(const RunCommandArguments& a, const CLI::App& verb) {
  catch_interrupts();
  if (a.run.out.empty())
    throw Error(ErrorKind::kInput, "[options] --out is empty; name the folder of the run");
  const std::string site = a.no_site ? "" : (std::filesystem::path(a.run.out) / "site").string();
  if (!a.no_site) check_site_folder(site);  // Now, not after hours of work.
  ProgressBar bar(a.quiet);
  RunObserver observer;
  observer.note = [&](const std::string& text) { tell(text, a.quiet); };
  observer.progress = [&](const Progress& p) { bar.show(p); };
  observer.should_stop = interrupted;
  RunResult result;
  try {
    result = run_plan(to_run_options(a.run, verb), observer);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kInterrupted) throw;
    throw Error(
        ErrorKind::kInterrupted,
        fmt::format("interrupted; every finished unit is in {}, and the same command goes on from there",
                    a.run.out));
  }
  if (!a.no_site) publish_site({a.run.out}, run_name(a.run.out), site);
  print_run_result(a, result, a.no_site ? "" : site + "/index.html");
  return result.counts.units_failed || result.readings_failed ? kSomeFailed : kDone;
}

}  // namespace

Verb add_run(CLI::App& app) {
  auto a = std::make_shared<RunCommandArguments>();
  CLI::App* verb = app.add_subcommand("run",
                                      "Sample traces, force an answer after every thinking token, store, and "
                                      "build the gallery; the same command again continues");
  add_model_options(*verb, a->run);
  verb->add_option("-q,--questions", a->run.questions,
                   "Questions: a file or folder (MMLU csv, CSV with a header, JSONL)")
      ->required()
      ->group("Questions");
  verb->add_option("-o,--out", a->run.out, "Folder of the run")->required();
  add_question_options(*verb, a->run);
  add_format_options(*verb, a->run);
  add_sampling_options(*verb, a->run);
  add_reading_options(*verb, a->run);
  verb->add_flag("--no-site", a->no_site, "Don't build the gallery at the end");
  verb->add_flag("--json", a->json, "Print the result as JSON");
  verb->add_flag("--quiet", a->quiet, "No progress and no notes");
  return [a, verb] { return run(*a, *verb); };
}

}  // namespace thinktrace::cli
