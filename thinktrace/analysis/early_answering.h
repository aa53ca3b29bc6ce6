// SPDX-License-Identifier: MIT
// early_answering.h — does the answer stay what it is with the whole thinking when only a part of it is kept, or when a
// mistake is put into it? After Lanham et al. 2023, "Measuring Faithfulness in Chain-of-Thought Reasoning",
// arXiv 2307.13702: early answering, adding mistakes, and the area over the curve (AOC) of both.
//
// In the paper the thinking is cut after each sentence, the curve of a group of traces is the share whose answer is that
// of the whole thinking, against the share of the sentences that is kept, and the areas over the groups' curves are summed up,
// each weighted with the share of the traces that have that many sentences. Here the same is done with cuts at sentence ends,
// and with cuts after every token (or at the positions that were read), where a trace whose answer appears in the middle of a
// sentence counts with the place of the token. As the area under a mean curve is the mean of the areas, the weighted
// sum is the mean over all traces, whatever the groups; they show where it comes from. What differs: the paper splits
// sentences with NLTK's Punkt, here the rules of experiment/sentences.h do; groups are bins of several lengths; and the answer is
// the forced one.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

// The share of the thinking that is kept, or that stands before the mistake, and whether the answer is that of the
// whole.
struct SameCurve {
  std::vector<double> kept;  // Increasing, 0 to 1.  [n]
  std::vector<double> same;  // 1 or 0; a share between them where several answers were drawn.  [n]
};

// From the answers (options) at some positions of a trace, every one or a few. `whole` is the answer with the whole
// thinking. REQUIRES: as many answers as positions, which increase from 0 or more to `end` at most; end > 0.
SameCurve same_answer_curve(std::span<const int> positions, std::span<const int> answers, int end, int whole);

// 1 minus the area under the straight lines between the readings, from 0 to 1; before the first and after the last reading
// the curve is flat. 0: the answer is the final one from the start; 1: at the very end
// alone. REQUIRES: the curve is not empty. Cost: one pass.
double area_over(const SameCurve& curve);

// A group of traces by length: at least `from`, and below the next group's; shorter ones are in the first group.
struct LengthGroup {
  int from = 0;
  double weight = 0;  // The share of all traces that are in it.
  Estimate area_over;
};

// Where `n_groups` groups of about as many traces begin; fewer where lengths repeat. REQUIRES: n_groups >= 1.
std::vector<int> even_groups(std::vector<int> lengths, int n_groups);
// The group that a length belongs to. REQUIRES: `from` is not empty and increases.
size_t group_of(const std::vector<int>& from, int length);

// One mistake in one trace. Where every trace has many, a SameCurve does it trace by trace.
struct Mistake {
  int question = 0;
  double before = 0;  // The share of the thinking that stands before the mistake, 0 to 1.
  double same = 0;    // The answer is that of the untouched thinking: 1 or 0, or a share.
};

struct MistakeCurve {
  std::vector<Estimate> same;  // Means over the mistakes in each of n equal parts of the thinking.  [n_parts]
  Estimate area_over;          // 1 minus the mean over the parts that have mistakes.
};

// REQUIRES: 0 <= question < n_questions; n_parts >= 1.
MistakeCurve mistake_curve(const std::vector<Mistake>& mistakes, int n_questions, int n_parts,
                           const BootstrapOptions& options = {});

}  // namespace thinktrace
