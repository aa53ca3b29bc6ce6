// SPDX-License-Identifier: MIT
// Runs are merged kWays at a time, those of equal size with each other, so that few of them are ever open.
#include "thinktrace/spool/records.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace thinktrace {
namespace {

constexpr size_t kWays = 16;

Records merge(const std::vector<Records>& runs, RecordSorter::Less less) {
  struct Front {
    RecordReader reader;
    std::string record;
  };
  std::vector<Front> fronts;
  for (const Records& run : runs) {
    fronts.push_back({RecordReader(run), {}});
    if (!fronts.back().reader.next(fronts.back().record)) fronts.pop_back();
  }
  Records merged;
  while (!fronts.empty()) {
    const auto first = std::min_element(fronts.begin(), fronts.end(), [&](const Front& a, const Front& b) {
      return less(a.record, b.record);
    });
    merged.add(first->record);
    if (!first->reader.next(first->record)) fronts.erase(first);
  }
  return merged;
}

}  // namespace

void Records::add(std::string_view record) {
  const auto n = static_cast<uint32_t>(record.size());
  spool_.add({reinterpret_cast<const char*>(&n), sizeof n});
  spool_.add(record);
  n_++;
}

bool RecordReader::next(std::string& record) {
  uint32_t n = 0;
  if (!reader_.read(&n, sizeof n)) return false;
  record.resize(n);
  reader_.read(record.data(), n);
  offset_ += sizeof n + n;
  return true;
}

void RecordSorter::add(std::string_view record) {
  bytes_ += record;
  ends_.push_back(bytes_.size());
  if (bytes_.size() >= kSortedBytes) end_run();
}

void RecordSorter::end_run() {
  std::vector<uint32_t> order(ends_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto record = [&](uint32_t i) {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return less_(record(a), record(b)); });
  Records run;
  for (const uint32_t i : order) run.add(record(i));
  bytes_.clear();
  ends_.clear();
  for (size_t level = 0;; level++) {
    if (level == runs_.size()) runs_.emplace_back();
    runs_[level].push_back(std::move(run));
    if (runs_[level].size() < kWays) return;
    run = merge(runs_[level], less_);
    runs_[level].clear();
  }
}

Records RecordSorter::finish() {
  if (!ends_.empty()) end_run();
  std::vector<Records> all;  // Oldest first.
  for (auto level = runs_.rbegin(); level != runs_.rend(); ++level)
    std::move(level->begin(), level->end(), std::back_inserter(all));
  runs_.clear();
  return all.size() == 1 ? std::move(all.front()) : merge(all, less_);
}

}  // namespace thinktrace
