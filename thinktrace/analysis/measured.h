// SPDX-License-Identifier: MIT
// measured.h — the measures of many traces in little room: what the first numbers of a run need of each.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/analysis/label_bias.h"
#include "thinktrace/analysis/measures.h"

namespace thinktrace {

// Of a TraceMeasures and its curve, under the same names.
struct KeptMeasures {
  // All of the curve, and 0 without one.
  double p_start = 0, p_end = 0, p_right_at_exit = 0;
  double mass_start = 0, mass_end = 0, mass_mean = 0;
  double performative_share = 0, performative_share_high = 0;  // NaN where there was no thinking.
  double area_over = 0, area_over_sentences = 0;               // NaN where they are nothing.
  int first_position = 0, flips = 0, t_exit = 0, end = 0, n_sentences = 0;
  uint32_t question = 0;                       // A place in MeasuredTraces::questions().
  const OrderAgreement* orders = nullptr;      // Null unless it was read in other orders too.
  const EnsembleMeasures* ensemble = nullptr;  // Null unless it was read in several ways.
  const ReadingComparison* against_own = nullptr;
  std::optional<int> length;
  std::optional<bool> ended, free_correct, known_already;
  TraceClass trace_class = TraceClass::kWavering;
  uint8_t n_options = 0, label_right = 0, label_start = 0, label_end = 0;
  bool has_curve = false, right_start = false, right_end = false, has_bad_readings = false;
  std::array<std::optional<bool>, kEarlyShares.size()> same_at = {};
};

// What was read at both ends of a question's traces, in all orders, by label.
struct QuestionLabels {
  LabelCounts start, end;
};

// Traces in the order in which they were added. Memory: about 170 bytes a trace, 50 more where it was read in other orders, 110 where
// in several ways, 100 where another reader is compared; and 50 bytes and its id a question, 50 more for each label where
// there are other orders.
class MeasuredTraces {
 public:
  MeasuredTraces() = default;
  explicit MeasuredTraces(const std::vector<TraceMeasures>& traces) {
    for (const TraceMeasures& t : traces) add(t);
  }

  // Cheapest where the traces of a question come one after the other. REQUIRES: at most 255 options.
  void add(const TraceMeasures& trace);

  size_t size() const { return traces_.size(); }
  const KeptMeasures& operator[](size_t i) const { return traces_[i]; }

  // The same one may be there more than once.
  struct QuestionName {
    std::string_view id;                     // Lives as long as this.
    int subject = 0;                         // A place in subjects().
    const QuestionLabels* labels = nullptr;  // Null unless it was read in other orders.
  };
  const std::deque<QuestionName>& questions() const { return questions_; }
  // In the order in which they first appear.
  const std::vector<std::string>& subjects() const { return subjects_; }

 private:
  int subject_of(const std::string& name);
  void keep_labels(const CurveMeasures& curve, int n_options);

  // Deques grow without a copy, and what is in them stays where it is.
  std::deque<KeptMeasures> traces_;
  std::deque<OrderAgreement> orders_;
  std::deque<EnsembleMeasures> ensembles_;
  std::deque<ReadingComparison> comparisons_;
  std::deque<QuestionLabels> labels_;
  std::deque<QuestionName> questions_;
  std::vector<std::string> subjects_;
  std::map<std::string, int> place_of_subject_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> ids_;
};

}  // namespace thinktrace
