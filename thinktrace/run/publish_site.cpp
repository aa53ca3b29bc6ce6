// SPDX-License-Identifier: MIT
// From stores to galleries: which traces, and with each its measures and what further readers made of it.
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/single_file.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/run/reader.h"

namespace thinktrace {
namespace {

// Ids of traces that were asked for, each in whole or by its beginning.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& wanted) {
    for (const std::string& text : wanted) {
      constexpr size_t kShortest = 8;
      std::string id = text;
      for (char& c : id) c = 'A' <= c && c <= 'F' ? static_cast<char>(c + 32) : c;
      if (id.size() < kShortest || id.find_first_not_of("0123456789abcdef") != std::string::npos)
        throw Error(
            ErrorKind::kInput,
            fmt::format("[site] '{}' is no id of a trace: give {} hex digits or more", text, kShortest));
      wanted_.insert(std::move(id));
    }
  }

  bool is_everything() const { return wanted_.empty(); }

  // Those of `ids` that are wanted.
  std::set<std::string> among(const std::vector<std::string>& ids) {
    std::set<std::string> found;
    const std::set<std::string> sorted(ids.begin(), ids.end());
    for (const std::string& beginning : wanted_) {
      for (auto it = sorted.lower_bound(beginning); it != sorted.end() && it->starts_with(beginning); ++it) {
        if (const auto [known, is_new] = matches_.emplace(beginning, *it); known->second != *it)
          throw Error(ErrorKind::kInput,
                      fmt::format("[site] '{}' is the beginning of {} and of {}: give more "
                                  "of its digits",
                                  beginning, known->second, *it));
        found.insert(*it);
      }
    }
    return found;
  }

  // To be called when all runs were searched.
  void check_all_found() const {
    for (const std::string& beginning : wanted_) {
      if (!matches_.contains(beginning))
        throw Error(ErrorKind::kInput,
                    fmt::format("[site] no trace of these runs has the id '{}'", beginning));
    }
  }

 private:
  std::set<std::string> wanted_;
  std::map<std::string, std::string> matches_;
};

// One plan of a run on its way into a gallery.
class GalleryRun {
 public:
  GalleryRun(const std::string& folder, std::optional<int> plan, Selection& selection)
      : run_(open_run({folder, plan, {}, {}})), number_(plan) {
    const std::map<std::string, Store::ReaderCounts> counts = run_.store.reader_counts();
    for (StoredReader& reader : run_.store.readers()) {
      const auto it = counts.find(reader.id);
      if (reader.id != run_.reader.id && it != counts.end() && it->second.traces > 0)
        further_.push_back(std::move(reader));
    }
    order_readers_ = order_readers(run_);
    if (selection.is_everything()) return;
    const std::vector<std::string> ids = run_.store.trace_ids();
    selected_ = selection.among(ids);
    n_traces_ = ids.size();
    is_left_out_ = selected_.empty();
    is_whole_ = selected_.size() == ids.size() && run_.store.counts().units_failed == 0;
  }

  bool is_left_out() const { return is_left_out_; }

  void for_each_trace(const std::function<void(const SiteTrace&)>& visit) {
    run_.store.for_each_trace(
        [&](const TraceRecord& r) {
          if (is_whole_ || selected_.contains(r.id)) show(r, visit);
        },
        run_.reader.id);
  }

  RunSummary summarise() const {
    RunSummary summary = summarise_run(run_);
    if (number_) summary.name += fmt::format(" (plan {})", *number_);
    for (const StoredReader& reader : further_)
      summary.readers.push_back(describe_reader(reader, run_.reader));
    if (is_whole_) {
      summary.analysis = to_json(analyze_measured(run_, measured_));
    } else {
      summary.notes.push_back(fmt::format("A selection: {} of {} traces.", selected_.size(), n_traces_));
    }
    return summary;
  }

 private:
  void show(const TraceRecord& r, const std::function<void(const SiteTrace&)>& visit) {
    std::vector<FurtherReading> readings;
    std::list<Store::OtherReading> found;
    std::vector<const Store::OtherReading*> in_orders;
    const auto own = further_.empty() ? std::nullopt : run_.store.reading(r.id, run_.reader.id);
    for (size_t i = 0; i < further_.size(); i++) {
      auto reading = run_.store.reading(r.id, further_[i].id);
      if (!reading || reading->labels.size() != r.question.options.size()) continue;
      const Store::OtherReading& kept = found.emplace_back(*std::move(reading));
      if (std::find(order_readers_.begin(), order_readers_.end(), further_[i].id) != order_readers_.end())
        in_orders.push_back(&kept);
      std::vector<int> positions = positions_of(kept, own, r);
      if (positions.empty() || positions.back() > static_cast<int>(r.think_text.size())) continue;
      readings.push_back({static_cast<int>(i), std::move(positions), kept.curve.logprobs, kept.forced_text});
    }
    const TraceMeasures measures = measure_record(r, in_orders);
    if (is_whole_) measured_.add(r, measures);
    visit({r, measures, readings});
  }

  // In the tokens that the record is shown in; empty where that can't be told.
  std::vector<int> positions_of(const Store::OtherReading& reading,
                                const std::optional<Store::OtherReading>& own, const TraceRecord& r) const {
    if (!r.has_tokens || reading.curve.positions.empty()) return {};
    if (reading.think_text == (own ? own->think_text : std::vector<std::string>()))
      return reading.curve.positions;
    const std::vector<std::string> tokens =
        reading.think_text.empty() ? run_.store.written_tokens(r.id) : reading.think_text;
    if (tokens == r.think_text) return reading.curve.positions;
    if (reading.curve.positions.back() > static_cast<int>(tokens.size())) return {};
    return align_positions(r.think_text, tokens, reading.curve.positions);
  }

  OpenRun run_;
  std::optional<int> number_;
  std::vector<StoredReader> further_;
  std::vector<std::string> order_readers_;
  bool is_whole_ = true, is_left_out_ = false;
  std::set<std::string> selected_;  // Where it is not whole.
  size_t n_traces_ = 0;
  MeasuredRun measured_;
};

// Stores stay open, and where they are, while the gallery is written.
class GalleryRuns {
 public:
  GalleryRuns(const std::vector<std::string>& folders, const std::vector<std::string>& traces) {
    Selection selection(traces);
    for (const std::string& folder : folders) {
      const std::vector<StoredPlan> plans = Store::open(folder).plans();
      for (size_t i = 0; i < std::max<size_t>(1, plans.size()); i++) {
        const std::optional<int> number = plans.size() > 1 ? std::optional(plans[i].number) : std::nullopt;
        if (open_.emplace_back(folder, number, selection).is_left_out()) open_.pop_back();
      }
    }
    selection.check_all_found();
  }

  std::vector<SiteRun> site_runs() {
    std::vector<SiteRun> runs;
    for (GalleryRun& run : open_)
      runs.push_back(
          {[&run](const auto& visit) { run.for_each_trace(visit); }, [&run] { return run.summarise(); }});
    return runs;
  }

 private:
  std::list<GalleryRun> open_;
};

}  // namespace

void publish_site(const std::vector<std::string>& run_folders, const std::string& title,
                  const std::string& folder, const std::vector<std::string>& traces) {
  write_site(GalleryRuns(run_folders, traces).site_runs(), {.title = title}, folder);
}

void publish_single(const std::vector<std::string>& run_folders, const std::string& title,
                    const std::string& file, const std::vector<std::string>& traces) {
  write_single_file(GalleryRuns(run_folders, traces).site_runs(), {.title = title}, file);
}

}  // namespace thinktrace
