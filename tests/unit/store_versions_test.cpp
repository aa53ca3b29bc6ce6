// SPDX-License-Identifier: MIT
// Stores of older versions, as these wrote them.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "thinktrace/store/store.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

struct OldStore {
  int version;
  int64_t traces, sampled_tokens, probes, readings, attempts, experiments, outcomes;
};

class OldStores : public ::testing::TestWithParam<OldStore> {
 protected:
  OldStores() : folder_(fs::path(::testing::TempDir()) / ("old_store_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    const fs::path golden = fs::path(THINKTRACE_SOURCE_DIR) / "tests/golden";
    fs::copy_file(golden / ("store_v" + std::to_string(GetParam().version)) / "thinktrace.db", file());
    fs::permissions(file(), fs::perms::owner_write, fs::perm_options::add);
  }
  ~OldStores() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "thinktrace.db"; }
  std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  }
  void execute(const std::string& sql) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  void expect_whole(const Store& store) const {
    EXPECT_EQ(store.counts().traces, GetParam().traces);
    EXPECT_EQ(store.counts().sampled_tokens, GetParam().sampled_tokens);
    EXPECT_EQ(store.counts().probes, GetParam().probes);
    const VerifyReport report = store.verify();
    EXPECT_TRUE(report.problems.empty()) << report.problems[0];
    const std::map<std::string, int64_t> rows(report.rows.begin(), report.rows.end());
    EXPECT_EQ(rows.at("reading"), GetParam().readings);
    EXPECT_EQ(rows.at("attempt"), GetParam().attempts);
    EXPECT_EQ(rows.at("experiment"), GetParam().experiments);
    EXPECT_EQ(rows.at("outcome"), GetParam().outcomes);
    EXPECT_EQ(rows.at("continuation"), 0);
    store.for_each_trace([](const TraceRecord& r) {
      EXPECT_FALSE(r.curve.positions.empty());
      EXPECT_TRUE(r.curve.interpolated.empty());
      EXPECT_FALSE(r.curve.error);
    });
  }

  fs::path folder_;
};

TEST_P(OldStores, AreReadAsTheyAreAndBroughtForwardByAWriter) {
  const std::string before = bytes();
  expect_whole(Store::open(folder_.string()));
  EXPECT_EQ(bytes(), before);
  expect_whole(Store::create(folder_.string()));
  EXPECT_NE(bytes(), before);
  const std::string after = bytes();
  expect_whole(Store::create(folder_.string()));
  EXPECT_EQ(bytes(), after) << "there is nothing left to do";
}

TEST_P(OldStores, AnExperimentCanBeMade) {
  Store store = Store::create(folder_.string());
  const std::string reader = store.plan()->reader_id;
  store.save_experiment(
      {.id = "e1", .kind = "ablation", .reader_id = reader, .identity = "{}", .provenance = "{}"});
  const UnitKey unit = store.units().begin()->first;
  const TraceRecord record = store.records(unit).at(0);
  const std::vector<float> logprobs(record.question.options.size(), -1);
  store.commit_outcomes(unit, *store.experiment("e1"), {}, {{record.id, "real", 0, 3, logprobs, {}}});
  EXPECT_EQ(store.outcomes(record, "e1").size(), 1u);
  StoredContinuation continuation{.trace_id = record.id, .think_ids = {1}, .think_text = {"a"}};
  store.commit_outcomes(unit, *store.experiment("e1"), {}, {}, {continuation});
  EXPECT_EQ(store.continuations(record, "e1").size(), 1u);
  EXPECT_TRUE(store.verify().problems.empty());
}

TEST_P(OldStores, ADamagedRowStaysOne) {
  if (GetParam().version == 1) return;  // It had no checksums.
  execute("UPDATE reading SET resolution = 0.5 WHERE rowid = 2");
  {
    EXPECT_EQ(Store::open(folder_.string()).verify().problems.size(), 2U)
        << "the row, and the unit that has it";
  }
  const Store store = Store::create(folder_.string());
  EXPECT_EQ(store.verify().problems.size(), 2U);
  EXPECT_EQ(store.counts().traces, GetParam().traces);
}

INSTANTIATE_TEST_SUITE_P(Versions, OldStores,
                         ::testing::Values(OldStore{1, 6, 346, 336, 6, 2, 0, 0},
                                           OldStore{2, 4, 120, 124, 8, 4, 0, 0},
                                           OldStore{3, 4, 120, 124, 8, 6, 1, 28}));

}  // namespace
}  // namespace thinktrace
