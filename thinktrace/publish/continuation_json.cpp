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
  OrderedJson object{{"share", nullptr},
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
    object["share"] = *place.share;
  else
    object["tokens"] = place.tokens;
  if (place.mean_kept) object["mean_kept"] = *place.mean_kept;
  return object;
}

OrderedJson block_object(const ContinuationBlock& block) {
  OrderedJson object = OrderedJson::object();
  if (!block.subject.empty()) object["subject"] = printable(block.subject);
  object.update(
      {{"traces", block.n_traces}, {"questions", block.n_questions}, {"places", OrderedJson::array()}});
  for (const ContinuedPlace& place : block.places) object["places"].push_back(place_object(place));
  return object;
}

}  // namespace

std::string to_json(const ContinuationReport& report) {
  const BootstrapOptions& b = report.bootstrap;
  const DifferenceOptions& d = report.difference;
  OrderedJson object{{"experiment", report.experiment},
                     {"reader", report.reader},
                     {"samples", report.samples},
                     {"most", report.most},
                     {"test", {{"least", d.least}, {"negligible", d.negligible}, {"alpha", d.alpha}}},
                     {"resampling", {{"seed", b.seed}, {"resamples", b.resamples}, {"level", b.level}}},
                     {"left", report.n_left},
                     {"overall", block_object(report.overall)},
                     {"subjects", OrderedJson::array()}};
  for (const ContinuationBlock& block : report.subjects) object["subjects"].push_back(block_object(block));
  return object.dump();
}

}  // namespace thinktrace
