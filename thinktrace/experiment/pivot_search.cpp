// SPDX-License-Identifier: MIT
#include "thinktrace/experiment/pivot_search.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace thinktrace {
namespace {

double change_of(const SharedTallies& t) {
  return static_cast<double>(t.after.successes) / t.after.trials -
         static_cast<double>(t.before.successes) / t.before.trials;
}

void add_one(Tally& tally, bool succeeds) {
  tally.successes += succeeds ? 1 : 0;
  tally.trials++;
}

}  // namespace

PivotSearch::PivotSearch(int end, std::span<const int> cuts, const PivotOptions& options)
    : options_(options), at_(end + 1) {
  std::set<int> borders(cuts.begin(), cuts.end());
  borders.insert({0, end});
  for (auto at = borders.begin(); std::next(at) != borders.end(); at++)
    open_.push_back({*at, *std::next(at)});
}

void PivotSearch::add(int position, std::span<const TracedDraw> draws) {
  for (const TracedDraw& draw : draws) {
    add_one(begun_[position], draw.succeeds);
    for (int p = position; p <= draw.reach; p++) add_one(at_[p], draw.succeeds);
    if (draw.reach > position) passing_.push_back({position, draw});
  }
}

SharedTallies PivotSearch::compared(int before, int after) const {
  SharedTallies tallies{at_[before], at_[after], {}};
  for (const PassingDraw& d : passing_) {
    if (d.begin <= before && d.draw.reach >= after) add_one(tallies.shared, d.draw.succeeds);
  }
  return tallies;
}

// Drops a stretch whose ends are alike, notes a pivot, or goes on with both halves; what is not decided stays open.
void PivotSearch::settle(const Stretch& stretch, std::vector<Stretch>& open) {
  const SharedTallies tallies = compared(stretch.begin, stretch.end);
  const Verdict verdict = compare_shared_rates(tallies, options_.difference);
  if (verdict == Verdict::kAlike) return;
  if (verdict == Verdict::kUndecided) {
    if (std::min(tallies.before.trials, tallies.after.trials) < options_.cap) {
      open.push_back(stretch);
      return;
    }
    if (std::fabs(change_of(tallies)) < options_.difference.least) return;
  }
  if (stretch.end == stretch.begin + 1) {
    pivots_.push_back({stretch.begin, tallies, change_of(tallies), verdict == Verdict::kDiffer});
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
  std::map<int, int> goals;  // Trials wanted at a position, those that are there counted.
  for (const Stretch& stretch : open_) {
    const int n_least = std::min(at_[stretch.begin].trials, at_[stretch.end].trials);
    const int goal = std::min(options_.cap, n_least + options_.batch);
    for (const int position : {stretch.begin, stretch.end}) goals[position] = std::max(goals[position], goal);
  }
  std::vector<TrialRequest> requests;
  for (const auto& [position, goal] : goals) {
    const int lacking = goal - at_[position].trials;
    if (lacking <= 0) continue;
    // Where nothing is known of the way from an earlier position, it is taken to lead here.
    double expected = 0;
    for (const TrialRequest& r : requests) {
      const SharedTallies way = compared(r.position, position);
      expected += r.trials * (way.shared.trials + 1.) / (way.before.trials + 1.);
    }
    if (expected < lacking / 2.) requests.push_back({position, lacking - static_cast<int>(expected)});
  }
  return requests;
}

std::vector<Pivot> PivotSearch::pivots() const {
  std::vector<Pivot> sorted = pivots_;
  std::sort(sorted.begin(), sorted.end(), [](const Pivot& a, const Pivot& b) { return a.token < b.token; });
  return sorted;
}

}  // namespace thinktrace
