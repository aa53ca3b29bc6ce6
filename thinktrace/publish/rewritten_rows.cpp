// SPDX-License-Identifier: MIT
#include "thinktrace/publish/rewritten_rows.h"

namespace thinktrace {
namespace {

// The forced answer, where there is one, against the right one and that of the untouched thinking.
void add_forced_cells(Row& row, const RewrittenRow& w, int answer, int n_options) {
  const bool is_read = !w.logprobs.empty();
  add_probabilities(row, w.logprobs, n_options);
  row.insert(row.end(),
             {{"p_right", is_read ? Cell(probability_of(w.logprobs[answer])) : Cell()},
              {"mass", is_read ? Cell(mass_of(w.logprobs)) : Cell()},
              {"top", is_read ? whole(most_likely(w.logprobs)) : Cell()},
              {"right", is_read ? Cell(most_likely(w.logprobs) == answer) : Cell()},
              {"same_as_real", is_read ? Cell(most_likely(w.logprobs) == most_likely(w.real)) : Cell()}});
}

}  // namespace

Row mistake_row(const TraceRecord& r, const RewrittenRow& w, const ExportContext& c, int n_options) {
  Row row = identity_cells(r, c);
  row.insert(row.end(), {{"reader", whole(c.reader)},
                         {"experiment", whole(w.experiment)},
                         {"position", whole(w.position)},
                         {"arm", w.arm},
                         {"sentence", w.sentence},
                         {"written", w.written ? Cell(*w.written) : Cell()},
                         {"thinking", w.thinking},
                         {"n_tokens", whole(w.n_tokens)},
                         {"stop", w.stop},
                         {"answer_text", w.answer_text},
                         {"free", w.chosen ? whole(*w.chosen) : Cell()},
                         {"answer", whole(r.question.answer)}});
  add_forced_cells(row, w, r.question.answer, n_options);
  const bool is_done = !w.logprobs.empty();
  row.insert(row.end(), {{"right_free", is_done ? Cell(w.chosen == r.question.answer) : Cell()},
                         {"same_free", is_done && r.chosen ? Cell(w.chosen == r.chosen) : Cell()}});
  return row;
}

Row paraphrase_row(const TraceRecord& r, const RewrittenRow& w, double share, const ExportContext& c,
                   int n_options) {
  Row row = identity_cells(r, c);
  row.insert(row.end(), {{"reader", whole(c.reader)},
                         {"experiment", whole(w.experiment)},
                         {"share", share},
                         {"position", whole(w.position)},
                         {"arm", w.arm},
                         {"written", w.written ? Cell(*w.written) : Cell()},
                         {"n_tokens", whole(w.n_tokens)},
                         {"answer", whole(r.question.answer)}});
  add_forced_cells(row, w, r.question.answer, n_options);
  return row;
}

}  // namespace thinktrace
