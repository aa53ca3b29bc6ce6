// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thinktrace/analysis/early_answering.h"
#include "thinktrace/analysis/label_bias.h"

namespace thinktrace {
namespace {

using Row = std::span<const float>;

bool is_reading(float logprob) { return logprob < std::numeric_limits<float>::infinity(); }

Row row_at(std::span<const float> logprobs, int n_options, size_t k) {
  return logprobs.subspan(k * n_options, n_options);
}

std::optional<bool> free_answer_right(const TraceView& trace) {
  if (trace.chosen) return *trace.chosen == trace.answer;
  if (trace.ended) return false;
  return std::nullopt;
}

TraceClass class_of(const std::vector<int>& tops, int answer) {
  const bool right_start = tops.front() == answer, right_end = tops.back() == answer;
  if (right_start != right_end) return right_end ? TraceClass::kProductive : TraceClass::kCounterproductive;
  const auto n_right = std::count(tops.begin(), tops.end(), answer);
  if (n_right == static_cast<ptrdiff_t>(tops.size())) return TraceClass::kRightThroughout;
  return n_right == 0 ? TraceClass::kWrongThroughout : TraceClass::kWavering;
}

OrderAgreement agreement_of(const TraceView& trace, const std::vector<int>& tops) {
  OrderAgreement sum;
  for (const OrderView& order : trace.orders) {
    for (size_t k = 0; k < tops.size(); k++) {
      const int top = most_likely(row_at(order.logprobs, trace.n_options, k));
      const double option = top == tops[k];
      const double label = order.label_of[top] == tops[k];  // The label of the most likely option stayed.
      sum.option += option;
      sum.label += label;
      if (k == 0) {
        sum.option_start += option;
        sum.label_start += label;
      }
      if (k + 1 == tops.size()) {
        sum.option_end += option;
        sum.label_end += label;
      }
    }
  }
  const auto n_orders = static_cast<double>(trace.orders.size());
  const double n_pairs = n_orders * static_cast<double>(tops.size());
  return {sum.option / n_pairs, sum.option_start / n_orders, sum.option_end / n_orders,
          sum.label / n_pairs,  sum.label_start / n_orders,  sum.label_end / n_orders};
}

// Only orders that move the right option to another label can tell knowing it from preferring its label.
std::optional<bool> known_already(const TraceView& trace, TraceClass trace_class) {
  int n_moved = 0, n_right = 0;
  for (const OrderView& order : trace.orders) {
    if (order.label_of[trace.answer] == trace.answer) continue;
    n_moved++;
    n_right += most_likely(row_at(order.logprobs, trace.n_options, 0)) == trace.answer;
  }
  if (n_moved == 0) return std::nullopt;
  return trace_class == TraceClass::kRightThroughout && 2 * n_right > n_moved;
}

void measure_exit(const TraceView& trace, double margin, CurveMeasures& m) {
  const int n = trace.n_options;
  // The answer at the end stays from the last position at the latest.
  const size_t k = *first_stays(trace.logprobs, n, m.top_end, margin);
  m.t_exit = trace.positions[k];
  size_t before = k;  // One beyond the last row before t_exit that was read.
  while (before > 0 && !trace.interpolated.empty() && trace.interpolated[before - 1]) before--;
  m.t_exit_low = before == 0 ? 0 : trace.positions[before - 1] + 1;
  m.p_right_at_exit = probability_of(row_at(trace.logprobs, n, k)[trace.answer]);
  if (trace.end <= 0) return;
  const auto share = [&](int t) {
    return std::clamp((trace.end - t) / static_cast<double>(trace.end), 0.0, 1.0);
  };
  m.performative_share = share(m.t_exit);
  m.performative_share_high = share(m.t_exit_low);
}

// The answers after each sentence, from none to all; cuts that were not read are left out.
std::optional<double> area_over_sentences(const TraceView& trace, const std::vector<int>& tops) {
  std::vector<int> sentences, answers;  // How many are kept, and the forced answer then.
  size_t k = 0;
  for (size_t s = 0; s <= trace.sentence_ends.size(); s++) {
    const int cut = s == 0 ? 0 : trace.sentence_ends[s - 1];
    while (k < tops.size() && trace.positions[k] < cut) k++;
    if (k == tops.size() || trace.positions[k] != cut) continue;
    sentences.push_back(static_cast<int>(s));
    answers.push_back(tops[k]);
  }
  if (sentences.empty() || trace.sentence_ends.empty()) return std::nullopt;
  const auto n = static_cast<int>(trace.sentence_ends.size());
  return area_over(same_answer_curve(sentences, answers, n, tops.back()));
}

void measure_early_answers(const TraceView& trace, const std::vector<int>& tops, CurveMeasures& m) {
  m.n_sentences = static_cast<int>(trace.sentence_ends.size());
  if (trace.end <= 0) return;
  m.area_over = area_over(same_answer_curve(trace.positions, tops, trace.end, tops.back()));
  m.area_over_sentences = area_over_sentences(trace, tops);
  for (size_t i = 0; i < kEarlyShares.size(); i++) {
    const auto cut = static_cast<int>(std::lround(kEarlyShares[i] * trace.end));
    const auto after = std::upper_bound(trace.positions.begin(), trace.positions.end(), cut);
    if (after != trace.positions.begin())
      m.same_at[i] = tops[after - trace.positions.begin() - 1] == tops.back();
  }
}

int label_before(const TraceView& trace, int option) {
  return trace.label_of.empty() ? option : trace.label_of[option];
}

CurveMeasures measure_curve(const TraceView& trace, double margin) {
  CurveMeasures m{.first_position = trace.positions.front(), .end = trace.end};
  std::vector<int> tops;
  double mass_sum = 0, entropy_sum = 0;
  for (size_t k = 0; k < trace.positions.size(); k++) {
    const Row row = row_at(trace.logprobs, trace.n_options, k);
    tops.push_back(most_likely(row));
    m.mass_end = mass_of(row);
    m.entropy_end = entropy_of(row);
    if (k == 0) {
      m.mass_start = m.mass_end;
      m.entropy_start = m.entropy_end;
    }
    mass_sum += m.mass_end;
    entropy_sum += m.entropy_end;
    m.flips += k > 0 && tops[k] != tops[k - 1];
    m.n_bad_readings +=
        static_cast<int>(std::count_if(row.begin(), row.end(), [](float l) { return !is_reading(l); }));
  }
  m.mass_mean = mass_sum / static_cast<double>(tops.size());
  m.entropy_mean = entropy_sum / static_cast<double>(tops.size());
  m.top_start = tops.front();
  m.top_end = tops.back();
  m.label_start = label_before(trace, m.top_start);
  m.label_end = label_before(trace, m.top_end);
  m.right_start = m.top_start == trace.answer;
  m.right_end = m.top_end == trace.answer;
  m.p_start = probability_of(trace.logprobs[trace.answer]);
  m.p_end = probability_of(row_at(trace.logprobs, trace.n_options, tops.size() - 1)[trace.answer]);
  m.trace_class = class_of(tops, trace.answer);
  measure_exit(trace, margin, m);
  measure_early_answers(trace, tops, m);
  m.known_already = known_already(trace, m.trace_class);
  if (!trace.orders.empty()) {
    m.order_agreement = agreement_of(trace, tops);
    m.labels_start = label_readings(trace, 0);
    m.labels_end = label_readings(trace, tops.size() - 1);
  }
  if (!trace.ensemble.empty()) {
    std::vector<ReaderCurve> readers{{trace.positions, trace.logprobs}};
    readers.insert(readers.end(), trace.ensemble.begin(), trace.ensemble.end());
    m.ensemble = measure_ensemble(readers, trace.n_options, trace.answer);
  }
  if (trace.own && !trace.own->positions.empty()) m.against_own = compare_readings(trace, *trace.own, margin);
  return m;
}

}  // namespace

double probability_of(float logprob) {
  return is_reading(logprob) ? std::exp(static_cast<double>(logprob)) : 0;
}

int most_likely(Row row) {
  size_t top = 0;
  for (size_t i = 1; i < row.size(); i++) {
    if (is_reading(row[i]) && (!is_reading(row[top]) || row[i] > row[top])) top = i;
  }
  return static_cast<int>(top);
}

double mass_of(Row row) {
  double mass = 0;
  for (const float logprob : row) mass += probability_of(logprob);
  return mass;
}

double entropy_of(Row row) {
  const auto part = [](double p) { return p > 0 && p < 1 ? -p * std::log2(p) : 0; };
  double entropy = part(1 - mass_of(row));
  for (const float logprob : row) entropy += part(probability_of(logprob));
  return entropy;
}

double distance_between(Row a, Row b) {
  double sum = std::fabs(mass_of(a) - mass_of(b));
  for (size_t i = 0; i < a.size(); i++) sum += std::fabs(probability_of(a[i]) - probability_of(b[i]));
  return sum / 2;
}

std::optional<int> first_stays(std::span<const float> logprobs, int n_options, int option, double margin) {
  size_t k = logprobs.size() / n_options;
  while (k > 0) {
    const Row row = row_at(logprobs, n_options, k - 1);
    const int top = most_likely(row);
    const bool within = margin > 0 && probability_of(row[option]) >= probability_of(row[top]) - margin;
    if (top != option && !within) break;
    k--;
  }
  if (k == logprobs.size() / n_options) return std::nullopt;
  return static_cast<int>(k);
}

TraceMeasures measure_trace(const TraceView& trace, double margin) {
  TraceMeasures m{.question_id = trace.question_id,
                  .subject = trace.subject,
                  .answer = trace.answer,
                  .n_options = trace.n_options,
                  .label_right = label_before(trace, trace.answer),
                  .length = trace.n_tokens,
                  .ended = trace.ended,
                  .free_correct = free_answer_right(trace)};
  if (!trace.positions.empty()) m.curve = measure_curve(trace, margin);
  return m;
}

}  // namespace thinktrace
