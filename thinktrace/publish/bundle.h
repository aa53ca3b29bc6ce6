// SPDX-License-Identifier: MIT
// bundle.h — runs turned into a manifest and chunks, as docs/bundle.md describes them. Knows no files.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/publish/shelf.h"

namespace thinktrace {

// What the gallery says of a run as a whole.
struct RunSummary {
  std::string name;
  std::string model_name, model_architecture, model_sha256;
  std::vector<std::pair<std::string, std::string>> settings;  // Shown as they are, in this order.
  std::vector<std::string> notes;  // What a reader must know: no thinking tags, mixed settings, …
  std::optional<NoiseFloor> noise_floor;
  std::string probe;                 // How its own reader chose positions, as a JSON object; empty: exactly.
  std::vector<std::string> readers;  // The further readers, in words; FurtherReading::reader is a place here.
  std::vector<ShownExperiment> experiments;  // ShownResult::experiment is a place here.
  // The run's numbers, as to_json() of publish/analysis_json.h writes them; empty: none.
  std::string analysis;
  std::vector<std::string> ablations;  // As to_json(AblationReport) writes them.
  // Of the other experiments, as to_json(ReportTable) writes them, with the experiment's place in `experiments`.
  std::vector<std::pair<int, std::string>> tables;
};

// Builds one run from its traces, shelf by shelf. A finished shelf is a value: a caller that builds the same run again as
// it grows may keep those whose questions have not changed (their ids are in ShelfParts::questions) and put them in place
// of their traces:
//
//     RunBuilder first(sink, {.keep_shelves = true});   for (…) first.add(trace);    first.finish(summary);
//     std::vector<ShelfParts> kept = first.shelves();
//     RunBuilder second(sink, {.keep_shelves = true});  second.add_shelf(kept[0]);   second.add(…);   second.finish(summary);
//
// A kept shelf's chunks are not given to the sink again; whoever keeps the shelf keeps them. It holds places of readers
// and experiments: RunSummary::readers and ::experiments must begin with those it was built under.
//
// Questions come in the order of the run, traces in the order of their samples. REQUIRES: all traces of a question come
// one after the other, in one builder. The same calls give the same chunks.
// Memory: the traces of one shelf, and that of IndexBuilder; ShelfParts of all shelves where they are kept.
struct RunBuilderOptions {
  int shelf_tokens = kShelfTokens;
  bool keep_shelves = false;
  std::function<bool()> should_stop =
      {};  // Asked while clusters are sought; true throws Error (kInterrupted).
};
class RunBuilder {
 public:
  explicit RunBuilder(ChunkSink sink, RunBuilderOptions options = {});

  void add(const SiteTrace& trace);
  // Ends the shelf that is being built.
  void add_shelf(ShelfParts shelf);
  // Gives the sink the chunks that are left. Returns the run's entry in the manifest, a JSON object; to be called once.
  std::string finish(const RunSummary& summary);

  // Whole once finish() was called. REQUIRES: keep_shelves.
  const std::vector<ShelfParts>& shelves() const { return shelves_; }

 private:
  void end_shelf();
  void add_finished(ShelfParts shelf);

  ChunkSink sink_;
  RunBuilderOptions options_;
  ShelfBuilder open_;
  IndexBuilder index_;
  std::vector<ShelfParts> shelves_;
};

// A run's entry with other numbers: `analysis` is as in RunSummary, the chunk that holds it is given to the sink.
std::string with_analysis(const std::string& entry, const std::string& analysis, const ChunkSink& sink);

struct Manifest {
  std::string title;
  std::string app;                  // Name of the app chunk; empty: none.
  std::optional<int64_t> revision;  // Of a live bundle.
  std::vector<std::string> runs;    // As RunBuilder::finish gives them.
};
std::string to_json(const Manifest& manifest);

// A run and a way to walk its traces, in RunBuilder's order. `summarise` is called once, after them, so that it may tell
// of what was seen on the way.
struct SiteRun {
  std::function<void(const std::function<void(const SiteTrace&)>&)> for_each_trace;
  std::function<RunSummary()> summarise;
};

struct BundleOptions {
  std::string title = "thinktrace";
  int shelf_tokens = kShelfTokens;
};

// The whole of a bundle, the viewer's own chunk too; returns the manifest.
// Memory: as RunBuilder, one run at a time.
std::string build_bundle(const std::vector<SiteRun>& runs, const BundleOptions& options,
                         const ChunkSink& sink);

}  // namespace thinktrace
