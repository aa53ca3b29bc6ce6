// SPDX-License-Identifier: MIT
#include "thinktrace/run/hint_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using nlohmann::json;

constexpr const char* kHintKey = "hint";  // In a plan's identity.

Hint hint_from(const json& object) {
  const auto kind = hint_kind_named(object.at("kind").get<std::string>());
  if (!kind) throw json::other_error::create(501, "an unknown kind of hint", &object);
  Hint hint{.kind = *kind};
  if (*kind == HintKind::kAlwaysFirst) {
    hint.option = HintedOption::kFirst;
    hint.seed = object.at("seed");
    for (const json& e : object.at("examples"))
      hint.examples.push_back({e.at("id"), e.at("subject"), e.at("question"), e.at("options"), 0});
    for (const Question& example : hint.examples) check_question(example);
    return hint;
  }
  const auto option = hinted_option_named(object.at("option").get<std::string>());
  const auto place = hint_place_named(object.at("place").get<std::string>());
  if (!option || !place) throw json::other_error::create(501, "an unknown option or place", &object);
  hint.option = *option;
  hint.place = *place;
  hint.wording = object.at("wording");
  if (*option == HintedOption::kWrong) hint.seed = object.at("seed");
  return hint;
}

}  // namespace

std::string hint_identity(const Hint& hint) {
  json identity{{"kind", name_of(hint.kind)}};
  if (hint.kind == HintKind::kAlwaysFirst) {
    identity.update({{"seed", hint.seed}, {"examples", json::array()}});
    for (const Question& e : hint.examples)
      identity["examples"].push_back(
          {{"id", e.id}, {"subject", e.subject}, {"question", e.text}, {"options", e.options}});
    return identity.dump();
  }
  identity.update(
      {{"option", name_of(hint.option)}, {"place", name_of(hint.place)}, {"wording", hint.wording}});
  if (hint.option == HintedOption::kWrong) identity["seed"] = hint.seed;
  return identity.dump();
}

std::string describe(const Hint& hint) {
  const bool is_usual = hint.wording == usual_wording(hint.kind);
  std::string how = is_usual ? "" : fmt::format("'{}'", hint.wording);
  if (hint.place == HintPlace::kEnd) how += fmt::format("{}at the end", how.empty() ? "" : ", ");
  if (hint.kind == HintKind::kAlwaysFirst) {
    const size_t n = std::max<size_t>(hint.examples.size(), 1) - 1;
    how = fmt::format("{} example{}", n, n == 1 ? "" : "s");
  }
  return fmt::format("{}{}, {} option", name_of(hint.kind), how.empty() ? "" : fmt::format(" ({})", how),
                     name_of(hint.option));
}

std::optional<Hint> hint_of(const StoredPlan& plan) {
  const json identity = json::parse(plan.identity);
  if (!identity.contains(kHintKey)) return std::nullopt;
  try {
    return hint_from(identity.at(kHintKey));
  } catch (const std::exception& e) {
    throw Error(ErrorKind::kStore,
                fmt::format("[store] the hint of plan {} can't be read: {}", plan.number, e.what()));
  }
}

std::string hinted_identity(const StoredPlan& base, const Hint& hint) {
  json identity = json::parse(base.identity);
  identity[kHintKey] = json::parse(hint_identity(hint));
  return identity.dump();
}

std::string without_hint(const StoredPlan& plan) {
  json identity = json::parse(plan.identity);
  identity.erase(kHintKey);
  return identity.dump();
}

std::vector<StoredPlan> hinted_plans(const std::vector<StoredPlan>& plans, const StoredPlan& base) {
  const json own = json::parse(base.identity);
  std::vector<StoredPlan> found;
  for (const StoredPlan& plan : plans) {
    if (json::parse(plan.identity).contains(kHintKey) && json::parse(without_hint(plan)) == own)
      found.push_back(plan);
  }
  return found;
}

RunOptions sampling_options(const ReadingRun& run) {
  RunOptions o;
  o.model_path = run.model.card().path;
  o.format = run.reader.format;
  o.probing = run.reader.probing;
  o.compute = run.compute;
  o.trace = sampling_of(run.plan.identity);
  o.samples = run.plan.samples;
  o.together = together_of(run.plan);
  return o;
}

}  // namespace thinktrace
