// SPDX-License-Identifier: MIT
// analysis_data.h — tests/golden/statistics.json, which numpy and scipy wrote, and traces made by hand.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "thinktrace/analysis/summary.h"

namespace thinktrace::testing {

using Json = nlohmann::json;

inline const Json& golden_statistics() {
  static const Json golden = [] {
    std::ifstream file(THINKTRACE_SOURCE_DIR "/tests/golden/statistics.json");
    return Json::parse(file);
  }();
  return golden;
}

inline std::vector<float> logprobs_of(const Json& thousandths) {
  std::vector<float> logprobs;
  for (const Json& row : thousandths) {
    for (const Json& p : row)
      logprobs.push_back(p.is_null() ? std::numeric_limits<float>::quiet_NaN()
                                     : static_cast<float>(std::log(p.get<double>() / 1000)));
  }
  return logprobs;
}

template <class T>
std::optional<T> maybe(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

inline TraceMeasures measure_golden(const Json& t) {
  const auto positions = t["positions"].get<std::vector<int>>();
  const auto logprobs = logprobs_of(t["thousandths"]);
  TraceView view{.question_id = t["question_id"],
                 .subject = t["subject"],
                 .answer = t["answer"],
                 .n_tokens = maybe<int>(t["n_tokens"]),
                 .ended = maybe<bool>(t["ended"]),
                 .chosen = maybe<int>(t["chosen"]),
                 .n_options = t["n_options"],
                 .end = t["end"],
                 .positions = positions,
                 .logprobs = logprobs,
                 .sentence_ends = t["sentence_ends"].get<std::vector<int>>()};
  std::vector<std::vector<float>> others;
  for (const Json& order : t["orders"]) others.push_back(logprobs_of(order["thousandths"]));
  for (size_t i = 0; i < others.size(); i++)
    view.orders.push_back({t["orders"][i]["label_of"].get<std::vector<int>>(), others[i]});
  std::vector<std::vector<float>> ensemble;
  for (const Json& reading : t["ensemble"]) ensemble.push_back(logprobs_of(reading));
  for (const auto& reading : ensemble) view.ensemble.push_back({positions, reading});
  std::vector<int> own_positions;
  std::vector<float> own;
  if (const Json& other = t["own"]; !other.is_null()) {
    own_positions = other["positions"].get<std::vector<int>>();
    own = logprobs_of(other["thousandths"]);
    view.own = OtherCurve{own_positions, own, other["end"], other["aligned"].get<std::vector<int>>()};
  }
  return measure_trace(view);
}

inline std::vector<TraceMeasures> golden_measures() {
  std::vector<TraceMeasures> measures;
  for (const Json& t : golden_statistics()["traces"]) measures.push_back(measure_golden(t));
  return measures;
}

inline AnalysisOptions golden_options(int resamples) {
  return {.resamples = resamples,
          .prior = {{4, golden_statistics()["prior"]["4"].get<std::vector<double>>()}}};
}

// A curve written as rows of probabilities, from position `first` on in steps of `stride`.
struct HandMade {
  std::vector<std::vector<double>> rows;
  int answer = 0, first = 0, stride = 1;
  std::vector<int> positions;
  std::vector<float> logprobs;

  TraceView view() {
    positions.clear();
    logprobs.clear();
    for (size_t k = 0; k < rows.size(); k++) {
      positions.push_back(first + static_cast<int>(k) * stride);
      for (const double p : rows[k]) logprobs.push_back(static_cast<float>(std::log(p)));
    }
    const int end = positions.empty() ? 0 : positions.back();
    return {.question_id = "q",
            .subject = "s",
            .answer = answer,
            .n_tokens = end,
            .ended = true,
            .chosen = answer,
            .n_options = rows.empty() ? 2 : static_cast<int>(rows[0].size()),
            .end = end,
            .positions = positions,
            .logprobs = logprobs};
  }
  CurveMeasures measure(double margin = 0) { return measure_trace(view(), margin).curve.value(); }
};

}  // namespace thinktrace::testing
