// SPDX-License-Identifier: MIT
// Runs that are probed adaptively, beside exact ones of the same traces.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/run_folder.h"
#include "thinktrace/error.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/run/read.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class AdaptiveRun : public testing::RunFolder {
 protected:
  RunOptions options(const std::string& name, const Probing& probing) const {
    RunOptions o = options_of(name);
    o.selection.subjects = {"chains"};
    o.probing = probing;
    return o;
  }
  static std::vector<json> traces(const RunOptions& o, std::optional<int> reader = {}) {
    std::vector<json> found;
    export_jsonl({o.out, {}, reader, {}},
                 [&](const std::string& line) { found.push_back(json::parse(line)); });
    return found;
  }
  static int64_t n_read(const json& trace) {
    return static_cast<int64_t>(trace["positions"].size() -
                                (trace.contains("interpolated") ? trace["interpolated"].size() : 0));
  }
};

const Probing kExact{}, kAdaptive{.adaptive = AdaptiveProbing{}};

void expect_near(const json& a, const json& b, double tolerance) {
  for (size_t i = 0; i < a.size(); i++) EXPECT_NEAR(a[i].get<double>(), b[i].get<double>(), tolerance);
}

TEST_F(AdaptiveRun, WhatIsReadIsWhatAnExactRunReadsAndAllElseIsMarked) {
  // In the reference mode every probe is a prefill of its own, so nothing hangs on which are read together.
  for (const Precision precision : {Precision::kReference, Precision::kFast}) {
    RunOptions exact = options("exact", kExact), adaptive = options("adaptive", kAdaptive);
    fs::remove_all(folder_);
    for (RunOptions* o : {&exact, &adaptive}) {
      o->compute.precision = precision;
      if (precision == Precision::kReference) o->trace.budget = 64;
    }
    run_plan(exact);
    const RunResult result = run_plan(adaptive);
    const std::vector<json> whole = traces(exact), some = traces(adaptive);
    ASSERT_EQ(whole.size(), some.size());
    int64_t n = 0;
    for (size_t t = 0; t < whole.size(); t++) {
      ASSERT_EQ(whole[t]["think_ids"], some[t]["think_ids"]);
      ASSERT_EQ(whole[t]["positions"], some[t]["positions"]);
      EXPECT_FALSE(whole[t].contains("interpolated"));
      ASSERT_TRUE(some[t].contains("interpolated"));
      const auto interpolated = some[t]["interpolated"].get<std::set<size_t>>();
      EXPECT_GT(interpolated.size(), 10U);
      EXPECT_GT(some[t]["mean_abs_dp"].get<double>(), 0);
      EXPECT_GT(some[t]["mean_abs_dp_upper"], some[t]["mean_abs_dp"]);
      for (size_t k = 0; k < whole[t]["positions"].size(); k++) {
        if (interpolated.contains(k)) continue;
        if (precision == Precision::kReference) {
          EXPECT_EQ(whole[t]["logprobs"][k].dump(), some[t]["logprobs"][k].dump()) << k;
        } else {
          expect_near(whole[t]["probs"][k], some[t]["probs"][k], 0.05);
        }
      }
      n += n_read(some[t]);
    }
    EXPECT_EQ(result.counts.probes, n);
    EXPECT_EQ(result.counts.read_probes, n);
    EXPECT_LT(2 * n, run_plan(exact).counts.probes);
    ASSERT_TRUE(result.noise_floor);
    // On what was read: interpolated rows would be off by more than the last digits.
    EXPECT_LT(result.noise_floor->max_abs_dp, precision == Precision::kReference ? 1e-9 : 0.05);
  }
}

TEST_F(AdaptiveRun, ToleranceZeroEqualsExact) {
  const RunOptions exact = options("exact", kExact),
                   all = options("all", {.adaptive = AdaptiveProbing{.tolerance = 0}});
  run_plan(exact);
  run_plan(all);
  EXPECT_EQ(traces(exact), traces(all));
}

TEST_F(AdaptiveRun, StoppedAnywhereAndContinuedEqualsUninterrupted) {
  const RunOptions whole = options("whole", kAdaptive), parts = options("parts", kAdaptive);
  run_plan(whole);
  EXPECT_GT(testing::run_with_stops(parts), 2);
  EXPECT_EQ(traces(parts), traces(whole));
}

TEST_F(AdaptiveRun, AnotherToleranceIsAnotherReaderOfTheSameTraces) {
  RunOptions o = options("readers", kExact);
  run_plan(o);
  const std::vector<json> exact = traces(o);
  o.probing = kAdaptive;
  RunResult result = run_plan(o);
  EXPECT_EQ(result.plan, 1);
  EXPECT_EQ(result.units_here, 0);
  EXPECT_EQ(result.readings_here, 2);
  o.probing.adaptive->tolerance = 0.5;
  std::vector<std::string> notes;
  RunObserver observer;
  observer.note = [&](const std::string& note) { notes.push_back(note); };
  EXPECT_EQ(run_plan(o, observer).readings_here, 2);
  ASSERT_FALSE(notes.empty());
  EXPECT_NE(notes[0].find("probe was 'exact' and is now 'adaptive:0.5'"), std::string::npos) << notes[0];
  EXPECT_EQ(run_plan(o).readings_here, 0);
  EXPECT_EQ(traces(o), exact);
  const std::vector<json> usual = traces(o, 2), coarse = traces(o, 3);
  for (size_t t = 0; t < exact.size(); t++) {
    EXPECT_EQ(usual[t]["trace_id"], exact[t]["trace_id"]);
    EXPECT_LT(n_read(usual[t]), n_read(exact[t]));
    EXPECT_LT(n_read(coarse[t]), n_read(usual[t]));
  }
}

TEST_F(AdaptiveRun, ProbeReadsAsTheRunDoesUnlessToldOtherwise) {
  RunOptions o = options("probe", kAdaptive);
  o.selection.last = 1;
  run_plan(o);
  RunOptions again = o;
  again.model_path.clear();
  again.probing = {.stride = 0};
  EXPECT_EQ(read_run({again, {}}).units_here, 0) << "its own reader has read it all";
  again.format.suffix = "So: ";
  EXPECT_EQ(read_run({again, {}}).units_here, 1);
  EXPECT_TRUE(traces(o, 2)[0].contains("interpolated"));
  again.format.suffix.clear();
  again.probing = kExact;
  EXPECT_EQ(read_run({again, {}}).readers.front(), 3);
  EXPECT_FALSE(traces(o, 3)[0].contains("interpolated"));
}

TEST_F(AdaptiveRun, ATimeBudgetIsSpentOnFurtherProbes) {
  const RunOptions bare = options("bare", {.adaptive = AdaptiveProbing{.tolerance = 1}}),
                   more = options("more", {.adaptive = AdaptiveProbing{.tolerance = 1, .seconds = 1e6}}),
                   most = options("most", {.adaptive = AdaptiveProbing{
                                               .tolerance = 1, .max_share = 0.5, .seconds = 1e6}});
  for (const RunOptions& o : {bare, more, most}) run_plan(o);
  for (size_t t = 0; t < traces(bare).size(); t++) {
    const auto n = static_cast<int64_t>(traces(bare)[t]["positions"].size());
    EXPECT_LT(n_read(traces(bare)[t]), n / 2);
    EXPECT_EQ(n_read(traces(more)[t]), n) << "there is time for every one";
    EXPECT_EQ(n_read(traces(most)[t]), n / 2);
  }
}

}  // namespace
}  // namespace thinktrace
