// SPDX-License-Identifier: MIT
#include "thinktrace/run/run.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/engine/run_folder.h"
#include "thinktrace/error.h"
#include "thinktrace/run/doctor.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/run/together.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

class Run : public testing::RunFolder {
 protected:
  static fs::path suite_folder() {
    return fs::path(::testing::TempDir()) / ("run_test_" + std::to_string(::getpid()));
  }
  static void TearDownTestSuite() { fs::remove_all(suite_folder()); }

  // The run of options(name), done: a copy of one that all tests begin with.
  RunOptions finished(const std::string& name) const {
    RunOptions o = options(name), first = o;
    first.out = (suite_folder() / "run").string();
    run_plan(first);  // Nothing is left to do but the first time.
    fs::create_directories(fs::path(o.out).parent_path());
    fs::copy(first.out, o.out, fs::copy_options::recursive);
    return o;
  }
  RunOptions options(const std::string& name) const {
    RunOptions o = options_of(name);
    o.selection.subjects = {"beasts", "chains"};
    o.samples = 2;
    return o;
  }

  static std::vector<std::string> lines(const RunOptions& o) {
    std::vector<std::string> out;
    export_jsonl({o.out, {}, {}, {}}, [&](const std::string& line) { out.push_back(line); });
    return out;
  }
};

TEST_F(Run, TwiceGivesTheSameBytesAndTheSecondTimeNothingIsDone) {
  const RunOptions a = options("a"), b = finished("b");
  const RunResult first = run_plan(a);
  EXPECT_EQ(first.units_here, 4);
  EXPECT_EQ(first.counts.traces, 8);
  EXPECT_EQ(first.counts.units_failed, 0);
  ASSERT_TRUE(first.noise_floor);
  EXPECT_LT(first.noise_floor->max_abs_dp, 0.05);
  EXPECT_EQ(lines(a), lines(b));
  EXPECT_EQ(run_plan(a).units_here, 0);
  EXPECT_EQ(lines(a), lines(b));
}

TEST_F(Run, StoppedAnywhereAndContinuedEqualsUninterrupted) {
  RunOptions whole = options("whole"), parts = options("parts");
  whole.together = {.block = 3, .sequences = 4};  // The last block is smaller, and places are taken again.
  parts.together = whole.together;
  run_plan(whole);
  EXPECT_GT(testing::run_with_stops(parts), 3);
  EXPECT_EQ(lines(parts), lines(whole));
  EXPECT_EQ(run_status({parts.out, {}, {}, {}}).noise_floor, run_status({whole.out, {}, {}, {}}).noise_floor);
}

TEST_F(Run, HowTracesAreSampledTogetherIsPartOfThePlan) {
  RunOptions o = options("blocks");
  o.selection.subjects = {"chains"};
  o.together = {.block = 2, .sequences = 3};
  EXPECT_EQ(run_plan(o).plan, 1);
  o.together = {};
  const RunResult again = run_plan(o);
  EXPECT_EQ(again.plan, 1);
  EXPECT_EQ(again.units_here, 0);
  o.together.sequences = 4;
  std::vector<std::string> notes;
  RunObserver observer;
  observer.note = [&](const std::string& text) { notes.push_back(text); };
  EXPECT_EQ(run_plan(o, observer).plan, 2);
  ASSERT_FALSE(notes.empty());
  EXPECT_NE(notes[0].find("sequences"), std::string::npos) << notes[0];
}

TEST_F(Run, MemoryLimitsHowManyAreSampledAtOnce) {
  const Model& model = testing::glassbox();
  RunOptions o = options("memory");
  o.compute = resolve_compute(o.compute);
  o.format = complete_format(model, o.format);
  o.trace.budget = 1000;
  o.together.block = 16;
  const std::vector<PreparedQuestion> questions =
      prepare_questions(model, testing::questions_of("chains", 2), o);
  const auto bytes = [&](int sequences) {
    const int cells = room_for_run(model, questions, o, {2, 16, sequences}).cells;
    return static_cast<int64_t>(model.card().bytes) + kBufferBytes +
           cells * cell_bytes(model.card(), Precision::kFast);
  };
  const Together plenty = plan_together(o, model, questions);
  EXPECT_EQ(plenty.unit_size, 2);
  EXPECT_EQ(plenty.block, 16);
  EXPECT_EQ(plenty.sequences, 32);
  o.memory = bytes(20);
  EXPECT_EQ(plan_together(o, model, questions).sequences, 20);
  o.memory--;
  EXPECT_EQ(plan_together(o, model, questions).sequences, 19);
  o.together.sequences = 20;
  EXPECT_THROW(plan_together(o, model, questions), Error);
  o.together.sequences = 0;
  o.memory = bytes(1) / 2;
  EXPECT_THROW(plan_together(o, model, questions), Error);
}

TEST_F(Run, StoredPlanThatNeedsMoreThanTheMemoryIsNotGoneOnWith) {
  RunOptions o = options("memory");
  o.selection.subjects = {"chains"};
  o.together.block = 32;
  run_plan(o);
  o.selection.last = 3;
  // Enough for one sequence, which a new plan would be content with.
  o.memory = static_cast<int64_t>(testing::glassbox().card().bytes) + kBufferBytes + 5'000'000;
  EXPECT_THROW(run_plan(o), Error);
  o.memory = 0;
  EXPECT_EQ(run_plan(o).plan, 1);
}

TEST_F(Run, GrowsWithoutChangingWhatIsThere) {
  RunOptions o = finished("grow");
  const std::vector<std::string> before = lines(o);
  o.samples = 4;
  o.selection.last = 3;
  EXPECT_EQ(run_plan(o).units_here, 2 * 3 * 2 - 4);
  const std::vector<std::string> after = lines(o);
  EXPECT_EQ(after.size(), 24u);
  for (const std::string& line : before) EXPECT_NE(std::find(after.begin(), after.end(), line), after.end());
}

TEST_F(Run, InterruptedGrowthEndsInTheNoiseFloorOfTheWhole) {
  RunOptions grown = options("grown"), whole = options("whole");
  grown.selection.subjects = whole.selection.subjects = {"chains"};
  grown.samples = whole.samples = 4;  // A block is one question's then, whichever are asked for.
  grown.selection.last = 1;
  run_plan(grown);
  grown.selection.last = whole.selection.last = 2;
  RunObserver observer;  // Stops when all units are done and the noise floor is to be measured.
  bool all_done = false;
  observer.progress = [&](const Progress& p) { all_done = p.units_done == p.units_total; };
  observer.should_stop = [&] { return all_done; };
  EXPECT_THROW(run_plan(grown, observer), Error);
  EXPECT_EQ(run_status({grown.out, {}, {}, {}}).noise_floor, "");
  run_plan(grown);
  run_plan(whole);
  EXPECT_EQ(run_status({grown.out, {}, {}, {}}).noise_floor, run_status({whole.out, {}, {}, {}}).noise_floor);
  EXPECT_EQ(lines(grown), lines(whole));
}

TEST_F(Run, QuestionsThatDifferOnlyInTheirAnswerAreTwo) {
  fs::create_directories(folder_);
  RunOptions o = options("twins");
  o.questions_path = (folder_ / "twins.jsonl").string();
  o.selection = {};
  o.samples = 1;
  std::ofstream file(o.questions_path);
  for (const int answer : {0, 1})
    file << nlohmann::json{{"question", "Which?"}, {"options", {"a", "b"}}, {"answer", answer}}.dump()
         << "\n";
  file.close();
  EXPECT_EQ(run_plan(o).units_here, 2);
  const std::vector<std::string> out = lines(o);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(out[0])["think_ids"], nlohmann::json::parse(out[1])["think_ids"]);
  EXPECT_NE(nlohmann::json::parse(out[0])["trace_id"], nlohmann::json::parse(out[1])["trace_id"]);
}

TEST_F(Run, SamplesBeyondThePlanAreNotCounted) {
  RunOptions o = options("five");
  o.selection.subjects = {"beasts"};
  o.selection.last = 1;
  o.samples = 5;  // Two units of four.
  EXPECT_EQ(run_plan(o).counts.traces, 5);
  EXPECT_EQ(lines(o).size(), 5u);
}

TEST_F(Run, PlanUnderWhichNothingWasDoneBindsNobody) {
  RunOptions o = options("fresh");
  RunObserver observer;
  observer.should_stop = [] { return true; };
  EXPECT_THROW(run_plan(o, observer), Error);
  o.trace.budget = 30;
  EXPECT_EQ(run_plan(o).counts.traces, 8);
}

TEST_F(Run, FewerBranchesThanSamplesFitTheirCache) {
  RunOptions o = options("narrow");
  o.selection.subjects = {"chains"};
  o.selection.last = 1;
  o.samples = 4;
  o.compute.branches = 1;
  o.trace.budget = 3;
  o.trace.answer_tokens = 0;
  o.format.suffix = "\n\n" + std::string(300, '-') + " The answer is ";
  EXPECT_EQ(run_plan(o).counts.units_failed, 0);
}

TEST_F(Run, OtherSettingsAreAnotherPlanAndNothingIsMixed) {
  RunOptions o = finished("other");
  const std::vector<std::string> before = lines(o);
  std::vector<std::string> notes;
  RunObserver observer;
  observer.note = [&](const std::string& note) { notes.push_back(note); };
  RunOptions warmer = o;
  warmer.trace.sampler.temperature = 0.7;
  EXPECT_EQ(run_plan(warmer, observer).plan, 2);
  ASSERT_FALSE(notes.empty());
  EXPECT_NE(notes[0].find("temperature was '0.6' and is now '0.7'"), std::string::npos) << notes[0];
  EXPECT_NE(lines(warmer), before);
  EXPECT_EQ(run_plan(o).units_here, 0);  // The first plan is as it was.
  EXPECT_EQ(lines(o), before);
}

TEST_F(Run, AnotherSuffixReadsTheSameTraces) {
  RunOptions o = finished("suffixes");
  const std::vector<std::string> before = lines(o);
  o.format.suffix = "\n\nAnswer: ";
  const RunResult result = run_plan(o);
  EXPECT_EQ(result.plan, 1);
  EXPECT_EQ(result.units_here, 0);
  EXPECT_EQ(result.readings_here, 4);
  EXPECT_EQ(lines(o), before);
  // The same as a run with that suffix from the beginning, but for which reader it is, and for last digits.
  RunOptions fresh = options("fresh");
  fresh.format.suffix = o.format.suffix;
  run_plan(fresh);
  const auto readings = [](const RunOptions& run, int reader) {
    std::vector<nlohmann::json> found;
    export_jsonl({run.out, {}, reader, {}},
                 [&](const std::string& line) { found.push_back(nlohmann::json::parse(line)); });
    return found;
  };
  const std::vector<nlohmann::json> later = readings(o, 2), at_once = readings(fresh, 1);
  ASSERT_EQ(later.size(), at_once.size());
  double largest = 0;
  for (size_t i = 0; i < later.size(); i++) {
    for (const char* key : {"trace_id", "forced", "positions"}) EXPECT_EQ(later[i][key], at_once[i][key]);
    for (size_t k = 0; k < later[i]["probs"].size(); k++) {
      for (size_t j = 0; j < later[i]["probs"][k].size(); j++)
        largest = std::max(largest, std::fabs(later[i]["probs"][k][j].get<double>() -
                                              at_once[i]["probs"][k][j].get<double>()));
    }
  }
  EXPECT_LT(largest, .03);  // The one decoded the trace once more, the other read it where it was sampled.
  EXPECT_EQ(run_plan(o).readings_here, 0);
}

TEST_F(Run, OrdersOfTheOptionsEqualAskingThatWay) {
  RunOptions o = options("orders");
  o.samples = 1;
  o.selection.last = 1;
  o.orders = 4;
  run_plan(o);
  std::vector<std::string> tops;
  for (int reader = 2; reader <= 4; reader++) {
    export_jsonl({o.out, {}, reader, {}}, [&](const std::string& line) {
      const auto r = nlohmann::json::parse(line);
      const int order = r["read_by"]["order"];
      // The option at place j is the one that stood order places further on, so option i has label (i - order) mod 4.
      for (int i = 0; i < 4; i++) EXPECT_EQ(r["labels"][i], std::to_string((i - order + 4) % 4 + 1));
      const std::string prompt = r["prompt"];
      for (int i = 0; i < 4; i++) {
        EXPECT_NE(prompt.find(r["labels"][i].get<std::string>() + ": " + r["options"][i].get<std::string>()),
                  std::string::npos)
            << prompt;
      }
      if (r["subject"] == "beasts") {  // Recalled before any thinking: wherever the option stands.
        const auto p = r["probs"][0].get<std::vector<double>>();
        EXPECT_EQ(std::max_element(p.begin(), p.end()) - p.begin(), r["answer"].get<int>());
      }
    });
  }
}

TEST_F(Run, QuestionThatDoesNotFitFailsAndTheOthersRun) {
  fs::create_directories(folder_);
  RunOptions o = options("long");
  o.questions_path = (folder_ / "mixed.jsonl").string();
  o.selection = {};
  std::string longest;
  for (int i = 0; i < 400; i++) longest += "word ";
  std::ofstream(o.questions_path)
      << nlohmann::json{{"question", longest}, {"options", {"a", "b"}}, {"answer", 0}}.dump() << "\n"
      << nlohmann::json{{"question", "What is it?"}, {"options", {"a", "b", "c"}}, {"answer", 2}}.dump()
      << "\n";
  const RunResult result = run_plan(o);
  EXPECT_EQ(result.units_failed_here, 1);
  const std::vector<std::string> out = lines(o);
  ASSERT_EQ(out.size(), 4u);
  EXPECT_EQ(nlohmann::json::parse(out[0])["status"], "failed");
  EXPECT_NE(nlohmann::json::parse(out[0])["error"].get<std::string>().find("context"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(out[2])["status"], "ok");
}

TEST_F(Run, ReferenceModeIsCloseToTheFastOne) {
  RunOptions fast = options("fast"), slow = options("slow");
  fast.selection.subjects = slow.selection.subjects = {"beasts"};
  fast.selection.last = slow.selection.last = 1;
  fast.samples = slow.samples = 1;
  fast.trace.sampler.temperature = slow.trace.sampler.temperature = 0;
  slow.compute.precision = Precision::kReference;
  run_plan(fast);
  run_plan(slow);
  const auto a = nlohmann::json::parse(lines(fast)[0]), b = nlohmann::json::parse(lines(slow)[0]);
  ASSERT_EQ(a["think_ids"], b["think_ids"]);
  for (size_t k = 0; k < a["probs"].size(); k++) {
    for (size_t i = 0; i < 4; i++)
      EXPECT_NEAR(a["probs"][k][i].get<double>(), b["probs"][k][i].get<double>(), 0.05);
  }
}

TEST_F(Run, DoctorSeesAHealthyModel) {
  RunOptions o = options("doctor");
  const DoctorReport report = examine_model(o, {});
  EXPECT_EQ(report.tags.close, "</think>");
  EXPECT_EQ(report.stop, Stop::kClosed);
  EXPECT_TRUE(report.one_token_an_option);
  EXPECT_GT(report.mass_start, 0.9);
  EXPECT_GT(report.mass_end, 0.9);
  EXPECT_EQ(report.warnings, std::vector<std::string>());
  EXPECT_EQ(report.cache_bytes_a_token, 2.0 * 2 * 8 * 2 * 64);
  EXPECT_FALSE(fs::exists(o.out));
}

TEST_F(Run, DoctorWeighsOtherSuffixesOnTheSameSample) {
  RunOptions o = options("doctor");
  o.format.suffix = "\n\nAnswer: ";
  const DoctorReport report = examine_model(o, {}, 40);
  EXPECT_EQ(report.suffix_positions, (std::vector<int>{0, 10, 20, 30, 40}));
  ASSERT_GE(report.suffixes.size(), 4);
  EXPECT_EQ(report.suffixes[0].suffix, o.format.suffix);
  EXPECT_EQ(report.suffixes[0].n_same, 5);
  EXPECT_EQ(report.suffixes[0].n_tokens, static_cast<int>(report.suffix_pieces.size()));
  // The model was trained on the default wording: nothing else leaves so much to the labels.
  EXPECT_EQ(report.suffixes[1].suffix, kDefaultSuffix);
  for (size_t i = 0; i < report.suffixes.size(); i++) {
    const SuffixWeight& s = report.suffixes[i];
    EXPECT_EQ(s.mass.size(), 5);
    EXPECT_EQ(s.n_decoded, s.n_tokens) << s.suffix;  // Labels of one token.
    EXPECT_LE(s.mass[4], report.suffixes[1].mass[4] + 1e-3) << s.suffix;
  }
  // The sample is the default one's, which thought and was read by the same model.
  EXPECT_NEAR(report.suffixes[0].mass[0], report.mass_start, .02);
  EXPECT_NEAR(report.suffixes[0].mass[4], report.mass_end, .02);
}

}  // namespace
}  // namespace thinktrace
