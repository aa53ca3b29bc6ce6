// SPDX-License-Identifier: MIT
#include "cli/run_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "thinktrace/error.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {
namespace {

Probing probing_from(const RunArguments& a, const CLI::App& verb) {
  const auto is_given = [&](const char* name) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    return option && option->count() > 0;
  };
  Probing probing = probing_named(a.probe);
  if (!probing.adaptive) {
    if (is_given("--probe-share") || is_given("--probe-seconds"))
      throw Error(ErrorKind::kInput, "[options] --probe-share and --probe-seconds need --probe adaptive");
    probing.stride = a.stride;
    return probing;
  }
  if (is_given("--stride"))
    throw Error(ErrorKind::kInput,
                "[options] --stride and --probe adaptive exclude each other: adaptive probing chooses its "
                "positions itself (--probe-share bounds how many)");
  probing.adaptive->max_share = a.probe_share;
  probing.adaptive->seconds = a.probe_seconds;
  return probing;
}

LabelKind label_kind(const std::string& name) {
  return name == "digits" ? LabelKind::kDigits : name == "letters" ? LabelKind::kLetters : LabelKind::kAuto;
}

}  // namespace

std::string unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == 'n' || next == 't' || next == '\\')) {
      out += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
      i++;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string check_finite(const std::string& s) {
  return s.find_first_not_of("0123456789.eE+-") == std::string::npos ? "" : "not a finite number";
}
std::string check_seed(const std::string& s) {
  return !s.empty() && s.size() <= 20 && s.find_first_not_of("0123456789") == std::string::npos
             ? ""
             : "a seed is a whole number from 0 to 18446744073709551615";
}

std::string read_text_file(const std::string& path, const char* option) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  if (in) text << in.rdbuf();
  if (!in)
    throw Error(ErrorKind::kInput,
                fmt::format("[options] {} {}: {}", option, path, std::strerror(errno ? errno : EIO)));
  if (text.str().empty() || !is_utf8(text.str()))
    throw Error(ErrorKind::kInput, fmt::format("[options] {} {}: empty or not valid UTF-8", option, path));
  return text.str();
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> raw(1);
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == ',') {
      raw.emplace_back();
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] != ',') raw.back() += '\\';
      raw.back() += text[++i];
    } else {
      raw.back() += text[i];
    }
  }
  for (std::string& one : raw) one = unescape(one);
  return raw;
}

std::vector<std::string> suffixes_from(const std::string& text) {
  std::vector<std::string> suffixes;
  for (const std::string& suffix : split_list(text)) {
    if (suffix.empty() || !is_utf8(suffix))
      throw Error(
          ErrorKind::kInput,
          R"([options] --suffixes: a suffix is empty or not valid UTF-8 ("\," is a comma in a suffix))");
    if (std::find(suffixes.begin(), suffixes.end(), suffix) == suffixes.end()) suffixes.push_back(suffix);
  }
  return suffixes;
}

void add_model_options(CLI::App& verb, RunArguments& a) {
  verb.add_option("-m,--model", a.model, "Model file (GGUF)")->required()->group("Model");
  add_compute_options(verb, a);
}

void add_compute_options(CLI::App& verb, RunArguments& a) {
  verb.add_option("--threads", a.threads, "CPU threads; 0: one a core")
      ->capture_default_str()
      ->check(CLI::Range(0, 4096))
      ->group("Model");
  verb.add_option("--gpu-layers", a.gpu_layers, "Layers kept on a GPU: a number, or all")
      ->capture_default_str()
      ->group("Model")
      ->check([](const std::string& s) {
        return s == "all" ||
                       (!s.empty() && s.size() < 6 && s.find_first_not_of("0123456789") == std::string::npos)
                   ? std::string()
                   : "a number or all";
      });
  verb.add_option("--kernels", a.kernels,
                  "Who computes on the CPU: engine, or own (thinktrace's products and attention: faster, "
                  "weights as BF16)")
      ->capture_default_str()
      ->check(CLI::IsMember({"engine", "own"}))
      ->group("Model");
  verb.add_option("--branches", a.branches,
                  "Probes decoded at once; 0: 32 on a CPU, 64 there with --kernels own, 192 on a GPU")
      ->capture_default_str()
      ->check(CLI::Range(0, kMaxBranches - 1))
      ->group("Model");
  verb.add_flag("--reference", a.reference,
                "Slow, the yardstick: a fresh prefill for every probe, F32 cache, no flash attention")
      ->group("Model");
}

void add_selection_options(CLI::App& verb, RunArguments& a) {
  verb.add_option("--limit", a.limit, "Questions of each subject: the first N, or a range as 11-20")
      ->group("Questions");
  verb.add_option("--subjects", a.subjects, "Only these subjects (separated by commas)")
      ->delimiter(',')
      ->group("Questions");
  verb.add_option("--shuffle", a.shuffle, "Order the questions of a subject by this seed before --limit")
      ->check(check_seed)
      ->group("Questions");
}

void add_question_options(CLI::App& verb, RunArguments& a) {
  add_selection_options(verb, a);
  verb.add_flag("--skip-bad", a.skip_bad, "Leave bad records out instead of stopping")->group("Questions");
}

void add_format_options(CLI::App& verb, RunArguments& a) {
  verb.add_option("--chat-template", a.chat_template_file,
                  "Jinja file instead of the model's own chat template")
      ->group("Prompt");
  verb.add_option("--layout", a.layout_file,
                  "Jinja file that lays a question out (variables: question, options, subject)")
      ->group("Prompt");
  verb.add_option("--system", a.system, "System message")->group("Prompt");
  verb.add_option("--labels", a.labels,
                  "Labels of the options: digits, letters, or auto (digits up to 9 options)")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "digits", "letters"}))
      ->group("Prompt");
  verb.add_option("--think-open", a.think_open, "Tag that opens the thinking, if it can't be found")
      ->group("Prompt");
  verb.add_option("--think-close", a.think_close, "Tag that closes it")->group("Prompt");
  verb.add_option("--suffix", a.suffix, "What is written after the closed thinking, before a label")
      ->capture_default_str()
      ->group("Prompt");
}

void add_reading_options(CLI::App& verb, RunArguments& a) {
  verb.add_option("--probe", a.probe,
                  "exact: at every position. adaptive or adaptive:TOLERANCE (0.05 unless given; smaller "
                  "reads more, 0 all): at some positions, chosen by what was read, the others interpolated "
                  "and marked")
      ->capture_default_str()
      ->group("Probes");
  verb.add_option("--probe-share", a.probe_share, "Adaptive: probe at most this share of the positions")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->check(check_finite)
      ->group("Probes");
  constexpr double kMostSeconds = 1e6;
  verb.add_option("--probe-seconds", a.probe_seconds,
                  "Adaptive: once the tolerance is met, go on probing a trace until it has taken N seconds. "
                  "The clock then decides what is probed: two such runs are not the same byte for byte")
      ->capture_default_str()
      ->check(CLI::Range(0.0, kMostSeconds))
      ->check(check_finite)
      ->group("Probes");
  verb.add_option("--stride", a.stride, "Exact: probe after every N-th thinking token")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 24))
      ->group("Probes");
  verb.add_option("--permute", a.permute,
                  "Read each position under K orders of the options, the question's own counted, so that a "
                  "preference "
                  "for a label is seen")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000))
      ->group("Probes");
  verb.add_flag("--retry-failed", a.retry_failed, "Try again what failed")->group("Probes");
}

void add_sampling_options(CLI::App& verb, RunArguments& a) {
  verb.add_option("--samples", a.samples, "Traces a question")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000))
      ->group("Traces");
  verb.add_option(
          "--block", a.block,
          "Units (up to 4 samples of a question each) sampled together and stored when all are done; 0: as "
          "many as make 4 sequences on a CPU, 64 on a GPU")
      ->capture_default_str()
      ->check(CLI::Range(0, kMaxBranches))
      ->group("Traces");
  verb.add_option(
          "--sequences", a.sequences,
          "Traces sampled at once; as one ends the next of the block takes its place; 0: all of a block that "
          "memory has room for")
      ->capture_default_str()
      ->check(CLI::Range(0, kMaxBranches))
      ->group("Traces");
  verb.add_option("--memory", a.memory,
                  "Most memory for weights and cache, such as 8GB; 0: most of the machine's")
      ->capture_default_str()
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true))
      ->group("Model");
  verb.add_option("--seed", a.seed, "Seed of all random numbers")
      ->capture_default_str()
      ->check(check_seed)
      ->group("Traces");
  verb.add_option("--temperature", a.temperature, "Sampling temperature")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0))
      ->check(check_finite)
      ->group("Traces");
  verb.add_option("--top-p", a.top_p, "Nucleus; 1: off")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->check(check_finite)
      ->group("Traces");
  verb.add_option("--top-k", a.top_k, "0: off")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->group("Traces");
  verb.add_option("--min-p", a.min_p, "0: off")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->check(check_finite)
      ->group("Traces");
  verb.add_flag("--greedy", a.greedy, "Always the most likely token (one sample)")->group("Traces");
  verb.add_option("--budget", a.budget, "Thinking tokens after which a trace counts as not ended")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 24))
      ->group("Traces");
  verb.add_option("--answer-tokens", a.answer_tokens,
                  "At most so many tokens of free answer after the thinking")
      ->capture_default_str()
      ->check(CLI::Range(0, 1 << 20))
      ->group("Traces");
}

std::vector<std::pair<std::string, std::string>> option_table(const CLI::App& verb) {
  std::vector<std::pair<std::string, std::string>> table;
  for (const CLI::Option* option : verb.get_options()) {
    const std::string name = option->get_name();
    if (name == "--help") continue;
    table.emplace_back(name, option->count() > 0 ? fmt::format("{}", fmt::join(option->results(), ","))
                                                 : option->get_default_str());
  }
  return table;
}

RunOptions to_run_options(const RunArguments& a, const CLI::App& verb) {
  RunOptions o;
  o.model_path = a.model;
  o.questions_path = a.questions;
  o.out = a.out;
  o.selection.subjects = a.subjects;
  if (const CLI::Option* shuffle = verb.get_option_no_throw("--shuffle"); shuffle && shuffle->count())
    o.selection.shuffle_seed = a.shuffle;
  if (!a.limit.empty()) parse_limit(a.limit, o.selection);
  o.skip_bad = a.skip_bad;
  o.orders = a.permute;
  o.retry_failed = a.retry_failed;
  if (!a.chat_template_file.empty())
    o.format.chat_template = read_text_file(a.chat_template_file, "--chat-template");
  o.format.chat_template_name = a.chat_template_file;
  if (!a.layout_file.empty()) {
    o.format.layout = read_text_file(a.layout_file, "--layout");
    o.format.layout_name = a.layout_file;
  }
  o.format.system = a.system;
  o.format.labels = label_kind(a.labels);
  if (const auto tags = given_thinking_tags(unescape(a.think_open), unescape(a.think_close)))
    o.format.tags = *tags;
  o.format.suffix = unescape(a.suffix);
  o.trace.sampler = {
      .temperature = a.greedy ? 0 : a.temperature, .top_p = a.top_p, .top_k = a.top_k, .min_p = a.min_p};
  o.trace.seed = a.seed;
  o.trace.budget = a.budget;
  o.trace.answer_tokens = a.answer_tokens;
  o.samples = a.samples;
  o.together.block = a.block;
  o.together.sequences = a.sequences;
  o.memory = static_cast<int64_t>(a.memory);
  o.probing = probing_from(a, verb);
  o.compute = {.threads = a.threads,
               .gpu_layers = a.gpu_layers == "all" ? kAllLayers : std::stoi(a.gpu_layers),
               .branches = a.branches,
               .precision = a.reference ? Precision::kReference : Precision::kFast,
               .kernels = a.kernels == "own" ? Kernels::kOwn : Kernels::kEngine};
  if (o.compute.kernels == Kernels::kOwn && (a.reference || a.gpu_layers != "0"))
    throw Error(ErrorKind::kInput,
                "[options] --kernels own computes on the CPU and rounds weights: leave out --reference and "
                "--gpu-layers");
  o.provenance = option_table(verb);
  for (const std::string* text : std::initializer_list<const std::string*>{
           &a.system, &o.format.suffix, &o.format.tags.open, &o.format.tags.close}) {
    if (!is_utf8(*text))
      throw Error(ErrorKind::kInput,
                  "[options] --system, --suffix, --think-open or --think-close is not valid UTF-8");
  }
  return o;
}

}  // namespace thinktrace::cli
