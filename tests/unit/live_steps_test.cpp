// SPDX-License-Identifier: MIT
// When a live gallery works and when it rests, what it does where it can't read, and how it is stopped.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

#include "tests/unit/growing_store.h"
#include "tests/unit/live.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using std::chrono::seconds;
using testing::GrowingStore;
using testing::json;

void execute(const std::filesystem::path& folder, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open((folder / "thinktrace.db").c_str(), &db);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

// A clock that only the test moves on, and work: by cost_ where it asks whether to stop, the next costly_calls_ times.
class LiveSteps : public testing::LiveTest {
 protected:
  LiveOptions timed_options() {
    LiveOptions o = options();
    o.rest = 20;
    o.now = [this] { return now_; };
    o.should_stop = [this] {
      if (costly_calls_-- > 0) now_ += cost_;
      return false;
    };
    return o;
  }
  static void change_nothing_shown(GrowingStore& growing) {
    growing.store().save_reader({"r9", 0, R"({"suffix":"y"})", "{}", "", ""});
  }
  static size_t n_traces(const LiveBundle& live) { return bundle(live).index()["traces"]["id"].size(); }

  std::chrono::steady_clock::time_point now_;
  seconds cost_{0};
  int costly_calls_ = 1'000'000;
};

TEST_F(LiveSteps, RestsAfterItsWork) {
  GrowingStore growing(folder_.string(), 2);
  for (int question = 0; question < 3; question++) growing.commit(question, 0);
  LiveBundle live(timed_options());
  cost_ = seconds(1);
  live.refresh();
  growing.commit(3, 0);
  costly_calls_ = 1;
  live.refresh();
  EXPECT_EQ(n_traces(live), 8u) << "the first step is not rested from";
  const auto work = now_;
  growing.commit(4, 0);
  for (; now_ < work + seconds(20); now_ += seconds(1)) {
    live.refresh();
    EXPECT_EQ(n_traces(live), 8u);
  }
  live.refresh();
  EXPECT_EQ(n_traces(live), 10u);
}

TEST_F(LiveSteps, TheFirstStepOfARunThatComesLaterIsNotRestedFrom) {
  LiveOptions o = timed_options();
  o.folders = {(folder_ / "a").string(), (folder_ / "b").string()};
  cost_ = seconds(1);
  LiveBundle live(o);
  live.refresh();
  for (const char* name : {"a", "b"}) {
    GrowingStore growing((folder_ / name).string(), 2);
    for (int question = 0; question < 3; question++) growing.commit(question, 0);
    live.refresh();
    ASSERT_FALSE(manifest(live)["runs"].empty()) << name;
    EXPECT_EQ(manifest(live)["runs"].back()["name"], name);
    EXPECT_FALSE(manifest(live)["runs"].back()["analysis"].is_null());
  }
}

// Whatever came while one kind of step was rested from and the other was not.
TEST_F(LiveSteps, EndsUpToDateHoweverItRests) {
  for (int seed = 0; seed < 15; seed++) {
    const std::filesystem::path folder = folder_ / std::to_string(seed);
    std::mt19937 random(seed);
    GrowingStore growing(folder.string(), 2);
    growing.commit(0, 0);
    LiveOptions o = timed_options();
    o.folders = {folder.string()};
    LiveBundle live(o);
    live.refresh();
    for (int question = 1; question < 6; question++) {
      growing.commit(question, 0);
      for (int i = 0; i < 3; i++) {
        // Computing numbers asks thousands of times.
        cost_ = random() % 2 ? seconds(random() % 10) : seconds(0);
        if (random() % 2) change_nothing_shown(growing);
        live.refresh();
        now_ += seconds(random() % 2 ? random() % 2'000 : random() % 2'000'000);
      }
    }
    cost_ = seconds(0);
    for (int i = 0; i < 3; i++) {
      now_ += seconds(100'000'000);
      live.refresh();
    }
    LiveOptions at_once = options();
    at_once.folders = o.folders;
    LiveBundle now(at_once);
    now.refresh();
    ASSERT_TRUE(shown(bundle(live)) == shown(bundle(now))) << "seed " << seed;
    const json analysis = manifest(live)["runs"][0]["analysis"];
    EXPECT_EQ(bundle(live).head(analysis)["analysis"]["overall"]["traces"], 12) << "seed " << seed;
  }
}

TEST_F(LiveSteps, NumbersAreComputedWhereSomethingIsNewAlone) {
  GrowingStore growing(folder_.string(), 2);
  for (int question = 0; question < 3; question++) growing.commit(question, 0);
  LiveOptions o = timed_options();
  int asked = 0;
  o.should_stop = [&] { return asked++ < 0; };
  o.rest = 0;
  LiveBundle live(o);
  live.refresh();
  EXPECT_GT(asked, 1000) << "numbers are computed at once";
  asked = 0;
  change_nothing_shown(growing);
  live.refresh();
  EXPECT_LT(asked, 100);
  growing.store().save_reader({"r1", 0, R"({"suffix":"x"})", R"({"model":{"name":"m"}})", "",
                               R"([{"labels":["1","2","3"],"p":[0.5,0.25,0.125]}])"});
  live.refresh();
  EXPECT_GT(asked, 1000) << "what labels get where there is nothing to answer is among the numbers";
}

TEST_F(LiveSteps, ShowsTheOtherRunsWhereOneCantBeRead) {
  GrowingStore growing((folder_ / "a").string());
  growing.commit(0, 0);
  LiveOptions o = options();
  o.folders = {(folder_ / "a").string(), (folder_ / "b").string()};
  LiveBundle live(o);
  live.refresh();
  std::filesystem::create_directories(folder_ / "b");
  std::ofstream(folder_ / "b" / "thinktrace.db") << std::string(5000, 'x');
  growing.commit(1, 0);
  for (int i = 0; i < 3; i++) live.refresh();
  EXPECT_EQ(bundle(live).index()["traces"]["id"].size(), 4u);
  EXPECT_EQ(notes_.size(), 2u);  // That there is none in b, then that it can't be read.
  LiveBundle now(o);
  EXPECT_THROW(now.refresh(), Error);
}

TEST_F(LiveSteps, AWriterAtTheBeginningIsWaitedFor) {
  { GrowingStore(folder_.string(), 2).commit(0, 0); }
  LiveBundle live(timed_options());
  sqlite3* db = nullptr;
  sqlite3_open((folder_ / "thinktrace.db").c_str(), &db);
  sqlite3_exec(db, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  live.refresh();
  EXPECT_TRUE(manifest(live)["runs"].empty());
  EXPECT_EQ(notes_, std::vector<std::string>());
  sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  std::ofstream(folder_ / "thinktrace.db") << std::string(5000, 'x');
  EXPECT_THROW(live.refresh(), Error) << "it was not seen before";
}

TEST_F(LiveSteps, APlanThatCantBeReadStopsNoOther) {
  GrowingStore growing(folder_.string(), 2);
  growing.commit(1, 0);
  LiveBundle live(options());
  live.refresh();
  const json before = shown(bundle(live))[0];
  execute(folder_, "UPDATE trace SET stop = 'budget' WHERE id = '" + growing.record(1, 0).id + "'");
  growing.read(1, 0, "r2");  // Which makes it read again.
  growing.begin_another_plan();
  growing.commit(0, 0);
  for (int i = 0; i < 3; i++) live.refresh();
  ASSERT_EQ(manifest(live)["runs"].size(), 2u);
  const json after = shown(bundle(live));
  EXPECT_EQ(after[0], before);
  EXPECT_EQ(after[1]["index"]["traces"]["id"].size(), 2u);
  EXPECT_EQ(after[1]["analysis"]["analysis"]["overall"]["traces"], 2);
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("damaged"), std::string::npos) << notes_[0];
}

TEST_F(LiveSteps, StopsInTheMiddle) {
  GrowingStore growing(folder_.string());
  growing.commit(0, 0);
  growing.commit(1, 0);
  // While questions are read, clusters are sought and numbers are computed.
  for (const int call : {1, 2, 3, 10, 100, 1000}) {
    LiveOptions o = options();
    int asked = 0;
    o.should_stop = [&] { return ++asked >= call; };
    LiveBundle live(o);
    try {
      live.refresh();
      ADD_FAILURE() << call;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInterrupted);
    }
    EXPECT_EQ(asked, call);
  }
}

}  // namespace
}  // namespace thinktrace
