// SPDX-License-Identifier: MIT
#include "thinktrace/trace/growing.h"

#include <algorithm>

#include "thinktrace/text/utf8.h"

namespace thinktrace {

std::vector<Token> beginning_of(const TraceRequest& request) {
  std::vector<Token> ids = request.prompt_ids;
  ids.insert(ids.end(), request.given.begin(), request.given.end());
  return ids;
}

GrowingTrace::GrowingTrace(const Model& model, const TraceRequest& request, int sample)
    : model_(model),
      options_(request.options),
      close_(request.close),
      sampler_(request.options.sampler, sample_seed(request.options.seed, beginning_of(request), sample)),
      n_given_(static_cast<int>(request.given.size())),
      n_drawn_(n_given_) {
  trace_.sample = sample;
  for (const Token token : request.given) text_ += model.piece(token);
  const size_t at = text_.find(close_);
  if (at != std::string::npos) begin_answer(at);
}

void GrowingTrace::draw(const Session& session, int row) {
  last_ = sampler_.sample(session.logits(row));
  thinking_ ? take_thinking() : take_answer();
  if (++n_drawn_ >= options_.max_tokens && !finished_) finish(thinking_ ? Stop::kBudget : trace_.stop);
}

Trace GrowingTrace::result() {
  trace_.answer_text = to_utf8(answer_text_);
  return std::move(trace_);
}

void GrowingTrace::take_thinking() {
  if (model_.ends_generation(last_) && !is_part_of_close(last_)) return finish(Stop::kEndOfText);
  starts_.push_back(text_.size());
  trace_.think_ids.push_back(last_);
  const size_t from = text_.size() < close_.size() ? 0 : text_.size() - close_.size() + 1;
  text_ += model_.piece(last_);
  const size_t at = text_.find(close_, from);
  if (at != std::string::npos) return begin_answer(at);
  // A tag of several tokens may be under way when the budget runs out: it is let finish, but not for ever.
  const int n = n_given_ + static_cast<int>(trace_.think_ids.size());
  const bool tag_under_way = ends_within_close() && n < options_.budget + static_cast<int>(close_.size());
  if (n >= options_.budget && !tag_under_way) finish(Stop::kBudget);
}

void GrowingTrace::begin_answer(size_t at) {
  thinking_ = false;
  trace_.stop = Stop::kClosed;
  answer_text_ = text_.substr(at + close_.size());
  // The first token that reaches into the tag is the first that is not thinking. What was given stays as it is.
  const auto end_of = [&](size_t i) { return i + 1 < starts_.size() ? starts_[i + 1] : text_.size(); };
  while (!trace_.think_ids.empty() && end_of(trace_.think_ids.size() - 1) > at) trace_.think_ids.pop_back();
  if (options_.answer_tokens <= 0) finished_ = true;
}

void GrowingTrace::take_answer() {
  if (model_.ends_generation(last_)) {
    finished_ = true;
    return;
  }
  trace_.answer_ids.push_back(last_);
  answer_text_ += model_.piece(last_);
  finished_ = static_cast<int>(trace_.answer_ids.size()) >= options_.answer_tokens;
}

void GrowingTrace::finish(Stop stop) {
  const int most = std::max(0, options_.budget - n_given_);
  if (static_cast<int>(trace_.think_ids.size()) > most) trace_.think_ids.resize(most);
  trace_.stop = stop;
  finished_ = true;
}

bool GrowingTrace::is_part_of_close(Token token) const {
  const std::string piece = model_.piece(token);
  return !piece.empty() && close_.find(piece) != std::string::npos;
}

bool GrowingTrace::ends_within_close() const {
  for (size_t n = std::min(close_.size() - 1, text_.size()); n > 0; n--) {
    if (text_.ends_with(std::string_view(close_).substr(0, n))) return true;
  }
  return false;
}

}  // namespace thinktrace
