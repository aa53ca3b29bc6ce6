// SPDX-License-Identifier: MIT
// reader.h — a way to read traces: a model, the words around the question and after the thinking, an order of the options.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/engine/model.h"
#include "thinktrace/prompt/prompt.h"
#include "thinktrace/run/plan.h"
#include "thinktrace/store/store.h"

namespace thinktrace {

struct ReaderOptions {
  PromptFormat format;  // Complete.
  Probing probing;
  int order = 0;  // Which order of the options; 0: as the question has them.
  Precision precision = Precision::kFast;
};

// Everything that a reading hangs on besides the trace, as a JSON object with sorted keys.
std::string reader_identity(const ReaderOptions& options, const Model& model);

// The reader as it is stored, not measured yet.
StoredReader make_reader(const ReaderOptions& options, const Model& model, const ComputeOptions& compute);

// The noise floor that was measured on a plan's traces, as JSON; empty where none was. And a reader with another one, or
// (empty) without.
std::string noise_floor_of(const StoredReader& reader, const StoredPlan& plan);
StoredReader with_noise_floor(StoredReader reader, const StoredPlan& plan, const std::string& noise_floor);

// The option that stands at each place of a question's list in the order with this number. 0 is the question's own.
// 1 … n-1 move the options round, so that over the first n orders every option has every place once; higher numbers are
// drawn from the question's id and the number.
std::vector<int> option_order(const Question& question, int order);

// What a reader puts before and after a question's thinking.
struct ReadingForm {
  Prompt prompt;    // labels: by option, not by place.
  AnswerForm form;  // options: by option.
};
// Throws Error as build_prompt and build_answer_form.
ReadingForm build_reading_form(const Model& model, const Question& question, const ReaderOptions& options);

// The thinking of a trace in the reader's tokens.
struct ReadThinking {
  std::vector<Token> ids;
  std::vector<std::string> texts;  // As token_texts() gives them.
  bool own = true;                 // The writer's own ids; otherwise the text was tokenised for the reader.
};
// The writer's ids where the reader has the writer's vocabulary (`same_model`) and there are ids; else the joined text,
// tokenised without special tokens.
ReadThinking thinking_for(const Model& model, const TraceRecord& record, bool same_model);

// For each of `positions` in the reader's tokens: after how many of the writer's tokens it stands, rounded down, by
// offsets in the text. Empty where the two do not spell the same text (a space in front of either left aside).
std::vector<int> align_positions(const std::vector<std::string>& writer,
                                 const std::vector<std::string>& reader, const std::vector<int>& positions);

// Whether a prior has an entry for every number of options in `questions`.
bool prior_covers(const std::string& prior, const std::vector<Question>& questions);

// What the reader answers to questions without content, as a JSON array of {labels, p}: the entries of `known` (such an
// array, or empty) and one for each further number of options in `questions`. The mean over the texts "N/A", "[MASK]" and "" in place of question and options, as in Zhao et
// al. 2021 (arXiv 2102.09690), section 5; raw probabilities.
std::string measure_prior(Session& session, const ReaderOptions& options,
                          const std::vector<Question>& questions, const std::string& known);

}  // namespace thinktrace
