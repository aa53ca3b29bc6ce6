// SPDX-License-Identifier: MIT
#include "thinktrace/run/continuation_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/error.h"
#include "thinktrace/experiment/arms.h"
#include "thinktrace/run/plan.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// The row of a curve at a position, where it was read.
std::vector<float> row_read_at(const Curve& curve, int position, size_t n_options) {
  const auto at = std::lower_bound(curve.positions.begin(), curve.positions.end(), position);
  const auto k = at - curve.positions.begin();
  if (at == curve.positions.end() || *at != position) return {};
  if (!curve.interpolated.empty() && curve.interpolated[k]) return {};
  const auto begin = curve.logprobs.begin() + k * static_cast<ptrdiff_t>(n_options);
  return {begin, begin + static_cast<ptrdiff_t>(n_options)};
}

}  // namespace

DifferenceOptions difference_options(const ContinueSettings& settings) {
  return {.least = settings.least, .negligible = settings.least / 2};
}

std::vector<PrefixPlace> prefix_places(const ContinueSettings& settings) {
  std::vector<PrefixPlace> places;
  for (const double share : std::set<double>(settings.shares.begin(), settings.shares.end()))
    places.push_back({share, 0});
  for (const int tokens : std::set<int>(settings.tokens.begin(), settings.tokens.end()))
    places.push_back({std::nullopt, tokens});
  return places;
}

std::optional<int> position_of(const PrefixPlace& place, int n_thinking) {
  if (place.share) return tokens_of_share(n_thinking, *place.share);
  return place.tokens <= n_thinking ? std::optional(place.tokens) : std::nullopt;
}

std::vector<int> positions_of(const std::vector<PrefixPlace>& places, int n_thinking) {
  std::set<int> positions;
  for (const PrefixPlace& place : places) {
    if (const std::optional<int> position = position_of(place, n_thinking)) positions.insert(*position);
  }
  return {positions.begin(), positions.end()};
}

std::string continuation_identity(const ContinueSettings& settings, const std::string& reader_id) {
  // An experiment that samples as its plan does says nothing of it.
  json identity = settings.sampling ? json::parse(sampling_identity(*settings.sampling)) : json::object();
  if (settings.sampling) identity["sequences"] = settings.sequences;
  identity.update({{"kind", kContinuation},
                   {"reader", reader_id},
                   {"samples", settings.samples},
                   {"most", std::max(settings.most, settings.samples)},
                   {"least", settings.least},
                   {"seed", settings.seed},
                   {"shares", json::array()},
                   {"tokens", json::array()}});
  for (const PrefixPlace& place : prefix_places(settings))
    place.share ? identity["shares"].push_back(*place.share) : identity["tokens"].push_back(place.tokens);
  return identity.dump();
}

ContinueSettings continue_settings_of(const StoredExperiment& experiment) {
  const auto fail = [&](const std::string& why) {
    return Error(ErrorKind::kStore, fmt::format("[continue] experiment {}: its settings can't be read: {}",
                                                experiment.number, why));
  };
  ContinueSettings settings;
  try {
    const json identity = json::parse(experiment.identity);
    settings.shares = identity.at("shares").get<std::vector<double>>();
    settings.tokens = identity.at("tokens").get<std::vector<int>>();
    settings.samples = identity.at("samples");
    settings.most = identity.at("most");
    settings.least = identity.at("least");
    settings.seed = identity.at("seed");
    if (identity.contains("sequences")) {
      settings.sampling = sampling_of(experiment.identity);
      settings.sequences = identity.at("sequences");
    }
  } catch (const json::exception& e) {
    throw fail(e.what());
  }
  const auto is_share = [](double x) { return x >= 0 && x <= 1; };
  const bool fits =
      std::all_of(settings.shares.begin(), settings.shares.end(), is_share) &&
      std::all_of(settings.tokens.begin(), settings.tokens.end(), [](int t) { return t >= 0; }) &&
      settings.samples >= 1 && settings.most >= settings.samples && settings.least > 0 && settings.least <= 1;
  if (!fits) throw fail("a number is out of range");
  return settings;
}

std::string forced_arm(int position) { return fmt::format("forced_{}", position); }

std::vector<KnownPrefix> known_prefixes(const Store& store, const TraceRecord& record,
                                        const std::vector<PrefixPlace>& places,
                                        const StoredExperiment& experiment) {
  std::vector<KnownPrefix> prefixes;
  for (const int position : positions_of(places, static_cast<int>(record.think_text.size())))
    prefixes.push_back({position, row_read_at(record.curve, position, record.question.options.size()), {}});
  for (const StoredOutcome& outcome : store.outcomes(record, experiment.id)) {
    for (KnownPrefix& prefix : prefixes) {
      if (outcome.arm == forced_arm(prefix.position)) prefix.forced = outcome.logprobs;
    }
  }
  for (StoredContinuation& c : store.continuations(record, experiment.id)) {
    const auto at = std::find_if(prefixes.begin(), prefixes.end(),
                                 [&](const KnownPrefix& p) { return p.position == c.position; });
    if (at == prefixes.end() || c.draw != static_cast<int>(at->continuations.size()))
      throw Error(ErrorKind::kStore,
                  fmt::format("[continue] {}: a continuation of trace {} is none of experiment {}",
                              store.path(), record.id, experiment.number));
    at->continuations.push_back(std::move(c));
  }
  return prefixes;
}

Tally tally_of(const KnownPrefix& prefix, int answer) {
  Tally tally;
  for (const StoredContinuation& c : prefix.continuations) {
    tally.trials++;
    tally.successes += c.chosen == answer;
  }
  return tally;
}

int draws_wanted(const KnownPrefix& prefix, int answer, const ContinueSettings& settings) {
  const Tally tally = tally_of(prefix, answer);
  if (tally.trials < settings.samples) return settings.samples - tally.trials;
  if (tally.trials >= settings.most) return 0;
  const double chance = std::clamp(probability_of(prefix.forced[answer]), 0., 1.);
  if (compare_with_chance(tally, chance, difference_options(settings)) != Verdict::kUndecided) return 0;
  return std::min(settings.samples, settings.most - tally.trials);
}

}  // namespace thinktrace
