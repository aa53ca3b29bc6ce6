// SPDX-License-Identifier: MIT
// measured.h — the measures of many traces outside memory: what the first numbers of a run need of each.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/analysis/label_bias.h"
#include "thinktrace/analysis/measures.h"
#include "thinktrace/spool/records.h"

namespace thinktrace {

// What was read at both ends of a trace, in all orders, by label.
struct LabelsRead {
  LabelCounts start, end;
};

// Of a TraceMeasures and its curve, under the same names.
struct KeptMeasures {
  // All of the curve, and 0 without one.
  double p_start = 0, p_end = 0, p_right_at_exit = 0;
  double mass_start = 0, mass_end = 0, mass_mean = 0;
  double performative_share = 0, performative_share_high = 0;  // NaN where there was no thinking.
  double area_over = 0, area_over_sentences = 0;               // NaN where they are nothing.
  int first_position = 0, flips = 0, t_exit = 0, end = 0, n_sentences = 0;
  std::optional<OrderAgreement> orders;      // Where it was read in other orders too.
  std::optional<EnsembleMeasures> ensemble;  // Where it was read in several ways.
  std::optional<ReadingComparison> against_own;
  std::optional<int> length;
  std::optional<bool> ended, free_correct, known_already;
  TraceClass trace_class = TraceClass::kWavering;
  uint8_t n_options = 0, label_right = 0, label_start = 0, label_end = 0;
  bool has_curve = false, right_start = false, right_end = false, has_bad_readings = false;
  std::array<std::optional<bool>, kEarlyShares.size()> same_at = {};
};

// A trace with the names of its question.
struct KeptTrace {
  std::string question_id, subject;
  KeptMeasures measures;
  std::optional<LabelsRead> labels;  // Where it was read in other orders too.
};

// Traces in the order in which they were added, in a temporary file. Memory: the subjects' names. Movable, not copyable.
// Errors: as Spool.
class MeasuredTraces {
 public:
  MeasuredTraces() = default;
  explicit MeasuredTraces(const std::vector<TraceMeasures>& traces) {
    for (const TraceMeasures& t : traces) add(t);
  }

  // REQUIRES: at most 255 options.
  void add(const TraceMeasures& trace);

  size_t size() const { return records_.size(); }
  // In the order in which they first appear.
  const std::vector<std::string>& subjects() const { return subjects_; }

  // The traces by question id and subject, and by subject and question id. Traces of a question stay in their order.
  Records by_question() const { return sorted(false); }
  Records by_subject() const { return sorted(true); }

 private:
  Records sorted(bool by_subject) const;

  Records records_;
  std::vector<std::string> subjects_;
  std::set<std::string> known_subjects_;
};

// What a record of MeasuredTraces holds.
KeptTrace kept_trace(std::string_view record);

}  // namespace thinktrace
