// SPDX-License-Identifier: MIT
// Looking on while another writes: that every change is noticed, and that nothing is written.
#include "thinktrace/store/watch.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/growing_store.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using testing::GrowingStore;

class StoreWatchTest : public ::testing::Test {
 protected:
  StoreWatchTest()
      : folder_(fs::path(::testing::TempDir()) / ("store_watch_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~StoreWatchTest() override { fs::remove_all(folder_); }

  std::string folder() const { return folder_.string(); }

  static std::vector<std::string> stamps(const Store& store) {
    std::vector<std::string> found;
    for (const UnitStamp& s : store.unit_stamps(store.current_plan().samples)) found.push_back(s.stamp);
    return found;
  }

  fs::path folder_;
};

TEST_F(StoreWatchTest, NoticesEveryCommit) {
  StoreWatch watch(folder());
  EXPECT_EQ(watch.look(), StoreChange::kMissing);
  GrowingStore growing(folder());
  EXPECT_EQ(watch.look(), StoreChange::kChanged);
  EXPECT_EQ(watch.look(), StoreChange::kNone);
  for (const int first : {0, 2}) {
    growing.commit(0, first);
    EXPECT_EQ(watch.look(), StoreChange::kChanged);
    EXPECT_EQ(watch.look(), StoreChange::kNone);
  }
}

TEST_F(StoreWatchTest, NoticesThatAStoreIsGoneOrAnother) {
  { GrowingStore growing(folder()); }
  StoreWatch watch(folder());
  EXPECT_EQ(watch.look(), StoreChange::kChanged);
  fs::copy_file(folder_ / "thinktrace.db", folder_ / "copy");
  fs::rename(folder_ / "copy", folder_ / "thinktrace.db");
  EXPECT_EQ(watch.look(), StoreChange::kChanged);
  fs::remove(folder_ / "thinktrace.db");
  EXPECT_EQ(watch.look(), StoreChange::kMissing);
  EXPECT_EQ(watch.look(), StoreChange::kMissing);
  { GrowingStore growing(folder()); }
  EXPECT_EQ(watch.look(), StoreChange::kChanged);
}

TEST_F(StoreWatchTest, HasNothingToSayWhileAWriterCommits) {
  { GrowingStore growing(folder()); }
  StoreWatch watch(folder());
  EXPECT_EQ(watch.look(), StoreChange::kChanged);
  sqlite3* db = nullptr;
  sqlite3_open((folder_ / "thinktrace.db").c_str(), &db);
  sqlite3_exec(db, "BEGIN EXCLUSIVE; UPDATE plan SET samples = 3", nullptr, nullptr, nullptr);
  EXPECT_EQ(watch.look(), StoreChange::kNone);
  sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  EXPECT_EQ(watch.look(), StoreChange::kChanged);
}

TEST_F(StoreWatchTest, NoStoreIsAnError) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "thinktrace.db") << std::string(4096, 'x');
  StoreWatch watch(folder());
  EXPECT_THROW(watch.look(), Error);
}

TEST_F(StoreWatchTest, StampsChangeWithTheirUnitAlone) {
  GrowingStore growing(folder());
  const Store& store = growing.store();
  EXPECT_TRUE(stamps(store).empty());
  growing.commit(0, 2, Status::kFailed);
  growing.commit(0, 0);
  const std::vector<std::string> before = stamps(store);
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(store.unit_stamps(4)[1].unit, UnitKey(growing.questions()[0].id, 2));
  growing.commit(0, 2);  // Tried again.
  const std::vector<std::string> after = stamps(store);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1], before[1]);
  growing.read(0, 0, "r2");
  const std::vector<std::string> read = stamps(store);
  EXPECT_NE(read[0], after[0]);
  EXPECT_EQ(read[1], after[1]);
  growing.read(0, 0, "r3", Status::kFailed);
  EXPECT_NE(stamps(store)[0], read[0]);
  EXPECT_EQ(store.unit_stamps(2).size(), 1u);
  EXPECT_NE(store.unit_stamps(1)[0].stamp, store.unit_stamps(2)[0].stamp);
}

TEST_F(StoreWatchTest, LeavesAKilledWritersJournalAlone) {
  { GrowingStore growing(folder()); }
  // A transaction that outgrew the cache is in the file when its writer is killed.
  const auto path = (folder_ / "thinktrace.db").string();
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_exec(
      db,
      "PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN; CREATE TABLE big (x);"
      "INSERT INTO big SELECT randomblob(4000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
      "FROM n WHERE i < 50) SELECT i FROM n)",
      nullptr, nullptr, nullptr);
  const fs::path killed = folder_ / "killed";
  fs::create_directories(killed);
  for (const char* name : {"thinktrace.db", "thinktrace.db-journal"})
    fs::copy_file(folder_ / name, killed / name);
  sqlite3_close(db);
  try {
    Store::open(killed.string(), ReadAccess::kUntouched);
    FAIL() << "a store with a step to undo was read";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kStore);
    EXPECT_NE(std::string(e.what()).find("thinktrace status RUN"), std::string::npos) << e.what();
  }
  EXPECT_TRUE(fs::exists(killed / "thinktrace.db-journal"));
  Store::open(killed.string());
  EXPECT_FALSE(fs::exists(killed / "thinktrace.db-journal"));
  EXPECT_NO_THROW(Store::open(killed.string(), ReadAccess::kUntouched));
}

}  // namespace
}  // namespace thinktrace
