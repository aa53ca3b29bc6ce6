// SPDX-License-Identifier: MIT
// rewritten_rows.h — rows of mistakes and of paraphrase, for spreadsheets and data frames.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/publish/table.h"

namespace thinktrace {

// A part of a trace's thinking that was replaced, and what came of it. Texts are valid UTF-8.
struct RewrittenRow {
  int experiment = 0;  // Its number.
  std::string arm;
  int position = 0;  // Of mistakes: thinking tokens before the sentence; of paraphrase: those of the part.
  std::optional<std::string>
      written;       // What takes the place of the part; nothing: nothing usable was written.
  int n_tokens = 0;  // Of the thinking at whose end the answer is forced.
  // By option: of that answer (empty: none), and at the end of the untouched thinking.
  std::vector<float> logprobs, real;
  // Of mistakes alone: the sentence as it was, what the model then thought, how that ended, its free answer.
  std::string sentence, thinking, stop, answer_text;
  std::optional<int> chosen;
};

// Columns p_1, p_2, … as in probe_rows.
Row mistake_row(const TraceRecord& record, const RewrittenRow& rewritten, const ExportContext& context,
                int n_options);
Row paraphrase_row(const TraceRecord& record, const RewrittenRow& rewritten, double share,
                   const ExportContext& context, int n_options);

}  // namespace thinktrace
