// SPDX-License-Identifier: MIT
#include "thinktrace/run/pivot_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/error.h"
#include "thinktrace/run/plan.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// What the forced answer gives to an option at each position of the trace's curve.
std::vector<double> forced_chances(const TraceRecord& trace, int option) {
  const size_t n_options = trace.question.options.size();
  std::vector<double> chances;
  for (size_t i = 0; i < trace.curve.positions.size(); i++)
    chances.push_back(probability_of(trace.curve.logprobs[i * n_options + option]));
  return chances;
}

// Draws of the search by position, and tokens tried by position. The store gives continuations by position, arm and draw.
struct SortedContinuations {
  KnownDraws draws;
  std::map<int, std::vector<TriedToken>> forks;
};

// The last position of the trace that a continuation came through.
int reach_of(const StoredContinuation& c, std::span<const Token> thinking) {
  const std::span<const Token> rest = thinking.subspan(std::min<size_t>(c.position, thinking.size()));
  const auto apart = std::mismatch(rest.begin(), rest.end(), c.think_ids.begin(), c.think_ids.end()).first;
  return c.position + static_cast<int>(apart - rest.begin());
}

SortedContinuations sort_continuations(const std::vector<StoredContinuation>& continuations,
                                       std::span<const Token> thinking, std::optional<int> wanted) {
  SortedContinuations sorted;
  for (const StoredContinuation& c : continuations) {
    const bool succeeds = wanted && c.chosen == wanted;
    if (c.arm.empty()) {
      std::vector<TracedDraw>& draws = sorted.draws[c.position];
      // Draws that lie beyond a gap can't be used before the gap is filled.
      if (c.draw == static_cast<int>(draws.size())) draws.push_back({succeeds, reach_of(c, thinking)});
      continue;
    }
    std::vector<TriedToken>& tried = sorted.forks[c.position];
    if (c.inserted.size() != 1 || c.arm != fork_arm(c.inserted[0]) || c.inserted_text.size() != 1 ||
        !c.inserted_logprob)
      throw Error(
          ErrorKind::kStore,
          fmt::format("[pivots] trace {}: a continuation is of no arm of its experiment", c.trace_id));
    if (tried.empty() || tried.back().token != c.inserted[0])
      tried.push_back({c.inserted[0], c.inserted_text[0], std::exp(*c.inserted_logprob), {}});
    tried.back().tally.successes += succeeds ? 1 : 0;
    tried.back().tally.trials++;
  }
  for (auto& [position, tried] : sorted.forks) {
    std::stable_sort(tried.begin(), tried.end(),
                     [](const TriedToken& a, const TriedToken& b) { return a.probability > b.probability; });
  }
  return sorted;
}

}  // namespace

const char* name_of(Success success) { return success == Success::kRight ? "right" : "own"; }

std::string pivot_identity(const PivotSettings& s, const std::string& reader_id) {
  json identity = json::parse(sampling_identity(s.sampling));
  identity.update({{"kind", kPivots},
                   {"reader", reader_id},
                   {"least", s.search.difference.least},
                   {"negligible", s.search.difference.negligible},
                   {"alpha", s.search.difference.alpha},
                   {"batch", s.search.batch},
                   {"most", s.search.cap},
                   {"every", s.cuts.every},
                   {"jump", s.cuts.jumps.threshold},
                   {"window", s.cuts.jumps.window},
                   {"success", name_of(s.success)},
                   {"alternatives", s.alternatives},
                   {"least_share", s.least_share},
                   {"draws", s.fork_draws},
                   {"sequences", s.sequences}});
  return identity.dump();
}

PivotSettings pivot_settings_of(const StoredExperiment& experiment) {
  PivotSettings s;
  try {
    const json i = json::parse(experiment.identity);
    s.search = {{i.at("least"), i.at("negligible"), i.at("alpha")}, i.at("batch"), i.at("most")};
    s.cuts.every = i.at("every");
    s.cuts.jumps.threshold = i.at("jump");
    s.cuts.jumps.window = i.at("window");
    s.success = i.at("success") == name_of(Success::kRight) ? Success::kRight : Success::kOwn;
    s.alternatives = i.at("alternatives");
    s.least_share = i.at("least_share");
    s.fork_draws = i.at("draws");
    s.sampling = sampling_of(experiment.identity);
    s.sequences = i.at("sequences");
  } catch (const std::exception& e) {
    throw Error(ErrorKind::kStore, fmt::format("[pivots] experiment {}: its settings can't be read: {}",
                                               experiment.number, e.what()));
  }
  const DifferenceOptions& d = s.search.difference;
  const bool is_sound = 0 <= d.negligible && d.negligible < d.least && d.least <= 1 && 0 < d.alpha &&
                        d.alpha < 1 && 1 <= s.search.batch && s.search.batch <= s.search.cap &&
                        s.cuts.every >= 0 && s.cuts.jumps.threshold > 0 && s.cuts.jumps.window >= 1;
  if (!is_sound)
    throw Error(ErrorKind::kStore,
                fmt::format("[pivots] experiment {}: its settings make no sense", experiment.number));
  return s;
}

std::string fork_arm(Token token) { return fmt::format("token {}", token); }

std::optional<int> wanted_option(const TraceRecord& trace, Success success) {
  if (success == Success::kRight) return trace.question.answer;
  if (trace.chosen || trace.curve.positions.empty()) return trace.chosen;
  const size_t n_options = trace.question.options.size();
  return most_likely(
      {trace.curve.logprobs.end() - static_cast<std::ptrdiff_t>(n_options), trace.curve.logprobs.end()});
}

bool is_over(const PivotState& state, const PivotSettings& settings) {
  if (!state.lacking.empty()) return false;
  return settings.alternatives == 0 ||
         std::none_of(state.forks.begin(), state.forks.end(), [](const auto& f) { return f.second.empty(); });
}

PivotState pivot_state(const TraceRecord& trace, const std::vector<StoredContinuation>& continuations,
                       const PivotSettings& settings) {
  const std::optional<int> wanted = wanted_option(trace, settings.success);
  const std::vector<double> chances = forced_chances(trace, wanted.value_or(trace.question.answer));
  const auto n_tokens = static_cast<int>(trace.think_text.size());
  PivotState state;
  state.candidates = find_jumps(trace.curve.positions, chances, settings.cuts.jumps);
  state.cuts = pivot_cuts(n_tokens, trace.curve.positions, chances, settings.cuts);
  const std::span<const Token> ids = trace.trace.think_ids;
  SortedContinuations sorted =
      sort_continuations(continuations, ids.first(std::min<size_t>(n_tokens, ids.size())), wanted);
  PivotSearch search(n_tokens, state.cuts, settings.search);
  state.lacking = replay(search, sorted.draws);
  state.tallies = search.tallies();
  state.pivots = search.pivots();
  for (const Pivot& pivot : state.pivots) state.forks[pivot.token] = std::move(sorted.forks[pivot.token]);
  return state;
}

}  // namespace thinktrace
