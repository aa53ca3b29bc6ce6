// SPDX-License-Identifier: MIT
// Free continuations of stored traces.
#include "thinktrace/run/free_sampling.h"

#include <gtest/gtest.h>

#include "tests/engine/run_folder.h"

namespace thinktrace {
namespace {

class FreeSamplingTest : public testing::RunFolder {
 protected:
  // A run of one question of some subjects, opened to be continued.
  ReadingRun opened(const std::vector<std::string>& subjects, const std::string& model = "") {
    RunOptions o = options_of("first");
    o.selection.subjects = subjects;
    o.selection.last = 1;
    o.samples = 2;
    o.trace.budget = 300;
    run_plan(o);
    RunOptions read = o;
    read.model_path = model;
    read.format.suffix.clear();
    read.probing.stride = 0;
    return open_to_read({read, std::nullopt}, reporter_);
  }
  static std::vector<TraceRecord> records(const ReadingRun& run) {
    std::vector<TraceRecord> found;
    run.store.for_each_trace([&](const TraceRecord& r) { found.push_back(r); });
    return found;
  }
  static std::vector<StoredContinuation> sampled(const ReadingRun& run, const FreeSampling& free,
                                                 const std::vector<ContinueFrom>& from) {
    GrowingSession sessions(run.model, run.compute, {});
    return sample_continuations(sessions, run.model, free, from);
  }

  RunObserver observer_;
  Reporter reporter_{observer_};
};

TEST_F(FreeSamplingTest, IsAsThePlanWasSampled) {
  const ReadingRun run = opened({"chains"});
  const FreeSampling free = free_sampling(run, 9, "continue");
  EXPECT_EQ(free.options.seed, 9u);
  EXPECT_EQ(free.options.budget, 300);
  EXPECT_EQ(free.options.answer_tokens, 256);
  EXPECT_EQ(free.options.sampler.temperature, .6);
  EXPECT_EQ(free.options.sampler.top_p, .95);
  EXPECT_EQ(free.close, "</think>");
  EXPECT_EQ(free.at_once, together_of(run.plan).sequences);
}

TEST_F(FreeSamplingTest, GoesOnFromWhatIsKeptAndInserted) {
  const ReadingRun run = opened({"chains"});
  const std::vector<TraceRecord> traces = records(run);
  const FreeSampling free = free_sampling(run, 9, "continue");
  const TraceRecord& trace = traces[0];
  const int n = static_cast<int>(trace.trace.think_ids.size());
  const std::vector<Token> close = run.model.tokenize("</think>", Specials::kParse);
  const std::vector<StoredContinuation> found = sampled(
      run, free, {{&trace, 0, "", {}, 0, 2}, {&trace, n, "", {}, 3, 1}, {&trace, 1, "cut", close, 0, 1}});
  ASSERT_EQ(found.size(), 4u);
  for (const StoredContinuation& c : found) {
    EXPECT_EQ(c.trace_id, trace.id);
    EXPECT_EQ(c.think_ids.size(), c.think_text.size());
    ASSERT_EQ(c.stop, Stop::kClosed);
    EXPECT_TRUE(c.chosen) << c.answer_text;
    EXPECT_TRUE(c.logprobs.empty());
  }
  EXPECT_GT(found[0].think_ids.size(), 10u);
  EXPECT_NE(found[0].think_ids, found[1].think_ids);
  EXPECT_EQ(found[1].draw, 1);
  EXPECT_EQ(found[2].draw, 3);
  EXPECT_TRUE(found[2].think_ids.empty()) << "the thinking was over";
  EXPECT_EQ(found[2].answer_text, trace.trace.answer_text);
  EXPECT_EQ(found[3].inserted, close);
  EXPECT_TRUE(found[3].think_ids.empty());
}

// What was drawn does not hang on what is asked with it, in Glassbox at least; samples of a question are no copies.
TEST_F(FreeSamplingTest, DrawsHaveSeedsOfTheirOwn) {
  const ReadingRun run = opened({"fortunes"});
  const std::vector<TraceRecord> traces = records(run);
  const FreeSampling free = free_sampling(run, 9, "continue"), other = free_sampling(run, 10, "continue");
  const auto ids = [&](const FreeSampling& f, const ContinueFrom& from) {
    return sampled(run, f, {from})[0].think_ids;
  };
  const std::vector<StoredContinuation> together =
      sampled(run, free, {{&traces[0], 0, "", {}, 0, 3}, {&traces[1], 0, "", {}, 0, 2}});
  EXPECT_EQ(together[2].think_ids, ids(free, {&traces[0], 0, "", {}, 2, 1}));
  EXPECT_EQ(together[3].think_ids, ids(free, {&traces[1], 0, "", {}, 0, 1}));
  EXPECT_NE(together[0].think_ids, together[1].think_ids);
  EXPECT_NE(together[0].think_ids, together[3].think_ids) << "another trace";
  EXPECT_NE(together[0].think_ids, ids(other, {&traces[0], 0, "", {}, 0, 1})) << "another seed";
  EXPECT_NE(together[0].think_ids, ids(free, {&traces[0], 0, "arm", {}, 0, 1})) << "another arm";
}

TEST_F(FreeSamplingTest, AnotherModelCantGoOn) {
  const std::string copy = (folder_ / "other.gguf").string();
  std::filesystem::create_directories(folder_);
  write_f32_model(testing::glassbox_path(), copy);
  const ReadingRun run = opened({"chains"}, copy);
  try {
    free_sampling(run, 1, "continue");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    EXPECT_NE(std::string(e.what()).find("other.gguf"), std::string::npos);
  }
}

}  // namespace
}  // namespace thinktrace
