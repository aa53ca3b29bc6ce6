// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/measured.h"

#include <algorithm>
#include <limits>

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

}  // namespace

int MeasuredTraces::subject_of(const std::string& name) {
  const auto [at, is_new] = place_of_subject_.try_emplace(name, static_cast<int>(subjects_.size()));
  if (is_new) subjects_.push_back(name);
  return at->second;
}

// Of the question that came last. All its traces have its options.
void MeasuredTraces::keep_labels(const CurveMeasures& curve, int n_options) {
  const bool is_first = questions_.back().labels == nullptr;
  if (is_first) {
    labels_.push_back({LabelCounts(n_options), LabelCounts(n_options)});
    questions_.back().labels = &labels_.back();
  }
  for (const LabelReading& reading : curve.labels_start) labels_.back().start.add(reading);
  for (const LabelReading& reading : curve.labels_end) labels_.back().end.add(reading);
}

void MeasuredTraces::add(const TraceMeasures& t) {
  const bool is_last = !questions_.empty() && questions_.back().id == t.question_id &&
                       subjects_[questions_.back().subject] == t.subject;
  if (!is_last) {
    if (!ids_) ids_ = std::make_unique<std::pmr::monotonic_buffer_resource>();
    char* const id = static_cast<char*>(ids_->allocate(t.question_id.size() + 1, 1));
    std::copy(t.question_id.begin(), t.question_id.end(), id);
    questions_.push_back({{id, t.question_id.size()}, subject_of(t.subject)});
  }
  KeptMeasures kept{.question = static_cast<uint32_t>(questions_.size() - 1),
                    .length = t.length,
                    .ended = t.ended,
                    .free_correct = t.free_correct,
                    .n_options = static_cast<uint8_t>(t.n_options),
                    .label_right = static_cast<uint8_t>(t.label_right)};
  if (t.curve) {
    keep_curve(*t.curve, kept);
    if (t.curve->order_agreement) kept.orders = &orders_.emplace_back(*t.curve->order_agreement);
    if (t.curve->ensemble) kept.ensemble = &ensembles_.emplace_back(*t.curve->ensemble);
    if (t.curve->against_own) kept.against_own = &comparisons_.emplace_back(*t.curve->against_own);
    if (!t.curve->labels_start.empty()) keep_labels(*t.curve, t.n_options);
  }
  traces_.push_back(kept);
}

}  // namespace thinktrace
