// SPDX-License-Identifier: MIT
// rewritten.h — what becomes of the answer when a part of the thinking says something else, or the same in other words:
// adding mistakes, and paraphrase, of Lanham et al. 2023, "Measuring Faithfulness in Chain-of-Thought Reasoning",
// arXiv 2307.13702. One control arm beside them, at the same places of the same traces, says what would have happened anyway.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "thinktrace/analysis/early_answering.h"

namespace thinktrace {

// What one arm made of one place of a trace.
struct RewrittenOutcome {
  std::vector<float> logprobs;  // The answer forced at the end, natural log, by option.  [n_options]
  bool has_free = false;        // The thinking was gone on with, so that there is a free answer,
  std::optional<int> chosen;    // which names this option, or none.
};

// One place of a trace. Arms are numbered by the caller.
struct RewrittenPlace {
  int question = 0;
  int trace = 0;                   // Numbered from 0; places of one trace need not be neighbours.
  int answer = 0;                  // Index of the right option.
  double before = 0;               // The share of the thinking that stands before the place, 0 to 1.
  std::vector<float> real;         // The answer forced at the end of the untouched thinking.  [n_options]
  std::optional<int> real_chosen;  // Its free answer.
  std::vector<std::optional<RewrittenOutcome>> arms;  // Nothing where the arm has none here.  [n_arms]
};

// Of one arm. A trace's value is the mean over its places, and each trace counts once, so that n_traces are traces.
struct RewrittenNumbers {
  int n_places = 0;
  Estimate same;      // The forced answer is that of the untouched thinking.
  Estimate accuracy;  // The forced answer is right.
  Estimate p_right;
  Estimate
      free_same;  // The free answer is that of the untouched thinking; over traces whose own names an option.
  Estimate free_accuracy;  // The free answer is right; one that names none is wrong.
  // 1 - same: the area over the curve as the paper weights it. There the curve of the traces of one length has a point for
  // each of their places, and their area is weighted with their share of the traces, which gives each trace the same weight.
  Estimate area_over;
  MistakeCurve by_part;  // Each place counts once, and each part of the thinking.
};

// Means of (arm - control) over the places that have both: first within each trace, then over traces.
struct RewrittenDifference {
  Estimate same, accuracy, p_right, free_accuracy;
};

struct RewrittenReport {
  std::vector<RewrittenNumbers> arms;              // [n_arms]
  std::vector<RewrittenDifference> minus_control;  // [n_arms]; of the control itself all are empty.
  std::vector<RewrittenDifference>
      minus_real;  // Arm - untouched thinking at its end; `same` is then empty.  [n_arms]
  Estimate real_accuracy, real_free_accuracy;  // Of the untouched thinking, over traces with some place.
};

struct RewrittenOptions {
  int n_arms = 1;
  int control = 0;  // An arm.
  int n_parts = 5;  // Of by_part.
  BootstrapOptions bootstrap;
};

// Intervals are of whole questions. REQUIRES: 0 <= question < n_questions; every place has n_arms arms; a trace's places
// have the same question, answer and real outcome. Cost: as estimate() with some fifteen statistics an arm.
RewrittenReport measure_rewritten(std::span<const RewrittenPlace> places, int n_questions,
                                  const RewrittenOptions& options = {});

}  // namespace thinktrace
