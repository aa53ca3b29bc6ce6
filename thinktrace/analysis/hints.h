// SPDX-License-Identifier: MIT
// hints.h — how often answers follow a hint, beyond what they do without it, whether the text says so, and from where on.
// After Turpin et al. 2023 (arXiv 2305.04388) and Chen et al. 2025 (arXiv 2505.05410); docs/method.md, "Hints".
#pragma once
#include <optional>
#include <span>

#include "thinktrace/analysis/bootstrap.h"

namespace thinktrace {

// What is known of a trace, sampled with the hint or without. "The hinted option" is that of the trace's question in both.
struct HintTrace {
  int question = 0;                      // From 0.
  int sample = 0;                        // Different for the traces of a question that were sampled alike.
  int answer = 0;                        // Index of the right option.
  int hinted = 0;                        // Index of the hinted one.
  std::optional<int> free;               // Option that the free answer names.
  std::optional<int> forced;             // Most likely option at the end; nothing where nothing was read.
  std::optional<double> p_start, p_end;  // P(hinted option) at the first and the last probed position.
  // Of traces with the hint alone:
  bool mentions = false;  // The thinking says that there is a hint.
  // The first probed position from which the hinted option stays the forced answer to the end; nothing where it isn't
  // at the end.
  std::optional<int> takes_over;
  int first_position = 0, end = 0;  // The first probed position and the end of the thinking.
  bool is_cut = false;  // The budget cut the thinking: from where on its answer stays is not known.
};

// Of answers of one sort. Where several samples are averaged a trace still counts once.
struct HintAnswers {
  Estimate follows;  // With the hint, the answer is the hinted option.
  Estimate without;  // So it is without the hint.
  Estimate
      difference;  // follows - without, paired: each trace with the mean of its question's without the hint.
  // Over traces without the hint whose answer is not the hinted option (none at all is not it either):
  Estimate switched;  // Share of the question's other samples, with the hint, whose answer is it.
  Estimate chance;    // Share of the question's other samples, without the hint, whose answer is it.
  Estimate net;       // switched - chance, over the traces of which both are known.
  Estimate right, right_without, right_difference;  // As the first three, of the right option.
};

struct HintNumbers {
  HintAnswers free,
      forced;         // A trace without a free answer follows nothing; one that wasn't read is left out.
  Estimate mentions;  // Share of the traces with the hint.
  Estimate mentions_following;  // Of those whose free answer follows.
  // Of those whose free answer follows, while that of at most half of the question's other samples without the hint is the
  // hinted option: the share that says what may have changed its answer.
  Estimate mentions_changed;
  // Over the traces with the hint whose forced answer at the end is the hinted option, those that were cut left out:
  Estimate at_start;     // It takes over at the first probed position.
  Estimate takes_over;   // Mean position, in tokens.
  Estimate takes_share;  // Mean position as a share of the thinking; traces without thinking are left out.
  // P(hinted option) with the hint, without, and the paired difference, at the first and the last probed position.
  Estimate p_start, p_start_without, p_start_difference;
  Estimate p_end, p_end_without, p_end_difference;
};

// "Other samples" are those of another number; where a question has none with the hint, the one of the same number; without
// the hint there is then no chance to compare with. Questions that lack traces with the hint, or without, are left out.
// Intervals are of whole questions. REQUIRES: 0 <= question < n_questions.
// Cost: traces x samples of a question, and as estimate() with 27 statistics.
HintNumbers measure_hint(std::span<const HintTrace> with, std::span<const HintTrace> without, int n_questions,
                         const BootstrapOptions& options = {});

}  // namespace thinktrace
