// SPDX-License-Identifier: MIT
// The figures of docs/method.md, "Adaptive probing": the published traces, and our own exports of traces that were probed
// at every position, read again by adaptive probing and by plain bisection.
// usage: adaptive_replay FOLDER_WITH_PUBLISHED_LINES [EXPORT.jsonl]
//        adaptive_replay --bounds FOLDER_WITH_PUBLISHED_LINES [SHARE]  what is left to gain, on every fifth trace held back
//        adaptive_replay --fit FOLDER_WITH_PUBLISHED_LINES [SHARE]     prints the numbers of thinktrace/probe/adaptive.cpp
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "bench/bounds.h"
#include "bench/replay.h"
#include "thinktrace/error.h"

namespace thinktrace::bench {
namespace {

void print_score(const std::string& what, const Score& s, bool stated) {
  fmt::print("| {} | {:.1f} % | {:.4f} | {:.3f} | {:.2f} % | {:.1f} % |", what, 100 * s.share, s.mean_abs_dp,
             s.abs_dp_99, 100 * s.same_top, 100 * s.exit_within_2);
  if (stated) fmt::print(" {:.4f} | {:.1f} % | {:.1f} |\n", s.stated_mean, 100 * s.coverage, s.rounds);
  if (!stated) fmt::print(" | | |\n");
  std::fflush(stdout);
}

void print_table(const std::string& title, const std::vector<KnownTrace>& traces) {
  fmt::print("\n{}: {} traces\n\n", title, traces.size());
  fmt::print(
      "| probing | probes | mean \\|dP\\| | 99th percentile | same most likely | t_exit within 2 | stated "
      "mean | bound holds | rounds |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const int stride : {16, 8})
    print_score(fmt::format("bisection from {}", stride),
                score_of([&](const KnownTrace& t) { return bisect(t, stride, kUsualTolerance); }, traces),
                false);
  for (const double tolerance : {0.1, 0.05, 0.03}) {
    const auto adaptive = [&](const KnownTrace& t) {
      return probe_adaptive(replay(t), t.token_texts,
                            {.tolerance = tolerance, .option_texts = t.option_texts});
    };
    print_score(fmt::format("adaptive:{}", tolerance), score_of(adaptive, traces), true);
  }
}

template <size_t n>
void print_weights(const char* name, const std::array<double, n>& weights) {
  fmt::print("{} = {{", name);
  for (size_t i = 0; i < n; i++) fmt::print("{}{:.3f}", i ? ", " : "", weights[i]);
  fmt::print("}},\n");
}

void print_model(const AdaptiveModel& model) {
  print_weights(".error", model.error);
  print_weights(".cost", model.cost);
  fmt::print(".limit = {:.2f},\n.largest_step = {:.2f},\n.upper_slope = {:.3f},\n.upper_offset = {:.5f},\n",
             model.limit, model.largest_step, model.upper_slope, model.upper_offset);
}

void print_bounds(const std::vector<KnownTrace>& traces, double share) {
  constexpr int kBlock = 48;
  const auto line = [&](const char* what, const PricedStrategy& strategy) {
    const double price = price_for(strategy, traces, share);
    print_score(what, score_of([&](const KnownTrace& t) { return strategy(t, price); }, traces), false);
  };
  fmt::print("{} traces\n", traces.size());
  const auto adaptive = [](const KnownTrace& t) {
    return probe_adaptive(replay(t), t.token_texts, {.option_texts = t.option_texts});
  };
  print_score("adaptive", score_of(adaptive, traces), true);
  line("the best stride in every 48 tokens",
       [](const KnownTrace& t, double price) { return best_strides(t, kBlock, price); });
  print_score("every second position",
              score_of([](const KnownTrace& t) { return best_strides(t, 2, 1e6); }, traces), false);
  line("the best positions", best_positions);
}

int main_of(const std::vector<std::string>& args) {
  if (args.size() < 1) {
    fmt::print(stderr, "usage: adaptive_replay FOLDER_WITH_PUBLISHED_LINES [EXPORT.jsonl]\n");
    return 2;
  }
  if (args[0] == "--fit") {
    const std::vector<KnownTrace> traces = published_traces(args.at(1));
    print_weights("kLogRates", fit_token_rates(traces));
    print_model(fit_model(traces, args.size() > 2 ? std::stod(args[2]) : 0.136));
    return 0;
  }
  if (args[0] == "--bounds") {
    std::vector<KnownTrace> held_back = published_traces(args.at(1)), some;
    std::erase_if(held_back, [](const KnownTrace& t) { return t.tuning; });
    for (size_t i = 0; i < held_back.size(); i += 5) some.push_back(std::move(held_back[i]));
    print_bounds(some, args.size() > 2 ? std::stod(args[2]) : 0.149);
    return 0;
  }
  std::vector<KnownTrace> tuning, held_back;
  for (KnownTrace& trace : published_traces(args[0]))
    (trace.tuning ? tuning : held_back).push_back(std::move(trace));
  print_table("R1, tuning half", tuning);
  print_table("R1, held back", held_back);
  if (args.size() > 1) print_table("Export", exported_traces(args[1]));
  return 0;
}

}  // namespace
}  // namespace thinktrace::bench

int main(int argc, char** argv) {
  try {
    return thinktrace::bench::main_of({argv + 1, argv + argc});
  } catch (const thinktrace::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
