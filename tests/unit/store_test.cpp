// SPDX-License-Identifier: MIT
#include "thinktrace/store/store.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "tests/unit/records.h"
#include "tests/unit/same_records.h"
#include "thinktrace/error.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using testing::expect_same;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : folder_(fs::path(::testing::TempDir()) / ("store_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~StoreTest() override { fs::remove_all(folder_); }

  static StoredPlan plan(int samples = 2) { return {0, "s1", R"({"a":1})", R"({"b":2})", samples, 2, "r1"}; }
  static StoredReader reader(const std::string& id = "r1") {
    return {id, 0, R"({"suffix":"x"})", "{}", "", ""};
  }

  static StoredUnit unit_of(std::vector<TraceRecord> records) {
    StoredUnit u;
    u.question = records[0].question;
    u.first_sample = records[0].trace.sample;
    u.n_samples = static_cast<int>(records.size());
    u.labels = records[0].labels;
    u.prompt_text = records[0].prompt_text;
    u.prompt_ids = records[0].prompt_ids;
    u.suffix_ids = {5, 6};
    u.attempt.tokens = 5;
    u.attempt.seconds_sampling = 0.5;
    u.records = std::move(records);
    return u;
  }

  // A store with one plan over `questions`.
  Store planned(const std::vector<Question>& questions, int samples = 2) const {
    Store store = Store::create(folder());
    store.save_reader(reader());
    store.save_plan(plan(samples), questions);
    return store;
  }

  std::string folder() const { return folder_.string(); }
  fs::path folder_;
};

TEST_F(StoreTest, GivesBackWhatWasStored) {
  const std::vector<TraceRecord> records = testing::sample_records();
  {
    Store store = planned({records[0].question, records[2].question, records[3].question});
    store.commit_unit(unit_of({records[0], records[1]}));
    store.commit_unit(unit_of({records[2]}));
    StoredReader measured = reader();
    measured.noise_floors = R"({"max_abs_dp":0.5})";
    store.save_reader(measured);
  }
  const Store store = Store::open(folder());
  std::vector<TraceRecord> found;
  store.for_each_trace([&](const TraceRecord& r) { found.push_back(r); });
  ASSERT_EQ(found.size(), 3u);
  for (size_t i = 0; i < found.size(); i++) expect_same(found[i], records[i]);
  EXPECT_EQ(store.reader("r1")->noise_floors, R"({"max_abs_dp":0.5})");
  EXPECT_EQ(store.counts().traces, 3);
  EXPECT_EQ(store.counts().tokens, 10 + 4 + 7);
  expect_same(store.spread_traces(1).at(0), records[0]);
  EXPECT_EQ(store.spread_traces(5).size(), 2u);
}

TEST_F(StoreTest, OrdersByPlaceAndSampleWhateverTheOrderOfCommits) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question, records[2].question});
  store.commit_unit(unit_of({records[2]}));
  store.commit_unit(unit_of({records[0], records[1]}));
  std::vector<std::string> ids;
  store.for_each_trace([&](const TraceRecord& r) { ids.push_back(r.id); });
  EXPECT_EQ(ids, (std::vector<std::string>{records[0].id, records[1].id, records[2].id}));
}

TEST_F(StoreTest, FailedUnitIsARowForEachSample) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[3].question});
  StoredUnit unit = unit_of({records[3]});
  unit.records.clear();
  unit.n_samples = 2;
  unit.attempt.status = Status::kFailed;
  unit.attempt.error = "too long";
  store.commit_unit(unit);
  std::vector<TraceRecord> found;
  store.for_each_trace([&](const TraceRecord& r) { found.push_back(r); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].status, Status::kFailed);
  EXPECT_EQ(found[1].error, "too long");
  EXPECT_EQ(found[1].trace.sample, 1);
  EXPECT_EQ(store.units().at({records[3].question.id, 0}), Status::kFailed);
  EXPECT_TRUE(store.spread_traces(3).empty());
}

TEST_F(StoreTest, FailedUnitIsReplacedAndItsAttemptIsKept) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question});
  StoredUnit failed = unit_of({records[0], records[1]});
  failed.records.clear();
  failed.attempt.status = Status::kFailed;
  failed.attempt.error = "out of memory";
  store.commit_unit(failed);
  store.commit_unit(unit_of({records[0], records[1]}));
  EXPECT_EQ(store.units().at({records[0].question.id, 0}), Status::kOk);
  EXPECT_EQ(store.counts().units_failed, 0);
  EXPECT_EQ(store.counts().attempts, 2);
  EXPECT_EQ(store.counts().sampled_tokens, 10);
  EXPECT_DOUBLE_EQ(store.counts().seconds_sampling, 1.0);
  EXPECT_THROW(store.commit_unit(unit_of({records[0], records[1]})), Error) << "a unit that is done stays";
  EXPECT_TRUE(store.verify().problems.empty());
}

TEST_F(StoreTest, OtherReadersAddReadingsToTheSameTraces) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question, records[2].question});
  store.commit_unit(unit_of({records[0], records[1]}));
  store.commit_unit(unit_of({records[2]}));
  store.save_reader(reader("r2"));
  EXPECT_EQ(store.reader("r2")->number, 2);
  const UnitKey first{records[0].question.id, 0}, second{records[2].question.id, 0};
  EXPECT_EQ(store.units_to_read("r2", false), (std::vector<UnitKey>{first, second}));
  EXPECT_TRUE(store.units_to_read("r1", false).empty());
  StoredReading reading{
      .trace_id = records[0].id, .labels = {"B", "A", "C", "D"}, .prompt_text = "other", .forced_text = "f"};
  reading.think_ids = {1, 2};
  reading.think_text = {"Okay, let me", " see.\nBlue is one."};
  reading.curve = {{0, 2}, {-1, -2, -3, -4, -5, -6, -7, -8}};
  reading.writer_positions = {0, 10};
  reading.writer_tokens = 10;
  StoredReading same = reading;
  same.trace_id = records[1].id;
  store.commit_readings(first, "r2", {.probes = 4}, {reading, same});
  store.commit_readings(second, "r2", {.status = Status::kFailed, .error = "too long"}, {});
  EXPECT_TRUE(store.units_to_read("r2", false).empty());
  EXPECT_EQ(store.units_to_read("r2", true), (std::vector<UnitKey>{second}));
  std::vector<TraceRecord> found;
  store.for_each_trace([&](const TraceRecord& r) { found.push_back(r); }, "r2");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].id, records[0].id);
  EXPECT_EQ(found[0].labels, reading.labels);
  EXPECT_EQ(found[0].think_text, reading.think_text);
  EXPECT_EQ(found[0].n_writer_tokens, 10);
  EXPECT_EQ(found[0].writer_positions, reading.writer_positions);
  EXPECT_EQ(found[0].curve.logprobs, reading.curve.logprobs);
  EXPECT_EQ(found[2].status, Status::kFailed);
  EXPECT_EQ(found[2].error, "too long");
  const Store::OtherReading other = store.reading(records[0].id, "r2").value();
  EXPECT_EQ(other.labels, reading.labels);
  EXPECT_EQ(other.think_text, reading.think_text);
  EXPECT_EQ(other.forced_text, "f");
  EXPECT_EQ(other.curve.positions, reading.curve.positions);
  EXPECT_EQ(other.curve.logprobs, reading.curve.logprobs);
  const Store::OtherReading own = store.reading(records[0].id, "r1").value();
  EXPECT_EQ(own.labels, records[0].labels);
  EXPECT_TRUE(own.think_text.empty()) << "in the writer's tokens";
  EXPECT_EQ(own.forced_text, records[0].forced_text);
  EXPECT_FALSE(store.reading(records[2].id, "r2"));
  EXPECT_EQ(store.written_tokens(records[0].id), records[0].think_text);
  EXPECT_TRUE(store.written_tokens("none").empty());
  store.for_each_trace([&](const TraceRecord& r) { EXPECT_EQ(r.status, Status::kOk); });
  EXPECT_TRUE(store.verify().problems.empty());
}

TEST_F(StoreTest, PlansAreKeptApartAndShareUnitsSampledAlike) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question});
  store.commit_unit(unit_of({records[0], records[1]}));
  StoredPlan other = plan();
  other.sampling_id = "s2";
  other.identity = R"({"a":2})";
  EXPECT_EQ(store.save_plan(other, {records[0].question}), 2);
  EXPECT_TRUE(store.units().empty());
  EXPECT_EQ(store.plan()->number, 2);
  EXPECT_EQ(store.save_plan(plan(), {records[0].question, records[2].question}), 2)
      << "plan 2 was idle and bound nobody";
  EXPECT_EQ(store.units().size(), 1u) << "sampled as plan 1: its unit is not sampled again";
  store.choose_plan(1);
  EXPECT_EQ(store.questions().size(), 1u);
  EXPECT_EQ(store.trace_ids(), (std::vector<std::string>{records[0].id, records[1].id}));
  EXPECT_THROW(store.choose_plan(7), Error);
}

TEST_F(StoreTest, InterpolatedRowsAreKeptAndNotCountedAsProbes) {
  const TraceRecord r = testing::adaptive_record();
  Store store = planned({r.question});
  store.commit_unit(unit_of({r, testing::sample_records()[1]}));
  store.save_reader(reader("r2"));
  StoredReading reading{.trace_id = r.id, .forced_text = "f", .curve = r.curve};
  reading.curve.interpolated = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  reading.curve.error.reset();
  store.commit_readings({r.question.id, 0}, "r2", {.probes = 10}, {reading});
  expect_same(store.records({r.question.id, 0})[0], r);
  EXPECT_EQ(store.counts().probes, 4 + 5);
  EXPECT_EQ(store.counts("r2").probes, 10);
  const Store::OtherReading own = store.reading(r.id, "r1").value(),
                            other = store.reading(r.id, "r2").value();
  EXPECT_EQ(own.curve.interpolated, r.curve.interpolated);
  EXPECT_EQ(own.curve.error->mean_abs_dp_upper, r.curve.error->mean_abs_dp_upper);
  EXPECT_EQ(other.curve.interpolated, reading.curve.interpolated);
  EXPECT_FALSE(other.curve.error);
  EXPECT_TRUE(store.verify().problems.empty());
}

TEST_F(StoreTest, EveryByteSurvives) {
  std::mt19937_64 random(1);
  Store store = planned({});
  const Question q = testing::make_question("s", "q", {"a", "b"}, 0);
  TraceRecord r = testing::make_record(q, 0, 0, {}, 0.5, 0.5);
  r.trace.think_ids.clear();
  for (int i = 0; i < 10000; i++) {  // Any characters, control characters and NUL among them.
    std::string text;
    for (uint64_t n = random() % 12; n > 0; n--) {
      const std::array<uint32_t, 4> ranges{0x20, 0x80, 0x3000, 0x200};
      const uint64_t kind = random() % ranges.size();
      const uint32_t c = static_cast<uint32_t>(random() % ranges[kind]) + (kind == 3 ? 0x1F300 : 0);
      text += to_utf8(c < 0x80 ? std::string(1, static_cast<char>(c)) : std::string("\xEF\xBF\xBD"));
      if (c >= 0x80 && c < 0x800)
        text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
      if (c >= 0x10000)
        text += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
                 static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    }
    r.think_text.push_back(text);
  }
  const float nan = std::nanf("7"), infinity = std::numeric_limits<float>::infinity();
  r.curve = {{0, 1, 2}, {nan, infinity, -infinity, -0.0F, 1e-45F, -nan}};
  store.commit_unit(unit_of({r}));
  int seen = 0;
  store.for_each_trace([&](const TraceRecord& found) {
    expect_same(found, r);
    seen++;
  });
  EXPECT_EQ(seen, 1);
}

TEST_F(StoreTest, UnitIsStoredWholeOrNotAtAll) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question});
  StoredUnit twice = unit_of({records[0], records[0]});  // The second row breaks a rule of the schema.
  EXPECT_THROW(store.commit_unit(twice), Error);
  EXPECT_EQ(store.counts().traces, 0);
  EXPECT_TRUE(store.units().empty());
  store.commit_unit(unit_of({records[0], records[1]}));
  EXPECT_EQ(store.counts().traces, 2);
}

TEST_F(StoreTest, CountsWhatWasAskedForOfAUnitThatIsThereWhole) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question});
  store.commit_unit(unit_of({records[0], records[1]}));
  const StoreCounts both = store.counts();
  StoredPlan fewer = *store.plan();
  fewer.samples = 1;
  store.save_plan(fewer, {});
  EXPECT_EQ(both.traces, 2);
  EXPECT_EQ(both.tokens, 10 + 4);
  EXPECT_EQ(store.counts().traces, 1);
  EXPECT_EQ(store.counts().tokens, 10);
  EXPECT_EQ(store.counts().probes, static_cast<int64_t>(records[0].curve.positions.size()));
  EXPECT_EQ(store.counts().attempts, both.attempts);
}

TEST_F(StoreTest, APlanMayBeWorkedOnBesideTheCurrentOne) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question});
  store.commit_unit(unit_of({records[0], records[1]}));
  StoredPlan other = plan();
  other.sampling_id = "s2";
  other.number = store.save_plan(other, {records[0].question}, CurrentPlan::kAsBefore);
  EXPECT_EQ(other.number, 2);
  EXPECT_EQ(store.plan()->number, 2) << "this handle goes on with it";
  EXPECT_EQ(Store::open(folder()).plan()->number, 1);
  TraceRecord record = records[0];
  record.id = "another";
  store.commit_unit(unit_of({record}));
  other.samples = 3;
  EXPECT_EQ(store.save_plan(other, {}, CurrentPlan::kAsBefore), 2);
  EXPECT_EQ(Store::open(folder()).plan()->number, 1);
  EXPECT_EQ(Store::open(folder()).plans()[1].samples, 3);
  // The current one was begun and left idle: it goes, and the plan that this handle chose is shown.
  StoredPlan idle = plan(), third = plan();
  idle.sampling_id = "s3", third.sampling_id = "s4";
  EXPECT_EQ(store.save_plan(idle, {}), 3);
  store.choose_plan(1);
  EXPECT_EQ(store.save_plan(third, {}, CurrentPlan::kAsBefore), 3);
  EXPECT_EQ(Store::open(folder()).plan()->number, 1);
  EXPECT_TRUE(store.verify().problems.empty());
}

TEST_F(StoreTest, ShowsOnlyTheSamplesOfThePlan) {
  const std::vector<TraceRecord> records = testing::sample_records();
  Store store = planned({records[0].question}, /*samples=*/1);
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
