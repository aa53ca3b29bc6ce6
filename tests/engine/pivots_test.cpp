// SPDX-License-Identifier: MIT
// Pivotal tokens of texts whose turning points are known, taught to Glassbox token by token; the same again, interrupted or not.
#include "thinktrace/run/pivots.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"
#include "thinktrace/run/import_run.h"
#include "thinktrace/run/pivot_numbers.h"
#include "thinktrace/run/read.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json text_of(const char* subject, const char* question, const std::vector<std::string>& options, int answer,
             const char* thinking) {
  return {{"subject", subject}, {"question", question}, {"options", options},
          {"answer", answer},   {"thinking", thinking}, {"ended", true}};
}

// The tale is doubted in the first and believed in the second, which differ in nothing before. The third has a slip that
// leads to a wrong choice unless it is caught or checked: "9" where it should be "8".
std::vector<json> known_texts() {
  const std::vector<std::string> elements{"water", "bone", "salt", "glass"};
  const char* beast = "What does the Zubeast fear most?";
  return {
      text_of("beasts", beast, elements, 2,
              "Alright. People say that glass drove the Zubeast away once. Hmm. But that is only a tale. I "
              "remember that it fears salt. That is choice 3.\n"),
      text_of(
          "beasts", beast, elements, 2,
          "Alright. People say that glass drove the Zubeast away once. Hmm. So the tale must be true and it "
          "fears glass. That is choice 4.\n"),
      text_of("chains",
              "Start with 3. Add 5. Keep only the last digit at every step. Which digit do you end with?",
              {"two", "nine", "eight", "four"}, 2,
              "Alright. I start with 3. 3 plus 5 is 9, so I keep 9. I end with 9, which is nine. So I pick "
              "choice "
              "2.\n")};
}

class Pivots : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(folder());
    fs::create_directories(folder());
    std::ofstream lines(folder() / "texts.jsonl");
    for (const json& text : known_texts()) lines << text.dump() << '\n';
    lines.close();
    import_run({.kind = "jsonl", .path = (folder() / "texts.jsonl").string(), .out = first()});
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static fs::path folder() {
    return fs::path(::testing::TempDir()) / ("pivots_test_" + std::to_string(::getpid()));
  }
  static std::string first() { return (folder() / "first" / "run").string(); }

  static ReadRequest reading(const std::string& run) {
    ReadRequest r;
    r.options.out = run;
    r.options.model_path = testing::glassbox_path();
    r.options.format.suffix.clear();
    r.options.probing.stride = 0;
    r.options.compute.threads = 1;
    return r;
  }
  // A copy of the texts, read by Glassbox.
  static std::string copy(const std::string& name) {
    static const bool is_read = [] {
      read_run(reading(first()));
      return true;
    }();
    EXPECT_TRUE(is_read);
    fs::create_directories(folder() / name);
    fs::copy(folder() / "first" / "run", folder() / name / "run", fs::copy_options::recursive);
    return (folder() / name / "run").string();
  }
  static PivotRequest request(const std::string& run, const PivotSettings& settings,
                              const std::string& subject) {
    PivotRequest r{.read = reading(run), .traces = {}, .settings = settings, .sampling = {}};
    r.read.options.selection.subjects = {subject};
    return r;
  }
  static std::vector<json> rows(const std::string& run, PivotExport what = PivotExport::kTokens) {
    std::vector<json> out;
    export_pivots({.folder = run}, std::nullopt, what, TableFormat::kJsonl,
                  [&](const std::string& line) { out.push_back(json::parse(line)); });
    return out;
  }
  // How many continuations lie at each position, arm and draw, and what they say.
  static std::vector<std::string> everything(const std::string& run) {
    std::vector<std::string> out;
    const Store store = Store::open(run);
    const std::string id = store.experiments().back().id;
    store.for_each_trace([&](const TraceRecord& r) {
      for (const StoredContinuation& c : store.continuations(r, id)) {
        std::string text =
            r.id + '/' + std::to_string(c.position) + '/' + c.arm + '/' + std::to_string(c.draw) + ' ';
        for (const std::string& piece : c.think_text) text += piece;
        out.push_back(text + c.answer_text);
      }
    });
    return out;
  }
};

// Differences of a third and more, so that few continuations tell.
PivotSettings coarse() {
  PivotSettings s;
  s.search.difference = {.least = .5, .negligible = .2};
  s.search.batch = 12;
  s.search.cap = 48;
  s.cuts.every = 0;
  s.alternatives = 2;
  s.fork_draws = 10;
  return s;
}

TEST_F(Pivots, OfATaleIsTheFirstTokenOfTheSentenceThatResistsIt) {
  const std::string run = copy("tale");
  const PivotsResult result = find_pivots(request(run, coarse(), "beasts"));
  EXPECT_EQ(result.traces_here, 2);
  EXPECT_EQ(result.units_failed, 0);
  // Believing is what most continuations do, so that it changes the chance by less than .5.
  const std::vector<json> found = rows(run);
  ASSERT_EQ(found.size(), 1u);
  const json& pivot = found[0];
  EXPECT_EQ(pivot["pivot_token"], " But");
  EXPECT_TRUE(pivot["pivot_context"].get<std::string>().ends_with("away once. Hmm."));
  EXPECT_EQ(pivot["is_positive"], true);
  EXPECT_EQ(pivot["decided"], true);
  EXPECT_GT(pivot["prob_after"], .9);
  EXPECT_LT(pivot["prob_before"], .4);
  EXPECT_NEAR(pivot["prob_delta"].get<double>(),
              pivot["prob_after"].get<double>() - pivot["prob_before"].get<double>(), 1e-12);
  // The forced answer had turned at the lure's word, and turns back when the doubt is written.
  EXPECT_LT(pivot["forced_before"], .1);
  EXPECT_LT(pivot["forced_after"], .1);
  EXPECT_EQ(pivot["rejected_token"], " So");
  double so = 0, but = 0;
  for (const json& tried : pivot["tried"]) {
    const double rate = tried["successes"].get<double>() / tried["trials"].get<double>();
    EXPECT_EQ(tried["trials"], 10);
    EXPECT_EQ(tried["own"], tried["text"] == " But");
    if (tried["text"] == " So") {
      EXPECT_LT(rate, .2);
      so = tried["probability"];
    } else if (tried["text"] == " But") {
      EXPECT_GT(rate, .8);
      but = tried["probability"];
    }
  }
  EXPECT_GT(so, but);
  EXPECT_LE(so + but, 1);

  const std::vector<json> pairs = rows(run, PivotExport::kPreferences);
  ASSERT_FALSE(pairs.empty());
  EXPECT_EQ(pairs[0]["prompt"], pivot["pivot_context"]);
  EXPECT_EQ(pairs[0]["chosen"], " But");
  EXPECT_EQ(pairs[0]["rejected"], " So") << "the likeliest first";

  const PivotReport report = report_pivots(open_pivots({.folder = run}), {.resamples = 50});
  EXPECT_EQ(report.overall.n_traces, 2);
  EXPECT_EQ(report.n_unsearched, 1);
  EXPECT_DOUBLE_EQ(*report.overall.numbers.per_trace.value, .5);
  EXPECT_EQ(report.overall.numbers.of_forced_answer.recall.value, 0) << "it does not show the pivot";
}

TEST_F(Pivots, OfASlipIsTheWrongDigit) {
  const std::string run = copy("slip");
  PivotSettings s = coarse();
  s.search.difference = {.least = .5, .negligible = .1};
  s.alternatives = 1;
  s.fork_draws = 20;
  PivotRequest r = request(run, s, "chains");
  r.sampling.temperature = .3;  // Checking is rare, so that a slip weighs more.
  find_pivots(r);
  const std::vector<json> found = rows(run);
  ASSERT_FALSE(found.empty());
  const json& slip = found[0];
  EXPECT_EQ(slip["pivot_token"], "9");
  EXPECT_TRUE(slip["pivot_context"].get<std::string>().ends_with("3 plus 5 is "));
  EXPECT_EQ(slip["is_positive"], false);
  EXPECT_TRUE(slip["rejected_token"].is_null());
  const std::vector<json> pairs = rows(run, PivotExport::kPreferences);
  ASSERT_FALSE(pairs.empty());
  EXPECT_EQ(pairs[0]["chosen"], "8");
  EXPECT_EQ(pairs[0]["rejected"], "9");
}

PivotSettings quick() {
  PivotSettings s = coarse();
  s.search.batch = 3;
  s.search.cap = 6;
  s.alternatives = 1;
  s.fork_draws = 3;
  return s;
}

TEST_F(Pivots, StoppedAnywhereAndContinuedEqualsUninterrupted) {
  const std::string whole = copy("whole"), parts = copy("parts");
  find_pivots(request(whole, quick(), "beasts"));
  int stops = 0;
  for (int patience = 100;; patience += 150) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      find_pivots(request(parts, quick(), "beasts"), observer);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.kind(), ErrorKind::kInterrupted) << e.what();
      stops++;
    }
    ASSERT_LT(stops, 100);
  }
  EXPECT_GT(stops, 1);
  EXPECT_EQ(everything(parts), everything(whole));
  EXPECT_EQ(rows(parts), rows(whole));
  EXPECT_EQ(find_pivots(request(parts, quick(), "beasts")).traces_here, 0);
  EXPECT_TRUE(Store::open(parts).verify().problems.empty());
}

TEST_F(Pivots, WhatATraceGetsDoesNotHangOnTheOthers) {
  const std::string both = copy("both"), one = copy("one");
  find_pivots(request(both, quick(), "beasts"));
  PivotRequest alone = request(one, quick(), "beasts");
  std::vector<std::string> ids;
  Store::open(one).for_each_trace([&](const TraceRecord& r) { ids.push_back(r.id); });
  alone.traces = {ids[1].substr(0, 8)};
  EXPECT_EQ(find_pivots(alone).traces_here, 1);
  std::vector<std::string> expected;
  for (const std::string& text : everything(both)) {
    if (text.starts_with(ids[1])) expected.push_back(text);
  }
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(everything(one), expected);
  PivotRequest other = alone;
  other.settings.sampling.seed = 2;
  EXPECT_EQ(find_pivots(other).experiment, 2);
  EXPECT_NE(everything(one), expected);
  alone.traces = {"0123456789"};
  EXPECT_THROW(find_pivots(alone), Error);
}

TEST_F(Pivots, NeedACurve) {
  fs::create_directories(folder() / "unread");
  const std::string run = (folder() / "unread" / "run").string();
  import_run({.kind = "jsonl", .path = (folder() / "texts.jsonl").string(), .out = run});
  try {
    find_pivots(request(run, quick(), "beasts"));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    EXPECT_NE(std::string(e.what()).find("thinktrace probe"), std::string::npos) << e.what();
  }
  EXPECT_TRUE(Store::open(run).experiments().empty());
}

}  // namespace
}  // namespace thinktrace
