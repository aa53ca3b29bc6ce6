// SPDX-License-Identifier: MIT
#include "thinktrace/experiment/pivot_search.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace thinktrace {
namespace {

double change_of(const Tally& before, const Tally& after) {
  return static_cast<double>(after.successes) / after.trials -
         static_cast<double>(before.successes) / before.trials;
}

}  // namespace

PivotSearch::PivotSearch(int end, std::span<const int> cuts, const PivotOptions& options)
    : options_(options) {
  std::set<int> borders(cuts.begin(), cuts.end());
  borders.insert({0, end});
  for (auto at = borders.begin(); std::next(at) != borders.end(); at++)
    open_.push_back({*at, *std::next(at)});
}

Tally PivotSearch::tally_at(int position) const {
  const auto at = tallies_.find(position);
  return at == tallies_.end() ? Tally{} : at->second;
}

void PivotSearch::add(int position, const Tally& more) {
  Tally& tally = tallies_[position];
  tally.successes += more.successes;
  tally.trials += more.trials;
}

// Drops a stretch whose ends are alike, notes a pivot, or goes on with both halves; what is not decided stays open.
void PivotSearch::settle(const Stretch& stretch, std::vector<Stretch>& open) {
  const Tally before = tally_at(stretch.begin), after = tally_at(stretch.end);
  const Verdict verdict = compare_rates(before, after, options_.difference);
  if (verdict == Verdict::kAlike) return;
  if (verdict == Verdict::kUndecided) {
    if (std::min(before.trials, after.trials) < options_.cap) {
      open.push_back(stretch);
      return;
    }
    if (std::fabs(change_of(before, after)) < options_.difference.least) return;
  }
  if (stretch.end == stretch.begin + 1) {
    pivots_.push_back({stretch.begin, before, after, change_of(before, after), verdict == Verdict::kDiffer});
    return;
  }
  const int middle = stretch.begin + (stretch.end - stretch.begin) / 2;
  settle({stretch.begin, middle}, open);
  settle({middle, stretch.end}, open);
}

std::vector<TrialRequest> PivotSearch::next() {
  std::vector<Stretch> open;
  for (const Stretch& stretch : open_) settle(stretch, open);
  open_ = std::move(open);
  std::map<int, int> wanted;
  for (const Stretch& stretch : open_) {
    const int n_begin = tally_at(stretch.begin).trials, n_end = tally_at(stretch.end).trials;
    const int goal = std::min(options_.cap, std::min(n_begin, n_end) + options_.batch);
    if (goal > n_begin) wanted[stretch.begin] = std::max(wanted[stretch.begin], goal - n_begin);
    if (goal > n_end) wanted[stretch.end] = std::max(wanted[stretch.end], goal - n_end);
  }
  std::vector<TrialRequest> requests;
  for (const auto& [position, trials] : wanted) requests.push_back({position, trials});
  return requests;
}

std::vector<Pivot> PivotSearch::pivots() const {
  std::vector<Pivot> sorted = pivots_;
  std::sort(sorted.begin(), sorted.end(), [](const Pivot& a, const Pivot& b) { return a.token < b.token; });
  return sorted;
}

}  // namespace thinktrace
