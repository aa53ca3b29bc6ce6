// SPDX-License-Identifier: MIT
#include "thinktrace/run/analyze.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace thinktrace {
namespace {

using nlohmann::json;

// Where each option stood, as an index of the labels that the original order has; empty if a label is none of those.
std::vector<int> places(const std::vector<std::string>& labels, const std::vector<std::string>& original) {
  std::vector<int> found;
  for (const std::string& label : labels) {
    const auto it = std::find(original.begin(), original.end(), label);
    if (it == original.end()) return {};
    found.push_back(static_cast<int>(it - original.begin()));
  }
  return found;
}

std::optional<bool> ended(const TraceRecord& r) {
  if (r.trace.stop == Stop::kUnknown) return std::nullopt;
  return r.trace.stop == Stop::kClosed;
}

TraceView view_of(const TraceRecord& r) {
  TraceView v;
  v.question_id = r.question.id;
  v.subject = r.question.subject;
  v.answer = r.question.answer;
  const auto n = static_cast<int>(r.think_text.size());
  if (r.has_tokens) v.n_tokens = n;  // Of the reader, as its positions are.
  v.ended = ended(r);
  v.chosen = r.chosen;
  v.n_options = static_cast<int>(r.question.options.size());
  v.end = n;
  v.positions = r.curve.positions;
  v.logprobs = r.curve.logprobs;
  v.interpolated = r.curve.interpolated;
  // In the question's own order the labels go up: 1, 2, … or A, B, …
  std::vector<std::string> sorted = r.labels;
  std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  v.label_of = places(r.labels, sorted);
  return v;
}

}  // namespace

std::vector<std::string> order_readers(const OpenRun& run) {
  json own = json::parse(run.reader.identity);
  own["order"] = 0;
  std::vector<std::string> ids;
  for (const StoredReader& other : run.store.readers()) {
    json identity = json::parse(other.identity);
    identity["order"] = 0;
    if (other.id != run.reader.id && identity == own) ids.push_back(other.id);
  }
  return ids;
}

TraceMeasures measure_record(const TraceRecord& r, const std::vector<const Store::OtherReading*>& readings,
                             double margin) {
  TraceView view = view_of(r);
  for (const Store::OtherReading* reading : readings) {
    if (reading->curve.positions != r.curve.positions) continue;
    std::vector<int> label_of = places(reading->labels, r.labels);
    if (label_of.size() != r.labels.size()) continue;
    // One that says nothing new: the options stand as they did, or as in an order before (2 options have but 2).
    const bool is_new = !std::is_sorted(label_of.begin(), label_of.end()) &&
                        std::none_of(view.orders.begin(), view.orders.end(),
                                     [&](const OrderView& o) { return o.label_of == label_of; });
    if (is_new) view.orders.push_back({std::move(label_of), reading->curve.logprobs});
  }
  return measure_trace(view, margin);
}

void for_each_measured(const OpenRun& run,
                       const std::function<void(const TraceRecord&, const TraceMeasures&)>& visit,
                       double margin) {
  const std::vector<std::string> others = order_readers(run);
  run.store.for_each_trace(
      [&](const TraceRecord& r) {
        std::vector<Store::OtherReading> found;
        for (const std::string& other : others) {
          if (auto reading = run.store.reading(r.id, other)) found.push_back(*std::move(reading));
        }
        std::vector<const Store::OtherReading*> readings;
        for (const Store::OtherReading& reading : found) readings.push_back(&reading);
        visit(r, measure_record(r, readings, margin));
      },
      run.reader.id);
}

void MeasuredRun::add(Status status, const TraceMeasures& measures) {
  if (status == Status::kOk) traces.add(measures);
  n_failed += status == Status::kFailed;
}

Analysis analyze_measured(const StoredReader& reader, const MeasuredRun& measured,
                          const AnalyzeOptions& given) {
  AnalysisOptions options = given.analysis;
  const json prior = reader.prior.empty() ? json::array() : json::parse(reader.prior);
  for (const json& entry : prior) {
    const auto p = entry.at("p").get<std::vector<double>>();
    options.prior[static_cast<int>(p.size())] = p;
  }
  Analysis analysis = analyze_traces(measured.traces, options);
  analysis.n_failed = measured.n_failed;
  return analysis;
}

Analysis analyze_run(const OpenRun& run, const AnalyzeOptions& options) {
  MeasuredRun measured;
  for_each_measured(
      run, [&](const TraceRecord& r, const TraceMeasures& m) { measured.add(r.status, m); }, options.margin);
  return analyze_measured(run.reader, measured, options);
}

}  // namespace thinktrace
