// SPDX-License-Identifier: MIT
#include "thinktrace/probe/record.h"

#include <nlohmann/json.hpp>

#include "thinktrace/text/hash.h"

namespace thinktrace {

std::string trace_id(const TraceIdentity& t) {
  return content_id(nlohmann::json{"trace", t.sampling_id, t.question_id, t.prompt_ids, t.sample}.dump());
}

std::string reading_id(const std::string& trace, const std::string& reader) {
  return content_id(nlohmann::json{"reading", trace, reader}.dump());
}

std::vector<std::string> missing_parts(const TraceRecord& r) {
  std::vector<std::string> missing;
  if (r.status == Status::kFailed) return missing;
  if (!r.has_tokens) missing.push_back("tokens");
  if (r.trace.think_ids.empty() && !r.think_text.empty()) missing.push_back("token_ids");
  if (r.curve.positions.empty()) missing.push_back("probes");
  if (!r.curve.positions.empty() && r.curve.positions.front() > 0) missing.push_back("position_0");
  if (r.resolution > 0) missing.push_back("exact_probabilities");
  if (!r.seed) missing.push_back("seed");
  if (r.prompt_ids.empty()) missing.push_back("prompt");
  return missing;
}

}  // namespace thinktrace
