// SPDX-License-Identifier: MIT
#include "thinktrace/run/bench.h"

#include <fmt/format.h>

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

double same_top_share(const NoiseFloor& off) {
  return 1 - static_cast<double>(off.n_top_changed) / off.n_positions;
}

void print_text(const BenchReport& r) {
  const auto line = [](const std::string& name, const std::string& value) {
    print(fmt::format("{:<26} {}\n", name, printable(value)));
  };
  const auto rate = [](const Spread& s, const char* unit) {
    return fmt::format("{:.1f} {} ({:.1f} to {:.1f})", s.median, unit, s.low, s.high);
  };
  const auto ratio = [](const Spread& s) {
    return fmt::format("{:.2f} ({:.2f} to {:.2f})", s.median, s.low, s.high);
  };
  const ModelCard& m = r.model;
  line("model", fmt::format("{} ({}, {:.1f} M parameters)", m.name, m.weights,
                            static_cast<double>(m.n_parameters) / 1e6));
  line("engine", fmt::format("llama.cpp {} ({}), {} threads, {} branches", r.engine.release,
                             r.engine.cpu_variant, r.compute.threads, r.compute.branches));
  line("measured on", fmt::format("{}, {} tokens and {} probes a round, suffix of {} tokens",
                                  count_text(r.n_traces, "trace"), r.n_prefilled, r.n_probes, r.n_suffix));
  line("prefill", rate(r.prefill, "tokens/s"));
  line("exact probing", rate(r.exact, "tokens/s") + ", the trace's prefill and every suffix token counted");
  line("  of prefill speed", ratio(r.exact_to_prefill));
  line("  probes", rate(r.probes, "probes/s"));
  line("recomputing each prefix", rate(r.recomputed_probes, "probes/s"));
  line("  forks to that", ratio(r.probes_to_recomputed));
  line("  largest |dP|",
       fmt::format("{:.1e}, mean {:.1e}, over {} positions; another most likely option at {}",
                   r.noise.max_abs_dp, r.noise.mean_abs_dp, r.noise.n_positions, r.noise.n_top_changed));
  line("adaptive probing", rate(r.adaptive_positions, "positions/s") +
                               fmt::format(", {:.1f} % of them read", 100 * r.adaptive_share));
  line("  to exact probing", ratio(r.adaptive_to_exact));
  line("  mean |dP|",
       fmt::format("{:.1e} over {} positions, from exact probing; the same most likely option at {:.1f} %",
                   r.adaptive_off.mean_abs_dp, r.adaptive_off.n_positions,
                   100 * same_top_share(r.adaptive_off)));
  for (const Generation& g : r.generation)
    line(fmt::format("generation, {}", count_text(g.n_sequences, "sequence")),
         rate(g.tokens_a_second, "tokens/s"));
  line("peak memory",
       fmt::format("{:.0f} MB, of which {:.0f} MB of weights", static_cast<double>(r.peak_bytes) / 1e6,
                   static_cast<double>(m.bytes) / 1e6));
}

json to_json(const Spread& s) { return {{"median", s.median}, {"low", s.low}, {"high", s.high}}; }

void print_json(const BenchReport& r) {
  json generation = json::array();
  for (const Generation& g : r.generation)
    generation.push_back({{"sequences", g.n_sequences}, {"tokens_a_second", to_json(g.tokens_a_second)}});
  const json out{
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
  print(out.dump(2, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n");
}

}  // namespace

Verb add_bench(CLI::App& app) {
  struct Arguments {
    RunArguments run;
    BenchOptions bench;
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
        number("--think-tokens", a->bench.n_think, "Of the made-up thinking", 1, kMost),
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
  verb->add_flag("--json", a->json, "As JSON");
  return [a, verb] {
    catch_interrupts();
    const RunOptions options = to_run_options(a->run, *verb);
    a->bench.model_path = options.model_path;
    a->bench.compute = options.compute;
    a->bench.should_stop = interrupted;
    const BenchReport report = measure_speed(a->bench);
    a->json ? print_json(report) : print_text(report);
    return static_cast<int>(kDone);
  };
}

}  // namespace thinktrace::cli
