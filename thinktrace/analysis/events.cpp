// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/events.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/analysis/random.h"

namespace thinktrace {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

int part_of(int position, int end, int n_parts) {
  if (end == 0) return 0;
  return std::min(n_parts - 1, static_cast<int>(int64_t{position} * n_parts / end));
}

// Over the places that have a value at the offset.
template <class F>
double mean_at(const std::vector<int>& places, F value) {
  double sum = 0;
  int n = 0;
  for (const int place : places) {
    const double x = value(place);
    if (std::isnan(x)) continue;
    sum += x;
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
      case CurveValue::kFlip:
        if (k > 0 && positions[k - 1] + 1 == positions[k])
          v = most_likely(row(k - 1)) != most_likely(row(k)) ? 1 : 0;
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

double value_at(const std::vector<double>& values, int position, int offset) {
  const int64_t at = int64_t{position} + offset;
  return at < 0 || at >= static_cast<int64_t>(values.size()) ? kUnknown : values[at];
}

double moved_at(const std::vector<double>& values, int position, int offset) {
  return value_at(values, position, offset) - value_at(values, position, 0);
}

void EventSums::add(const EventTrace& trace) {
  if (trace.events.empty()) return;
  const int n_offsets = 2 * window_ + 1;
  std::vector<Cell>& cells = questions_[trace.question];
  cells.resize(series_.size() * n_offsets);
  n_traces_++;
  n_events_ += static_cast<int>(trace.events.size());
  for (size_t i = 0; i < trace.events.size(); i++) {
    n_unmatched_ += trace.places[i].empty();
    for (size_t s = 0; s < series_.size(); s++) {
      for (int k = 0; k < n_offsets; k++) {
        const auto at = [&](int position) {
          const std::vector<double>& values = trace.values[s];
          return series_[s].moved ? moved_at(values, position, k - window_)
                                  : value_at(values, position, k - window_);
        };
        const double event = at(trace.events[i]), place = mean_at(trace.places[i], at);
        if (std::isnan(event) || std::isnan(place)) continue;
        Cell& cell = cells[s * n_offsets + k];
        cell.n++;
        cell.at_events += event;
        cell.at_places += place;
      }
    }
  }
}

std::vector<EventAverage> EventSums::averages(int n_questions, const BootstrapOptions& options) const {
  const size_t n_offsets = 2 * static_cast<size_t>(window_) + 1;
  std::vector<EventAverage> averages(series_.size());
  std::vector<Statistic> statistics;
  // A mean over events hangs on nothing but each question's sum and number: so many events of the question's mean.
  const auto add = [&](Estimate& into, size_t i, auto value) {
    std::vector<Sample> samples;
    for (const auto& [question, cells] : questions_) {
      for (int k = 0; k < cells[i].n; k++) samples.push_back({question, value(cells[i]) / cells[i].n});
    }
    statistics.push_back({StatisticKind::kMean, std::move(samples), &into});
  };
  for (size_t s = 0; s < series_.size(); s++) {
    EventAverage& average = averages[s];
    for (auto* curve : {&average.at_events, &average.at_places, &average.difference})
      curve->resize(n_offsets);
    for (size_t k = 0; k < n_offsets; k++) {
      const size_t i = s * n_offsets + k;
      add(average.at_events[k], i, [](const Cell& c) { return c.at_events; });
      add(average.at_places[k], i, [](const Cell& c) { return c.at_places; });
      add(average.difference[k], i, [](const Cell& c) { return c.at_events - c.at_places; });
    }
  }
  estimate(std::move(statistics), std::vector<int>(n_questions), options);
  return averages;
}

}  // namespace thinktrace
