// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/import_run.h"

namespace thinktrace::cli {
namespace {

struct ImportArguments {
  ImportRunOptions options;
  std::vector<std::string> map;
  bool json = false, quiet = false;
};

std::vector<std::pair<std::string, std::string>> field_map(const std::vector<std::string>& pairs) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const std::string& pair : pairs) {
    const size_t at = pair.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == pair.size())
      throw Error(ErrorKind::kInput,
                  fmt::format("[options] --map {}: write FIELD=KEY, as in question=prompt", pair));
    fields.emplace_back(pair.substr(0, at), pair.substr(at + 1));
  }
  return fields;
}

void print_import_result(const ImportArguments& a, const ImportRunResult& r) {
  if (a.json) {
    const nlohmann::ordered_json out{{"run", a.options.out},
                                     {"plan", r.plan},
                                     {"imported", r.imported},
                                     {"there_already", r.there},
                                     {"skipped", r.skipped}};
    print(out.dump(2, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return;
  }
  tell(fmt::format("{} imported into {}{}{}; see thinktrace analyze {} and thinktrace site {} -o FOLDER",
                   count_text(r.imported, "trace"), a.options.out,
                   r.there ? fmt::format(", {} were there already", r.there) : "",
                   r.skipped ? fmt::format(", {} could not be used", count_text(r.skipped, "record")) : "",
                   a.options.out, a.options.out),
       a.quiet);
}

int import_traces(ImportArguments& a, const CLI::App& verb) {
  catch_interrupts();
  a.options.import.fields = field_map(a.map);
  a.options.provenance = option_table(verb);
  ImportRunObserver observer;
  observer.note = [&](const std::string& text) { tell(text, a.quiet); };
  observer.should_stop = interrupted;
  auto next = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  observer.progress = [&](int64_t n) {
    if (std::chrono::steady_clock::now() < next) return;
    next += std::chrono::seconds(30);
    tell(count_text(n, "trace"), a.quiet);
  };
  ImportRunResult result;
  try {
    result = import_run(a.options, observer);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kInterrupted) throw;
    throw Error(ErrorKind::kInterrupted,
                fmt::format("interrupted; what was read is in {}, and the same command goes on from there",
                            a.options.out));
  }
  print_import_result(a, result);
  return kDone;
}

void add_common(CLI::App& verb, const std::shared_ptr<ImportArguments>& a, const char* path_help) {
  verb.add_option("PATH", a->options.path, path_help)->required();
  verb.add_option("-o,--out", a->options.out, "Folder of the run")->required();
  verb.add_option("--subjects", a->options.import.subjects, "Only these subjects (separated by commas)")
      ->delimiter(',');
  verb.add_option("--limit", a->options.import.limit, "The first N traces of each subject")
      ->check(CLI::PositiveNumber);
  verb.add_flag("--json", a->json, "Print the result as JSON");
  verb.add_flag("--quiet", a->quiet, "No notes");
}

}  // namespace

Verb add_import(CLI::App& app) {
  auto a = std::make_shared<ImportArguments>();
  CLI::App* verb = app.add_subcommand(
      "import", "Bring traces from elsewhere into a run: what others published, JSON lines");
  verb->require_subcommand(1);
  CLI::App* arbor = verb->add_subcommand("arbor",
                                         "The traces of \"Reasoning or Performing?\": a clone of the site's "
                                         "repository (reasoning-progress-viz), or its JSONL form");
  add_common(*arbor, a, "Clone of the repository, or a folder or file of .jsonl or .jsonl.gz");
  CLI::App* jsonl = verb->add_subcommand("jsonl",
                                         "Our own export, or any file of JSON lines with question, options, "
                                         "answer and thinking");
  add_common(*jsonl, a, "File or folder of .jsonl or .jsonl.gz");
  jsonl
      ->add_option(
          "--map", a->map,
          "Our field = the file's key, as in question=prompt,thinking=message.reasoning (docs/import.md)")
      ->delimiter(',');
  return [a, arbor, jsonl] {
    a->options.kind = arbor->parsed() ? "arbor" : "jsonl";
    return import_traces(*a, arbor->parsed() ? *arbor : *jsonl);
  };
}

}  // namespace thinktrace::cli
