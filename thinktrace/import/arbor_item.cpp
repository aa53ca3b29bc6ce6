// SPDX-License-Identifier: MIT
#include "thinktrace/import/arbor_item.h"

#include <fmt/format.h>

#include <cmath>

#include "thinktrace/import/checks.h"
#include "thinktrace/import/json_object.h"
#include "thinktrace/trace/parse_answer.h"

namespace thinktrace {
namespace {

constexpr const char* kEndOfText = "<｜end▁of▁sentence｜>";

}  // namespace

ArborItem arbor_item_of(const JsonObject& line) {
  ArborItem item;
  item.question = line.text("question");
  item.choices = line.texts("choices");
  item.answer = line.integer("answer", 0, kMaxOptions - 1);
  item.think_tokens = line.texts("think_tokens");
  if (line.has("answer_tokens")) item.answer_tokens = line.texts("answer_tokens");
  item.ended = !item.answer_tokens.empty();
  const size_t n = item.choices.size();
  const std::vector<double> probs = line.table("probs", n, SpecialNumbers::kRefused);
  if (probs.size() != item.think_tokens.size() * n)
    throw bad(fmt::format("'probs' has {} rows for {} thinking tokens", n ? probs.size() / n : 0,
                          item.think_tokens.size()));
  for (const double p : probs) {
    if (p < 0 || p > 100 || p != std::floor(p))
      throw bad(fmt::format("'probs' holds {}, which is no hundredth", p));
    item.hundredths.push_back(static_cast<int>(p));
  }
  return item;
}

TraceRecord record_of(ArborItem&& item) {
  TraceRecord r;
  r.question = {"", std::move(item.subject), std::move(item.question), std::move(item.choices), item.answer};
  check_question(r.question);
  r.question.id = question_id(r.question);
  const size_t n_options = r.question.options.size();
  for (size_t i = 1; i <= n_options; i++) r.labels.push_back(std::to_string(i));
  r.prompt_text = std::move(item.prompt);
  r.think_text = std::move(item.think_tokens);
  for (size_t t = 1; t <= r.think_text.size(); t++) r.curve.positions.push_back(static_cast<int>(t));
  for (const int h : item.hundredths)
    r.curve.logprobs.push_back(h == 0 ? -INFINITY : static_cast<float>(std::log(h / 100.0)));
  r.resolution = 0.01;
  r.trace.stop = item.ended ? Stop::kClosed : Stop::kBudget;
  if (!item.answer_tokens.empty() && item.answer_tokens.back() == kEndOfText) item.answer_tokens.pop_back();
  for (const std::string& token : item.answer_tokens) r.trace.answer_text += token;
  if (item.ended) r.chosen = parse_answer(r.trace.answer_text, r.labels, r.question.options);
  return r;
}

}  // namespace thinktrace
