// SPDX-License-Identifier: MIT
// run_options.h — the options that describe a run, declared once for every command that takes them.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "thinktrace/run/plan.h"

namespace thinktrace::cli {

// What the command line says, before it is turned into RunOptions.
struct RunArguments {
  std::string model, questions, out;
  std::string limit, chat_template_file, layout_file, system;
  std::vector<std::string> subjects;
  std::string labels = "auto", think_open, think_close, suffix = R"(\n\nThe answer is )", gpu_layers = "0",
              kernels = "engine";
  uint64_t shuffle = 0, seed = 1;
  bool skip_bad = false, greedy = false, reference = false, retry_failed = false;
  int samples = 1, block = 0, sequences = 0, stride = 1, permute = 1, threads = 0, branches = 0,
      budget = 2048, answer_tokens = 256, top_k = 0;
  uint64_t memory = 0;
  std::string probe = "exact";
  double probe_share = 1, probe_seconds = 0;
  double temperature = 0.6, top_p = 0.95, min_p = 0;
};

void add_model_options(CLI::App& verb, RunArguments& a);      // Model and how it computes.
void add_compute_options(CLI::App& verb, RunArguments& a);    // How it computes alone.
void add_selection_options(CLI::App& verb, RunArguments& a);  // Which of the questions.
void add_question_options(CLI::App& verb, RunArguments& a);   // The same, of a file.
void add_format_options(CLI::App& verb, RunArguments& a);     // The words around them.
void add_reading_options(CLI::App& verb, RunArguments& a);    // What is read at which positions.
void add_sampling_options(CLI::App& verb, RunArguments& a);

// Reads the files that the arguments name; `verb` gives the provenance. Throws Error (kInput).
RunOptions to_run_options(const RunArguments& arguments, const CLI::App& verb);

// A shell passes \n as two characters; a suffix, tags and wordings need the one that is meant.
std::string unescape(const std::string& text);

// CLI11 reads "nan" as a number within every range and "-1" as a large unsigned one; these refuse both. As CLI11 wants
// its checks: the complaint, or an empty text.
std::string check_finite(const std::string& text);
std::string check_seed(const std::string& text);

// The file that an option names. Throws Error (kInput) where it can't be read, is empty or not valid UTF-8.
std::string read_text_file(const std::string& path, const char* option);

// Texts separated by commas; in each, \, is a comma and \n, \t and \\ are as in --suffix.
std::vector<std::string> split_list(const std::string& text);
// Such a list of suffixes; one that stands there twice counts once. Throws Error (kInput) for one that is empty or not
// valid UTF-8.
std::vector<std::string> suffixes_from(const std::string& text);

// Every option of a parsed command as (name, value), defaults included.
std::vector<std::pair<std::string, std::string>> option_table(const CLI::App& verb);

}  // namespace thinktrace::cli
