// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/measured.h"

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace thinktrace {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void keep_curve(const CurveMeasures& c, KeptMeasures& kept) {
  kept.has_curve = true;
  kept.p_start = c.p_start;
  kept.p_end = c.p_end;
  kept.p_right_at_exit = c.p_right_at_exit;
  kept.mass_start = c.mass_start;
  kept.mass_end = c.mass_end;
  kept.mass_mean = c.mass_mean;
  kept.performative_share = c.performative_share.value_or(kNone);
  kept.performative_share_high = c.performative_share_high.value_or(kNone);
  kept.area_over = c.area_over.value_or(kNone);
  kept.area_over_sentences = c.area_over_sentences.value_or(kNone);
  kept.end = c.end;
  kept.n_sentences = c.n_sentences;
  kept.same_at = c.same_at;
  kept.first_position = c.first_position;
  kept.flips = c.flips;
  kept.t_exit = c.t_exit;
  kept.known_already = c.known_already;
  kept.trace_class = c.trace_class;
  kept.label_start = static_cast<uint8_t>(c.label_start);
  kept.label_end = static_cast<uint8_t>(c.label_end);
  kept.right_start = c.right_start;
  kept.right_end = c.right_end;
  kept.has_bad_readings = c.n_bad_readings > 0;
}

// A record: both names, the measures, and the labels where there are any. Numbers are as memory has them: the file never
// leaves the machine.
static_assert(std::is_trivially_copyable_v<KeptMeasures> && std::is_trivially_copyable_v<LabelCounts::Sums>);

template <class T>
void put(std::string& record, const T& value) {
  record.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void put_text(std::string& record, std::string_view text) {
  put(record, static_cast<uint32_t>(text.size()));
  record += text;
}
void put_labels(std::string& record, const LabelCounts& counts) {
  put(record, counts.n_readings());
  put(record, counts.n_labels());
  for (const LabelCounts::Sums& label : counts.labels()) put(record, label);
}

// Each takes what it returns off the front of `record`.
template <class T>
T take_value(std::string_view& record) {
  T value;
  std::memcpy(&value, record.data(), sizeof value);
  record.remove_prefix(sizeof value);
  return value;
}
std::string_view take_text(std::string_view& record) {
  const auto n = take_value<uint32_t>(record);
  const std::string_view text = record.substr(0, n);
  record.remove_prefix(n);
  return text;
}
LabelCounts take_labels(std::string_view& record) {
  const auto n_readings = take_value<int>(record);
  std::vector<LabelCounts::Sums> labels(take_value<int>(record));
  for (LabelCounts::Sums& label : labels) label = take_value<LabelCounts::Sums>(record);
  return {n_readings, std::move(labels)};
}

bool is_before_by_question(std::string_view a, std::string_view b) {
  const std::string_view first = take_text(a), second = take_text(b);
  return first != second ? first < second : take_text(a) < take_text(b);
}
bool is_before_by_subject(std::string_view a, std::string_view b) {
  const std::string_view first = take_text(a), second = take_text(b);
  const std::string_view subject = take_text(a), other = take_text(b);
  return subject != other ? subject < other : first < second;
}

LabelsRead labels_of(const CurveMeasures& curve, int n_options) {
  LabelsRead labels{LabelCounts(n_options), LabelCounts(n_options)};
  for (const LabelReading& reading : curve.labels_start) labels.start.add(reading);
  for (const LabelReading& reading : curve.labels_end) labels.end.add(reading);
  return labels;
}

}  // namespace

void MeasuredTraces::add(const TraceMeasures& t) {
  if (known_subjects_.insert(t.subject).second) subjects_.push_back(t.subject);
  KeptMeasures kept{.length = t.length,
                    .ended = t.ended,
                    .free_correct = t.free_correct,
                    .n_options = static_cast<uint8_t>(t.n_options),
                    .label_right = static_cast<uint8_t>(t.label_right)};
  if (t.curve) {
    keep_curve(*t.curve, kept);
    kept.orders = t.curve->order_agreement;
    kept.ensemble = t.curve->ensemble;
    kept.against_own = t.curve->against_own;
  }
  std::string record;
  put_text(record, t.question_id);
  put_text(record, t.subject);
  put(record, kept);
  if (t.curve && !t.curve->labels_start.empty()) {
    const LabelsRead labels = labels_of(*t.curve, t.n_options);
    put_labels(record, labels.start);
    put_labels(record, labels.end);
  }
  records_.add(record);
}

Records MeasuredTraces::sorted(bool by_subject) const {
  RecordSorter sorter(by_subject ? is_before_by_subject : is_before_by_question);
  RecordReader reader(records_);
  for (std::string record; reader.next(record);) sorter.add(record);
  return sorter.finish();
}

KeptTrace kept_trace(std::string_view record) {
  KeptTrace trace;
  trace.question_id = take_text(record);
  trace.subject = take_text(record);
  trace.measures = take_value<KeptMeasures>(record);
  if (record.empty()) return trace;
  LabelCounts start = take_labels(record);
  trace.labels = {std::move(start), take_labels(record)};
  return trace;
}

}  // namespace thinktrace
