// SPDX-License-Identifier: MIT
#include "thinktrace/run/ablation_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

using nlohmann::json;

bool takes_share(Arm arm) { return arm == Arm::kFirst || arm == Arm::kLast; }

// The arms in their order, each once, real and none among them.
std::set<Arm> all_arms(const AblationSettings& settings) {
  std::set<Arm> arms(settings.arms.begin(), settings.arms.end());
  arms.insert({Arm::kReal, Arm::kNone});
  return arms;
}

// Tokens of an import that is known as one text only: about so many bytes make one.
constexpr int kBytesOfToken = 4;

int n_thinking_of(const TraceRecord& record) {
  if (record.has_tokens) return static_cast<int>(record.think_text.size());
  size_t bytes = 0;
  for (const std::string& text : record.think_text) bytes += text.size();
  return static_cast<int>((bytes + kBytesOfToken - 1) / kBytesOfToken);
}

void add_unit(const Store& store, const UnitKey& unit, int samples, TracePool& pool) {
  for (const TraceRecord& record : store.records(unit, kNoReader)) {
    if (record.trace.sample >= samples) continue;
    const int place = static_cast<int>(pool.traces.size());
    pool.traces.push_back({record.id, record.question.subject, unit,
                           static_cast<int>(record.prompt_ids.size()), n_thinking_of(record)});
    pool.of_subject[record.question.subject].push_back(place);
    pool.of_question[unit.first].push_back(place);
  }
}

std::vector<int> candidates(const TracePool& pool, int trace, Arm arm) {
  const PooledTrace& own = pool.traces[trace];
  std::vector<int> found;
  const auto take = [&](int other, bool fits) {
    if (fits && pool.traces[other].n_thinking > 0) found.push_back(other);
  };
  if (arm == Arm::kOtherSample) {
    for (const int other : pool.of_question.at(own.unit.first)) take(other, other != trace);
    return found;
  }
  const auto is_other = [&](int other) { return pool.traces[other].unit.first != own.unit.first; };
  for (const int other : pool.of_subject.at(own.subject)) take(other, is_other(other));
  if (!found.empty()) return found;
  for (int other = 0; other < static_cast<int>(pool.traces.size()); other++) take(other, is_other(other));
  return found;
}

}  // namespace

bool needs_lender(Arm arm) { return arm == Arm::kOtherQuestion || arm == Arm::kOtherSample; }

std::string label_of(const ArmCase& arm) {
  constexpr double kPercent = 100;
  switch (arm.arm) {
    case Arm::kReal:
      return "the real thinking";
    case Arm::kNone:
      return "no thinking";
    case Arm::kBlank:
      return "a blank";
    case Arm::kFiller:
      return "filler tokens";
    case Arm::kRandom:
      return "random tokens";
    case Arm::kShuffled:
      return "its tokens shuffled";
    case Arm::kSentences:
      return "its sentences shuffled";
    case Arm::kOtherQuestion:
      return "another question’s thinking";
    case Arm::kOtherSample:
      return "another sample’s thinking";
    case Arm::kFirst:
      return fmt::format("its first {:g} %", kPercent * arm.share);
    case Arm::kLast:
      return fmt::format("its last {:g} %", kPercent * arm.share);
  }
  return arm.name;
}

std::vector<ArmCase> arm_cases(const AblationSettings& settings) {
  const std::set<double> shares(settings.shares.begin(), settings.shares.end());
  std::vector<ArmCase> cases;
  for (const Arm arm : all_arms(settings)) {
    const std::string name(name_of(arm));
    if (takes_share(arm)) {
      for (const double share : shares) cases.push_back({fmt::format("{}_{}", name, share), arm, share, 1});
    } else {
      cases.push_back({name, arm, 0, is_drawn(arm) ? settings.draws : 1});
    }
  }
  return cases;
}

std::string ablation_identity(const AblationSettings& settings, const std::string& reader_id) {
  const std::set<Arm> arms = all_arms(settings);
  json identity{{"kind", kAblation}, {"reader", reader_id}, {"arms", json::array()}};
  for (const Arm arm : arms) identity["arms"].push_back(name_of(arm));
  if (std::any_of(arms.begin(), arms.end(), is_drawn))
    identity.update({{"draws", settings.draws}, {"seed", settings.seed}});
  if (std::any_of(arms.begin(), arms.end(), takes_share))
    identity["shares"] = std::set<double>(settings.shares.begin(), settings.shares.end());
  if (arms.contains(Arm::kBlank)) identity["one_blank"] = settings.blank;
  if (arms.contains(Arm::kFiller)) identity["filler"] = settings.filler;
  if (std::any_of(arms.begin(), arms.end(), needs_lender)) identity["lent"] = "the end";
  return identity.dump();
}

AblationSettings ablation_settings_of(const StoredExperiment& experiment) {
  AblationSettings settings;
  try {
    const json identity = json::parse(experiment.identity);
    for (const json& name : identity.at("arms")) settings.arms.push_back(arm_named(name.get<std::string>()));
    settings.draws = identity.value("draws", settings.draws);
    settings.seed = identity.value("seed", settings.seed);
    settings.shares = identity.value("shares", settings.shares);
    settings.blank = identity.value("one_blank", settings.blank);
    settings.filler = identity.value("filler", settings.filler);
  } catch (const std::exception& e) {
    throw Error(ErrorKind::kStore, fmt::format("[ablate] experiment {}: its settings can't be read: {}",
                                               experiment.number, e.what()));
  }
  if (settings.draws < 1)
    throw Error(ErrorKind::kStore,
                fmt::format("[ablate] experiment {}: {} draws", experiment.number, settings.draws));
  return settings;
}

TracePool pool_traces(const Store& store) {
  TracePool pool;
  const int samples = store.current_plan().samples;
  const std::map<UnitKey, Status> units = store.units();
  for (const Question& question : store.questions()) {
    for (auto it = units.lower_bound({question.id, 0}); it != units.end() && it->first.first == question.id;
         ++it) {
      if (it->second == Status::kOk) add_unit(store, it->first, samples, pool);
    }
  }
  return pool;
}

uint64_t draw_seed(uint64_t seed, const std::string& trace_id, const std::string& arm, int draw) {
  const std::string hex =
      sha256(fmt::format("ablation/{}/{}/{}/{}", seed, trace_id, arm, draw)).substr(0, 16);
  uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return value;
}

std::vector<int> lenders_of(const TracePool& pool, int trace, const ArmCase& arm, uint64_t seed) {
  const std::vector<int> can = candidates(pool, trace, arm.arm);
  if (can.empty()) return {};
  std::mt19937_64 random(draw_seed(seed, pool.traces[trace].id, arm.name, -1));
  std::vector<int> lenders;
  for (const uint32_t i : draw_distinct(random, static_cast<uint32_t>(can.size()), arm.draws))
    lenders.push_back(can[i]);
  return lenders;
}

}  // namespace thinktrace
