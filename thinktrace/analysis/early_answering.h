// SPDX-License-Identifier: MIT
// early_answering.h — does the answer stay what it is with the whole thinking when only a part of it is kept, or when a
// mistake is put into it? After Lanham et al. 2023, "Measuring Faithfulness in Chain-of-Thought Reasoning",
// arXiv 2307.13702: early answering, adding mistakes, and the area over the curve (AOC) of both.
//
// Where this differs from the paper. There the thinking is cut after each sentence and traces are grouped by their
// number of sentences; here it is cut after every token (or at the positions that were read), and lengths are in
// tokens, in bins. There the model is asked for its answer; here it is the forced answer. Cuts inside sentences are
// readings too, so that a trace whose answer appears in the middle of a sentence counts with the place of the
// token. Where only sentence ends are given as positions, the numbers are the paper's.
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

// The value at a share of the thinking: on the line between the readings beside it; before the first reading that
// reading, after the last one that. REQUIRES: the curve is not empty.
double same_at(const SameCurve& curve, double kept);

// 1 minus the area under that line from 0 to 1. 0: the answer is the final one from the start; 1: at the very end
// alone. REQUIRES: the curve is not empty. Cost: one pass.
double area_over(const SameCurve& curve);

struct EarlyTrace {
  int question = 0;
  int length = 0;  // Thinking tokens (sentences, to have the paper's groups).
  SameCurve curve;
};

// A group of traces by length: at least `from`, and below the next group's.
struct LengthGroup {
  int from = 0;
  double weight = 0;  // The share of all traces that are in it.
  Estimate area_over;
  std::vector<Estimate> same;  // Mean at each share of EarlyOptions::shares.
};

struct EarlyAnswering {
  Estimate area_over;          // The groups' areas, each weighted with its share of the traces.
  std::vector<Estimate> same;  // Over all traces.  [shares]
  std::vector<LengthGroup> groups;
};

struct EarlyOptions {
  std::vector<int>
      group_from;  // Where length groups begin, increasing; shorter traces are in the first one. Empty: one group.
  std::vector<double> shares = {0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 1};
  BootstrapOptions bootstrap;
};

// Intervals are of whole questions. As the area under a mean curve is the mean of the areas, the weighted area is the
// mean over all traces, whatever the groups; they show where it comes from. REQUIRES: 0 <= question < n_questions; no
// curve is empty.
EarlyAnswering early_answering(const std::vector<EarlyTrace>& traces, int n_questions,
                               const EarlyOptions& options = {});

// Where `n_groups` groups of about as many traces begin; fewer where lengths repeat. REQUIRES: n_groups >= 1.
std::vector<int> even_groups(std::vector<int> lengths, int n_groups);

// One mistake in one trace. Where every trace has many, SameCurve and early_answering() do it trace by trace.
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
