// SPDX-License-Identifier: MIT
// Where a search begins, what it may cost, and how it is taken up again.
#include <algorithm>
#include <cmath>
#include <set>

#include "thinktrace/experiment/pivot_search.h"

namespace thinktrace {

std::vector<DrawRequest> replay(PivotSearch& search, const KnownDraws& known) {
  static const std::vector<bool> kNone;
  for (;;) {
    const std::vector<TrialRequest> round = search.next();
    std::vector<DrawRequest> lacking;
    for (const TrialRequest& request : round) {
      const auto tally = search.tallies().find(request.position);
      const int first = tally == search.tallies().end() ? 0 : tally->second.trials;
      const auto at = known.find(request.position);
      const int n_known = static_cast<int>((at == known.end() ? kNone : at->second).size());
      const int from = std::max(first, std::min(n_known, first + request.trials));
      if (from < first + request.trials)
        lacking.push_back({request.position, from, first + request.trials - from});
    }
    if (round.empty() || !lacking.empty()) return lacking;
    for (const TrialRequest& request : round) {
      const auto tally = search.tallies().find(request.position);
      const int first = tally == search.tallies().end() ? 0 : tally->second.trials;
      const auto begin = known.at(request.position).begin() + first;
      const auto won = std::count(begin, begin + request.trials, true);
      search.add(request.position, {static_cast<int>(won), request.trials});
    }
  }
}

std::vector<int> pivot_cuts(int n_tokens, std::span<const int> positions, std::span<const double> p_right,
                            const CutOptions& options) {
  std::set<int> cuts;
  for (int cut = options.every; options.every > 0 && cut < n_tokens; cut += options.every) cuts.insert(cut);
  for (const Jump& jump : find_jumps(positions, p_right, options.jumps)) cuts.insert({jump.begin, jump.end});
  cuts.erase(0);
  cuts.erase(n_tokens);
  return {cuts.begin(), cuts.end()};
}

PivotSearch expected_search(int n_tokens, std::span<const int> positions, std::span<const double> chances,
                            std::span<const int> cuts, const PivotOptions& options) {
  PivotSearch search(n_tokens, cuts, options);
  const auto chance_at = [&](int position) {
    const auto after = std::upper_bound(positions.begin(), positions.end(), position);
    return chances[after - positions.begin() - 1];
  };
  // The successes of all trials at a position are its chance, rounded, so that no luck adds up.
  for (auto round = search.next(); !round.empty(); round = search.next()) {
    for (const TrialRequest& request : round) {
      const auto tally = search.tallies().find(request.position);
      const Tally before = tally == search.tallies().end() ? Tally{} : tally->second;
      const int n = before.trials + request.trials;
      const int won = static_cast<int>(std::lround(chance_at(request.position) * n));
      search.add(request.position, {std::clamp(won - before.successes, 0, request.trials), request.trials});
    }
  }
  return search;
}

}  // namespace thinktrace
