// SPDX-License-Identifier: MIT
#include "thinktrace/run/rewrite_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "thinktrace/analysis/random.h"
#include "thinktrace/error.h"
#include "thinktrace/experiment/arms.h"
#include "thinktrace/run/ablation_plan.h"

namespace thinktrace {
namespace {

using nlohmann::json;

bool holds(const std::vector<std::string>& arms, const char* arm) {
  return std::find(arms.begin(), arms.end(), arm) != arms.end();
}

// Calls `read` with an experiment's identity.
template <class Read>
void read_identity(const StoredExperiment& experiment, Read read) {
  try {
    read(json::parse(experiment.identity));
  } catch (const std::exception& e) {
    throw Error(ErrorKind::kStore, fmt::format("[{}] experiment {}: its settings can't be read: {}",
                                               experiment.kind, experiment.number, e.what()));
  }
}

bool is_visible(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return !is_blank(c); });
}

}  // namespace

std::vector<std::string> mistake_arms(const MistakeSettings& settings) {
  for (const std::string& arm : settings.arms) {
    if (arm != kByRule && arm != kByModel && arm != kUntouched)
      throw Error(ErrorKind::kInput,
                  fmt::format("[mistakes] there is no arm '{}'; there are {}, {}", arm, kByRule, kByModel));
  }
  std::vector<std::string> arms;
  for (const char* arm : {kByRule, kByModel}) {
    if (holds(settings.arms, arm)) arms.emplace_back(arm);
  }
  arms.emplace_back(kUntouched);
  return arms;
}

std::string mistakes_identity(const MistakeSettings& settings, const std::string& reader_id) {
  const std::vector<std::string> arms = mistake_arms(settings);
  json identity{{"kind", kMistakes},
                {"reader", reader_id},
                {"arms", arms},
                {"per_trace", settings.per_trace},
                {"seed", settings.seed}};
  if (holds(arms, kByModel)) identity["template"] = settings.ask.text;
  return identity.dump();
}

MistakeSettings mistake_settings_of(const StoredExperiment& experiment) {
  MistakeSettings settings;
  read_identity(experiment, [&](const json& identity) {
    settings.arms = identity.at("arms").get<std::vector<std::string>>();
    settings.per_trace = identity.at("per_trace");
    settings.seed = identity.at("seed");
    settings.ask.text = identity.value("template", "");
    mistake_arms(settings);
  });
  return settings;
}

std::vector<MistakenSentence> mistaken_sentences(const std::string& trace_id,
                                                 const std::vector<std::string>& think_text,
                                                 const MistakeSettings& settings) {
  std::vector<TokenRange> order;
  for (const TokenRange& range : sentence_ranges(think_text)) {
    if (std::any_of(think_text.begin() + range.begin, think_text.begin() + range.end, is_visible))
      order.push_back(range);
  }
  std::mt19937_64 random(draw_seed(settings.seed, trace_id, "places", 0));
  shuffle(random, order);
  const std::vector<std::string> arms = mistake_arms(settings);
  const int most = settings.per_trace == kEverySentence ? static_cast<int>(order.size()) : settings.per_trace;
  int n_rule = 0, n_model = 0;
  std::vector<MistakenSentence> places;
  for (const TokenRange& range : order) {
    MistakenSentence place{range, std::nullopt, holds(arms, kByModel) && n_model < most};
    if (holds(arms, kByRule) && n_rule < most) {
      const uint64_t seed = draw_seed(settings.seed, trace_id, kByRule, range.begin);
      place.rule =
          wrong_number_tokens({think_text.begin() + range.begin, think_text.begin() + range.end}, seed);
    }
    n_rule += place.rule.has_value();
    n_model += place.by_model;
    if (place.rule || place.by_model) places.push_back(std::move(place));
  }
  std::sort(places.begin(), places.end(), [](const MistakenSentence& a, const MistakenSentence& b) {
    return a.tokens.begin < b.tokens.begin;
  });
  return places;
}

std::string paraphrase_identity(const ParaphraseSettings& settings, const std::string& reader_id) {
  return json{{"kind", kParaphrase},
              {"reader", reader_id},
              {"shares", std::set<double>(settings.shares.begin(), settings.shares.end())},
              {"seed", settings.seed},
              {"template", settings.ask.text}}
      .dump();
}

ParaphraseSettings paraphrase_settings_of(const StoredExperiment& experiment) {
  ParaphraseSettings settings;
  read_identity(experiment, [&](const json& identity) {
    settings.shares = identity.at("shares").get<std::vector<double>>();
    settings.seed = identity.at("seed");
    settings.ask.text = identity.at("template");
  });
  return settings;
}

std::string paraphrase_arm(double share) { return fmt::format("paraphrase_{}", share); }
std::string prefix_arm(double share) { return fmt::format("prefix_{}", share); }

int tokens_of_sentences(const std::vector<std::string>& think_text, double share) {
  const std::vector<TokenRange> ranges = sentence_ranges(think_text);
  if (ranges.empty()) return 0;
  const int n = tokens_of_share(static_cast<int>(ranges.size()), share);
  return ranges[std::max(n, 1) - 1].end;
}

}  // namespace thinktrace
