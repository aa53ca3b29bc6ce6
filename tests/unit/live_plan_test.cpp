// SPDX-License-Identifier: MIT
// What comes between opening a run and reading it must not be lost: the shelves that are kept hang on what was known then.
#include "thinktrace/run/live_plan.h"

#include <gtest/gtest.h>

#include "tests/unit/bundles.h"
#include "tests/unit/growing_store.h"

namespace thinktrace {
namespace {

using testing::Chunks;
using testing::GrowingStore;
using testing::json;

class LivePlanTest : public testing::FolderTest {
 protected:
  OpenRun open() const { return open_run({folder_.string(), {}, {}, {}, ReadAccess::kUntouched}); }
  void update(OpenRun run) { plan_.update(std::move(run), /*is_only_plan=*/true, sinks_); }
  json index() const { return chunks_.at(json::parse(plan_.entry())["index"]).head; }
  size_t n_traces() const { return index()["traces"]["id"].size(); }

  Chunks chunks_;
  LivePlan::Sinks sinks_{
      [this](const Chunk& c) { chunks_[c.name] = testing::unpack(c.name, c.packed.text()); },
      [] { return false; }};
  LivePlan plan_{kShelfTokens};
};

TEST_F(LivePlanTest, SamplesThatAreAskedForMeanwhileAreReadNext) {
  GrowingStore growing(folder_.string(), 1);
  growing.commit(0, 0);
  OpenRun opened = open();
  growing.ask_for(2);
  update(std::move(opened));
  EXPECT_EQ(n_traces(), 1u);
  update(open());
  EXPECT_EQ(n_traces(), 2u);
}

TEST_F(LivePlanTest, AReaderThatBeginsMeanwhileIsShown) {
  GrowingStore growing(folder_.string(), 2);
  growing.commit(0, 0);
  OpenRun opened = open();
  growing.read(0, 0, "r2");
  update(std::move(opened));
  update(open());
  EXPECT_EQ(json::parse(plan_.entry())["readers"].size(), 1u);
  ASSERT_FALSE(index()["shelves"][0]["readings"].is_null());
  EXPECT_EQ(chunks_.at(index()["shelves"][0]["readings"]).head["readings"].size(), 2u);
}

TEST_F(LivePlanTest, AnExperimentThatGrowsIsReadAgain) {
  GrowingStore growing(folder_.string(), 2);
  growing.commit(0, 0);
  growing.commit(1, 0);
  plan_ = LivePlan(1);  // A shelf a question.
  update(open());
  EXPECT_TRUE(json::parse(plan_.entry())["experiments"].empty());
  OpenRun opened = open();
  growing.ablate(0, 0);
  update(std::move(opened));  // Opened before it began.
  update(open());
  EXPECT_EQ(json::parse(plan_.entry())["experiments"][0]["kind"], "ablation");
  const json before = index()["shelves"];
  ASSERT_FALSE(before[0]["experiments"].is_null());
  EXPECT_TRUE(before[1]["experiments"].is_null());
  EXPECT_TRUE(plan_.chunks().contains(before[0]["experiments"]));
  growing.ablate(1, 0);
  chunks_.clear();
  update(open());
  const json after = index()["shelves"];
  EXPECT_EQ(after[0], before[0]);
  EXPECT_FALSE(chunks_.contains(before[0]["experiments"])) << "what has not changed is not made again";
  ASSERT_FALSE(after[1]["experiments"].is_null());
  EXPECT_EQ(chunks_.at(after[1]["experiments"]).head["results"].size(), 2u);
  const json numbers = index()["numbers"];
  EXPECT_EQ(numbers.back()["key"], "changed_if_none");
  EXPECT_EQ(numbers.back()["values"], json({1, 1, 1, 1}));
}

TEST_F(LivePlanTest, NumbersComeAloneAndStay) {
  GrowingStore growing(folder_.string(), 2);
  growing.commit(0, 0);
  update(open());
  EXPECT_TRUE(plan_.needs_numbers() && !plan_.has_numbers());
  const json before = json::parse(plan_.entry());
  EXPECT_TRUE(before["analysis"].is_null());
  const std::set<std::string> chunks_before = plan_.chunks();
  chunks_.clear();
  plan_.analyze(sinks_);
  EXPECT_FALSE(plan_.needs_numbers());
  json after = json::parse(plan_.entry());
  const std::string analysis = after["analysis"];
  EXPECT_EQ(chunks_.size(), 1u) << "nothing else is made again";
  EXPECT_EQ(chunks_.at(analysis).head["analysis"]["overall"]["traces"], 2);
  std::set<std::string> chunks_wanted = chunks_before;
  chunks_wanted.insert(analysis);
  EXPECT_EQ(plan_.chunks(), chunks_wanted);
  after["analysis"] = nullptr;
  EXPECT_EQ(after, before);
  update(open());
  EXPECT_FALSE(plan_.needs_numbers()) << "nothing is new";
  growing.commit(1, 0);
  update(open());
  EXPECT_TRUE(plan_.needs_numbers());
  EXPECT_EQ(json::parse(plan_.entry())["analysis"], analysis) << "the last there were";
  EXPECT_TRUE(plan_.chunks().contains(analysis));
}

}  // namespace
}  // namespace thinktrace
