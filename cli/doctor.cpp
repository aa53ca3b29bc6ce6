// SPDX-License-Identifier: MIT
#include "thinktrace/run/doctor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {
namespace {

using json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces)
    out += fmt::format("{}[{}]", out.empty() ? "" : " ", printable(piece));
  return out;
}

// The end of a prompt says most: the last option, what the model is asked to do, how the thinking is opened.
std::string tail(const std::string& text, size_t n) {
  return text.size() <= n ? text : "..." + to_utf8(text.substr(text.size() - n));
}

// A line a suffix: what it costs, and what the model makes of it.
std::vector<std::string> describe_suffixes(const DoctorReport& r) {
  std::vector<std::string> lines;
  const int own = r.suffixes.front().n_decoded;
  const size_t n = r.suffix_positions.size();
  for (const SuffixWeight& s : r.suffixes) {
    const auto [least, most] = std::minmax_element(s.mass.begin(), s.mass.end());
    const bool is_own = &s == r.suffixes.data();
    const std::string beside = fmt::format("{:.2f} times the tokens, same option at {} of {} positions",
                                           static_cast<double>(s.n_decoded) / own, s.n_same, n);
    lines.push_back(fmt::format("mass {:.3f} to {:.3f}, {:2} tokens: {} ({})", *least, *most, s.n_tokens,
                                nlohmann::json(s.suffix).dump(-1, ' ', false, json::error_handler_t::replace),
                                is_own ? "this one" : beside));
  }
  return lines;
}

void print_doctor_text(const DoctorReport& r) {
  const auto line = [](const char* name, const std::string& value) {
    print(fmt::format("{:<14} {}\n", name, printable(value)));
  };
  const ModelCard& m = r.model;
  line("model", fmt::format("{} ({}, {}, {:.1f} M parameters, {:.1f} MB)", m.name, m.architecture, m.weights,
                            static_cast<double>(m.n_parameters) / 1e6, static_cast<double>(m.bytes) / 1e6));
  line("shape", fmt::format("{} layers, width {}, vocabulary {}, context {}", m.n_layers, m.n_embd, m.n_vocab,
                            m.n_ctx_train));
  line("sha256", m.sha256);
  line("engine", fmt::format("llama.cpp {}; {}{}", r.engine.release, fmt::join(r.engine.devices, "; "),
                             r.kernels == Kernels::kOwn ? "; our own kernels" : ""));
  line("chat template",
       m.chat_template.empty() ? "given" : fmt::format("in the file, {} characters", m.chat_template.size()));
  line("thinking tags", fmt::format("{} … {} (from: {})", r.tags.open, r.tags.close, name_of(r.tags.source)));
  line("prompt ends", tail(r.prompt_text, 120));
  line("suffix", fmt::format("{} tokens: {}", r.suffix_pieces.size(), joined(r.suffix_pieces)));
  std::string options;
  for (const auto& pieces : r.option_pieces) options += (options.empty() ? "" : ", ") + joined(pieces);
  line("options", options);
  line("sample",
       fmt::format("{} thinking tokens, {}; begins: {}", r.n_think, name_of(r.stop), r.think_beginning));
  if (r.stop == Stop::kClosed) line("free answer", tail(r.answer_text, 200));
  line("mass", fmt::format("{:.3f} at t = 0, {:.3f} at the end of the sample", r.mass_start, r.mass_end));
  for (const std::string& text : describe_suffixes(r))
    line(text.ends_with("(this one)") ? "suffixes" : "", text);
  line("noise", describe(r.noise_floor));
  line("memory", fmt::format("{:.1f} MB of weights; {:.1f} KB of cache a token, so {:.1f} MB for a trace of "
                             "{} thinking tokens and its probes",
                             static_cast<double>(m.bytes) / 1e6, r.cache_bytes_a_token / 1e3,
                             r.run_cache_bytes / 1e6, r.run_budget));
  line("speed", fmt::format("prefill {:.0f} tokens/s, sampling one trace {:.0f} tokens/s, {:.0f} probes/s "
                            "(the trace's prefill counted)",
                            r.prefill_tokens_a_second, r.sampled_tokens_a_second, r.probes_a_second));
  for (const std::string& warning : r.warnings) line("look at", warning);
  if (r.warnings.empty()) line("verdict", "nothing looks wrong");
}

json suffixes_json(const DoctorReport& r) {
  json list = json::array();
  for (const SuffixWeight& s : r.suffixes) {
    list.push_back({{"suffix", s.suffix},
                    {"tokens", s.n_tokens},
                    {"decoded_a_probe", s.n_decoded},
                    {"mass", s.mass},
                    {"top", s.top},
                    {"same_as_own", s.n_same}});
  }
  return {{"positions", r.suffix_positions}, {"tried", list}};
}

void print_doctor_json(const DoctorReport& r) {
  json out{
      {"model",
       {{"path", r.model.path},
        {"name", r.model.name},
        {"architecture", r.model.architecture},
        {"weights", r.model.weights},
        {"sha256", r.model.sha256},
        {"n_parameters", r.model.n_parameters},
        {"bytes", r.model.bytes},
        {"n_layers", r.model.n_layers},
        {"n_embd", r.model.n_embd},
        {"n_vocab", r.model.n_vocab},
        {"n_ctx_train", r.model.n_ctx_train},
        {"can_fork", r.model.can_fork}}},
      {"engine",
       {{"release", r.engine.release}, {"cpu_variant", r.engine.cpu_variant}, {"devices", r.engine.devices}}},
      {"kernels", r.kernels == Kernels::kOwn ? "own" : "engine"},
      {"thinking_tags", {{"open", r.tags.open}, {"close", r.tags.close}, {"from", name_of(r.tags.source)}}},
      {"prompt", r.prompt_text},
      {"prompt_tokens", r.n_prompt_tokens},
      {"suffix_pieces", r.suffix_pieces},
      {"option_pieces", r.option_pieces},
      {"one_token_an_option", r.one_token_an_option},
      {"sample",
       {{"thinking_tokens", r.n_think},
        {"stop", name_of(r.stop)},
        {"begins", r.think_beginning},
        {"answer_text", r.answer_text}}},
      {"mass_start", r.mass_start},
      {"mass_end", r.mass_end},
      {"suffixes", suffixes_json(r)},
      {"noise_floor", json::parse(to_json(r.noise_floor))},
      {"cache_bytes_a_token", r.cache_bytes_a_token},
      {"run_budget", r.run_budget},
      {"run_cache_bytes", r.run_cache_bytes},
      {"speed",
       {{"prefill_tokens_a_second", r.prefill_tokens_a_second},
        {"sampled_tokens_a_second", r.sampled_tokens_a_second},
        {"probes_a_second", r.probes_a_second}}},
      {"warnings", r.warnings}};
  print(out.dump(2, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n");
}

}  // namespace

Verb add_doctor(CLI::App& app) {
  struct Arguments {
    RunArguments run;
    int think_tokens = 256;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "doctor", "Say what a model file holds, how it would be probed, how fast, and what looks wrong");
  add_model_options(*verb, a->run);
  verb->add_option("-q,--questions", a->run.questions,
                   "Try it on the first of these questions instead of a built-in one")
      ->group("Questions");
  add_format_options(*verb, a->run);
  verb->add_option("--think-tokens", a->think_tokens, "Thinking tokens of the sample at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 20));
  verb->add_flag("--json", a->json, "As JSON");
  return [a, verb] {
    catch_interrupts();
    RunObserver observer;
    observer.should_stop = interrupted;
    const DoctorReport report = examine_model(to_run_options(a->run, *verb), observer, a->think_tokens);
    a->json ? print_doctor_json(report) : print_doctor_text(report);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
