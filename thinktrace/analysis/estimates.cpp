// SPDX-License-Identifier: MIT
// A resample is a count for each question: how often it was drawn. All a mean or a correlation needs of a
// question are a few sums over its traces: its row, and a resample is the sum of the rows, each times its count. Many
// statistics are over the same traces, so many columns are alike: one of each is kept. Medians walk the values, sorted
// once, until the counts passed reach the middle. The point estimate is the resample in which every count
// is 1. As many resamples as their counts fit into kCountBytes go over the rows together. Tested against recomputing each statistic on
// the list of drawn traces (tests/unit).
#include "thinktrace/analysis/estimates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

#include "thinktrace/analysis/statistics.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

constexpr size_t kCountBytes = 1 << 17, kMostTogether = 16;

constexpr std::array<double PairSums::*, 6> kPairSums{&PairSums::n,  &PairSums::x,  &PairSums::y,
                                                      &PairSums::xx, &PairSums::xy, &PairSums::yy};

bool is_correlation(StatisticKind kind) {
  return kind == StatisticKind::kCorrelation || kind == StatisticKind::kCorrelationWithinQuestions ||
         kind == StatisticKind::kCorrelationWithinGroups;
}

// A value of a median, as a record.
struct Placed {
  double x = 0;
  int32_t question = 0;
};
std::string_view bytes_of(const Placed& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
Placed placed(std::string_view record) {
  Placed value;
  std::memcpy(&value, record.data(), sizeof value);
  return value;
}
bool is_lower(std::string_view a, std::string_view b) {
  const Placed first = placed(a), second = placed(b);
  return std::tie(first.x, first.question) < std::tie(second.x, second.question);
}

// Of a column's numbers as they come; two chains, so that no two columns that differ are taken for one.
void add_to_hash(std::array<uint64_t, 2>& hash, double value) {
  const auto bits = std::bit_cast<uint64_t>(value == 0 ? 0. : value);
  hash[0] = std::rotl((hash[0] ^ bits) * 0x9e3779b97f4a7c15ULL, 29) + 1;
  hash[1] = std::rotl((hash[1] + bits) * 0xc2b2ae3d27d4eb4fULL, 31) ^ 0x165667b19e3779f9ULL;
}

std::optional<Interval> interval_of(StatisticKind kind, const Estimate& result,
                                    std::vector<double> replicates, const BootstrapOptions& options) {
  if (!result.value || result.n_questions < 2) return std::nullopt;
  if (kind == StatisticKind::kShare && (*result.value == 0 || *result.value == 1)) {
    const Bounds bounds = wilson_interval(*result.value, result.n_questions, options.level);
    return Interval{bounds.low, bounds.high, IntervalMethod::kWilson};
  }
  return percentile_interval(std::move(replicates), options);
}

}  // namespace

// Some resamples together, with all statistics that have samples.
class Estimates::Resampler {
 public:
  Resampler(std::vector<Entry>& entries, const Spool& rows, size_t width, int n_questions, int n_groups)
      : entries_(entries), rows_(rows), width_(width), n_groups_(n_groups), counts_(n_questions) {
    together_ = std::clamp<size_t>(kCountBytes / sizeof(uint16_t) / counts_.size(), 1, kMostTogether);
  }

  // Calls visit(entry, value) for every entry that is defined where all counts are 1.
  template <class Visit>
  void go_once(Visit visit) {
    n_ = 1;
    drawn_.assign(counts_.size(), 1);
    evaluate(visit);
  }

  // The same in every resample.
  template <class Visit>
  void go(const BootstrapOptions& options, Visit visit) {
    std::mt19937_64 random(options.seed);
    for (int done = 0; done < options.resamples; done += static_cast<int>(n_)) {
      n_ = std::min(together_, static_cast<size_t>(options.resamples - done));
      drawn_.assign(n_ * counts_.size(), 0);
      for (size_t r = 0; r < n_; r++) {
        if (options.should_stop && options.should_stop())
          throw Error(ErrorKind::kInterrupted, "[analysis] interrupted");
        draw_questions(random, counts_);
        // That one question is drawn more than 65,535 times has a chance below 1e-100,000.
        for (size_t q = 0; q < counts_.size(); q++) drawn_[q * n_ + r] = static_cast<uint16_t>(counts_[q]);
      }
      evaluate(visit);
    }
  }

 private:
  template <class Visit>
  void evaluate(Visit visit) {
    sum_rows();
    std::vector<double> sums;
    for (Entry& entry : entries_) {
      if (entry.result->n_traces == 0) continue;
      if (entry.kind == StatisticKind::kMedian && !entry.of_sums) {
        find_medians(entry);
        for (size_t r = 0; r < n_; r++) {
          if (medians_[r]) visit(entry, *medians_[r]);
        }
        continue;
      }
      for (size_t r = 0; r < n_; r++) {
        sums.clear();
        for (const size_t column : entry.columns) sums.push_back(totals_[r * width_ + column]);
        if (const std::optional<double> value = value_of(entry, sums, r)) visit(entry, *value);
      }
    }
  }

  // Column 0 of a row is its group.
  void sum_rows() {
    totals_.assign(n_ * width_, 0);
    size_t n_grouped = 0;
    for (const Entry& entry : entries_) n_grouped += is_grouped(entry);
    by_group_.assign(n_ * n_grouped * n_groups_, {});
    SpoolReader reader(rows_);
    std::vector<double> row(width_);
    for (size_t q = 0; reader.read(row.data(), width_ * sizeof(double)); q++) {
      for (size_t r = 0; r < n_; r++) {
        const double count = drawn_[q * n_ + r];
        if (count == 0) continue;
        double* const totals = &totals_[r * width_];
        for (size_t c = 0; c < width_; c++) totals[c] += count * row[c];
      }
      if (n_grouped > 0) add_to_groups(row, &drawn_[q * n_]);
    }
  }

  static bool is_grouped(const Entry& entry) {
    return entry.kind == StatisticKind::kCorrelationWithinGroups && entry.result->n_traces > 0;
  }
  void add_to_groups(const std::vector<double>& row, const uint16_t* counts) {
    PairSums* groups = by_group_.data();
    for (const Entry& entry : entries_) {
      if (!is_grouped(entry)) continue;
      for (size_t r = 0; r < n_; r++, groups += n_groups_) {
        PairSums& sums = groups[static_cast<size_t>(row[0])];
        for (size_t i = 0; i < kPairSums.size(); i++) sums.*kPairSums[i] += counts[r] * row[entry.columns[i]];
      }
    }
  }
  std::optional<double> within_groups(const Entry& entry, size_t r) const {
    size_t before = 0;
    for (const Entry* other = entries_.data(); other != &entry; other++) before += is_grouped(*other);
    return correlation_within(std::span(by_group_).subspan((before * n_ + r) * n_groups_, n_groups_));
  }

  std::optional<double> value_of(const Entry& entry, std::span<const double> sums, size_t r) const {
    if (entry.of_sums) return entry.of_sums(sums);
    switch (entry.kind) {
      case StatisticKind::kCorrelation:
        return correlation({sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]});
      case StatisticKind::kCorrelationWithinQuestions:
        return correlation_of_centred({sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]});
      case StatisticKind::kCorrelationWithinGroups:
        return within_groups(entry, r);
      default:
        if (sums[0] == 0) return std::nullopt;
        return sums[1] / sums[0];
    }
  }

  // The value, or the two, at which the counts passed reach the middle.
  void find_medians(const Entry& entry) {
    struct Walk {
      int64_t n = 0, seen = 0;
      double lower = 0;
    };
    medians_.assign(n_, std::nullopt);
    std::vector<Walk> walks(n_);
    size_t n_open = 0;
    for (size_t r = 0; r < n_; r++) {
      walks[r].n = std::llround(totals_[r * width_ + entry.columns[0]]);
      n_open += walks[r].n > 0;
    }
    RecordReader reader(entry.sorted);
    std::string record;
    while (n_open > 0 && reader.next(record)) {
      const Placed value = placed(record);
      const uint16_t* counts = &drawn_[value.question * n_];
      for (size_t r = 0; r < n_; r++) {
        Walk& walk = walks[r];
        const int64_t before = walk.seen;
        walk.seen += counts[r];
        if (before <= (walk.n - 1) / 2 && walk.seen > (walk.n - 1) / 2) walk.lower = value.x;
        if (before <= walk.n / 2 && walk.seen > walk.n / 2) {
          medians_[r] = (walk.lower + value.x) / 2;
          n_open--;
        }
      }
    }
  }

  std::vector<Entry>& entries_;
  const Spool& rows_;
  size_t width_, n_groups_, together_ = 1, n_ = 0;
  std::vector<int> counts_;
  std::vector<uint16_t> drawn_;     // [n_questions, n_]
  std::vector<double> totals_;      // [n_, width_]
  std::vector<PairSums> by_group_;  // [grouped entries, n_, n_groups_]
  std::vector<std::optional<double>> medians_;
};

size_t Estimates::add(StatisticKind kind, Estimate& result) {
  const size_t n = is_correlation(kind) ? kPairSums.size() : kind == StatisticKind::kMedian ? 1 : 2;
  const size_t number = add_of_sums(n, result, {});
  entries_[number].kind = kind;
  if (kind == StatisticKind::kMedian) entries_[number].values.emplace(is_lower);
  return number;
}

size_t Estimates::add_of_sums(size_t n_sums, Estimate& result, OfSums value) {
  result = {};
  entries_.push_back({.result = &result, .of_sums = std::move(value), .first = row_.size(), .n = n_sums});
  row_.resize(row_.size() + n_sums);
  column_hash_.resize(row_.size());
  return entries_.size() - 1;
}

void Estimates::take(size_t statistic, double x, double y) {
  entries_[statistic].samples.push_back({n_questions_, x, y});
}

void Estimates::take_sums(size_t statistic, std::span<const double> sums, int n_traces) {
  std::copy(sums.begin(), sums.end(), row_.begin() + static_cast<std::ptrdiff_t>(entries_[statistic].first));
  entries_[statistic].n_told = n_traces;
}

// What the question's samples come to, in its row.
void Estimates::end_entry(Entry& entry, int question) {
  std::vector<Sample>& samples = entry.samples;
  // In an order that hangs on nothing but the samples, so that sums come out the same to the last bit.
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return std::tie(a.x, a.y) < std::tie(b.x, b.y); });
  if (entry.kind == StatisticKind::kCorrelationWithinQuestions && samples.size() < 2) samples.clear();
  const int n_traces = entry.of_sums ? std::exchange(entry.n_told, 0) : static_cast<int>(samples.size());
  entry.result->n_traces += n_traces;
  entry.result->n_questions += n_traces > 0;
  if (samples.empty()) return;

  const std::span<double> row = std::span(row_).subspan(entry.first, entry.n);
  if (is_correlation(entry.kind)) {
    // Near the values, so that their squares differ, and whole, so that sums of whole numbers stay exact.
    if (!entry.centre) entry.centre = {std::round(samples[0].x), std::round(samples[0].y)};
    PairSums sums;
    for (const Sample& s : samples) add_pair(sums, s.x - entry.centre->first, s.y - entry.centre->second);
    if (entry.kind == StatisticKind::kCorrelationWithinQuestions) sums = centred(sums);
    for (size_t i = 0; i < row.size(); i++) row[i] = sums.*kPairSums[i];
  } else {
    row[0] = static_cast<double>(samples.size());
    for (const Sample& s : samples) {
      if (entry.values)
        entry.values->add(bytes_of({s.x, question}));
      else
        row[1] += s.x;
    }
  }
  samples.clear();
}

void Estimates::end_question(int group) {
  for (Entry& entry : entries_) end_entry(entry, n_questions_);
  for (size_t i = 0; i < row_.size(); i++) add_to_hash(column_hash_[i], row_[i]);
  const auto add = [&](const double* numbers, size_t n) {
    rows_.add({reinterpret_cast<const char*>(numbers), n * sizeof(double)});
  };
  const double first = group;
  add(&first, 1);
  add(row_.data(), row_.size());
  std::fill(row_.begin(), row_.end(), 0);
  n_groups_ = std::max(n_groups_, group + 1);
  n_questions_++;
}

// Leaves one of each kind of column, and those that some statistic needs. How many numbers a row has then.
size_t Estimates::narrow_rows() {
  std::vector<size_t> left{0};
  std::map<std::array<uint64_t, 2>, size_t> place_of;
  for (Entry& entry : entries_) {
    if (entry.result->n_traces == 0) continue;
    for (size_t i = entry.first; i < entry.first + entry.n; i++) {
      const auto [at, is_new] = place_of.try_emplace(column_hash_[i], left.size());
      if (is_new) left.push_back(1 + i);
      entry.columns.push_back(at->second);
    }
  }
  Spool narrow;
  SpoolReader reader(rows_);
  std::vector<double> wide(1 + row_.size()), row(left.size());
  while (reader.read(wide.data(), wide.size() * sizeof(double))) {
    for (size_t i = 0; i < left.size(); i++) row[i] = wide[left[i]];
    narrow.add({reinterpret_cast<const char*>(row.data()), row.size() * sizeof(double)});
  }
  rows_ = std::move(narrow);
  return left.size();
}

void Estimates::finish(const BootstrapOptions& options) {
  if (n_questions_ == 0) return;
  const size_t width = narrow_rows();
  for (Entry& entry : entries_) {
    if (entry.values) entry.sorted = entry.values->finish();
  }
  Resampler resampler(entries_, rows_, width, n_questions_, n_groups_);
  resampler.go_once([](Entry& entry, double value) { entry.result->value = value; });
  if (n_questions_ < 2) return;
  resampler.go(options, [](Entry& entry, double value) { entry.replicates.push_back(value); });
  for (Entry& entry : entries_)
    entry.result->interval = interval_of(entry.kind, *entry.result, std::move(entry.replicates), options);
}

}  // namespace thinktrace
