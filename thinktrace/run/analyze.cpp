// SPDX-License-Identifier: MIT
#include "thinktrace/run/analyze.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/experiment/sentences.h"

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
  for (const TokenRange& sentence : sentence_ranges(r.think_text)) v.sentence_ends.push_back(sentence.end);
  // In the question's own order the labels go up: 1, 2, … or A, B, …
  std::vector<std::string> sorted = r.labels;
  std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  v.label_of = places(r.labels, sorted);
  return v;
}

json identity_without(const StoredReader& reader, const std::vector<const char*>& keys) {
  json identity = json::parse(reader.identity);
  for (const char* key : keys) identity.erase(key);
  return identity;
}

std::map<int, std::vector<double>> prior_of(const StoredReader& reader) {
  std::map<int, std::vector<double>> prior;
  for (const json& entry : reader.prior.empty() ? json::array() : json::parse(reader.prior)) {
    const auto p = entry.at("p").get<std::vector<double>>();
    prior[static_cast<int>(p.size())] = p;
  }
  return prior;
}

EnsembleReader ensemble_reader(const StoredReader& reader) {
  const json identity = json::parse(reader.identity);
  return {.number = reader.number,
          .suffix = identity.value("suffix", ""),
          .labels = identity.value("labels", ""),
          .order = identity.value("order", 0),
          .prior = prior_of(reader)};
}

// The plan's own reading of a record's trace. It is aligned where its tokens are the writer's, or this reader's.
OtherCurve other_curve(const TraceRecord& r, const Store::OtherReading& own) {
  const bool is_writers = own.think_text.empty();
  OtherCurve other{own.curve.positions, own.curve.logprobs, 0, {}};
  if (!is_writers) {
    other.end = static_cast<int>(own.think_text.size());
    if (own.think_text == r.think_text) other.aligned = r.curve.positions;
  } else if (r.n_writer_tokens) {
    other.end = *r.n_writer_tokens;
    other.aligned = r.writer_positions;
  } else if (r.writer_positions.empty() && r.has_tokens) {
    other.end = static_cast<int>(r.think_text.size());
    other.aligned = r.curve.positions;
  }
  return other;
}

}  // namespace

bool ReaderRoles::is_order(const StoredReader& other) const {
  return identity_without(reader, {"order"}) == identity_without(other, {"order"});
}

std::string ReaderRoles::priors() const {
  std::string all = reader.prior;
  for (const StoredReader& other : ensemble) all += fmt::format("\n{} {}", other.id, other.prior);
  return all;
}

ReaderRoles reader_roles(const OpenRun& run) {
  ReaderRoles roles{.reader = run.reader};
  const json same = identity_without(run.reader, {"order", "suffix", "labels"});
  const std::map<std::string, Store::ReaderCounts> counts = run.store.reader_counts();
  for (StoredReader& other : run.store.readers()) {
    const auto has_read = counts.find(other.id);
    if (other.id == run.reader.id || has_read == counts.end() || has_read->second.traces == 0) continue;
    if (other.id == run.plan.reader_id) roles.own = other;
    if (identity_without(other, {"order", "suffix", "labels"}) == same)
      roles.ensemble.push_back(std::move(other));
  }
  return roles;
}

std::vector<ReaderCurve> ensemble_of(const TraceRecord& r, const RecordReadings& readings) {
  std::vector<ReaderCurve> curves;
  for (const Store::OtherReading* reading : readings.ensemble) {
    if (reading->curve.positions == r.curve.positions && reading->labels.size() == r.labels.size())
      curves.push_back({reading->curve.positions, reading->curve.logprobs});
  }
  return curves;
}

TraceMeasures measure_record(const TraceRecord& r, const RecordReadings& readings, double margin) {
  TraceView view = view_of(r);
  for (const Store::OtherReading* reading : readings.orders) {
    if (reading->curve.positions != r.curve.positions) continue;
    std::vector<int> label_of = places(reading->labels, r.labels);
    if (label_of.size() != r.labels.size()) continue;
    // One that says nothing new: the options stand as they did, or as in an order before (2 options have but 2).
    const bool is_new = !std::is_sorted(label_of.begin(), label_of.end()) &&
                        std::none_of(view.orders.begin(), view.orders.end(),
                                     [&](const OrderView& o) { return o.label_of == label_of; });
    if (is_new) view.orders.push_back({std::move(label_of), reading->curve.logprobs});
  }
  view.ensemble = ensemble_of(r, readings);
  if (readings.own && !readings.own->curve.positions.empty()) view.own = other_curve(r, *readings.own);
  return measure_trace(view, margin);
}

void for_each_beside(const OpenRun& run, const ReaderRoles& roles,
                     const std::function<void(const TraceRecord&, const RecordReadings&)>& visit) {
  run.store.for_each_trace(
      [&](const TraceRecord& r) {
        std::list<Store::OtherReading> found;
        RecordReadings readings;
        const auto reading_by = [&](const StoredReader& reader) -> const Store::OtherReading* {
          auto reading = run.store.reading(r.id, reader.id);
          return reading ? &found.emplace_back(*std::move(reading)) : nullptr;
        };
        for (const StoredReader& other : roles.ensemble) {
          const Store::OtherReading* reading = reading_by(other);
          if (!reading) continue;
          readings.ensemble.push_back(reading);
          if (roles.is_order(other)) readings.orders.push_back(reading);
        }
        if (roles.own) readings.own = reading_by(*roles.own);
        visit(r, readings);
      },
      run.reader.id);
}

void for_each_measured(const OpenRun& run,
                       const std::function<void(const TraceRecord&, const TraceMeasures&)>& visit,
                       double margin) {
  for_each_beside(run, reader_roles(run), [&](const TraceRecord& r, const RecordReadings& readings) {
    visit(r, measure_record(r, readings, margin));
  });
}

void MeasuredRun::add(Status status, const TraceMeasures& measures) {
  if (status == Status::kOk) traces.add(measures);
  n_failed += status == Status::kFailed;
}

Analysis analyze_measured(const ReaderRoles& roles, const MeasuredRun& measured,
                          const AnalyzeOptions& given) {
  AnalysisOptions options = given.analysis;
  options.prior = prior_of(roles.reader);
  Analysis analysis = analyze_traces(measured.traces, options);
  analysis.n_failed = measured.n_failed;
  if (roles.own) analysis.own_reader = roles.own->number;
  if (!roles.ensemble.empty()) analysis.readers.push_back(ensemble_reader(roles.reader));
  for (const StoredReader& other : roles.ensemble) analysis.readers.push_back(ensemble_reader(other));
  return analysis;
}

Analysis analyze_run(const OpenRun& run, const AnalyzeOptions& options) {
  MeasuredRun measured;
  for_each_measured(
      run, [&](const TraceRecord& r, const TraceMeasures& m) { measured.add(r.status, m); }, options.margin);
  return analyze_measured(reader_roles(run), measured, options);
}

}  // namespace thinktrace
