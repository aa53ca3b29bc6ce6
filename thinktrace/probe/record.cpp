// SPDX-License-Identifier: MIT
#include "thinktrace/probe/record.h"

#include <nlohmann/json.hpp>

#include "thinktrace/text/hash.h"

namespace thinktrace {

std::string trace_id(const TraceIdentity& t) {
  const TraceOptions& o = t.options;
  const nlohmann::json content{"trace",
                               t.model_sha256,
                               t.question_id,
                               t.prompt_ids,
                               t.close,
                               t.precision == Precision::kFast ? "fast" : "reference",
                               o.sampler.temperature,
                               o.sampler.top_p,
                               o.sampler.top_k,
                               o.sampler.min_p,
                               o.budget,
                               o.answer_tokens,
                               o.seed,
                               t.sample};
  return content_id(content.dump());
}

std::string reading_id(const std::string& trace, const std::string& model_sha256, const AnswerForm& form,
                       const std::vector<std::string>& labels) {
  return content_id(nlohmann::json{"reading", trace, model_sha256, form.suffix, labels}.dump());
}

}  // namespace thinktrace
