// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/events.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "thinktrace/analysis/collected.h"
#include "thinktrace/analysis/measures.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

int part_of(int position, int end, int n_parts) {
  if (end == 0) return 0;
  return std::min(n_parts - 1, static_cast<int>(int64_t{position} * n_parts / end));
}

// The value at an offset from a position, minus that at the position where that is asked for; NaN where one is unknown.
double value_at(const std::vector<double>& values, int position, int offset, const EventOptions& options) {
  const int64_t at = int64_t{position} + offset;
  if (at < 0 || at >= static_cast<int64_t>(values.size())) return kUnknown;
  return options.from_event ? values[at] - values[position] : values[at];
}

// Over the places that have a value at the offset.
double mean_at(const std::vector<double>& values, const std::vector<int>& places, int offset,
               const EventOptions& options) {
  double sum = 0;
  int n = 0;
  for (const int place : places) {
    const double value = value_at(values, place, offset, options);
    if (std::isnan(value)) continue;
    sum += value;
    n++;
  }
  return n == 0 ? kUnknown : sum / n;
}

}  // namespace

std::vector<double> values_along(CurveValue value, std::span<const int> positions,
                                 std::span<const float> logprobs, int n_options, int answer, int end) {
  const auto row = [&](size_t k) { return logprobs.subspan(k * n_options, n_options); };
  const int final_option = most_likely(row(positions.size() - 1));
  std::vector<double> values(end + 1, kUnknown);
  for (size_t k = 0; k < positions.size(); k++) {
    double& v = values[positions[k]];
    switch (value) {
      case CurveValue::kRight:
        v = probability_of(row(k)[answer]);
        break;
      case CurveValue::kFinal:
        v = probability_of(row(k)[final_option]);
        break;
      case CurveValue::kEntropy:
        v = entropy_of(row(k));
        break;
      case CurveValue::kChange:
        if (k > 0 && positions[k - 1] + 1 == positions[k]) v = distance_between(row(k - 1), row(k));
        break;
    }
  }
  return values;
}

std::vector<std::vector<int>> match_places(std::span<const int> events, int end,
                                           const EventOptions& options) {
  std::vector<std::vector<int>> free_places(options.n_parts);
  for (int t = 0; t <= end; t++) {
    const bool near_one = std::any_of(events.begin(), events.end(),
                                      [&](int event) { return std::abs(t - event) < options.distance; });
    if (!near_one) free_places[part_of(t, end, options.n_parts)].push_back(t);
  }
  std::mt19937_64 random(options.seed);
  std::vector<std::vector<int>> places;
  for (const int event : events) {
    std::vector<int> drawn = free_places[part_of(event, end, options.n_parts)];
    shuffle(random, drawn);
    drawn.resize(std::min(drawn.size(), static_cast<size_t>(options.matches)));
    std::sort(drawn.begin(), drawn.end());
    places.push_back(std::move(drawn));
  }
  return places;
}

EventAverage average_events(std::span<const EventTrace> traces, int n_questions,
                            const EventOptions& options) {
  const int n_offsets = 2 * options.window + 1;
  EventAverage average;
  Collected statistics;
  for (auto* curve : {&average.at_events, &average.at_places, &average.difference}) {
    curve->resize(n_offsets);
    for (Estimate& e : *curve) statistics.add(StatisticKind::kMean, e);
  }
  for (const EventTrace& trace : traces) {
    const int end = static_cast<int>(trace.values.size()) - 1;
    const std::vector<std::vector<int>> places = match_places(trace.events, end, options);
    for (size_t i = 0; i < trace.events.size(); i++) {
      average.n_events++;
      average.n_unmatched += places[i].empty();
      for (int k = 0; k < n_offsets; k++) {
        const double event = value_at(trace.values, trace.events[i], k - options.window, options);
        const double place = mean_at(trace.values, places[i], k - options.window, options);
        if (std::isnan(event) || std::isnan(place)) continue;
        statistics.take(k, trace.question, event);
        statistics.take(n_offsets + k, trace.question, place);
        statistics.take(2 * n_offsets + k, trace.question, event - place);
      }
    }
  }
  statistics.estimate_all(n_questions, options.bootstrap);
  return average;
}

}  // namespace thinktrace
