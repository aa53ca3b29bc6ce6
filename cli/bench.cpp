// SPDX-License-Identifier: MIT
#include "thinktrace/run/bench_run.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {
namespace {

using json = nlohmann::ordered_json;

void print_line(const std::string& name, const std::string& value) {
  print(fmt::format("{:<26} {}\n", name, printable(value)));
}

std::string rate_text(const Spread& s, const char* unit) {
  return fmt::format("{:.1f} {} ({:.1f} to {:.1f})", s.median, unit, s.low, s.high);
}

std::string ratio_text(const Spread& s) {
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", s.median, s.low, s.high);
}

std::string off_text(const NoiseFloor& off) {
  return fmt::format("{:.1e}, mean {:.1e}, over {} positions; another most likely option at {}",
                     off.max_abs_dp, off.mean_abs_dp, off.n_positions, off.n_top_changed);
}

double same_top_share(const NoiseFloor& off) {
  return 1 - static_cast<double>(off.n_top_changed) / off.n_positions;
}

void print_bench_text(const BenchReport& r) {
  const ModelCard& m = r.model;
  print_line("model", fmt::format("{} ({}, {:.1f} M parameters)", m.name, m.weights,
                                  static_cast<double>(m.n_parameters) / 1e6));
  print_line("engine", fmt::format("llama.cpp {} ({}), {} threads, {} branches{}", r.engine.release,
                                   r.engine.cpu_variant, r.compute.threads, r.compute.branches,
                                   r.compute.kernels == Kernels::kOwn ? ", our own kernels" : ""));
  print_line("measured on",
             fmt::format("{}, {} tokens and {} probes a round, suffix of {} tokens",
                         count_text(r.n_traces, "trace"), r.n_prefilled, r.n_probes, r.n_suffix));
  print_line("prefill", rate_text(r.prefill, "tokens/s"));
  print_line("exact probing",
             rate_text(r.exact, "tokens/s") + ", the trace's prefill and every suffix token counted");
  print_line("  of prefill speed", ratio_text(r.exact_to_prefill));
  if (const auto& engine = r.beside_engine) {
    print_line("  of the engine's prefill",
               ratio_text(engine->exact_to_prefill) + ", which is " + rate_text(engine->prefill, "tokens/s"));
    print_line("  largest |dP| to its own", off_text(engine->off));
  }
  print_line("  probes", rate_text(r.probes, "probes/s"));
  print_line("recomputing each prefix", rate_text(r.recomputed_probes, "probes/s"));
  print_line("  forks to that", ratio_text(r.probes_to_recomputed));
  print_line("  largest |dP|", off_text(r.noise));
  print_line("adaptive probing", rate_text(r.adaptive_positions, "positions/s") +
                                     fmt::format(", {:.1f} % of them read", 100 * r.adaptive_share));
  print_line("  to exact probing", ratio_text(r.adaptive_to_exact));
  print_line(
      "  mean |dP|",
      fmt::format("{:.1e} over {} positions, from exact probing; the same most likely option at {:.1f} %",
                  r.adaptive_off.mean_abs_dp, r.adaptive_off.n_positions,
                  100 * same_top_share(r.adaptive_off)));
  for (const Generation& g : r.generation)
    print_line(fmt::format("generation, {}", count_text(g.n_sequences, "sequence")),
               rate_text(g.tokens_a_second, "tokens/s"));
  print_line("peak memory",
             fmt::format("{:.0f} MB, of which {:.0f} MB of weights", static_cast<double>(r.peak_bytes) / 1e6,
                         static_cast<double>(m.bytes) / 1e6));
}

void print_bench_text(const RunSpeed& r) {
  print_line("end to end",
             fmt::format("{}, {}, {} at once in blocks of {}, {} sampled tokens, {} suffix tokens a round",
                         count_text(r.n_questions, "question"), count_text(r.n_traces, "trace"),
                         count_text(r.together.sequences, "sequence"), count_text(r.together.block, "unit"),
                         r.n_sampled, r.n_suffix));
  print_line("  questions", rate_text(r.questions_an_hour, "an hour"));
  print_line("  of the lower bound", ratio_text(r.of_bound));
  print_line("  prefill", rate_text(r.prefill, "tokens/s"));
  print_line("  generation", rate_text(r.generation, "tokens/s"));
  print_line("  sampling", rate_text(r.sampling, "s"));
  print_line("  probing", rate_text(r.probing, "s"));
  print_line("  adaptive, to exact",
             ratio_text(r.adaptive_to_exact) +
                 fmt::format(", {:.1f} % of the positions read", 100 * r.adaptive_share));
  print_line("  storing and the rest", rate_text(r.storing, "s"));
  print_line("  peak memory",
             fmt::format("{:.0f} MB, of which {:.0f} MB of cache", static_cast<double>(r.peak_bytes) / 1e6,
                         static_cast<double>(r.cache_bytes) / 1e6));
}

json to_json(const Spread& s) { return {{"median", s.median}, {"low", s.low}, {"high", s.high}}; }

json to_json(const RunSpeed& r) {
  return {{"questions", r.n_questions},
          {"traces", r.n_traces},
          {"block", r.together.block},
          {"sequences", r.together.sequences},
          {"prompt_tokens", r.n_prompt},
          {"sampled_tokens", r.n_sampled},
          {"suffix_tokens", r.n_suffix},
          {"questions_an_hour", to_json(r.questions_an_hour)},
          {"of_lower_bound", to_json(r.of_bound)},
          {"prefill_tokens_a_second", to_json(r.prefill)},
          {"generated_tokens_a_second", to_json(r.generation)},
          {"seconds_sampling", to_json(r.sampling)},
          {"seconds_probing", to_json(r.probing)},
          {"seconds_storing", to_json(r.storing)},
          {"adaptive", {{"to_exact", to_json(r.adaptive_to_exact)}, {"probed_share", r.adaptive_share}}},
          {"cache_bytes", r.cache_bytes},
          {"peak_bytes", r.peak_bytes}};
}

void print_bench_json(const BenchReport& r, const std::optional<RunSpeed>& run) {
  json generation = json::array();
  for (const Generation& g : r.generation)
    generation.push_back({{"sequences", g.n_sequences}, {"tokens_a_second", to_json(g.tokens_a_second)}});
  json out{
      {"model",
       {{"name", r.model.name},
        {"weights", r.model.weights},
        {"sha256", r.model.sha256},
        {"n_parameters", r.model.n_parameters},
        {"bytes", r.model.bytes}}},
      {"engine",
       {{"release", r.engine.release}, {"cpu_variant", r.engine.cpu_variant}, {"devices", r.engine.devices}}},
      {"settings",
       {{"threads", r.compute.threads},
        {"branches", r.compute.branches},
        {"kernels", r.compute.kernels == Kernels::kOwn ? "own" : "engine"},
        {"gpu_layers", r.compute.gpu_layers}}},
      {"traces", r.n_traces},
      {"suffix_tokens", r.n_suffix},
      {"prefilled_tokens", r.n_prefilled},
      {"probes", r.n_probes},
      {"prefill_tokens_a_second", to_json(r.prefill)},
      {"exact_tokens_a_second", to_json(r.exact)},
      {"exact_to_prefill", to_json(r.exact_to_prefill)},
      {"probes_a_second", to_json(r.probes)},
      {"recomputed_probes_a_second", to_json(r.recomputed_probes)},
      {"probes_to_recomputed", to_json(r.probes_to_recomputed)},
      {"noise_floor", json::parse(thinktrace::to_json(r.noise))},
      {"adaptive",
       {{"positions_a_second", to_json(r.adaptive_positions)},
        {"to_exact", to_json(r.adaptive_to_exact)},
        {"probed_share", r.adaptive_share},
        {"mean_abs_dp", r.adaptive_off.mean_abs_dp},
        {"same_top_share", same_top_share(r.adaptive_off)}}},
      {"generation", std::move(generation)},
      {"peak_bytes", r.peak_bytes}};
  if (const auto& engine = r.beside_engine) {
    out["engine_kernels"] = {{"prefill_tokens_a_second", to_json(engine->prefill)},
                             {"exact_to_prefill", to_json(engine->exact_to_prefill)},
                             {"difference", json::parse(thinktrace::to_json(engine->off))}};
  }
  if (run) out["run"] = to_json(*run);
  print(out.dump(2, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n");
}

// A line for each probe: trace, position, the probability of each option.
void write_curves(const std::string& path, const std::vector<Curve>& curves) {
  std::ofstream out(path);
  for (size_t i = 0; i < curves.size(); i++) {
    const Curve& c = curves[i];
    const size_t n_options = c.logprobs.size() / c.positions.size();
    for (size_t k = 0; k < c.positions.size(); k++) {
      out << i << ',' << c.positions[k];
      for (size_t o = 0; o < n_options; o++)
        out << ',' << fmt::format("{:.9g}", std::exp(c.logprobs[k * n_options + o]));
      out << '\n';
    }
  }
  out.close();
  if (!out) throw Error(ErrorKind::kFailed, fmt::format("[bench] {}: can't be written", path));
}

}  // namespace

Verb add_bench(CLI::App& app) {
  struct Arguments {
    RunArguments run;
    BenchOptions bench;
    std::string curves;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "bench",
      "Measure how fast this machine samples and probes with a model, beside the engine's own prefill");
  add_model_options(*verb, a->run);
  const auto number = [&](const char* name, int& value, const char* what, int low, int high) {
    return verb->add_option(name, value, what)
        ->capture_default_str()
        ->check(CLI::Range(low, high))
        ->group("Work");
  };
  constexpr int kMost = 1 << 20;
  auto* tokens =
      verb->add_option("--tokens", a->bench.tokens_path,
                       "Measure on these token ids (docs/performance.md has the format) instead of a "
                       "made-up trace")
          ->group("Work");
  for (CLI::Option* made_up :
       {number("--prompt-tokens", a->bench.n_prompt, "Tokens of the made-up prompt", 1, kMost),
        number("--think-tokens", a->bench.n_think,
               "Of the made-up thinking; 0: 480, or as many as the context has room for", 0, kMost),
        number("--suffix-tokens", a->bench.n_suffix, "Of the made-up suffix", 1, 256)})
    made_up->excludes(tokens);
  number("--rounds", a->bench.rounds, "Rounds, in each of which everything is done once", 1, 1000);
  number("--recompute", a->bench.n_recomputed, "Positions of a trace read by fresh prefills too", 1, kMost);
  verb->add_option("--sequences", a->bench.sequences,
                   "How many sequences are generated at once (separated by commas)")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::Range(1, kMaxBranches - 1))
      ->group("Work");
  verb->add_option("-q,--questions", a->run.questions,
                   "Measure a run over these questions from end to end too")
      ->group("Questions");
  add_question_options(*verb, a->run);
  number("--samples", a->run.samples, "Traces a question", 1, 1000);
  number("--budget", a->run.budget, "Thinking tokens after which a trace is cut", 1, kMost);
  number("--block", a->run.block, "As for run", 0, kMaxBranches);
  verb->add_option("--curves", a->curves,
                   "Write what exact probing read to this file: trace, position and the probability of each "
                   "option a line, separated by commas")
      ->group("Work");
  verb->add_flag("--json", a->json, "As JSON");
  return [a, verb] {
    catch_interrupts();
    const RunOptions options = to_run_options(a->run, *verb);
    a->bench.model_path = options.model_path;
    a->bench.compute = options.compute;
    a->bench.should_stop = interrupted;
    std::optional<RunSpeed> run;  // First, so that its peak is its own.
    if (!options.questions_path.empty()) run = measure_run(options, a->bench.rounds, interrupted);
    const BenchReport report = measure_speed(a->bench);
    if (!a->curves.empty()) write_curves(a->curves, report.curves);
    if (a->json) {
      print_bench_json(report, run);
    } else {
      print_bench_text(report);
      if (run) print_bench_text(*run);
    }
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
