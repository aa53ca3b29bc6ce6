// SPDX-License-Identifier: MIT
#include "thinktrace/run/noise_floor.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace thinktrace {

using nlohmann::json;

NoiseFloor measure_noise_floor(const TraceRecord& r, const AnswerForm& form,
                               const NoiseFloorOptions& options) {
  constexpr int kPositions = 4;
  const int n_options = static_cast<int>(form.options.size());
  const std::vector<int> read = read_rows(r.curve);
  Curve stored;
  for (const int i : spread_positions(static_cast<int>(read.size()) - 1, kPositions)) {
    const int k = read[i];
    stored.positions.push_back(r.curve.positions[k]);
    for (int o = 0; o < n_options; o++) stored.logprobs.push_back(r.curve.logprobs[k * n_options + o]);
  }
  const size_t n_tokens = r.prompt_ids.size() + r.trace.think_ids.size() + longest_branch(form);
  // Our own kernels round weights: the reference has them as they are.
  std::optional<Model> unrounded;
  if (options.model.kernels() == Kernels::kOwn) unrounded = Model::load(options.model.card().path);
  Session session(unrounded ? *unrounded : options.model, {.n_cells = static_cast<int>(n_tokens) + 256,
                                                           .n_branches = 1,
                                                           .batch = 512,
                                                           .threads = options.threads,
                                                           .precision = Precision::kReference,
                                                           .should_stop = options.should_stop});
  PrefillReader reader(session);
  return compare_curves(stored, probe_trace(reader, r.prompt_ids, r.trace.think_ids, form, stored.positions),
                        n_options);
}

std::string describe(const NoiseFloor& n) {
  return fmt::format(
      "noise floor: max |dP| {:.2g}, mean {:.2g} over {} positions (against fresh prefills without flash "
      "attention, F32 cache)",
      n.max_abs_dp, n.mean_abs_dp, n.n_positions);
}

std::string to_json(const NoiseFloor& n) {
  return json{{"max_abs_dp", n.max_abs_dp},
              {"mean_abs_dp", n.mean_abs_dp},
              {"n_positions", n.n_positions},
              {"n_top_changed", n.n_top_changed}}
      .dump();
}

NoiseFloor noise_floor_from_json(const std::string& text) {
  const json n = json::parse(text);
  const auto number = [&](const char* key) {
    return n.at(key).is_number() ? n.at(key).get<double>() : std::nan("");
  };
  return {number("max_abs_dp"), number("mean_abs_dp"), n.at("n_positions"), n.at("n_top_changed")};
}

}  // namespace thinktrace
