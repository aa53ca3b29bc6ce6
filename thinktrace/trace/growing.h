// SPDX-License-Identifier: MIT
// growing.h — one sample while it grows.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/trace/sample.h"

namespace thinktrace {

// What stands before the first token that is sampled: the prompt, and the thinking that is given.
std::vector<Token> beginning_of(const TraceRequest& request);

// The end of thinking is looked for in the bytes of the sampled tokens, so a tag may be one special token, several tokens, or
// share its first or last token with other text; thinking ends before the first token that holds a part of the tag.
// REQUIRES: model and request outlive it.
class GrowingTrace {
 public:
  GrowingTrace(const Model& model, const TraceRequest& request, int sample);

  bool finished() const { return finished_; }
  Token last() const { return last_; }

  // Draws the next token from a row of the session and takes it in.
  void draw(const Session& session, int row);

  Trace result();

 private:
  void take_thinking();
  void begin_answer(size_t at);
  void take_answer();
  void finish(Stop stop);
  bool is_part_of_close(Token token) const;
  bool ends_within_close() const;

  const Model& model_;
  const TraceOptions& options_;
  const std::string& close_;
  Sampler sampler_;
  Trace trace_;
  std::string text_;            // The bytes of the thinking so far, given ones first.
  std::vector<size_t> starts_;  // Where each sampled thinking token begins in text_.
  std::string answer_text_;
  Token last_ = 0;
  int n_given_ = 0, n_drawn_ = 0;  // Drawn: with those that are given.
  bool thinking_ = true, finished_ = false;
};

}  // namespace thinktrace
