// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/rewritten_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using RewrittenJson = nlohmann::ordered_json;

RewrittenJson statistic(const Estimate& e) { return RewrittenJson::parse(to_json(e)); }

RewrittenJson minus_control(const RewrittenDifference& d) {
  return {{"same_as_real", statistic(d.same)},
          {"accuracy", statistic(d.accuracy)},
          {"p_right", statistic(d.p_right)},
          {"free_accuracy", statistic(d.free_accuracy)}};
}

RewrittenJson mistakes_arm(const RewrittenReport& report, size_t arm, bool is_control) {
  const RewrittenNumbers& n = report.arms[arm];
  RewrittenJson out{{"places", n.n_places},
                    {"same_as_real", statistic(n.same)},
                    {"accuracy", statistic(n.accuracy)},
                    {"p_right", statistic(n.p_right)},
                    {"free_same", statistic(n.free_same)},
                    {"free_accuracy", statistic(n.free_accuracy)},
                    {"area_over", statistic(n.area_over)},
                    {"by_part", RewrittenJson::array()},
                    {"area_over_parts", statistic(n.by_part.area_over)}};
  for (const Estimate& e : n.by_part.same) out["by_part"].push_back(statistic(e));
  if (!is_control) out["minus_untouched"] = minus_control(report.minus_control[arm]);
  const RewrittenDifference& real = report.minus_real[arm];
  out["minus_real"] = {{"accuracy", statistic(real.accuracy)},
                       {"p_right", statistic(real.p_right)},
                       {"free_accuracy", statistic(real.free_accuracy)}};
  return out;
}

RewrittenJson block_head(const std::string& subject, int n_traces, int n_questions) {
  RewrittenJson out = RewrittenJson::object();
  if (!subject.empty()) out["subject"] = printable(subject);
  out["traces"] = n_traces;
  out["questions"] = n_questions;
  return out;
}

RewrittenJson mistakes_block(const MistakesBlock& block, const std::vector<std::string>& arms) {
  RewrittenJson out = block_head(block.subject, block.n_traces, block.n_questions);
  out["real"] = {{"accuracy", statistic(block.numbers.real_accuracy)},
                 {"free_accuracy", statistic(block.numbers.real_free_accuracy)}};
  out["arms"] = RewrittenJson::object();
  for (size_t i = 0; i < arms.size() && !block.numbers.arms.empty(); i++)
    out["arms"][arms[i]] = mistakes_arm(block.numbers, i, i + 1 == arms.size());
  return out;
}

RewrittenJson paraphrase_block(const ParaphraseBlock& block, const std::vector<double>& shares) {
  RewrittenJson out = block_head(block.subject, block.n_traces, block.n_questions);
  out["real"] = {
      {"accuracy", block.shares.empty() ? RewrittenJson() : statistic(block.shares.front().real_accuracy)}};
  out["shares"] = RewrittenJson::array();
  for (size_t i = 0; i < block.shares.size(); i++) {
    const RewrittenReport& report = block.shares[i];
    RewrittenJson of_share{{"share", shares[i]}};
    for (const auto& [name, arm] : {std::pair{"paraphrase", 0}, std::pair{"prefix", 1}})
      of_share[name] = {{"same_as_real", statistic(report.arms[arm].same)},
                        {"accuracy", statistic(report.arms[arm].accuracy)},
                        {"p_right", statistic(report.arms[arm].p_right)}};
    const RewrittenDifference& d = report.minus_control[0];
    of_share["difference"] = {{"same_as_real", statistic(d.same)},
                              {"accuracy", statistic(d.accuracy)},
                              {"p_right", statistic(d.p_right)}};
    out["shares"].push_back(std::move(of_share));
  }
  return out;
}

RewrittenJson report_head(int experiment, int reader, const BootstrapOptions& bootstrap) {
  return {{"experiment", experiment},
          {"reader", reader},
          {"resampling",
           {{"seed", bootstrap.seed}, {"resamples", bootstrap.resamples}, {"level", bootstrap.level}}}};
}

}  // namespace

std::string to_json(const MistakesReport& report) {
  RewrittenJson out = report_head(report.experiment, report.reader, report.bootstrap);
  out["unread"] = report.n_unread;
  out["without"] = report.n_without;
  out["unwritten"] = report.n_unwritten;
  out["unchanged"] = report.n_unchanged;
  out["overall"] = mistakes_block(report.overall, report.arms);
  out["subjects"] = RewrittenJson::array();
  for (const MistakesBlock& block : report.subjects)
    out["subjects"].push_back(mistakes_block(block, report.arms));
  return out.dump();
}

std::string to_json(const ParaphraseReport& report) {
  RewrittenJson out = report_head(report.experiment, report.reader, report.bootstrap);
  out["unread"] = report.n_unread;
  out["unwritten"] = report.n_unwritten;
  out["unchanged"] = report.n_unchanged;
  out["cut"] = report.n_cut;
  out["overall"] = paraphrase_block(report.overall, report.shares);
  out["subjects"] = RewrittenJson::array();
  for (const ParaphraseBlock& block : report.subjects)
    out["subjects"].push_back(paraphrase_block(block, report.shares));
  return out.dump();
}

}  // namespace thinktrace
