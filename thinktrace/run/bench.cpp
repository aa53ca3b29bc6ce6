// SPDX-License-Identifier: MIT
#include "thinktrace/run/bench.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "thinktrace/error.h"
#include "thinktrace/run/bench_adaptive.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/run/progress.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr const char* kNeverWritten =
    "\x01thinktrace bench\x01";  // A closing tag that no sequence comes upon.

// Numbers of a line, each a token of the model or a length.
class Line {
 public:
  Line(const std::string& path, int number, const std::string& text, int n_vocab)
      : path_(path), number_(number), n_vocab_(n_vocab), in_(text) {}

  int length() { return take("a length", 1 << 24); }
  std::vector<Token> tokens(int n) {
    std::vector<Token> list;
    for (int i = 0; i < n; i++) list.push_back(take("a token of the model", n_vocab_));
    return list;
  }
  std::vector<Token> rest() {
    std::vector<Token> list;
    while (in_ >> std::ws && !in_.eof()) list.push_back(take("a token of the model", n_vocab_));
    return list;
  }
  [[noreturn]] void complain(const std::string& what) const {
    throw Error(ErrorKind::kInput, fmt::format("[bench] {}, line {}: {}", path_, number_, what));
  }

 private:
  int take(const char* what, int end) {
    int64_t value = -1;
    if (!(in_ >> value) || value < 0 || value >= end)
      complain(fmt::format("expected {}, a whole number from 0 to {}", what, end - 1));
    return static_cast<int>(value);
  }

  const std::string& path_;
  int number_, n_vocab_;
  std::istringstream in_;
};

template <class Work>
double seconds_of(Work work) {
  const double begin = monotonic_seconds();
  work();
  return std::max(1e-9, monotonic_seconds() - begin);
}

// What one round took and saw.
struct Round {
  double prefill = 0, exact = 0, recomputed = 0;  // Seconds.
  NoiseFloor noise;
  std::vector<Curve> curves;  // One a trace.
  AdaptiveWork adaptive;
  std::vector<double> generation;  // Tokens a second.
};

class Bench {
 public:
  Bench(const Model& model, const BenchTraces& traces, const BenchOptions& options)
      : traces_(traces), options_(options), session_(model, session_options(model)) {}

  // Seconds of all traces' prefill.
  double prefill() {
    double seconds = 0;
    for (const BenchTrace& trace : traces_.traces) seconds += measure_prefill(trace);
    return seconds;
  }
  void rest() { session_.rest(); }
  // What exact probing reads, one curve a trace.
  std::vector<Curve> read() {
    std::vector<Curve> curves;
    for (const BenchTrace& t : traces_.traces) {
      session_.clear();
      ForkReader forks(session_, options_.compute.branches);
      curves.push_back(probe_trace(forks, t.prompt, t.think, traces_.form,
                                   probe_positions(static_cast<int>(t.think.size()), 1)));
    }
    return curves;
  }

  Round run() {
    Round round;
    for (const BenchTrace& trace : traces_.traces) measure_probing(trace, round);
    for (const int n : options_.sequences) round.generation.push_back(measure_generation(n));
    return round;
  }

  int64_t n_prefilled() const {
    int64_t n = 0;
    for (const BenchTrace& t : traces_.traces) n += static_cast<int64_t>(t.prompt.size() + t.think.size());
    return n;
  }
  int64_t n_probes() const {
    int64_t n = 0;
    for (const BenchTrace& t : traces_.traces) n += static_cast<int64_t>(t.think.size()) + 1;
    return n;
  }
  int64_t n_recomputed() const {
    int64_t n = 0;
    for (const BenchTrace& t : traces_.traces) n += static_cast<int64_t>(recomputed(t).size());
    return n;
  }
  const ComputeOptions& compute() const { return options_.compute; }

 private:
  SessionOptions session_options(const Model& model) {
    options_.compute = resolve_compute(options_.compute);
    const int branch = longest_branch(traces_.form), n_probing = options_.compute.branches * branch;
    int cells = 0, most = 1;
    for (const int n : options_.sequences) most = std::max(most, n);
    for (const BenchTrace& t : traces_.traces) {
      const int n = static_cast<int>(t.prompt.size() + t.think.size());
      if (n + branch > model.card().n_ctx_train) {
        throw Error(ErrorKind::kInput,
                    fmt::format("[bench] {}: a trace of {} tokens and its suffix don't fit into the model's "
                                "context of {}",
                                model.card().path, n, model.card().n_ctx_train));
      }
      cells =
          std::max({cells, n + n_probing, static_cast<int>(t.prompt.size()) + most * options_.n_generated});
    }
    constexpr int kPad = 256;
    return {.n_cells = (cells + kPad - 1) / kPad * kPad,
            .n_branches = std::min(kMaxBranches, std::max(options_.compute.branches, most) + 1),
            .batch = std::max(kSmallestBatch, n_probing),
            .threads = options_.compute.threads,
            .precision = options_.compute.precision,
            .should_stop = options_.should_stop};
  }

  std::vector<int> recomputed(const BenchTrace& trace) const {
    const auto n_tokens = static_cast<int>(trace.think.size());
    if (options_.n_recomputed == 1) return {n_tokens / 2};  // A prefix of the mean length.
    return spread_positions(n_tokens, options_.n_recomputed);
  }

  double measure_prefill(const BenchTrace& trace) {
    std::vector<Token> all = trace.prompt;
    all.insert(all.end(), trace.think.begin(), trace.think.end());
    session_.clear();
    return seconds_of([&] { session_.prefill(0, all), session_.logits(0); });
  }

  void measure_probing(const BenchTrace& trace, Round& round) {
    round.prefill += measure_prefill(trace);
    ForkReader forks(session_, options_.compute.branches);
    PrefillReader prefills(session_);
    const std::vector<int> every = probe_positions(static_cast<int>(trace.think.size()), 1);
    Curve exact, fresh;
    round.exact +=
        seconds_of([&] { exact = probe_trace(forks, trace.prompt, trace.think, traces_.form, every); });
    const std::vector<std::string> texts = token_texts(session_.model().pieces(trace.think));
    ForkReader afresh(session_, options_.compute.branches);  // Which has decoded nothing of the trace yet.
    add_work(afresh, {trace.prompt, trace.think, traces_.form, texts, {}}, exact, round.adaptive);
    round.recomputed += seconds_of(
        [&] { fresh = probe_trace(prefills, trace.prompt, trace.think, traces_.form, recomputed(trace)); });
    const auto n_options = static_cast<ptrdiff_t>(traces_.form.options.size());
    Curve same{fresh.positions, {}};
    for (const int t : fresh.positions)
      same.logprobs.insert(same.logprobs.end(), exact.logprobs.begin() + t * n_options,
                           exact.logprobs.begin() + (t + 1) * n_options);
    round.noise = merge(round.noise, compare_curves(same, fresh, static_cast<int>(n_options)));
    round.curves.push_back(std::move(exact));
  }

  double measure_generation(int n) {
    TraceRequest request{traces_.traces.front().prompt, kNeverWritten, 0, n, {}};
    request.options.budget = options_.n_generated;
    return generation_speed(session_, request);
  }

  const BenchTraces& traces_;
  BenchOptions options_;
  Session session_;
};

}  // namespace

int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return usage.ru_maxrss;
#else
  return int64_t{1024} * usage.ru_maxrss;
#endif
}

double generation_speed(Session& session, const TraceRequest& request) {
  int64_t made = 0;
  double begin = 0;
  int passes = 0;
  const auto count = [&](int n) {
    if (passes++ == 0)
      begin = monotonic_seconds();  // The first tokens come with the prompt.
    else
      made += n;
  };
  sample_traces(session, {&request, 1}, request.n_samples, {.on_tokens = count, .on_end = {}});
  return static_cast<double>(made) / std::max(1e-9, monotonic_seconds() - begin);
}

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return {n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2, values.front(), values.back()};
}

BenchTraces read_bench_traces(const std::string& path, const Model& model) {
  std::ifstream in(path);
  if (!in) throw Error(ErrorKind::kInput, fmt::format("[bench] {}: can't be read", path));
  BenchTraces out;
  std::string text;
  for (int number = 1; std::getline(in, text); number++) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    Line line(path, number, text, model.card().n_vocab);
    if (out.form.suffix.empty()) {
      out.form.suffix = line.tokens(line.length());
      for (const Token t : line.rest()) out.form.options.push_back({{t}});
      if (out.form.suffix.empty() || out.form.options.size() < 2)
        line.complain("a suffix needs at least one token, and two options");
      continue;
    }
    const int n_prompt = line.length(), n_think = line.length();
    BenchTrace trace{line.tokens(n_prompt), {}};
    trace.think = line.tokens(n_think);
    if (trace.prompt.empty() || trace.think.empty()) line.complain("a trace needs a prompt and thinking");
    if (!line.rest().empty()) line.complain("more tokens than the line says");
    out.traces.push_back(std::move(trace));
  }
  if (out.traces.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[bench] {}: no trace (a line each, after that of the suffix)", path));
  return out;
}

BenchTraces make_bench_trace(const Model& model, int n_prompt, int n_think, int n_suffix) {
  constexpr int kOptions = 4, kUsualThinking = 480;
  std::mt19937 random(1);
  const auto draw = [&](int n) {
    std::vector<Token> list;
    while (static_cast<int>(list.size()) < n) {
      const auto token = static_cast<Token>(random() % static_cast<uint32_t>(model.card().n_vocab));
      if (!model.ends_generation(token)) list.push_back(token);
    }
    return list;
  };
  BenchTraces out;
  out.form.suffix = draw(n_suffix);
  for (const Token t : draw(kOptions)) out.form.options.push_back({{t}});
  out.traces.push_back({draw(n_prompt), {}});
  if (n_think == 0) {
    const int room = model.card().n_ctx_train - n_prompt - n_suffix - 1;
    n_think = std::clamp(room, 1, kUsualThinking);
  }
  out.traces.back().think = draw(n_think);
  return out;
}

namespace {

// The same model and traces by the engine's kernels, in the rounds of another bench.
class EngineBench {
 public:
  EngineBench(const BenchTraces& traces, const BenchOptions& options)
      : model_(Model::load(options.model_path)), bench_(model_, traces, options) {
    curves_ = bench_.read();
    bench_.prefill();
  }
  void add_round(const Round& round, double prefilled, double exact) {
    const double speed = prefilled / bench_.prefill();
    prefill_.push_back(speed);
    ratio_.push_back(exact / speed);
    for (size_t i = 0; i < curves_.size(); i++) {
      const Curve& c = curves_[i];
      off_ = merge(
          off_, compare_curves(round.curves[i], c, static_cast<int>(c.logprobs.size() / c.positions.size())));
    }
  }
  BenchReport::BesideEngine report() const { return {spread_of(prefill_), spread_of(ratio_), off_}; }

 private:
  const Model model_;
  Bench bench_;
  std::vector<Curve> curves_;
  std::vector<double> prefill_, ratio_;
  NoiseFloor off_;
};

}  // namespace

BenchReport measure_speed(const BenchOptions& options) {
  const Model model = Model::load(
      options.model_path, {.gpu_layers = options.compute.gpu_layers, .kernels = options.compute.kernels});
  if (!model.card().can_fork) {
    throw Error(ErrorKind::kInput,
                fmt::format("[bench] {}: a recurrent or hybrid model, whose cache can't be "
                            "forked; its probes cost a prefill each",
                            model.card().path));
  }
  const BenchTraces traces = options.tokens_path.empty() ? make_bench_trace(model, options.n_prompt,
                                                                            options.n_think, options.n_suffix)
                                                         : read_bench_traces(options.tokens_path, model);
  Bench bench(model, traces, options);
  BenchReport report{.model = model.card(), .engine = engine_info(), .compute = bench.compute()};
  report.n_traces = static_cast<int>(traces.traces.size());
  report.n_suffix = static_cast<int>(traces.form.suffix.size());
  report.n_prefilled = bench.n_prefilled();
  report.n_probes = bench.n_probes();
  const auto prefilled = static_cast<double>(report.n_prefilled),
             probed = static_cast<double>(report.n_probes);
  const double suffixes = probed * report.n_suffix;
  std::vector<double> prefill, exact, ratio, probes, recomputed, gain, adaptive, saving;
  std::vector<std::vector<double>> generation(options.sequences.size());
  bench.run();
  report.peak_bytes = peak_memory();
  std::optional<EngineBench> engine;
  bench.rest();
  if (options.compute.kernels == Kernels::kOwn) engine.emplace(traces, options);
  for (int i = 0; i < options.rounds; i++) {
    Round round = bench.run();
    bench.rest();
    prefill.push_back(prefilled / round.prefill);
    exact.push_back((prefilled + suffixes) / round.exact);
    ratio.push_back(exact.back() / prefill.back());
    probes.push_back(probed / round.exact);
    recomputed.push_back(static_cast<double>(bench.n_recomputed()) / round.recomputed);
    gain.push_back(probes.back() / recomputed.back());
    adaptive.push_back(static_cast<double>(round.adaptive.n_positions) / round.adaptive.seconds);
    saving.push_back(adaptive.back() / probes.back());
    report.adaptive_share =
        static_cast<double>(round.adaptive.n_read) / static_cast<double>(round.adaptive.n_positions);
    report.adaptive_off = round.adaptive.off;  // The same in each round.
    report.noise = merge(report.noise, round.noise);
    if (engine) engine->add_round(round, prefilled, exact.back());
    report.curves = std::move(round.curves);
    for (size_t k = 0; k < generation.size(); k++) generation[k].push_back(round.generation[k]);
  }
  report.prefill = spread_of(prefill);
  report.exact = spread_of(exact);
  report.exact_to_prefill = spread_of(ratio);
  report.probes = spread_of(probes);
  report.recomputed_probes = spread_of(recomputed);
  report.probes_to_recomputed = spread_of(gain);
  report.adaptive_positions = spread_of(adaptive);
  report.adaptive_to_exact = spread_of(saving);
  for (size_t k = 0; k < generation.size(); k++)
    report.generation.push_back({options.sequences[k], spread_of(generation[k])});
  if (engine) report.beside_engine = engine->report();
  return report;
}

}  // namespace thinktrace
