// SPDX-License-Identifier: MIT
#include "thinktrace/run/probe_by.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/run/plan.h"
#include "thinktrace/run/progress.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// An identity with the choice of positions as one text, for people to compare.
std::string readable(const std::string& identity) {
  json out = json::parse(identity);
  if (out.contains("stride") || out.contains("probe")) out["probe"] = describe(probing_of(identity));
  out.erase("stride");
  return out.dump();
}

Curve probe_adaptively(AnswerReader& reader, const TraceToProbe& trace, const AdaptiveProbing& how,
                       const std::function<void(int)>& on_probes) {
  const double begin = monotonic_seconds();
  AdaptiveOptions options{
      .tolerance = how.tolerance, .max_share = how.max_share, .option_texts = trace.option_texts};
  if (how.seconds > 0) options.may_go_on = [&] { return monotonic_seconds() - begin < how.seconds; };
  const ReadPositions read = [&](const std::vector<int>& positions) {
    Curve round = probe_trace(reader, trace.prompt_ids, trace.think_ids, trace.form, positions);
    if (on_probes) on_probes(static_cast<int>(positions.size()));
    return std::move(round.logprobs);
  };
  return probe_adaptive(read, trace.think_text, options).full;
}

}  // namespace

Probing probing_named(const std::string& text) {
  constexpr std::string_view kAdaptive = "adaptive";
  if (text == "exact") return {};
  AdaptiveProbing adaptive;
  bool is_good = text == kAdaptive;
  if (text.starts_with("adaptive:")) {
    const char *first = text.data() + kAdaptive.size() + 1, *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, adaptive.tolerance);
    is_good =
        error == std::errc() && end == last && !std::signbit(adaptive.tolerance) && adaptive.tolerance <= 1;
  }
  if (!is_good)
    throw Error(ErrorKind::kInput,
                fmt::format("[options] --probe '{}': say exact, adaptive or adaptive:TOLERANCE with a "
                            "tolerance from 0 to 1, as in adaptive:{}",
                            text, kUsualTolerance));
  return {.adaptive = adaptive};
}

std::string describe(const Probing& probing) {
  if (!probing.adaptive) return "exact";
  const AdaptiveProbing& a = *probing.adaptive;
  std::string text = fmt::format("adaptive:{}", a.tolerance);
  if (a.max_share < 1) text += fmt::format(", at most {} of the positions", a.max_share);
  if (a.seconds > 0) text += fmt::format(", {} s a trace", a.seconds);
  return text;
}

std::string probing_identity(const Probing& probing) {
  if (!probing.adaptive) return json{{"stride", probing.stride}}.dump();
  const AdaptiveProbing& a = *probing.adaptive;
  json probe{{"mode", "adaptive"}, {"tolerance", a.tolerance}};
  if (a.max_share < 1) probe["share"] = a.max_share;
  if (a.seconds > 0) probe["seconds"] = a.seconds;
  return json{{"probe", probe}}.dump();
}

Probing probing_of(const std::string& reader_identity) {
  const json identity = json::parse(reader_identity);
  if (!identity.contains("probe")) return {.stride = identity.value("stride", 1)};
  const json& probe = identity.at("probe");
  return {.adaptive = AdaptiveProbing{.tolerance = probe.value("tolerance", kUsualTolerance),
                                      .max_share = probe.value("share", 1.0),
                                      .seconds = probe.value("seconds", 0.0)}};
}

std::string reader_differences(const std::string& stored, const std::string& wanted) {
  const bool is_adaptive = probing_of(stored).adaptive || probing_of(wanted).adaptive;
  return is_adaptive ? differences(readable(stored), readable(wanted)) : differences(stored, wanted);
}

std::string reader_particulars(const std::string& identity, const std::string& other) {
  const bool is_adaptive = probing_of(identity).adaptive || probing_of(other).adaptive;
  return is_adaptive ? particulars(readable(identity), readable(other)) : particulars(identity, other);
}

Curve probe_by(AnswerReader& reader, const TraceToProbe& trace, const Probing& probing,
               const std::function<void(int)>& on_probes) {
  if (probing.adaptive) return probe_adaptively(reader, trace, *probing.adaptive, on_probes);
  const std::vector<int> positions =
      probe_positions(static_cast<int>(trace.think_ids.size()), probing.stride);
  Curve curve = probe_trace(reader, trace.prompt_ids, trace.think_ids, trace.form, positions);
  if (on_probes) on_probes(static_cast<int>(positions.size()));
  return curve;
}

}  // namespace thinktrace
