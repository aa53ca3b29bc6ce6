// SPDX-License-Identifier: MIT
#include "thinktrace/run/gallery_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <list>
#include <map>

#include "thinktrace/publish/report_table.h"
#include "thinktrace/run/ablation_numbers.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/continuation_numbers.h"
#include "thinktrace/run/hint_numbers.h"
#include "thinktrace/run/pivot_numbers.h"
#include "thinktrace/run/reader.h"
#include "thinktrace/run/rewrite_numbers.h"
#include "thinktrace/run/rewrite_plan.h"

namespace thinktrace {

GalleryRun::GalleryRun(OpenRun run, bool is_only_plan)
    : run_(std::move(run)), is_only_plan_(is_only_plan), experiments_(run_) {
  const std::map<std::string, Store::ReaderCounts> counts = run_.store.reader_counts();
  for (StoredReader& reader : run_.store.readers()) {
    const auto it = counts.find(reader.id);
    if (reader.id != run_.reader.id && it != counts.end() && it->second.traces > 0)
      further_.push_back(std::move(reader));
  }
  roles_ = reader_roles(run_);
}

std::vector<std::string> GalleryRun::further_readers() const {
  std::vector<std::string> ids;
  for (const StoredReader& reader : further_) ids.push_back(reader.id);
  return ids;
}

void GalleryRun::show(const TraceRecord& r, const std::function<void(const SiteTrace&)>& visit) const {
  std::vector<FurtherReading> readings;
  std::list<Store::OtherReading> found;
  RecordReadings beside;
  const auto own = further_.empty() ? std::nullopt : run_.store.reading(r.id, run_.reader.id);
  for (size_t i = 0; i < further_.size(); i++) {
    auto reading = run_.store.reading(r.id, further_[i].id);
    if (!reading || reading->labels.size() != r.question.options.size()) continue;
    const Store::OtherReading& kept = found.emplace_back(*std::move(reading));
    const bool is_in_ensemble = std::any_of(roles_.ensemble.begin(), roles_.ensemble.end(),
                                            [&](const StoredReader& e) { return e.id == further_[i].id; });
    if (is_in_ensemble) beside.ensemble.push_back(&kept);
    if (is_in_ensemble && roles_.is_order(further_[i])) beside.orders.push_back(&kept);
    if (roles_.own && roles_.own->id == further_[i].id) beside.own = &kept;
    std::vector<int> positions = positions_of(kept, own, r);
    if (positions.empty() || positions.back() > static_cast<int>(r.think_text.size())) continue;
    readings.push_back({static_cast<int>(i), std::move(positions), kept.curve.logprobs, kept.forced_text,
                        kept.curve.interpolated});
  }
  const TraceMeasures measures = measure_record(r, beside);
  const std::vector<ShownResult> results = experiments_.of(run_.store, r);
  visit({r, measures, readings, results});
}

// In the tokens that the record is shown in; empty where that can't be told.
std::vector<int> GalleryRun::positions_of(const Store::OtherReading& reading,
                                          const std::optional<Store::OtherReading>& own,
                                          const TraceRecord& r) const {
  if (!r.has_tokens || reading.curve.positions.empty()) return {};
  if (reading.think_text == (own ? own->think_text : std::vector<std::string>()))
    return reading.curve.positions;
  const std::vector<std::string> tokens =
      reading.think_text.empty() ? run_.store.written_tokens(r.id) : reading.think_text;
  if (tokens == r.think_text) return reading.curve.positions;
  if (reading.curve.positions.back() > static_cast<int>(tokens.size())) return {};
  return align_positions(r.think_text, tokens, reading.curve.positions);
}

RunSummary GalleryRun::summarise() const {
  RunSummary summary = summarise_run(run_);
  if (!is_only_plan_) summary.name += fmt::format(" (plan {})", run_.plan.number);
  for (const StoredReader& reader : further_) summary.readers.push_back(describe_reader(reader, run_.reader));
  summary.experiments = experiments_.shown();
  return summary;
}

std::vector<std::string> GalleryRun::ablations() const {
  const std::string folder = std::filesystem::path(run_.store.path()).parent_path().string();
  std::vector<std::string> reports;
  for (const ShownExperiment& e : experiments_.shown()) {
    if (e.kind == kAblation)
      reports.push_back(to_json(report_ablation(open_ablation({folder, run_.plan.number}, e.number))));
  }
  return reports;
}

std::vector<std::pair<int, std::string>> GalleryRun::tables() const {
  const RunView view{std::filesystem::path(run_.store.path()).parent_path().string(), run_.plan.number};
  std::vector<std::pair<int, std::string>> tables;
  const std::vector<ShownExperiment>& shown = experiments_.shown();
  for (size_t i = 0; i < shown.size(); i++) {
    const std::string& kind = shown[i].kind;
    const auto add = [&](const ReportTable& table) {
      tables.emplace_back(static_cast<int>(i), to_json(table));
    };
    if (kind == kContinuation) add(table_of(report_continuations(open_continuations(view, shown[i].number))));
    if (kind == kPivots) add(table_of(report_pivots(open_pivots(view, shown[i].number))));
    if (kind == kMistakes) add(table_of(report_mistakes(view, shown[i].number)));
    if (kind == kParaphrase) add(table_of(report_paraphrase(view, shown[i].number)));
    if (kind == kShownHint) add(table_of(report_hints({view}).plans.at(0)));
  }
  return tables;
}

std::vector<int> plan_numbers(const std::string& run_folder, ReadAccess access) {
  const Store store = Store::open(run_folder, access);
  std::vector<int> numbers;
  for (const StoredPlan& plan : store.plans()) numbers.push_back(plan.number);
  if (numbers.empty()) numbers.push_back(store.current_plan().number);  // Throws.
  return numbers;
}

std::vector<GalleryRun> open_gallery_runs(const std::string& run_folder) {
  std::vector<GalleryRun> runs;
  const std::vector<int> numbers = plan_numbers(run_folder);
  for (const int number : numbers) runs.emplace_back(open_run({run_folder, number}), numbers.size() == 1);
  return runs;
}

}  // namespace thinktrace
