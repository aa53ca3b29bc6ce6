// SPDX-License-Identifier: MIT
#include "thinktrace/import/checks.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>

namespace thinktrace {

void check_labels(const std::vector<std::string>& labels, int n_options) {
  if (labels.size() != static_cast<size_t>(n_options))
    throw bad(fmt::format("{} labels for {} options", labels.size(), n_options));
  std::set<std::string> seen;
  for (const std::string& label : labels) {
    if (label.empty()) throw bad("an option's label is empty");
    if (!seen.insert(label).second) throw bad(fmt::format("two options are labelled '{}'", label));
  }
}

void check_positions(const std::vector<int>& positions, int last) {
  int before = -1;
  for (const int t : positions) {
    if (t < 0) throw bad(fmt::format("position {} is below 0", t));
    if (t <= before) throw bad(fmt::format("position {} after {}: positions must increase", t, before));
    before = t;
  }
  if (before > last) throw bad(fmt::format("position {} in a thinking of {} tokens", before, last));
}

std::vector<float> floats_of(const std::vector<double>& values) {
  std::vector<float> out;
  out.reserve(values.size());
  for (const double v : values) {
    if (std::isfinite(v) && std::abs(v) > std::numeric_limits<float>::max())
      throw bad(fmt::format("{} does not fit into a 32-bit float", v));
    out.push_back(static_cast<float>(v));
  }
  return out;
}

std::vector<float> logs_of(const std::vector<double>& probabilities) {
  std::vector<float> out;
  out.reserve(probabilities.size());
  for (const double p : probabilities) {
    if (!(p >= 0 && p <= 1 + 1e-6)) throw bad(fmt::format("{} is no probability (0 to 1)", p));
    out.push_back(static_cast<float>(std::log(p)));
  }
  return out;
}

void check_masses(const std::vector<float>& logprobs, int n_options) {
  // Probabilities rounded to hundredths may be above their true sum by half a hundredth each.
  const double most = 1 + 1e-3 + 0.005 * n_options;
  for (size_t at = 0; at < logprobs.size(); at += n_options) {
    double mass = 0;
    for (int i = 0; i < n_options; i++) {
      const float logprob = logprobs[at + i];
      if (std::isnan(logprob) || logprob > 1e-3f) throw bad(fmt::format("{} is no log-probability", logprob));
      mass += std::exp(static_cast<double>(logprob));
    }
    if (mass > most) throw bad(fmt::format("the options' probabilities add up to {:.3f}", mass));
  }
}

}  // namespace thinktrace
