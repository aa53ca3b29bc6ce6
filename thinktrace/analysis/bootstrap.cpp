// SPDX-License-Identifier: MIT
// A resample is a count for each question: how often it was drawn. All a mean or a correlation needs of a
// question are a few sums over its traces, so these are computed once, side by side in one row for each
// question, and a resample is the sum of the rows, each times its count. Medians walk the values, sorted
// once, until the counts passed reach the middle. The point estimate is the resample in which every count
// is 1. Tested against recomputing each statistic on the list of drawn traces (tests/unit).
#include "thinktrace/analysis/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "thinktrace/analysis/random.h"
#include "thinktrace/analysis/statistics.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

// One row of sums for each question.
class SumTable {
 public:
  explicit SumTable(size_t n_questions) : n_questions_(n_questions) {}

  // The number of the column that holds `values` [n_questions]; statistics over the same traces share one.
  int add_column(const std::vector<double>& values) {
    const auto [it, is_new] = column_of_.try_emplace(values, n_columns_);
    if (is_new) n_columns_++;
    return it->second;
  }
  void freeze() {
    rows_.resize(n_questions_ * n_columns_);
    for (const auto& [values, column] : column_of_) {
      for (size_t q = 0; q < n_questions_; q++) rows_[q * n_columns_ + column] = values[q];
    }
    column_of_.clear();
  }
  void sum(const std::vector<int>& counts, std::vector<double>& totals) const {
    totals.assign(n_columns_, 0);
    for (size_t q = 0; q < n_questions_; q++) {
      if (counts[q] == 0) continue;
      const double count = counts[q];
      const double* row = rows_.data() + q * n_columns_;
      for (int c = 0; c < n_columns_; c++) totals[c] += count * row[c];
    }
  }

 private:
  size_t n_questions_;
  int n_columns_ = 0;
  std::map<std::vector<double>, int> column_of_;
  std::vector<double> rows_;  // [n_questions, n_columns]
};

// One statistic, made ready.
struct Prepared {
  StatisticKind kind = StatisticKind::kMean;
  Estimate* result = nullptr;
  std::vector<int> columns;           // Means: n, x. Correlations: n, x, y, xx, xy, yy.
  std::vector<Sample> sorted;         // Medians: by x.
  std::vector<PairSums> by_question;  // Correlation within groups.  [n_questions]
  std::vector<double> replicates;
};

bool is_correlation(StatisticKind kind) {
  return kind == StatisticKind::kCorrelation || kind == StatisticKind::kCorrelationWithinQuestions ||
         kind == StatisticKind::kCorrelationWithinGroups;
}

// In an order that hangs on nothing but the samples, so that sums come out the same to the last bit.
std::vector<Sample> in_order(std::vector<Sample> samples) {
  std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
    return std::tie(a.question, a.x, a.y) < std::tie(b.question, b.x, b.y);
  });
  return samples;
}

std::vector<PairSums> sums_by_question(const std::vector<Sample>& samples, size_t n_questions) {
  double x_sum = 0, y_sum = 0;
  for (const Sample& s : samples) {
    x_sum += s.x;
    y_sum += s.y;
  }
  const auto n = static_cast<double>(std::max<size_t>(samples.size(), 1));
  const double x0 = std::round(x_sum / n), y0 = std::round(y_sum / n);  // As in pearson().
  std::vector<PairSums> by_question(n_questions);
  for (const Sample& s : samples) add_pair(by_question[s.question], s.x - x0, s.y - y0);
  return by_question;
}

// Leaves the samples of questions that have one only.
void drop_single_samples(std::vector<Sample>& samples, size_t n_questions) {
  std::vector<int> count(n_questions);
  for (const Sample& s : samples) count[s.question]++;
  std::erase_if(samples, [&](const Sample& s) { return count[s.question] < 2; });
}

std::vector<int> pair_columns(const std::vector<PairSums>& by_question, SumTable& table) {
  std::vector<int> columns;
  for (double PairSums::*sum :
       {&PairSums::n, &PairSums::x, &PairSums::y, &PairSums::xx, &PairSums::xy, &PairSums::yy}) {
    std::vector<double> values;
    for (const PairSums& s : by_question) values.push_back(s.*sum);
    columns.push_back(table.add_column(values));
  }
  return columns;
}

Prepared prepare(const Statistic& statistic, size_t n_questions, SumTable& table) {
  Prepared p{.kind = statistic.kind, .result = statistic.result};
  std::vector<Sample> samples = in_order(statistic.samples());
  if (p.kind == StatisticKind::kCorrelationWithinQuestions) drop_single_samples(samples, n_questions);
  *p.result = {.n_traces = static_cast<int>(samples.size())};
  for (size_t i = 0; i < samples.size(); i++)
    p.result->n_questions += i == 0 || samples[i].question != samples[i - 1].question;

  if (is_correlation(p.kind)) {
    std::vector<PairSums> sums = sums_by_question(samples, n_questions);
    if (p.kind == StatisticKind::kCorrelationWithinGroups) {
      p.by_question = std::move(sums);
      return p;
    }
    if (p.kind == StatisticKind::kCorrelationWithinQuestions)
      std::transform(sums.begin(), sums.end(), sums.begin(), centred);
    p.columns = pair_columns(sums, table);
  } else if (p.kind == StatisticKind::kMedian) {
    std::stable_sort(samples.begin(), samples.end(),
                     [](const Sample& a, const Sample& b) { return a.x < b.x; });
    p.sorted = std::move(samples);
  } else {
    std::vector<double> n(n_questions), x(n_questions);
    for (const Sample& s : samples) {
      n[s.question]++;
      x[s.question] += s.x;
    }
    p.columns = {table.add_column(n), table.add_column(x)};
  }
  return p;
}

std::optional<double> median_of(const std::vector<Sample>& sorted, const std::vector<int>& counts) {
  int64_t n = 0;
  for (const Sample& s : sorted) n += counts[s.question];
  if (n == 0) return std::nullopt;
  size_t i = 0;
  int64_t seen = counts[sorted[0].question];
  while (seen <= (n - 1) / 2) seen += counts[sorted[++i].question];
  const double lower = sorted[i].x;
  while (seen <= n / 2) seen += counts[sorted[++i].question];
  return (lower + sorted[i].x) / 2;
}

std::optional<double> within_groups(const std::vector<PairSums>& by_question, const std::vector<int>& groups,
                                    const std::vector<int>& counts) {
  std::vector<PairSums> by_group(1 + *std::max_element(groups.begin(), groups.end()));
  for (size_t q = 0; q < counts.size(); q++) {
    const PairSums& s = by_question[q];
    PairSums& group = by_group[groups[q]];
    const double count = counts[q];
    group.n += count * s.n;
    group.x += count * s.x;
    group.y += count * s.y;
    group.xx += count * s.xx;
    group.xy += count * s.xy;
    group.yy += count * s.yy;
  }
  return correlation_within(by_group);
}

std::optional<double> evaluate(const Prepared& p, const std::vector<double>& totals,
                               const std::vector<int>& groups, const std::vector<int>& counts) {
  const auto at = [&](int i) { return totals[p.columns[i]]; };
  switch (p.kind) {
    case StatisticKind::kMedian:
      return median_of(p.sorted, counts);
    case StatisticKind::kCorrelation:
      return correlation({at(0), at(1), at(2), at(3), at(4), at(5)});
    case StatisticKind::kCorrelationWithinQuestions:
      return correlation_of_centred({at(0), at(1), at(2), at(3), at(4), at(5)});
    case StatisticKind::kCorrelationWithinGroups:
      return within_groups(p.by_question, groups, counts);
    default:
      if (at(0) == 0) return std::nullopt;
      return at(1) / at(0);
  }
}

std::optional<Interval> interval_of(Prepared& p, const BootstrapOptions& options) {
  const Estimate& result = *p.result;
  if (!result.value || result.n_questions < 2) return std::nullopt;
  if (p.kind == StatisticKind::kShare && (*result.value == 0 || *result.value == 1)) {
    const Bounds bounds = wilson_interval(*result.value, result.n_questions, options.level);
    return Interval{bounds.low, bounds.high, IntervalMethod::kWilson};
  }
  return percentile_interval(std::move(p.replicates), options);
}

}  // namespace

void draw_questions(std::mt19937_64& random, std::vector<int>& counts) {
  const auto n = static_cast<uint32_t>(counts.size());
  std::fill(counts.begin(), counts.end(), 0);
  for (uint32_t i = 0; i < n; i++) counts[draw_below(random, n)]++;
}

void for_each_resample(size_t n_questions, const BootstrapOptions& options,
                       const std::function<void(const std::vector<int>&)>& visit) {
  std::vector<int> counts(n_questions);
  std::mt19937_64 random(options.seed);
  for (int r = 0; r < options.resamples; r++) {
    if (options.should_stop && options.should_stop())
      throw Error(ErrorKind::kInterrupted, "[analysis] interrupted");
    draw_questions(random, counts);
    visit(counts);
  }
}

std::optional<Interval> percentile_interval(std::vector<double> replicates, const BootstrapOptions& options) {
  if (replicates.empty() || 2 * replicates.size() < static_cast<size_t>(options.resamples))
    return std::nullopt;
  std::sort(replicates.begin(), replicates.end());
  return Interval{percentile(replicates, (1 - options.level) / 2),
                  percentile(replicates, (1 + options.level) / 2)};
}

void estimate(const std::vector<Statistic>& statistics, const std::vector<int>& group_of_question,
              const BootstrapOptions& options) {
  const size_t n_questions = group_of_question.size();
  SumTable table(n_questions);
  std::vector<Prepared> prepared;
  for (const Statistic& statistic : statistics) prepared.push_back(prepare(statistic, n_questions, table));
  if (n_questions == 0) return;
  table.freeze();

  const std::vector<int> once(n_questions, 1);
  std::vector<double> totals;
  table.sum(once, totals);
  for (Prepared& p : prepared) p.result->value = evaluate(p, totals, group_of_question, once);
  if (n_questions < 2) return;

  for_each_resample(n_questions, options, [&](const std::vector<int>& drawn) {
    table.sum(drawn, totals);
    for (Prepared& p : prepared) {
      if (const auto value = evaluate(p, totals, group_of_question, drawn)) p.replicates.push_back(*value);
    }
  });
  for (Prepared& p : prepared) p.result->interval = interval_of(p, options);
}

}  // namespace thinktrace
