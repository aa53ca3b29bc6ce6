// SPDX-License-Identifier: MIT
// record.h — everything that is known of one trace: what stores keep, exports write and galleries show.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/probe/probe.h"
#include "thinktrace/question/question.h"
#include "thinktrace/trace/trace.h"

namespace thinktrace {

enum class Status { kOk, kFailed };

struct TraceRecord {
  std::string id;  // trace_id()
  Question question;
  Status status = Status::kOk;
  std::string error;  // Why it failed; the fields below are then empty.

  std::vector<std::string> labels;  // [n_options]
  std::string prompt_text;          // Special tokens spelt out.
  std::vector<Token> prompt_ids;
  uint64_t seed = 0;  // The run's seed; sample_seed() makes the sample's from it.
  Trace trace;
  std::vector<std::string>
      think_text;             // Texts of the thinking tokens, as token_texts() gives them.  [n_tokens]
  std::optional<int> chosen;  // Option that the free answer names.
  std::string forced_text;    // Closing tag and suffix, as the model read them.
  Curve curve;
};

// The identity of a sampled trace: everything that it hangs on. The question is part of it, since two questions may have
// the same prompt and differ in what counts as right.
struct TraceIdentity {
  std::string model_sha256;
  std::string question_id;
  std::vector<Token> prompt_ids;
  std::string close;  // The tag that ends the thinking.
  Precision precision = Precision::kFast;
  TraceOptions options;  // As the run states them.
  int sample = 0;
};
std::string trace_id(const TraceIdentity& identity);

// hash(trace id, reading model, suffix, labels): the identity of a reading of it.
std::string reading_id(const std::string& trace, const std::string& model_sha256, const AnswerForm& form,
                       const std::vector<std::string>& labels);

}  // namespace thinktrace
