// SPDX-License-Identifier: MIT
#include "thinktrace/store/store.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/unit/records.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : folder_(fs::path(::testing::TempDir()) / ("store_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~StoreTest() override { fs::remove_all(folder_); }

  static StoredPlan plan(int samples = 2) { return {"p1", R"({"a":1})", R"({"b":2})", samples, 2, ""}; }

  static StoredUnit unit_of(std::vector<TraceRecord> records) {
    StoredUnit u;
    u.question_id = records[0].question.id;
    u.first_sample = records[0].trace.sample;
    u.n_samples = static_cast<int>(records.size());
    u.labels = records[0].labels;
    u.prompt_text = records[0].prompt_text;
    u.prompt_ids = records[0].prompt_ids;
    u.settings = "{}";
    u.model_sha256 = "m";
    u.suffix_ids = {5, 6};
    for (const TraceRecord& r : records) u.reading_ids.push_back("r" + r.id);
    u.records = std::move(records);
    return u;
  }

  std::string folder() const { return folder_.string(); }
  fs::path folder_;
};

void expect_same(const TraceRecord& a, const TraceRecord& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.question.id, b.question.id);
  EXPECT_EQ(a.question.text, b.question.text);
  EXPECT_EQ(a.question.options, b.question.options);
  EXPECT_EQ(a.question.answer, b.question.answer);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.prompt_text, b.prompt_text);
  EXPECT_EQ(a.prompt_ids, b.prompt_ids);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.trace.sample, b.trace.sample);
  EXPECT_EQ(a.trace.think_ids, b.trace.think_ids);
  EXPECT_EQ(a.trace.answer_ids, b.trace.answer_ids);
  EXPECT_EQ(a.trace.answer_text, b.trace.answer_text);
  EXPECT_EQ(a.trace.stop, b.trace.stop);
  EXPECT_EQ(a.think_text, b.think_text);
  EXPECT_EQ(a.chosen, b.chosen);
  EXPECT_EQ(a.forced_text, b.forced_text);
  EXPECT_EQ(a.curve.positions, b.curve.positions);
  ASSERT_EQ(a.curve.logprobs.size(), b.curve.logprobs.size());
  EXPECT_EQ(
      std::memcmp(a.curve.logprobs.data(), b.curve.logprobs.data(), a.curve.logprobs.size() * sizeof(float)),
      0);
}

TEST_F(StoreTest, GivesBackWhatWasStored) {
  const std::vector<TraceRecord> records = testing::sample_records();
  {
    Store store = Store::create(folder());
    store.save_plan(plan(), {records[0].question, records[2].question, records[3].question});
    store.commit_unit(unit_of({records[0], records[1]}));
    store.commit_unit(unit_of({records[2]}));
    store.save_noise_floor(R"({"max_abs_dp":0.5})");
  }
  const Store store = Store::open(folder());
  std::vector<TraceRecord> found;
  store.for_each_trace([&](const TraceRecord& r) { found.push_back(r); });
  ASSERT_EQ(found.size(), 3u);
  for (size_t i = 0; i < found.size(); i++) expect_same(found[i], records[i]);
  EXPECT_EQ(store.plan()->noise_floor, R"({"max_abs_dp":0.5})");
  EXPECT_EQ(store.counts().traces, 3);
  EXPECT_EQ(store.counts().tokens, 10 + 4 + 7);
  expect_same(store.spread_traces(1).at(0), records[0]);
  EXPECT_EQ(store.spread_traces(5).size(), 2u);
}

TEST_F(StoreTest, OrdersByPlaceAndSampleWhateverTheOrderOfCommits) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = Store::create(folder());
  store.save_plan(plan(), {records[0].question, records[2].question});
  store.commit_unit(unit_of({records[2]}));
  store.commit_unit(unit_of({records[0], records[1]}));
  std::vector<std::string> ids;
  store.for_each_trace([&](const TraceRecord& r) { ids.push_back(r.id); });
  EXPECT_EQ(ids, (std::vector<std::string>{records[0].id, records[1].id, records[2].id}));
}

TEST_F(StoreTest, FailedUnitIsARowForEachSample) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = Store::create(folder());
  store.save_plan(plan(), {records[3].question});
  StoredUnit unit = unit_of({records[3]});
  unit.records.clear();
  unit.reading_ids.clear();
  unit.n_samples = 2;
  unit.status = Status::kFailed;
  unit.error = "too long";
  store.commit_unit(unit);
  std::vector<TraceRecord> found;
  store.for_each_trace([&](const TraceRecord& r) { found.push_back(r); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].status, Status::kFailed);
  EXPECT_EQ(found[1].error, "too long");
  EXPECT_EQ(found[1].trace.sample, 1);
  EXPECT_EQ(store.units_done().count({records[3].question.id, 0}), 1u);
  EXPECT_TRUE(store.spread_traces(3).empty());
}

TEST_F(StoreTest, UnitIsStoredWholeOrNotAtAll) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = Store::create(folder());
  store.save_plan(plan(), {records[0].question});
  StoredUnit twice = unit_of({records[0], records[0]});  // The second row breaks a rule of the schema.
  EXPECT_THROW(store.commit_unit(twice), Error);
  EXPECT_EQ(store.counts().traces, 0);
  EXPECT_TRUE(store.units_done().empty());
  store.commit_unit(unit_of({records[0], records[1]}));
  EXPECT_EQ(store.counts().traces, 2);
}

TEST_F(StoreTest, ShowsOnlyTheSamplesOfThePlan) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = Store::create(folder());
  store.save_plan(plan(/*samples=*/1), {records[0].question});
  store.commit_unit(
      unit_of({records[0], records[1]}));  // Units are whole: one sample more than was asked for.
  int seen = 0;
  store.for_each_trace([&](const TraceRecord&) { seen++; });
  EXPECT_EQ(seen, 1);
}

TEST_F(StoreTest, SecondWriterIsRefusedAndReaderIsNot) {
  Store first = Store::create(folder());
  try {
    Store::create(folder());
    FAIL() << "a second writer was let in";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kStore);
    EXPECT_NE(std::string(e.what()).find(std::to_string(::getpid())), std::string::npos) << e.what();
  }
  EXPECT_NO_THROW(Store::open(folder()));
}

TEST_F(StoreTest, NewerVersionIsRefused) {
  { Store::create(folder()); }
  {  // user_version is the 32-bit big-endian number at byte 60 of the file.
    std::fstream file(folder_ / "thinktrace.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(63);
    file.put(99);
  }
  try {
    Store::open(folder());
    FAIL() << "a newer store was opened";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("newer"), std::string::npos) << e.what();
  }
}

TEST_F(StoreTest, NotADatabaseIsSaidSo) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "thinktrace.db") << std::string(4096, 'x');
  EXPECT_THROW(Store::open(folder()), Error);
  EXPECT_THROW(Store::open(folder() + "/nowhere"), Error);
}

}  // namespace
}  // namespace thinktrace
