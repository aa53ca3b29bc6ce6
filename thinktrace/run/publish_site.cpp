// SPDX-License-Identifier: MIT
// From stores to galleries: which traces of which runs.
#include <fmt/format.h>

#include <list>
#include <set>
#include <utility>

#include "thinktrace/error.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/single_file.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/gallery_run.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/run/wanted_traces.h"

namespace thinktrace {
namespace {

// A plan of a run on its way into a gallery, whole or in part.
class SelectedRun {
 public:
  SelectedRun(GalleryRun run, WantedTraces& selection) : gallery_(std::move(run)) {
    if (selection.is_everything()) return;
    const Store& store = gallery_.run().store;
    const std::vector<std::string> ids = store.trace_ids();
    selected_ = selection.among(ids);
    n_traces_ = ids.size();
    is_left_out_ = selected_.empty();
    is_whole_ = selected_.size() == ids.size() && store.counts().units_failed == 0;
  }

  bool is_left_out() const { return is_left_out_; }

  void for_each_trace(const std::function<void(const SiteTrace&)>& visit) {
    const OpenRun& run = gallery_.run();
    run.store.for_each_trace(
        [&](const TraceRecord& r) {
          if (!is_whole_ && !selected_.contains(r.id)) return;
          gallery_.show(r, [&](const SiteTrace& trace) {
            if (is_whole_) measured_.add(r.status, trace.measures);
            visit(trace);
          });
        },
        run.reader.id);
  }

  // To be called once: what was measured is given up, before the index is made.
  RunSummary summarise() {
    const MeasuredRun measured = std::exchange(measured_, {});
    RunSummary summary = gallery_.summarise();
    if (is_whole_) {
      summary.analysis = to_json(analyze_measured(gallery_.roles(), measured));
      summary.ablations = gallery_.ablations();
      summary.tables = gallery_.tables();
    } else {
      summary.notes.push_back(fmt::format("A selection: {} of {} traces.", selected_.size(), n_traces_));
    }
    return summary;
  }

 private:
  GalleryRun gallery_;
  bool is_whole_ = true, is_left_out_ = false;
  std::set<std::string> selected_;  // Where it is not whole.
  size_t n_traces_ = 0;
  MeasuredRun measured_;
};

// Stores stay open, and where they are, while the gallery is written.
class SelectedRuns {
 public:
  SelectedRuns(const std::vector<std::string>& folders, const std::vector<std::string>& traces) {
    WantedTraces selection(traces, "site");
    for (const std::string& folder : folders) {
      for (GalleryRun& run : open_gallery_runs(folder)) {
        if (open_.emplace_back(std::move(run), selection).is_left_out()) open_.pop_back();
      }
    }
    selection.check_all_found();
  }

  std::vector<SiteRun> site_runs() {
    std::vector<SiteRun> runs;
    for (SelectedRun& run : open_)
      runs.push_back(
          {[&run](const auto& visit) { run.for_each_trace(visit); }, [&run] { return run.summarise(); }});
    return runs;
  }

 private:
  std::list<SelectedRun> open_;
};

}  // namespace

void publish_site(const std::vector<std::string>& run_folders, const std::string& title,
                  const std::string& folder, const std::vector<std::string>& traces) {
  write_site(SelectedRuns(run_folders, traces).site_runs(), {.title = title}, folder);
}

void publish_single(const std::vector<std::string>& run_folders, const std::string& title,
                    const std::string& file, const std::vector<std::string>& traces) {
  write_single_file(SelectedRuns(run_folders, traces).site_runs(), {.title = title}, file);
}

}  // namespace thinktrace
