// SPDX-License-Identifier: MIT
// Where a search begins, what it may cost, and how it is taken up again.
#include <algorithm>
#include <cmath>
#include <set>

#include "thinktrace/experiment/pivot_search.h"

namespace thinktrace {
namespace {

// i in digits of a base, mirrored at the point (van der Corput 1935).
double radical_inverse(uint64_t i, uint64_t base) {
  double value = 0, digit = 1;
  for (; i > 0; i /= base) {
    digit /= static_cast<double>(base);
    value += digit * static_cast<double>(i % base);
  }
  return value;
}

}  // namespace

std::vector<DrawRequest> replay(PivotSearch& search, const KnownDraws& known) {
  static const std::vector<TracedDraw> kNone;
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
      search.add(request.position, std::span(known.at(request.position)).subspan(first, request.trials));
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

ExpectedSearch expected_search(int n_tokens, std::span<const int> positions, std::span<const double> chances,
                               std::span<const double> same_way, std::span<const int> cuts,
                               const PivotOptions& options) {
  ExpectedSearch expected{PivotSearch(n_tokens, cuts, options), 0};
  PivotSearch& search = expected.search;
  const auto chance_at = [&](int position) {
    const auto after = std::upper_bound(positions.begin(), positions.end(), position);
    return chances[after - positions.begin() - 1];
  };
  // Evenly spread, so that no luck adds up: each draw is the next of a low-discrepancy sequence in two bases.
  uint64_t n_drawn = 0;
  for (auto round = search.next(); !round.empty(); round = search.next()) {
    expected.n_rounds++;
    for (const TrialRequest& request : round) {
      std::vector<TracedDraw> draws;
      for (int i = 0; i < request.trials; i++) {
        const double how_far = radical_inverse(++n_drawn, 3), luck = radical_inverse(n_drawn, 2);
        double left = 1;
        int reach = request.position;
        while (reach < n_tokens && (left *= same_way[reach % same_way.size()]) > how_far) reach++;
        draws.push_back({luck < chance_at(reach), reach});
      }
      search.add(request.position, draws);
    }
  }
  return expected;
}

}  // namespace thinktrace
