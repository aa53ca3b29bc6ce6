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
  std::optional<uint64_t>
      seed;     // The run's seed; sample_seed() makes the sample's from it. Imports have none.
  Trace trace;  // Of an import, think_ids and answer_ids may be missing (empty).
  std::vector<std::string>
      think_text;  // Texts of the thinking tokens, as token_texts() gives them.  [n_tokens]
  bool has_tokens =
      true;  // False where an import knows the thinking only as one text: think_text is then that text.
  std::optional<int> chosen;  // Option that the free answer names.
  std::string
      forced_text;  // Closing tag and suffix, as the model read them; empty where an import does not know them.
  Curve curve;      // No positions where nothing has been read yet.
  double resolution = 0;  // Probabilities are known to multiples of this; 0: as computed.

  // Where another model than the writer read the trace, prompt, think_ids, think_text and positions above are in the
  // reader's tokens. writer_positions then holds, for each position, the number of the writer's tokens whose text lies
  // wholly before it, and n_writer_tokens the trace's length. Empty and nothing where the tokens are the writer's own.
  std::vector<int> writer_positions;  // [n_positions]
  std::optional<int> n_writer_tokens;
};

// What an import did not know, as fixed words: "token_ids", "tokens" (thinking is one text), "position_0" (nothing was
// read before the first token), "exact_probabilities", "probes" (nothing was read at all), "seed", "prompt". Empty for a
// trace that was sampled and read here.
std::vector<std::string> missing_parts(const TraceRecord& record);

// The identity of a sampled trace: everything that it hangs on. The plan's own hash holds model, template, tags, sampler,
// seed, budgets, precision and unit size; the question is part of it beside its prompt, since two questions may have the
// same prompt and differ in what counts as right.
struct TraceIdentity {
  std::string sampling_id;  // Of the plan.
  std::string question_id;
  std::vector<Token> prompt_ids;
  int sample = 0;
};
std::string trace_id(const TraceIdentity& identity);

// The identity of a reading of it: hash(trace id, reader id). A reader's id is a hash of the reading model, suffix, labels
// and all else that a reading hangs on (run/reader.h).
std::string reading_id(const std::string& trace, const std::string& reader);

}  // namespace thinktrace
