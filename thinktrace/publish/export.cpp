// SPDX-License-Identifier: MIT
#include "thinktrace/publish/export.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

json number_or_name(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? json(nullptr) : json("Infinity");
  return value;
}

json ended_json(const TraceRecord& r) {
  if (r.id.empty()) return false;
  return r.trace.stop == Stop::kUnknown ? json(nullptr) : json(r.trace.stop == Stop::kClosed);
}

}  // namespace

std::string jsonl_line(const TraceRecord& r, const ExportContext& context) {
  const bool ok = r.status == Status::kOk;
  const bool known = !r.id.empty();  // A trace may be known of which only the reading failed.
  const int n_options = static_cast<int>(r.question.options.size());
  json probs = json::array(), logprobs = json::array(), mass = json::array();
  for (size_t k = 0; k < r.curve.positions.size(); k++) {
    json p = json::array(), lp = json::array();
    for (int i = 0; i < n_options; i++) {
      const float value = r.curve.logprobs[k * n_options + i];
      lp.push_back(number_or_name(value));
      p.push_back(number_or_name(std::exp(static_cast<double>(value))));
    }
    probs.push_back(std::move(p));
    logprobs.push_back(std::move(lp));
    mass.push_back(number_or_name(mass_at(r.curve, n_options, static_cast<int>(k))));
  }
  json line{{"run", context.run},
            {"question_id", r.question.id},
            {"subject", r.question.subject},
            {"question", r.question.text},
            {"options", r.question.options},
            {"answer", r.question.answer},
            {"sample", r.trace.sample},
            {"seed", r.seed ? json(*r.seed) : json(nullptr)},
            {"temperature", context.temperature ? json(*context.temperature) : json(nullptr)},
            {"model", context.model},
            {"model_sha256", context.model_sha256},
            {"template", context.chat_template},
            {"trace_id", r.id},
            {"labels", r.labels},
            {"forced", r.forced_text},
            {"prompt_ids", r.prompt_ids},
            {"think_ids", r.trace.think_ids},
            {"think_text", r.think_text},
            {"positions", r.curve.positions},
            {"probs", std::move(probs)},
            {"mass", std::move(mass)},
            {"logprobs", std::move(logprobs)},
            {"resolution", r.resolution > 0 ? json(r.resolution) : json(nullptr)},
            {"ended", ended_json(r)},
            {"stop", known ? json(name_of(r.trace.stop)) : json(nullptr)},
            {"answer_ids", r.trace.answer_ids},
            {"answer_text", r.trace.answer_text},
            {"chosen", r.chosen ? json(*r.chosen) : json(nullptr)},
            {"correct", known ? json(r.chosen == r.question.answer) : json(nullptr)},
            {"status", ok ? "ok" : "failed"},
            {"error", r.error},
            {"prompt", r.prompt_text},
            {"lacks", missing_parts(r)},
            {"reader", context.reader}};
  if (!context.reader_model.empty()) {
    line["read_by"] = {{"model", context.reader_model},
                       {"model_sha256", context.reader_model_sha256},
                       {"order", context.reader_order}};
  }
  if (!r.curve.interpolated.empty()) line["interpolated"] = interpolated_positions(r.curve);
  if (r.curve.error) {
    line["mean_abs_dp"] = r.curve.error->mean_abs_dp;
    line["mean_abs_dp_upper"] = r.curve.error->mean_abs_dp_upper;
  }
  if (!r.writer_positions.empty()) line["writer_positions"] = r.writer_positions;
  if (r.n_writer_tokens) line["writer_tokens"] = *r.n_writer_tokens;
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace thinktrace
