// SPDX-License-Identifier: MIT
#include "thinktrace/publish/analysis_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "thinktrace/analysis/summary.h"
#include "thinktrace/publish/cue_report.h"
#include "thinktrace/publish/pivot_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }
Json number(const std::optional<int>& value) { return value ? Json(*value) : Json(nullptr); }

Json to_object(const Estimate& e) {
  Json json{{"value", number(e.value)}, {"low", nullptr}, {"high", nullptr}, {"method", nullptr}};
  if (e.interval) {
    json["low"] = number(e.interval->low);
    json["high"] = number(e.interval->high);
    json["method"] = e.interval->method == IntervalMethod::kWilson ? "wilson" : "bootstrap";
  }
  json["n_traces"] = e.n_traces;
  json["n_questions"] = e.n_questions;
  return json;
}

Json to_object(const CountedShare& counted) {
  Json json = to_object(counted.share);
  json["count"] = counted.count;
  return json;
}

Json to_object(const TwoByTwo& table) {
  return {{"right_right", to_object(table.right_right)},
          {"right_wrong", to_object(table.right_wrong)},
          {"wrong_right", to_object(table.wrong_right)},
          {"wrong_wrong", to_object(table.wrong_wrong)}};
}

Json to_object(const ForcedAnswers& forced) {
  return {{"right_at_start", to_object(forced.right_at_start)},
          {"right_at_end", to_object(forced.right_at_end)},
          {"p_right_at_start", to_object(forced.p_right_at_start)},
          {"p_right_at_end", to_object(forced.p_right_at_end)},
          {"start_by_end", to_object(forced.start_by_end)},
          {"end_by_free", to_object(forced.end_by_free)}};
}

Json to_object(const Mass& mass) {
  return {{"at_start", to_object(mass.at_start)},
          {"at_end", to_object(mass.at_end)},
          {"over_curve", to_object(mass.over_curve)},
          {"lowest_at_start", number(mass.lowest_at_start)},
          {"lowest_at_end", number(mass.lowest_at_end)}};
}

enum class Scope { kOverall, kSubject };

Json to_object(const LengthCorrelation& r, Scope scope) {
  Json json{{"over_traces", to_object(r.over_traces)}, {"within_questions", to_object(r.within_questions)}};
  if (scope == Scope::kOverall) json["within_subjects"] = to_object(r.within_subjects);
  return json;
}

Json to_object(const ThinkingLength& length, Scope scope) {
  return {{"mean", to_object(length.mean)},
          {"median", to_object(length.median)},
          {"longest", number(length.longest)},
          {"unknown", length.n_unknown},
          {"r_forced_right_at_end", to_object(length.with_forced_right_at_end, scope)},
          {"r_free_right", to_object(length.with_free_right, scope)}};
}

Json to_object(const Commitment& commitment) {
  return {{"t_exit_mean", to_object(commitment.t_exit_mean)},
          {"t_exit_median", to_object(commitment.t_exit_median)},
          {"performative_share", to_object(commitment.performative_share)},
          {"performative_share_high", to_object(commitment.performative_share_high)},
          {"p_right_at_exit", to_object(commitment.p_right_at_exit)},
          {"censored", commitment.n_censored}};
}

Json to_object(const std::vector<LengthGroup>& groups) {
  Json json = Json::array();
  for (const LengthGroup& group : groups)
    json.push_back(
        {{"from", group.from}, {"weight", number(group.weight)}, {"area_over", to_object(group.area_over)}});
  return json;
}

Json to_object(const EarlyAnswering& early) {
  Json same = Json::array();
  for (size_t i = 0; i < early.same_at.size(); i++)
    same.push_back({{"kept", kEarlyShares[i]}, {"same", to_object(early.same_at[i])}});
  return {{"same_at", same},
          {"area_over", to_object(early.area_over)},
          {"by_tokens", to_object(early.by_tokens)},
          {"area_over_sentences", to_object(early.area_over_sentences)},
          {"by_sentences", to_object(early.by_sentences)}};
}

Json to_object(const Classes& classes) {
  return {{"productive", to_object(classes.productive)},
          {"counterproductive", to_object(classes.counterproductive)},
          {"meaningless_effort", to_object(classes.meaningless_effort)},
          {"right_throughout", to_object(classes.right_throughout)},
          {"wrong_throughout", to_object(classes.wrong_throughout)},
          {"wavering", to_object(classes.wavering)},
          {"known_already", to_object(classes.known_already)}};
}

Json to_object(const LabelFacts& labels) {
  Json each = Json::array();
  for (const LabelShare& label : labels.labels) {
    each.push_back({{"top_at_start", to_object(label.top_at_start)},
                    {"top_at_end", to_object(label.top_at_end)},
                    {"right", to_object(label.right)},
                    {"prior", number(label.prior)}});
  }
  return {{"n_options", labels.n_options},
          {"traces", labels.n_traces},
          {"each", each},
          {"prior_right", labels.prior_right ? to_object(*labels.prior_right) : Json(nullptr)}};
}

Json to_object(const OrderFacts& orders) {
  return {{"option", to_object(orders.option)},
          {"option_at_start", to_object(orders.option_at_start)},
          {"option_at_end", to_object(orders.option_at_end)},
          {"label", to_object(orders.label)},
          {"label_at_start", to_object(orders.label_at_start)},
          {"label_at_end", to_object(orders.label_at_end)}};
}

Json to_object(const EnsembleFacts& e) {
  return {{"spread", to_object(e.spread)},
          {"spread_at_start", to_object(e.spread_at_start)},
          {"spread_at_end", to_object(e.spread_at_end)},
          {"deviation", to_object(e.deviation)},
          {"deviation_at_start", to_object(e.deviation_at_start)},
          {"deviation_at_end", to_object(e.deviation_at_end)},
          {"agreement", to_object(e.agreement)},
          {"agreement_at_start", to_object(e.agreement_at_start)},
          {"agreement_at_end", to_object(e.agreement_at_end)},
          {"p_right_at_start", to_object(e.p_right_at_start)},
          {"p_right_at_end", to_object(e.p_right_at_end)},
          {"right_at_start", to_object(e.right_at_start)},
          {"right_at_end", to_object(e.right_at_end)}};
}

Json to_object(const LabelBias& bias) {
  Json each = Json::array();
  for (const LabelNumbers& label : bias.labels) {
    each.push_back({{"chosen", to_object(label.chosen)},
                    {"right", to_object(label.right)},
                    {"p", to_object(label.p)},
                    {"recall", to_object(label.recall)}});
  }
  return {{"each", each},
          {"recall_deviation", to_object(bias.recall_deviation)},
          {"chosen_minus_right", to_object(bias.chosen_minus_right)}};
}

Json to_object(const ComparisonFacts& c) {
  return {{"same", to_object(c.same)},
          {"same_at_start", to_object(c.same_at_start)},
          {"same_at_end", to_object(c.same_at_end)},
          {"distance", to_object(c.distance)},
          {"p_right_at_start", to_object(c.p_right_at_start)},
          {"p_right_at_end", to_object(c.p_right_at_end)},
          {"mass_at_start", to_object(c.mass_at_start)},
          {"mass_at_end", to_object(c.mass_at_end)},
          {"t_exit_mean", to_object(c.t_exit_mean)},
          {"t_exit_median", to_object(c.t_exit_median)},
          {"t_exit_share", to_object(c.t_exit_share)},
          {"earlier", to_object(c.earlier)},
          {"later", to_object(c.later)}};
}

Json to_object(const EnsembleReader& reader) {
  Json priors = Json::array();
  for (const auto& [n, p] : reader.prior) {
    priors.push_back(Json::array());
    for (const double x : p) priors.back().push_back(number(x));
  }
  return {{"reader", reader.number},
          {"suffix", printable(reader.suffix)},
          {"labels", reader.labels},
          {"order", reader.order},
          {"priors", priors}};
}

const char* warning_name(WarningKind kind) {
  switch (kind) {
    case WarningKind::kBadReadings:
      return "bad_readings";
    case WarningKind::kLabelPreference:
      return "label_preference";
    case WarningKind::kOrderDisagreement:
      return "order_disagreement";
    case WarningKind::kLowMass:
      return "low_mass";
    case WarningKind::kNotEnded:
      return "not_ended";
  }
  return "";
}

Json to_object(const Block& block, Scope scope) {
  Json json = Json::object();
  if (scope == Scope::kSubject) json["subject"] = printable(block.subject);
  json["traces"] = block.n_traces;
  json["questions"] = block.n_questions;
  json["traces_read"] = block.n_read;
  json["traces_with_bad_readings"] = block.n_bad_readings;
  json["not_ended"] = block.n_not_ended;
  json["ended_unknown"] = block.n_ended_unknown;
  json["first_position"] = {{"lowest", number(block.first_position)},
                            {"highest", number(block.first_position_high)}};
  json["forced"] = to_object(block.forced);
  json["free_right"] = to_object(block.free_right);
  json["mass"] = to_object(block.mass);
  json["thinking_length"] = to_object(block.length, scope);
  json["flips"] = to_object(block.flips);
  json["commitment"] = to_object(block.commitment);
  json["early_answering"] = to_object(block.early);
  json["classes"] = to_object(block.classes);
  json["labels"] = to_object(block.labels);
  json["order_agreement"] = to_object(block.orders);
  json["label_bias"] = {{"at_start", to_object(block.label_bias_at_start)},
                        {"at_end", to_object(block.label_bias_at_end)}};
  json["ensemble"] = to_object(block.ensemble);
  json["against_own"] = to_object(block.against_own);
  json["warnings"] = Json::array();
  for (const Warning& warning : block.warnings)
    json["warnings"].push_back({{"kind", warning_name(warning.kind)}, {"text", warning.text}});
  return json;
}

Json to_object(const PivotBlock& block, Scope scope) {
  Json json = Json::object();
  if (scope == Scope::kSubject) json["subject"] = printable(block.subject);
  const PivotNumbers& n = block.numbers;
  json.update({{"traces", block.n_traces},
               {"questions", block.n_questions},
               {"continuations", block.n_continuations},
               {"positions", block.n_positions},
               {"per_trace", to_object(n.per_trace)},
               {"rises", to_object(n.rises)},
               {"falls", to_object(n.falls)},
               {"has_one", to_object(n.has_one)},
               {"size", to_object(n.size)},
               {"decided", to_object(n.decided)},
               {"has_counterpart", to_object(n.has_counterpart)},
               {"forced_answer",
                {{"within", kPivotsAgree},
                 {"precision", to_object(n.of_forced_answer.precision)},
                 {"recall", to_object(n.of_forced_answer.recall)}}},
               {"counts", n.counts},
               {"places", n.places}});
  return json;
}

Json to_object(const CueNumbers& cue) {
  Json json = Json::object();
  if (!cue.cue.empty()) json["cue"] = printable(cue.cue);
  json.update({{"events", cue.n_events}, {"traces", cue.n_traces}, {"unmatched", cue.n_unmatched}});
  const auto curve = [](const std::vector<Estimate>& estimates) {
    Json list = Json::array();
    for (const Estimate& e : estimates) list.push_back(to_object(e));
    return list;
  };
  for (size_t s = 0; s < cue.averages.size(); s++) {
    const EventAverage& average = cue.averages[s];
    json[kCueSeries[s].name] = {{"at_cues", curve(average.at_events)},
                                {"at_places", curve(average.at_places)},
                                {"difference", curve(average.difference)}};
  }
  return json;
}

}  // namespace

std::string to_json(const Estimate& estimate) { return to_object(estimate).dump(); }

std::string to_json(const PivotReport& report) {
  const BootstrapOptions& b = report.bootstrap;
  Json json{{"experiment", report.experiment},
            {"reader", report.reader},
            {"resampling", {{"seed", b.seed}, {"resamples", b.resamples}, {"level", number(b.level)}}},
            {"search",
             {{"success", report.success},
              {"temperature", report.temperature},
              {"least", report.difference.least},
              {"negligible", report.difference.negligible},
              {"alpha", report.difference.alpha},
              {"most", report.most}}},
            {"unfinished", report.n_unfinished},
            {"unsearched", report.n_unsearched},
            {"overall", to_object(report.overall, Scope::kOverall)},
            {"subjects", Json::array()}};
  for (const PivotBlock& block : report.subjects)
    json["subjects"].push_back(to_object(block, Scope::kSubject));
  return json.dump();
}

std::string to_json(const CueReport& report) {
  const EventOptions& o = report.events;
  const BootstrapOptions& b = report.bootstrap;
  Json json{{"reader", report.reader},
            {"traces", report.n_traces},
            {"questions", report.n_questions},
            {"match_case", report.match_case},
            {"sentence_initial", report.sentence_initial},
            {"window", o.window},
            {"distance", o.distance},
            {"parts", o.n_parts},
            {"matches", o.matches},
            {"seed", o.seed},
            {"resampling", {{"seed", b.seed}, {"resamples", b.resamples}, {"level", number(b.level)}}},
            {"offsets", Json::array()},
            {"all", to_object(report.cues.front())},
            {"cues", Json::array()}};
  for (int offset = -o.window; offset <= o.window; offset++) json["offsets"].push_back(offset);
  for (size_t i = 1; i < report.cues.size(); i++) json["cues"].push_back(to_object(report.cues[i]));
  return json.dump();
}

// Block by block: of many subjects the text is all that memory holds, not its tree as well.
std::string to_json(const Analysis& analysis) {
  const Json resampling{
      {"seed", analysis.seed}, {"resamples", analysis.resamples}, {"level", number(analysis.level)}};
  Json readers = Json::array();
  for (const EnsembleReader& reader : analysis.readers) readers.push_back(to_object(reader));
  std::string text =
      "{\"resampling\":" + resampling.dump() + ",\"failed\":" + Json(analysis.n_failed).dump() +
      ",\"overall\":" + to_object(analysis.overall, Scope::kOverall).dump() + ",\"subjects\":[";
  for (const Block& block : analysis.subjects) {
    if (text.back() != '[') text += ',';
    text += to_object(block, Scope::kSubject).dump();
  }
  text += "],\"readers\":" + readers.dump() + ",\"own_reader\":" + number(analysis.own_reader).dump() + "}";
  return text;
}

}  // namespace thinktrace
