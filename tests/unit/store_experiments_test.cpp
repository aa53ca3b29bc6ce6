// SPDX-License-Identifier: MIT
// Experiments and outcomes in the store.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <limits>

#include "tests/unit/records.h"
#include "tests/unit/same_records.h"
#include "thinktrace/error.h"
#include "thinktrace/store/store.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

class Experiments : public ::testing::Test {
 protected:
  Experiments()
      : folder_(fs::path(::testing::TempDir()) / ("experiments_" + std::to_string(::getpid()))),
        records_(testing::sample_records()),
        store_(fresh()) {
    store_.save_reader({"r1", 0, R"({"suffix":"x"})", "{}", "", ""});
    store_.save_plan({0, "s1", "{}", "{}", 2, 2, "r1"}, {records_[0].question, records_[2].question});
    commit({records_[0], records_[1]});
    commit({records_[2]});
  }
  ~Experiments() override { fs::remove_all(folder_); }

  Store fresh() const {
    fs::remove_all(folder_);
    return Store::create(folder_.string());
  }
  void commit(std::vector<TraceRecord> records) {
    StoredUnit u{.question = records[0].question};
    u.n_samples = static_cast<int>(records.size());
    u.labels = records[0].labels;
    u.prompt_text = records[0].prompt_text;
    u.prompt_ids = records[0].prompt_ids;
    u.records = std::move(records);
    store_.commit_unit(u);
  }
  UnitKey unit(int record) const { return {records_[record].question.id, 0}; }
  StoredExperiment saved(const std::string& id) {
    store_.save_experiment({id, 0, "ablation", "r1", R"({"seed":1})", R"({"x":2})"});
    return *store_.experiment(id);
  }

  fs::path folder_;
  std::vector<TraceRecord> records_;
  Store store_;
};

TEST_F(Experiments, GiveBackWhatWasStored) {
  const StoredExperiment e = saved("e1");
  EXPECT_EQ(e.number, 1);
  EXPECT_EQ(e.kind, "ablation");
  EXPECT_EQ(e.identity, R"({"seed":1})");
  EXPECT_EQ(e.provenance, R"({"x":2})");
  const float infinity = std::numeric_limits<float>::infinity();
  const StoredOutcome real{records_[0].id, "real", 0, 10, {-1, -0.0F, -infinity, 1e-45F}, {}};
  const StoredOutcome lent{records_[0].id, "other_question", 2, 10, {-1, -2, -3, -4}, records_[2].id};
  store_.commit_outcomes(unit(0), e, {.probes = 2, .seconds_probing = .5}, {real, lent});
  const std::vector<StoredOutcome> found = Store::open(folder_.string()).outcomes(records_[0], "e1");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(testing::bits_of(found[0].logprobs), testing::bits_of(real.logprobs));
  EXPECT_EQ(found[0].n_tokens, 10);
  EXPECT_FALSE(found[0].source_trace);
  EXPECT_EQ(found[1].arm, "other_question");
  EXPECT_EQ(found[1].draw, 2);
  EXPECT_EQ(found[1].source_trace, records_[2].id);
  EXPECT_EQ(store_.outcome_counts("e1"), (std::map<std::string, int>{{records_[0].id, 2}}));
  EXPECT_EQ(store_.counts().read_probes, 2);
  EXPECT_TRUE(store_.outcomes(records_[1], "e1").empty());
  EXPECT_TRUE(store_.verify().problems.empty());
}

StoredContinuation continuation_of(const TraceRecord& record) {
  StoredContinuation c{record.id, 3, "", 1, {5}, {7, 8}, {" so", "\xEF\xBF\xBD"}};
  c.inserted_text = {" But"};
  c.inserted_logprob = -1.25;
  c.stop = Stop::kClosed;
  c.answer_ids = {9, 10};
  c.answer_text = "2";
  c.chosen = 1;
  return c;
}

TEST_F(Experiments, GiveBackContinuations) {
  const StoredExperiment e = saved("e1");
  const float infinity = std::numeric_limits<float>::infinity();
  const StoredContinuation plain = continuation_of(records_[0]);
  StoredContinuation other{records_[0].id, 0, "alternative", 0, {}, {}, {}};
  other.stop = Stop::kBudget;
  other.logprobs = {-1, -0.0F, -infinity, 1e-45F};
  const StoredOutcome forced{records_[0].id, "forced", 0, 10, {-1, -2, -3, -4}, {}};
  store_.commit_outcomes(unit(0), e, {.tokens = 4, .seconds_sampling = .5}, {forced}, {plain, other});
  const Store reading = Store::open(folder_.string());
  const std::vector<StoredContinuation> found = reading.continuations(records_[0], "e1");
  ASSERT_EQ(found.size(), 2u) << "by position";
  EXPECT_EQ(found[0].arm, "alternative");
  EXPECT_EQ(found[0].stop, Stop::kBudget);
  EXPECT_FALSE(found[0].chosen);
  EXPECT_EQ(testing::bits_of(found[0].logprobs), testing::bits_of(other.logprobs));
  EXPECT_EQ(found[1].position, 3);
  EXPECT_EQ(found[1].draw, 1);
  EXPECT_EQ(found[1].inserted, plain.inserted);
  EXPECT_EQ(found[1].inserted_text, plain.inserted_text);
  EXPECT_EQ(found[1].inserted_logprob, -1.25);
  EXPECT_FALSE(found[0].inserted_logprob);
  EXPECT_EQ(found[1].think_ids, plain.think_ids);
  EXPECT_EQ(found[1].think_text, plain.think_text);
  EXPECT_EQ(found[1].answer_ids, plain.answer_ids);
  EXPECT_EQ(found[1].answer_text, "2");
  EXPECT_EQ(found[1].chosen, 1);
  EXPECT_TRUE(found[1].logprobs.empty());
  EXPECT_EQ(reading.continuation_counts("e1"), (std::map<std::string, int>{{records_[0].id, 2}}));
  EXPECT_EQ(reading.outcome_counts("e1"), (std::map<std::string, int>{{records_[0].id, 1}}));
  EXPECT_EQ(reading.counts().sampled_tokens, store_.counts().sampled_tokens);
  EXPECT_TRUE(reading.continuations(records_[1], "e1").empty());
  EXPECT_TRUE(reading.verify().problems.empty());
}

TEST_F(Experiments, AContinuationIsStoredOnceAndWithItsOutcomesOrNotAtAll) {
  const StoredExperiment e = saved("e1");
  const StoredContinuation c = continuation_of(records_[0]);
  const StoredOutcome o{records_[0].id, "forced", 0, 10, {-1, -2, -3, -4}, {}};
  EXPECT_THROW(store_.commit_outcomes(unit(0), e, {}, {o}, {c, c}), Error);
  EXPECT_TRUE(store_.outcome_counts("e1").empty());
  EXPECT_TRUE(store_.continuation_counts("e1").empty());
  StoredContinuation next = c, elsewhere = c;
  next.draw++;
  elsewhere.arm = "x";
  store_.commit_outcomes(unit(0), e, {}, {}, {c, next, elsewhere});
  EXPECT_THROW(store_.commit_outcomes(unit(0), e, {}, {o}, {c}), Error);
  EXPECT_TRUE(store_.outcome_counts("e1").empty());
  EXPECT_EQ(store_.continuation_counts("e1").at(records_[0].id), 3);
}

TEST_F(Experiments, AContinuationThatDoesNotFitIsDamage) {
  const StoredExperiment e = saved("e1");
  std::vector<StoredContinuation> bad(5, continuation_of(records_[0]));
  bad[0].chosen = 4;
  bad[1].think_text.pop_back();
  bad[2].logprobs = {-1};
  bad[3].position = -1;
  bad[4].draw = -1;
  for (size_t i = 0; i < bad.size(); i++) {
    bad[i].arm = std::to_string(i);
    const std::string id = "e" + std::to_string(i + 1);
    store_.save_experiment({id, 0, "continuation", "r1", "{}", "{}"});
    store_.commit_outcomes(unit(0), *store_.experiment(id), {}, {}, {bad[i]});
    EXPECT_THROW(store_.continuations(records_[0], id), Error) << i;
    EXPECT_EQ(store_.verify().problems.size(), i + 1);
  }
}

TEST_F(Experiments, ResultsAreThoseOfThePlan) {
  const StoredExperiment e = saved("e1");
  store_.commit_outcomes(unit(0), e, {.status = Status::kFailed, .error = "too long"}, {});
  EXPECT_FALSE(store_.has_results("e1")) << "an attempt is none";
  store_.commit_outcomes(unit(2), e, {}, {{records_[2].id, "real", 0, 7, {-1, -2, -3, -4, -5}, {}}});
  EXPECT_TRUE(store_.has_results("e1"));
  EXPECT_FALSE(store_.has_results("e2"));
  store_.save_plan({0, "s1", "{}", "{}", 2, 2, "r1"}, {records_[0].question});
  EXPECT_FALSE(store_.has_results("e1")) << "another plan's question";
  store_.save_plan({0, "s2", "{}", "{}", 2, 2, "r1"}, {records_[2].question});
  EXPECT_FALSE(store_.has_results("e1")) << "another plan's traces";
}

TEST_F(Experiments, FailuresStayApartFromThoseOfReadings) {
  const StoredExperiment e = saved("e1");
  store_.commit_outcomes(unit(0), e, {.status = Status::kFailed, .error = "too long"}, {});
  EXPECT_EQ(store_.units_failed_in("e1"), std::set<UnitKey>{unit(0)});
  store_.for_each_trace([](const TraceRecord& r) { EXPECT_EQ(r.status, Status::kOk) << r.error; });
  EXPECT_TRUE(store_.units_to_read("r1", false).empty());
  store_.save_reader({"r2", 0, "{}", "{}", "", ""});
  store_.save_experiment({"e2", 0, "ablation", "r2", "{}", "{}"});
  store_.commit_outcomes(unit(0), *store_.experiment("e2"), {.status = Status::kFailed, .error = "no"}, {});
  EXPECT_EQ(store_.units_to_read("r2", false).size(), 2u) << "it has not tried to read";
  store_.for_each_trace([](const TraceRecord& r) { EXPECT_EQ(r.error, ""); }, "r2");
  store_.commit_outcomes(unit(0), e, {}, {{records_[0].id, "real", 0, 10, {-1, -2, -3, -4}, {}}});
  EXPECT_TRUE(store_.units_failed_in("e1").empty()) << "the last attempt counts";
  EXPECT_EQ(store_.units_failed_in("e2").size(), 1u);
}

TEST_F(Experiments, AnOutcomeIsStoredOnceAndAUnitWhole) {
  const StoredExperiment e = saved("e1");
  const StoredOutcome o{records_[0].id, "real", 0, 10, {-1, -2, -3, -4}, {}};
  const StoredOutcome other{records_[0].id, "none", 0, 0, {-1, -2, -3, -4}, {}};
  EXPECT_THROW(store_.commit_outcomes(unit(0), e, {}, {o, o}), Error);
  EXPECT_TRUE(store_.outcome_counts("e1").empty());
  store_.commit_outcomes(unit(0), e, {}, {o});
  EXPECT_THROW(store_.commit_outcomes(unit(0), e, {}, {other, o}), Error);
  EXPECT_EQ(store_.outcomes(records_[0], "e1").size(), 1u);
}

TEST_F(Experiments, OneThatCameToNothingBindsNobody) {
  EXPECT_EQ(saved("e1").number, 1);
  EXPECT_EQ(saved("e2").number, 1);
  EXPECT_FALSE(store_.experiment("e1"));
  store_.commit_outcomes(unit(0), *store_.experiment("e2"), {}, {});
  EXPECT_EQ(saved("e3").number, 2);
  EXPECT_EQ(saved("e2").number, 1);
  EXPECT_EQ(store_.experiments().size(), 1u) << "e3 had nothing, e2 an attempt";
}

TEST_F(Experiments, WhatDoesNotFitIsDamage) {
  const StoredExperiment e = saved("e1");
  store_.commit_outcomes(unit(0), e, {}, {{records_[0].id, "real", 0, 10, {-1, -2}, {}}});
  EXPECT_THROW(store_.outcomes(records_[0], "e1"), Error);
  EXPECT_EQ(store_.verify().problems.size(), 1u);
  store_.commit_outcomes(unit(2), e, {}, {{records_[2].id, "real", -1, 10, {-1, -2, -3, -4, -5}, {}}});
  EXPECT_EQ(store_.verify().problems.size(), 2u);
}

TEST_F(Experiments, AReaderOfOneIsKept) {
  store_.save_reader({"r2", 0, "{}", "{}", "", ""});
  store_.save_experiment({"e1", 0, "ablation", "r2", "{}", "{}"});
  store_.save_plan({0, "s2", R"({"other":1})", "{}", 1, 1, "r1"}, {});
  EXPECT_TRUE(store_.reader("r2"));
}

}  // namespace
}  // namespace thinktrace
