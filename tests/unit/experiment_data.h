// SPDX-License-Identifier: MIT
// experiment_data.h — tests/golden/experiments.json, which numpy and scipy wrote.
#pragma once
#include <fstream>
#include <nlohmann/json.hpp>

namespace thinktrace::testing {

inline const nlohmann::json& golden_experiments() {
  static const nlohmann::json golden = [] {
    std::ifstream file(THINKTRACE_SOURCE_DIR "/tests/golden/experiments.json");
    return nlohmann::json::parse(file);
  }();
  return golden;
}

}  // namespace thinktrace::testing
