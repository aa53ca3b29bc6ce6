// SPDX-License-Identifier: MIT
// Sampling the traces of one prompt together.
//
// Branch 0 holds the prompt; each sample continues on a fork of it. Every pass decodes one token of each
// sample that has not finished. The end of thinking is looked for in the bytes of the sampled tokens, so a
// tag may be one special token, several tokens, or share its first or last token with other text; thinking
// ends before the first token that holds a part of the tag. Tested by trace_test.cpp: against sampling each
// trace with a fresh prefill at each token, and by properties.
#include "thinktrace/trace/trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// One sample while it grows.
class Growing {
 public:
  Growing(const Model& model, const TraceRequest& request, const TraceOptions& options, int sample)
      : model_(model),
        options_(options),
        close_(request.close),
        sampler_(options.sampler, sample_seed(options.seed, request.prompt_ids, sample)) {
    trace_.sample = sample;
  }

  bool finished() const { return finished_; }
  Token last() const { return last_; }

  // Draws the next token from a row of the session and takes it in.
  void draw(const Session& session, int row) {
    last_ = sampler_.sample(session.logits(row));
    thinking_ ? take_thinking() : take_answer();
    if (++n_drawn_ >= options_.max_tokens && !finished_) finish(thinking_ ? Stop::kBudget : trace_.stop);
  }

  Trace result() {
    trace_.answer_text = to_utf8(answer_text_);
    return std::move(trace_);
  }

 private:
  void take_thinking() {
    if (model_.ends_generation(last_) && !is_part_of_close(last_)) return finish(Stop::kEndOfText);
    starts_.push_back(text_.size());
    trace_.think_ids.push_back(last_);
    const size_t from = text_.size() < close_.size() ? 0 : text_.size() - close_.size() + 1;
    text_ += model_.piece(last_);
    const size_t at = text_.find(close_, from);
    if (at != std::string::npos) return begin_answer(at);
    // A tag of several tokens may be under way when the budget runs out: it is let finish, but not for ever.
    const int n = static_cast<int>(trace_.think_ids.size());
    const bool tag_under_way = ends_within_close() && n < options_.budget + static_cast<int>(close_.size());
    if (n >= options_.budget && !tag_under_way) finish(Stop::kBudget);
  }

  void begin_answer(size_t at) {
    thinking_ = false;
    trace_.stop = Stop::kClosed;
    answer_text_ = text_.substr(at + close_.size());
    // The first token that reaches into the tag is the first that is not thinking.
    const auto end_of = [&](size_t i) { return i + 1 < starts_.size() ? starts_[i + 1] : text_.size(); };
    while (!trace_.think_ids.empty() && end_of(trace_.think_ids.size() - 1) > at) trace_.think_ids.pop_back();
    if (options_.answer_tokens <= 0) finished_ = true;
  }

  void take_answer() {
    if (model_.ends_generation(last_)) {
      finished_ = true;
      return;
    }
    trace_.answer_ids.push_back(last_);
    answer_text_ += model_.piece(last_);
    finished_ = static_cast<int>(trace_.answer_ids.size()) >= options_.answer_tokens;
  }

  void finish(Stop stop) {
    if (static_cast<int>(trace_.think_ids.size()) > options_.budget) trace_.think_ids.resize(options_.budget);
    trace_.stop = stop;
    finished_ = true;
  }

  bool is_part_of_close(Token token) const {
    const std::string piece = model_.piece(token);
    return !piece.empty() && close_.find(piece) != std::string::npos;
  }

  bool ends_within_close() const {
    for (size_t n = std::min(close_.size() - 1, text_.size()); n > 0; n--) {
      if (text_.ends_with(std::string_view(close_).substr(0, n))) return true;
    }
    return false;
  }

  const Model& model_;
  const TraceOptions& options_;
  std::string close_;
  Sampler sampler_;
  Trace trace_;
  std::string text_;            // The bytes of the thinking so far.
  std::vector<size_t> starts_;  // Where each thinking token begins in text_.
  std::string answer_text_;
  Token last_ = 0;
  int n_drawn_ = 0;
  bool thinking_ = true, finished_ = false;
};

}  // namespace

const char* name_of(Stop stop) {
  switch (stop) {
    case Stop::kClosed:
      return "closed";
    case Stop::kBudget:
      return "budget";
    case Stop::kEndOfText:
      return "end_of_text";
    case Stop::kUnknown:
      break;
  }
  return "unknown";
}

Stop stop_named(const std::string& name) {
  for (const Stop stop : {Stop::kClosed, Stop::kBudget, Stop::kEndOfText, Stop::kUnknown}) {
    if (name == name_of(stop)) return stop;
  }
  throw Error(ErrorKind::kStore, fmt::format("[trace] unknown way to stop '{}'", name));
}

uint32_t sample_seed(uint64_t seed, const std::vector<Token>& prompt_ids, int sample) {
  const std::string digest = sha256(fmt::format("sample/{}/{}/{}", seed, fmt::join(prompt_ids, ","), sample));
  return static_cast<uint32_t>(std::stoul(digest.substr(0, 8), nullptr, 16));
}

std::vector<Trace> sample_traces(Session& session, const TraceRequest& request, const TraceOptions& options,
                                 const std::function<void(int)>& on_token) {
  session.clear();
  session.prefill(0, request.prompt_ids);
  const int n_prompt = static_cast<int>(request.prompt_ids.size());
  std::vector<Growing> samples;
  samples.reserve(request.n_samples);
  for (int s = 0; s < request.n_samples; s++) {
    samples.emplace_back(session.model(), request, options, request.first_sample + s);
    samples.back().draw(session, 0);  // All first tokens come from the prompt's last row.
    session.fork(0, s + 1, n_prompt);
  }
  if (on_token) on_token(request.n_samples);
  std::vector<Step> steps;
  std::vector<int> growing;
  for (int length = 0;; length++) {
    steps.clear();
    growing.clear();
    for (int s = 0; s < request.n_samples; s++) {
      if (samples[s].finished()) continue;
      growing.push_back(s);
      steps.push_back({samples[s].last(), n_prompt + length, s + 1, true});
    }
    if (steps.empty()) break;
    session.decode(steps);
    for (size_t row = 0; row < growing.size(); row++)
      samples[growing[row]].draw(session, static_cast<int>(row));
    if (on_token) on_token(static_cast<int>(growing.size()));
  }
  session.clear();
  std::vector<Trace> traces;
  for (Growing& sample : samples) traces.push_back(sample.result());
  return traces;
}

}  // namespace thinktrace
