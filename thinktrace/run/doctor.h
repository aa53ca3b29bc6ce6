// SPDX-License-Identifier: MIT
// doctor.h — what a model file holds, how it would be probed, and what looks wrong.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/run/run.h"

namespace thinktrace {

// What another wording of the forced answer would be, tried on the same sample.
struct SuffixWeight {
  std::string suffix;        // After the closing tag.
  int n_tokens = 0;          // Of closing tag and suffix.
  int n_decoded = 0;         // For one probe, labels of several tokens counted: its cost.
  std::vector<double> mass;  // At each position that was tried.  [n_positions]
  std::vector<int> top;      // The most likely option there.  [n_positions]
  int n_same = 0;            // Positions at which that is what it is with the run's own suffix.
};

struct DoctorReport {
  ModelCard model;
  EngineInfo engine;
  Kernels kernels = Kernels::kEngine;
  ThinkingTags tags;
  std::string prompt_text;  // Of the question that was tried.
  int n_prompt_tokens = 0;
  std::vector<std::string> suffix_pieces;               // Texts of the suffix' tokens, closing tag first.
  std::vector<std::vector<std::string>> option_pieces;  // Texts of each option's tokens.
  bool one_token_an_option = true;
  // A sample of the question:
  int n_think = 0;
  Stop stop = Stop::kClosed;
  std::string think_beginning, answer_text;
  double mass_start = 0, mass_end = 0;
  NoiseFloor noise_floor;
  std::vector<int> suffix_positions;   // Thinking tokens kept where suffixes were tried.
  std::vector<SuffixWeight> suffixes;  // The run's own first.
  // What it costs:
  double cache_bytes_a_token = 0;  // An estimate from layers, heads and an F16 cache.
  int run_budget = 0;              // Thinking tokens that a run's budget leaves a trace of this question,
  double run_cache_bytes = 0;      // and the cache that sampling one such trace and probing it takes.
  double prefill_tokens_a_second = 0, sampled_tokens_a_second = 0, probes_a_second = 0;
  std::vector<std::string> warnings;  // What looks wrong; may hold text from the model's file.
};

// Loads the model and tries it on one question: the first of `options.questions_path`, or a built-in one if that is
// empty. The sample thinks for at most `n_think` tokens, whatever the budget. Writes no file. Throws Error as run_plan.
DoctorReport examine_model(const RunOptions& options, const RunObserver& observer, int n_think = 256);

}  // namespace thinktrace
