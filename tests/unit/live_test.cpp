// SPDX-License-Identifier: MIT
// A gallery that follows a store: its twin is one that has just been begun on the same store, which has kept nothing.
#include "thinktrace/run/live.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

#include "tests/unit/growing_store.h"
#include "tests/unit/live.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using serve::Resource;
using testing::Bundle;
using testing::GrowingStore;
using testing::json;
using testing::unpacked_script;

class Live : public testing::LiveTest {};

TEST_F(Live, ShowsNothingUntilItLooks) {
  GrowingStore growing(folder_.string());
  growing.commit(0, 0);
  LiveBundle live(options());
  EXPECT_TRUE(manifest(live)["runs"].empty());
  EXPECT_FALSE(manifest(live)["app"].is_null());
  live.refresh();
  EXPECT_EQ(bundle(live).index()["traces"]["id"].size(), 2u);
}

TEST_F(Live, ShowsWhatOneBegunNowWouldShow) {
  std::mt19937 random(7);
  GrowingStore growing(folder_.string(), 2);
  LiveBundle live(options());
  std::set<std::pair<int, int>> done, failed, read;
  for (int step = 0; step < 40; step++) {
    const std::pair<int, int> unit(random() % 6, 2 * (random() % 2));
    const auto what = random() % 10;
    if (!done.contains(unit) && what < 6) {
      const bool fails = random() % 5 == 0 && !failed.contains(unit);
      growing.commit(unit.first, unit.second, fails ? Status::kFailed : Status::kOk);
      (fails ? failed : done).insert(unit);
    } else if (done.contains(unit)) {
      const std::string reader = step > 20 && what % 2 ? "r3" : "r2";
      const bool is_new = read.insert({unit.first * 2 + unit.second / 2, reader == "r3"}).second;
      growing.read(unit.first, unit.second, reader, is_new ? Status::kOk : Status::kFailed);
    }
    if (step == 25) growing.ask_for(4);
    if (step == 33) growing.begin_another_plan();
    live.refresh();
    LiveBundle now(options());
    now.refresh();
    ASSERT_EQ(shown(bundle(live)), shown(bundle(now))) << "step " << step;
  }
  EXPECT_EQ(manifest(live)["runs"].size(), 2u);
  EXPECT_GT(bundle(live).index()["shelves"].size(), 2u);
  EXPECT_EQ(notes_, std::vector<std::string>());
}

TEST_F(Live, EndsAsTheSiteIs) {
  GrowingStore growing(folder_.string(), 2);
  LiveBundle live([&] {
    LiveOptions o = options();
    o.shelf_tokens = kShelfTokens;
    return o;
  }());
  for (int question = 0; question < 6; question++) {
    growing.commit(question, 0);
    live.refresh();
  }
  publish_site({folder_.string()}, "thinktrace", (folder_ / "site").string());
  const Bundle site = testing::read_folder(folder_ / "site"), followed = bundle(live);
  EXPECT_EQ(followed.manifest["runs"], site.manifest["runs"]);
  EXPECT_EQ(followed.chunks, site.chunks);
}

TEST_F(Live, DoesNotReadAgainWhatIsOnAFinishedShelf) {
  GrowingStore growing(folder_.string(), 2);
  for (int question = 0; question < 5; question++) growing.commit(question, 0);
  LiveBundle live(options());
  live.refresh();
  const json before = bundle(live).index()["shelves"];
  ASSERT_GT(before.size(), 2u);
  // Damage in a row of the first shelf, which whoever reads it stumbles on.
  sqlite3* db = nullptr;
  sqlite3_open((folder_ / "thinktrace.db").c_str(), &db);
  const std::string first = growing.record(0, 0).id;
  sqlite3_exec(db, ("UPDATE trace SET stop = 'budget' WHERE id = '" + first + "'").c_str(), nullptr, nullptr,
               nullptr);
  sqlite3_close(db);
  growing.commit(5, 0);
  live.refresh();
  EXPECT_EQ(notes_, std::vector<std::string>());
  const json after = bundle(live).index()["shelves"];
  EXPECT_EQ(bundle(live).index()["traces"]["id"].size(), 12u);
  for (size_t i = 0; i + 1 < before.size(); i++) EXPECT_EQ(after[i], before[i]);
  LiveBundle now(options());
  EXPECT_THROW(now.refresh(), Error);
  // When something else of that shelf changes it is read, and said once to be damaged.
  growing.read(0, 0, "r2");
  for (int i = 0; i < 3; i++) live.refresh();
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("damaged"), std::string::npos) << notes_[0];
  EXPECT_EQ(bundle(live).index()["traces"]["id"].size(), 12u);
}

TEST_F(Live, KeepsShelvesWhenMoreSamplesAreAskedFor) {
  GrowingStore growing(folder_.string(), 2);
  for (int question = 0; question < 6; question++) growing.commit(question, 0);
  LiveBundle live(options());
  live.refresh();
  const json before = bundle(live).index()["shelves"];
  growing.ask_for(4);
  growing.commit(5, 2);
  live.refresh();
  const json after = bundle(live).index()["shelves"];
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after.back(), before.back());
  growing.ask_for(1);  // Of each unit one sample alone is shown.
  live.refresh();
  EXPECT_EQ(bundle(live).index()["traces"]["id"].size(), 6u);
}

TEST_F(Live, TellsPagesOfOtherRevisions) {
  GrowingStore growing(folder_.string());
  growing.commit(0, 0);
  LiveBundle live(options());
  live.refresh();
  const int64_t first = revision(live);
  EXPECT_EQ(text(live, Resource::kLive, std::to_string(first)), "thinktrace_chunk=\"\";\n");
  live.refresh();
  EXPECT_EQ(revision(live), first) << "nothing has changed";
  growing.commit(1, 0);
  live.refresh();
  EXPECT_EQ(revision(live), first + 1);
  EXPECT_EQ(text(live, Resource::kLive, std::to_string(first + 1)), "thinktrace_chunk=\"\";\n");
  for (const std::string& old :
       {std::to_string(first), std::string("0"), std::string("999999999"), "0" + std::to_string(first + 1)}) {
    const json told =
        json::parse(inflate_raw(testing::unbase64(unpacked_script(text(live, Resource::kLive, old)))));
    EXPECT_EQ(told["kind"], "live");
    EXPECT_EQ(told["manifest"], manifest(live));
  }
}

TEST_F(Live, KeepsTheChunksOfTheRevisionBefore) {
  GrowingStore growing(folder_.string(), 2);
  LiveOptions o = options();
  o.keep = std::chrono::seconds(0);
  LiveBundle live(o);
  std::vector<std::string> indices;
  for (int question = 0; question < 4; question++) {
    growing.commit(question, 0);
    live.refresh();
    indices.push_back(manifest(live)["runs"][0]["index"]);
    const auto is_there = [&](size_t i) { return live.content(Resource::kChunk, indices[i]).has_value(); };
    EXPECT_TRUE(is_there(question));
    EXPECT_TRUE(question < 1 || is_there(question - 1));
    EXPECT_FALSE(question >= 2 && is_there(question - 2));
  }
  o.keep = std::chrono::seconds(3600);
  LiveBundle patient(o);
  for (int question = 4; question < 6; question++) {
    patient.refresh();
    indices.push_back(manifest(patient)["runs"][0]["index"]);
    growing.commit(question, 0);
  }
  patient.refresh();
  EXPECT_TRUE(patient.content(Resource::kChunk, indices[4]) && patient.content(Resource::kChunk, indices[5]));
}

TEST_F(Live, WaitsForARunAndOutlivesIt) {
  LiveBundle live(options());
  live.refresh();
  live.refresh();
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("no run in this folder yet"), std::string::npos) << notes_[0];
  {
    GrowingStore growing(folder_.string());
    live.refresh();
    EXPECT_EQ(manifest(live)["runs"][0]["notes"], json::array({"Nothing of it is finished yet."}));
    growing.commit(0, 0);
    live.refresh();
    EXPECT_TRUE(manifest(live)["runs"][0]["notes"].empty());
  }
  const json before = shown(bundle(live));
  std::filesystem::rename(folder_, folder_.string() + "_moved");
  for (int i = 0; i < 3; i++) live.refresh();
  ASSERT_EQ(notes_.size(), 2u);
  EXPECT_NE(notes_[1].find("the store is gone"), std::string::npos) << notes_[1];
  EXPECT_EQ(shown(bundle(live)), before);
  std::filesystem::rename(folder_.string() + "_moved", folder_);
  GrowingStore(folder_.string()).commit(1, 0);
  live.refresh();
  EXPECT_EQ(bundle(live).index()["traces"]["id"].size(), 4u);
  EXPECT_EQ(notes_.size(), 2u);
}

TEST_F(Live, AStoreWithoutAPlanIsNoRunYet) {
  { Store::create(folder_.string()); }
  LiveBundle live(options());
  live.refresh();
  EXPECT_TRUE(manifest(live)["runs"].empty());
  EXPECT_EQ(notes_.size(), 1u);
}

}  // namespace
}  // namespace thinktrace
