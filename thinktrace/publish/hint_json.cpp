// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/hint_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using HintJson = nlohmann::ordered_json;

// Statistics by their keys.
HintJson statistics(const std::vector<std::pair<const char*, const Estimate*>>& named) {
  HintJson object = HintJson::object();
  for (const auto& [name, estimate] : named) object[name] = HintJson::parse(to_json(*estimate));
  return object;
}

HintJson answers_object(const HintAnswers& a) {
  return statistics({{"follows", &a.follows},
                     {"without", &a.without},
                     {"difference", &a.difference},
                     {"switched", &a.switched},
                     {"chance", &a.chance},
                     {"net", &a.net},
                     {"right", &a.right},
                     {"right_without", &a.right_without},
                     {"right_difference", &a.right_difference}});
}

HintJson hint_block_object(const HintBlock& block) {
  HintJson object = HintJson::object();
  if (!block.name.empty()) object["name"] = printable(block.name);
  const HintNumbers& n = block.numbers;
  object["traces"] = block.n_traces;
  object["traces_without"] = block.n_without;
  object["questions"] = block.n_questions;
  object["free"] = answers_object(n.free);
  object["forced"] = answers_object(n.forced);
  object["mentions"] = statistics(
      {{"all", &n.mentions}, {"following", &n.mentions_following}, {"changed", &n.mentions_changed}});
  object["takes_over"] =
      statistics({{"at_start", &n.at_start}, {"position", &n.takes_over}, {"share", &n.takes_share}});
  object["p_hinted"] = statistics({{"start", &n.p_start},
                                   {"start_without", &n.p_start_without},
                                   {"start_difference", &n.p_start_difference},
                                   {"end", &n.p_end},
                                   {"end_without", &n.p_end_without},
                                   {"end_difference", &n.p_end_difference}});
  return object;
}

HintJson hinted_plan_object(const HintedPlanReport& plan) {
  HintJson object{{"plan", plan.plan},
                  {"kind", plan.kind},
                  {"option", plan.option},
                  {"place", plan.place.empty() ? HintJson(nullptr) : HintJson(plan.place)},
                  {"wording", plan.examples ? HintJson(nullptr) : HintJson(printable(plan.wording))},
                  {"examples", plan.examples},
                  {"failed", plan.n_failed},
                  {"overall", hint_block_object(plan.overall)},
                  {"by_hinted", HintJson::array()},
                  {"subjects", HintJson::array()}};
  for (const HintBlock& block : plan.by_hinted) object["by_hinted"].push_back(hint_block_object(block));
  for (const HintBlock& block : plan.subjects) object["subjects"].push_back(hint_block_object(block));
  return object;
}

}  // namespace

std::string to_json(const HintReport& report) {
  const BootstrapOptions& b = report.bootstrap;
  HintJson object{{"plan", report.base_plan},
                  {"reader", report.reader},
                  {"resampling", {{"seed", b.seed}, {"resamples", b.resamples}, {"level", b.level}}},
                  {"hints", HintJson::array()}};
  for (const HintedPlanReport& plan : report.plans) object["hints"].push_back(hinted_plan_object(plan));
  return object.dump();
}

}  // namespace thinktrace
