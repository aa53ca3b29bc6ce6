// SPDX-License-Identifier: MIT
#include <memory>

#include "cli/console.h"
#include "cli/cue_options.h"
#include "cli/verbs.h"
#include "cli/view_options.h"
#include "thinktrace/run/ablation_numbers.h"
#include "thinktrace/run/continuation_numbers.h"
#include "thinktrace/run/hint_numbers.h"
#include "thinktrace/run/pivot_numbers.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/run/rewrite_numbers.h"

namespace thinktrace::cli {

Verb add_export(CLI::App& app) {
  struct Arguments {
    RunView view;
    std::string format = "jsonl", what = "traces";
    std::optional<int> experiment;
    CueArguments cues;
    std::vector<std::string> phrases;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "export", "Write a run's traces to standard output (docs/export.md names every key)");
  add_view_options(*verb, a->view);
  verb->add_option("--format", a->format, "jsonl, or csv for spreadsheets")
      ->capture_default_str()
      ->check(CLI::IsMember({"jsonl", "csv"}));
  verb->add_option(
          "--what", a->what,
          "traces (JSONL holds ids, texts and curves, CSV one row of numbers each), probes (one row "
          "a probe), "
          "before-after (forced before, forced after, free), ablations (one row an answer under "
          "thinktrace ablate), continuations, prefixes (one row a free continuation by thinktrace continue, "
          "or a beginning that was continued), hints "
          "(one row a trace under thinktrace hint), mistakes, paraphrases (one row an answer under "
          "thinktrace "
          "mistakes, thinktrace paraphrase), ensemble "
          "(one row a position: what all suffixes and orders make of it), "
          "cues (one row a cue word, or a place to compare it with: the curve around it), pivots (one a "
          "pivotal token, in the shape of PTS), preferences (pairs of tokens at these)")
      ->capture_default_str()
      ->check(
          CLI::IsMember({"traces", "probes", "before-after", "ablations", "continuations", "prefixes",
                         "hints", "mistakes", "paraphrases", "ensemble", "cues", "pivots", "preferences"}));
  verb->add_option("--experiment", a->experiment,
                   "Of an experiment: another experiment than the last one, by its number");
  add_cue_options(*verb, a->cues, "Of --what cues");
  verb->add_option("--mention", a->phrases,
                   "Of --what hints: a phrase that counts as a mention of the hint too; may be repeated");
  return [a, verb] {
    const auto line = [](const std::string& text) { print(text + "\n"); };
    const TableFormat format = a->format == "csv" ? TableFormat::kCsv : TableFormat::kJsonl;
    if (a->what == "traces" && format == TableFormat::kJsonl) {
      export_jsonl(a->view, line);
    } else if (a->what == "hints") {
      export_hints({a->view, {}, a->phrases}, format, line);
    } else if (a->what == "ablations") {
      export_ablation(a->view, a->experiment, format, line);
    } else if (a->what == "continuations") {
      export_continuations(a->view, a->experiment, format, line);
    } else if (a->what == "prefixes") {
      export_prefixes(a->view, a->experiment, format, line);
    } else if (a->what == "pivots" || a->what == "preferences") {
      export_pivots(a->view, a->experiment,
                    a->what == "pivots" ? PivotExport::kTokens : PivotExport::kPreferences, format, line);
    } else if (a->what == "mistakes") {
      export_mistakes(a->view, a->experiment, format, line);
    } else if (a->what == "paraphrases") {
      export_paraphrases(a->view, a->experiment, format, line);
    } else if (a->what == "ensemble") {
      export_ensemble(a->view, format, line);
    } else if (a->what == "cues") {
      export_cues(a->view, to_cue_settings(a->cues, *verb), format, line);
    } else {
      const TableKind kind = a->what == "traces"   ? TableKind::kTraces
                             : a->what == "probes" ? TableKind::kProbes
                                                   : TableKind::kBeforeAfter;
      export_table(a->view, kind, format, line);
    }
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
