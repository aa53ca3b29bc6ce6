// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "thinktrace/publish/ablation_report.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using AblationJson = nlohmann::ordered_json;

AblationJson of_arm(const Estimate& estimate) { return AblationJson::parse(to_json(estimate)); }

AblationJson difference_object(const ArmDifference& d) {
  return {{"accuracy", of_arm(d.accuracy)}, {"p_right", of_arm(d.p_right)}, {"mass", of_arm(d.mass)}};
}

// Of a subject, or of all traces.
AblationJson ablation_object(const AblationBlock& block, const std::vector<AblationArm>& arms,
                             bool is_subject) {
  AblationJson object = AblationJson::object();
  if (is_subject) object["subject"] = printable(block.subject);
  const AblationNumbers& n = block.numbers;
  object.update({{"traces", block.n_traces},
                 {"questions", block.n_questions},
                 {"does_not_matter", of_arm(n.does_not_matter)},
                 {"helps", of_arm(n.helps)},
                 {"harms", of_arm(n.harms)},
                 {"arms", AblationJson::object()}});
  for (size_t i = 0; i < arms.size(); i++) {
    const ArmNumbers& arm = n.arms[i];
    object["arms"][arms[i].name] = {{"accuracy", of_arm(arm.accuracy)},
                                    {"same_as_real", of_arm(arm.same_as_real)},
                                    {"same_as_none", of_arm(arm.same_as_none)},
                                    {"p_right", of_arm(arm.p_right)},
                                    {"mass", of_arm(arm.mass)},
                                    {"entropy", of_arm(arm.entropy)},
                                    {"distance_to_real", of_arm(arm.distance_to_real)},
                                    {"minus_real", difference_object(n.minus_real[i])},
                                    {"minus_none", difference_object(n.minus_none[i])}};
  }
  return object;
}

}  // namespace

std::string to_json(const AblationReport& report) {
  const BootstrapOptions& b = report.bootstrap;
  AblationJson object{{"experiment", report.experiment},
                      {"reader", report.reader},
                      {"resampling", {{"seed", b.seed}, {"resamples", b.resamples}, {"level", b.level}}},
                      {"arms", AblationJson::array()},
                      {"unread", report.n_unread},
                      {"overall", ablation_object(report.overall, report.arms, false)},
                      {"subjects", AblationJson::array()}};
  for (const AblationArm& arm : report.arms) {
    object["arms"].push_back({{"name", arm.name},
                              {"label", arm.label},
                              {"draws", arm.draws},
                              {"length_matched", arm.is_length_matched},
                              {"emptied", arm.is_emptied},
                              {"left_out", arm.n_left_out}});
  }
  for (const AblationBlock& block : report.subjects)
    object["subjects"].push_back(ablation_object(block, report.arms, true));
  return object.dump();
}

}  // namespace thinktrace
