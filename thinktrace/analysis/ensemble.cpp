// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/ensemble.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "thinktrace/analysis/measures.h"

namespace thinktrace {
namespace {

using Rows = std::vector<std::span<const float>>;

double entropy_of_mean(const std::vector<double>& mean) {
  const auto part = [](double p) { return p > 0 && p < 1 ? -p * std::log2(p) : 0; };
  double mass = 0, entropy = 0;
  for (const double p : mean) {
    mass += p;
    entropy += part(p);
  }
  return entropy + part(1 - mass);
}

double distance_to_mean(std::span<const float> row, const std::vector<double>& mean) {
  double options = 0, outside = 0;
  for (size_t i = 0; i < mean.size(); i++) {
    const double difference = probability_of(row[i]) - mean[i];
    options += std::fabs(difference);
    outside += difference;
  }
  return (options + std::fabs(outside)) / 2;
}

EnsemblePoint combine(int position, const Rows& rows, int n_options) {
  EnsemblePoint point{.position = position, .n_readers = static_cast<int>(rows.size())};
  const auto n = static_cast<double>(rows.size());
  point.mean.resize(n_options);
  point.deviation.resize(n_options);
  for (int i = 0; i < n_options; i++) {
    for (const auto& row : rows) point.mean[i] += probability_of(row[i]) / n;
    double squares = 0;
    for (const auto& row : rows) squares += std::pow(probability_of(row[i]) - point.mean[i], 2);
    if (rows.size() > 1) point.deviation[i] = std::sqrt(squares / (n - 1));
  }
  point.top = static_cast<int>(std::max_element(point.mean.begin(), point.mean.end()) - point.mean.begin());
  point.entropy = entropy_of_mean(point.mean);
  for (const auto& row : rows) {
    point.spread += distance_to_mean(row, point.mean) / n;
    point.agreement += (most_likely(row) == point.top ? 1 : 0) / n;
    point.entropy_mean += entropy_of(row) / n;
  }
  return point;
}

}  // namespace

std::vector<EnsemblePoint> combine_readers(std::span<const ReaderCurve> readers, int n_options) {
  std::map<int, Rows> rows_at;
  for (const ReaderCurve& reader : readers) {
    for (size_t k = 0; k < reader.positions.size(); k++)
      rows_at[reader.positions[k]].push_back(reader.logprobs.subspan(k * n_options, n_options));
  }
  std::vector<EnsemblePoint> points;
  for (const auto& [position, rows] : rows_at) points.push_back(combine(position, rows, n_options));
  return points;
}

EnsembleMeasures measure_ensemble(std::span<const ReaderCurve> readers, int n_options, int answer) {
  const std::vector<EnsemblePoint> points = combine_readers(readers, n_options);
  EnsembleMeasures m{.n_readers = static_cast<int>(readers.size())};
  const auto along = [&](auto value) {
    AlongCurve curve{.start = value(points.front()), .end = value(points.back())};
    for (const EnsemblePoint& point : points) curve.mean += value(point) / static_cast<double>(points.size());
    return curve;
  };
  m.spread = along([](const EnsemblePoint& p) { return p.spread; });
  m.agreement = along([](const EnsemblePoint& p) { return p.agreement; });
  m.deviation = along([&](const EnsemblePoint& p) { return p.deviation[answer]; });
  m.p_start = points.front().mean[answer];
  m.p_end = points.back().mean[answer];
  m.right_start = points.front().top == answer;
  m.right_end = points.back().top == answer;
  return m;
}

}  // namespace thinktrace
