// SPDX-License-Identifier: MIT
// A resample is a count for each question: how often it was drawn. All a mean or a correlation needs of a
// question are a few sums over its traces, so these are computed once, side by side in one row for each
// question, and a resample is the sum of the rows, each times its count. Medians walk the values, sorted
// once, until the counts passed reach the middle. The point estimate is the resample in which every count
// is 1. Tested against recomputing each statistic on the list of drawn traces (tests/unit).
#include "thinktrace/analysis/bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <span>
#include <tuple>
#include <type_traits>
#include <variant>

#include "thinktrace/analysis/random.h"
#include "thinktrace/analysis/statistics.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

// A number for each question, in the smallest type that holds all of them exactly: most are counts.
class Column {
 public:
  explicit Column(size_t n) { std::get<Counts>(values_).reserve(n); }

  void push(double value) {
    if (std::holds_alternative<Counts>(values_) && !fits<uint8_t>(value)) widen<Counts, Whole>();
    if (std::holds_alternative<Whole>(values_) && !fits<int32_t>(value)) widen<Whole, Real>();
    std::visit([&](auto& values) { values.push_back(static_cast<std::decay_t<decltype(values[0])>>(value)); },
               values_);
  }
  bool operator==(const Column&) const = default;
  double sum(const std::vector<int>& counts) const {
    return std::visit([&](const auto& values) { return sum_of(values, counts); }, values_);
  }
  // By the questions' groups.
  void sum_groups(const std::vector<int>& counts, const std::vector<int>& groups,
                  std::vector<double>& totals) const {
    const auto add = [&](const auto& values) {
      for (size_t q = 0; q < counts.size(); q++)
        totals[groups[q]] += counts[q] * static_cast<double>(values[q]);
    };
    std::visit(add, values_);
  }

 private:
  using Counts = std::vector<uint8_t>;
  using Whole = std::vector<int32_t>;
  using Real = std::vector<double>;

  template <class Type>
  static bool fits(double value) {
    return value >= std::numeric_limits<Type>::min() && value <= std::numeric_limits<Type>::max() &&
           value == std::trunc(value);
  }
  template <class From, class To>
  void widen() {
    const From& from = std::get<From>(values_);
    To to;
    to.reserve(from.capacity());
    to.assign(from.begin(), from.end());
    values_ = std::move(to);
  }
  // Whole numbers are summed as such: the sum is the same, and quicker.
  template <class Values>
  static double sum_of(const Values& values, const std::vector<int>& counts) {
    std::conditional_t<std::is_same_v<Values, Real>, double, int64_t> total = 0;
    for (size_t q = 0; q < counts.size(); q++) total += counts[q] * static_cast<decltype(total)>(values[q]);
    return static_cast<double>(total);
  }

  std::variant<Counts, Whole, Real> values_;
};

// The columns of several statistics; statistics over the same traces share some.
class SumTable {
 public:
  // The number of the column.
  int add(Column column) {
    const auto place = std::find(columns_.begin(), columns_.end(), column) - columns_.begin();
    if (place == std::ssize(columns_)) columns_.push_back(std::move(column));
    return static_cast<int>(place);
  }
  const Column& operator[](int column) const { return columns_[column]; }
  void sum(const std::vector<int>& counts, std::vector<double>& totals) const {
    totals.clear();
    for (const Column& column : columns_) totals.push_back(column.sum(counts));
  }

 private:
  std::deque<Column> columns_;
};

// One statistic, made ready.
struct Prepared {
  StatisticKind kind = StatisticKind::kMean;
  Estimate* result = nullptr;
  std::vector<int> columns;  // Means: n, x. Correlations: n, x, y, xx, xy, yy.
  // Medians: values in order, and whose they are.
  std::vector<int> question_of;
  std::vector<double> sorted;
  std::vector<double> replicates;
};

constexpr std::array<double PairSums::*, 6> kPairSums{&PairSums::n,  &PairSums::x,  &PairSums::y,
                                                      &PairSums::xx, &PairSums::xy, &PairSums::yy};

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

// Calls `visit` with each question's samples. REQUIRES: in_order.
template <class F>
void for_each_question(std::span<const Sample> samples, size_t n_questions, F visit) {
  for (size_t q = 0; q < n_questions; q++) {
    size_t n = 0;
    while (n < samples.size() && samples[n].question == static_cast<int>(q)) n++;
    visit(samples.first(n));
    samples = samples.subspan(n);
  }
}

// Leaves the samples of questions that have one only.
void drop_single_samples(std::vector<Sample>& samples, size_t n_questions) {
  std::vector<int> count(n_questions);
  for (const Sample& s : samples) count[s.question]++;
  std::erase_if(samples, [&](const Sample& s) { return count[s.question] < 2; });
}

std::vector<int> pair_columns(const std::vector<Sample>& samples, size_t n_questions, StatisticKind kind,
                              SumTable& table) {
  double x_sum = 0, y_sum = 0;
  for (const Sample& s : samples) {
    x_sum += s.x;
    y_sum += s.y;
  }
  const auto n = static_cast<double>(std::max<size_t>(samples.size(), 1));
  const double x0 = std::round(x_sum / n), y0 = std::round(y_sum / n);  // As in pearson().
  std::vector<Column> columns(kPairSums.size(), Column(n_questions));
  for_each_question(samples, n_questions, [&](std::span<const Sample> of_question) {
    PairSums sums;
    for (const Sample& s : of_question) add_pair(sums, s.x - x0, s.y - y0);
    if (kind == StatisticKind::kCorrelationWithinQuestions) sums = centred(sums);
    for (size_t i = 0; i < columns.size(); i++) columns[i].push(sums.*kPairSums[i]);
  });
  std::vector<int> numbers;
  for (Column& column : columns) numbers.push_back(table.add(std::move(column)));
  return numbers;
}

std::vector<int> mean_columns(const std::vector<Sample>& samples, size_t n_questions, SumTable& table) {
  Column n(n_questions), x(n_questions);
  for_each_question(samples, n_questions, [&](std::span<const Sample> of_question) {
    double sum = 0;
    for (const Sample& s : of_question) sum += s.x;
    n.push(static_cast<double>(of_question.size()));
    x.push(sum);
  });
  const int first = table.add(std::move(n));
  return {first, table.add(std::move(x))};
}

Prepared prepare(const Statistic& statistic, size_t n_questions, SumTable& table) {
  Prepared p{.kind = statistic.kind, .result = statistic.result};
  std::vector<Sample> samples = in_order(statistic.samples());
  if (p.kind == StatisticKind::kCorrelationWithinQuestions) drop_single_samples(samples, n_questions);
  *p.result = {.n_traces = static_cast<int>(samples.size())};
  for (size_t i = 0; i < samples.size(); i++)
    p.result->n_questions += i == 0 || samples[i].question != samples[i - 1].question;

  if (is_correlation(p.kind)) {
    p.columns = pair_columns(samples, n_questions, p.kind, table);
  } else if (p.kind == StatisticKind::kMedian) {
    std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
      return std::tie(a.x, a.question) < std::tie(b.x, b.question);
    });
    p.question_of.reserve(samples.size());
    p.sorted.reserve(samples.size());
    for (const Sample& s : samples) {
      p.question_of.push_back(s.question);
      p.sorted.push_back(s.x);
    }
  } else {
    p.columns = mean_columns(samples, n_questions, table);
  }
  return p;
}

std::optional<double> median_of(const Prepared& p, const std::vector<int>& counts) {
  int64_t n = 0;
  for (const int q : p.question_of) n += counts[q];
  if (n == 0) return std::nullopt;
  size_t i = 0;
  int64_t seen = counts[p.question_of[0]];
  while (seen <= (n - 1) / 2) seen += counts[p.question_of[++i]];
  const double lower = p.sorted[i];
  while (seen <= n / 2) seen += counts[p.question_of[++i]];
  return (lower + p.sorted[i]) / 2;
}

std::optional<double> within_groups(const Prepared& p, const SumTable& table, const std::vector<int>& groups,
                                    const std::vector<int>& counts) {
  std::vector<PairSums> by_group(1 + *std::max_element(groups.begin(), groups.end()));
  std::vector<double> totals;
  for (size_t i = 0; i < kPairSums.size(); i++) {
    totals.assign(by_group.size(), 0);
    table[p.columns[i]].sum_groups(counts, groups, totals);
    for (size_t g = 0; g < by_group.size(); g++) by_group[g].*kPairSums[i] = totals[g];
  }
  return correlation_within(by_group);
}

std::optional<double> evaluate(const Prepared& p, const SumTable& table, const std::vector<double>& totals,
                               const std::vector<int>& groups, const std::vector<int>& counts) {
  const auto at = [&](int i) { return totals[p.columns[i]]; };
  switch (p.kind) {
    case StatisticKind::kMedian:
      return median_of(p, counts);
    case StatisticKind::kCorrelation:
      return correlation({at(0), at(1), at(2), at(3), at(4), at(5)});
    case StatisticKind::kCorrelationWithinQuestions:
      return correlation_of_centred({at(0), at(1), at(2), at(3), at(4), at(5)});
    case StatisticKind::kCorrelationWithinGroups:
      return within_groups(p, table, groups, counts);
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
  SumTable table;
  std::vector<Prepared> prepared;
  for (const Statistic& statistic : statistics) prepared.push_back(prepare(statistic, n_questions, table));
  if (n_questions == 0) return;

  const std::vector<int> once(n_questions, 1);
  std::vector<double> totals;
  table.sum(once, totals);
  for (Prepared& p : prepared) p.result->value = evaluate(p, table, totals, group_of_question, once);
  if (n_questions < 2) return;

  for_each_resample(n_questions, options, [&](const std::vector<int>& drawn) {
    table.sum(drawn, totals);
    for (Prepared& p : prepared) {
      if (const auto value = evaluate(p, table, totals, group_of_question, drawn))
        p.replicates.push_back(*value);
    }
  });
  for (Prepared& p : prepared) p.result->interval = interval_of(p, options);
}

}  // namespace thinktrace
