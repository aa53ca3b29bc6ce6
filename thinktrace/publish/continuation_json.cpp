// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/continuation_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson estimate_object(const Estimate& e) { return OrderedJson::parse(to_json(e)); }

OrderedJson place_object(const ContinuedPlace& place) {
  const ContinuationNumbers& n = place.numbers;
  OrderedJson json{{"share", nullptr},
                   {"tokens", nullptr},
                   {"traces", place.n_traces},
                   {"mean_kept", nullptr},
                   {"continuations", place.n_continuations},
                   {"forced_right", estimate_object(n.forced_right)},
                   {"mass", estimate_object(n.mass)},
                   {"free_right", estimate_object(n.free_right)},
                   {"none", estimate_object(n.none)},
                   {"more_right", estimate_object(n.more_right)},
                   {"distance", estimate_object(n.distance)},
                   {"beyond_chance", estimate_object(n.beyond_chance)},
                   {"alike", estimate_object(n.alike)},
                   {"more", estimate_object(n.more)},
                   {"less", estimate_object(n.less)},
                   {"undecided", estimate_object(n.undecided)}};
  if (place.share)
    json["share"] = *place.share;
  else
    json["tokens"] = place.tokens;
  if (place.mean_kept) json["mean_kept"] = *place.mean_kept;
  return json;
}

OrderedJson block_object(const ContinuationBlock& block) {
  OrderedJson json = OrderedJson::object();
  if (!block.subject.empty()) json["subject"] = printable(block.subject);
  json.update(
      {{"traces", block.n_traces}, {"questions", block.n_questions}, {"places", OrderedJson::array()}});
  for (const ContinuedPlace& place : block.places) json["places"].push_back(place_object(place));
  return json;
}

}  // namespace

std::string to_json(const ContinuationReport& report) {
  const BootstrapOptions& b = report.bootstrap;
  const DifferenceOptions& d = report.difference;
  OrderedJson json{{"experiment", report.experiment},
                   {"reader", report.reader},
                   {"samples", report.samples},
                   {"most", report.most},
                   {"test", {{"least", d.least}, {"negligible", d.negligible}, {"alpha", d.alpha}}},
                   {"resampling", {{"seed", b.seed}, {"resamples", b.resamples}, {"level", b.level}}},
                   {"left", report.n_left},
                   {"overall", block_object(report.overall)},
                   {"subjects", OrderedJson::array()}};
  for (const ContinuationBlock& block : report.subjects) json["subjects"].push_back(block_object(block));
  return json.dump();
}

}  // namespace thinktrace
