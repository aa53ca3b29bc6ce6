// SPDX-License-Identifier: MIT
#include "thinktrace/run/bench.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using testing::glassbox;

class BenchTokens : public ::testing::Test {
 protected:
  BenchTokens() : file_(fs::path(::testing::TempDir()) / ("bench_tokens_" + std::to_string(::getpid()))) {}
  ~BenchTokens() override { fs::remove(file_); }

  BenchTraces read(const std::string& text) const {
    std::ofstream(file_) << text;
    return read_bench_traces(file_.string(), glassbox());
  }
  std::string complaint(const std::string& text) const {
    try {
      read(text);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      return e.what();
    }
    return "";
  }
  const fs::path file_;
};

TEST_F(BenchTokens, AreReadAsTheyStand) {
  const BenchTraces traces = read("2 7 8 11 12 13\n\n3 2 1 2 3 4 5\n1 1 9 10\n");
  EXPECT_EQ(traces.form.suffix, (std::vector<Token>{7, 8}));
  ASSERT_EQ(traces.form.options.size(), 3u);
  EXPECT_EQ(traces.form.options[2].tokens, (std::vector<Token>{13}));
  ASSERT_EQ(traces.traces.size(), 2u);
  EXPECT_EQ(traces.traces[0].prompt, (std::vector<Token>{1, 2, 3}));
  EXPECT_EQ(traces.traces[0].think, (std::vector<Token>{4, 5}));
  EXPECT_EQ(traces.traces[1].think, (std::vector<Token>{10}));
}

TEST_F(BenchTokens, WhatIsWrongIsNamedWithItsLine) {
  const std::string vocabulary = std::to_string(glassbox().card().n_vocab), head = "1 7 11 12\n";
  for (const auto& [text, where] : std::vector<std::pair<std::string, std::string>>{
           {"", "no trace"},
           {head, "no trace"},
           {"1 7 11\n", "line 1: a suffix needs"},
           {"0 11 12\n", "line 1: a suffix needs"},
           {head + "2 1 1 2\n", "line 2: expected a token"},
           {head + "1 1 1 2 3\n", "line 2: more tokens"},
           {head + "1 0 1\n", "line 2: a trace needs"},
           {head + "1 1 1 " + vocabulary + "\n", "line 2: expected a token"},
           {head + "1 1 1 -2\n", "line 2: expected a token"},
           {head + "1 1 1 x\n", "line 2: expected a token"},
           {head + "99999999999 1 1 2\n", "line 2: expected a length"}}) {
    const std::string said = complaint(text);
    EXPECT_NE(said.find(where), std::string::npos) << text << " gives " << said;
    EXPECT_NE(said.find(file_.string()), std::string::npos) << said;
  }
  EXPECT_THROW(read_bench_traces(file_.string() + ".none", glassbox()), Error);
}

TEST(Bench, CountsWhatItMeasures) {
  BenchOptions options{.model_path = testing::glassbox_path(), .n_prompt = 20, .n_think = 30, .n_suffix = 5};
  options.compute.threads = 1;
  options.rounds = 2;
  options.sequences = {1, 3};
  options.n_generated = 6;
  const BenchReport r = measure_speed(options);
  EXPECT_EQ(r.n_traces, 1);
  EXPECT_EQ(r.n_prefilled, 50);
  EXPECT_EQ(r.n_probes, 31);
  EXPECT_EQ(r.n_suffix, 5);
  EXPECT_EQ(r.noise.n_positions, 2 * 4);
  EXPECT_LT(r.noise.max_abs_dp, 0.05);  // Both ways read the same thing.
  ASSERT_EQ(r.generation.size(), 2u);
  EXPECT_EQ(r.generation[1].n_sequences, 3);
  for (const Spread& s : {r.prefill, r.exact, r.exact_to_prefill, r.probes, r.recomputed_probes,
                          r.probes_to_recomputed, r.generation[0].tokens_a_second}) {
    EXPECT_GT(s.low, 0);
    EXPECT_LE(s.low, s.median);
    EXPECT_LE(s.median, s.high);
  }
  EXPECT_GT(r.adaptive_positions.low, 0);
  EXPECT_GT(r.adaptive_share, 0);
  EXPECT_LE(r.adaptive_share, 1);
  EXPECT_EQ(r.adaptive_off.n_positions, 31) << "every position of a round is compared";
  EXPECT_LT(r.adaptive_off.mean_abs_dp, 0.2);
  // Tokens and probes of one round take the same time.
  EXPECT_NEAR(r.exact.median / r.probes.median, (50 + 31 * 5) / 31.0, 1e-6);
  EXPECT_GT(r.peak_bytes, static_cast<int64_t>(r.model.bytes));
}

TEST(Bench, RecomputesAsManyPositionsAsAreAskedFor) {
  BenchOptions options{.model_path = testing::glassbox_path(), .n_prompt = 20, .n_think = 30, .n_suffix = 5};
  options.compute.threads = 1;
  options.rounds = 1;
  options.sequences = {1};
  options.n_generated = 2;
  for (const int n : {1, 2, 5}) {
    options.n_recomputed = n;
    EXPECT_EQ(measure_speed(options).noise.n_positions, n);
  }
}

TEST(Bench, ATraceThatDoesNotFitIsRefused) {
  BenchOptions options{.model_path = testing::glassbox_path(), .n_think = glassbox().card().n_ctx_train};
  options.compute.threads = 1;
  try {
    measure_speed(options);
    FAIL() << "was measured";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    EXPECT_NE(std::string(e.what()).find("context"), std::string::npos) << e.what();
  }
}

TEST(Bench, MadeUpTracesAreTheSameAtEachCall) {
  const BenchTraces a = make_bench_trace(glassbox(), 9, 8, 7), b = make_bench_trace(glassbox(), 9, 8, 7);
  EXPECT_EQ(a.traces[0].think, b.traces[0].think);
  EXPECT_EQ(a.traces[0].prompt.size(), 9u);
  EXPECT_EQ(a.traces[0].think.size(), 8u);
  EXPECT_EQ(a.form.suffix.size(), 7u);
  EXPECT_EQ(a.form.options.size(), 4u);
}

}  // namespace
}  // namespace thinktrace
