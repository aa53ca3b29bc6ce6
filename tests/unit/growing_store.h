// SPDX-License-Identifier: MIT
// growing_store.h — a store that is written while a test looks on.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/records.h"
#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/store/store.h"
#include "thinktrace/text/hash.h"

namespace thinktrace::testing {

// One plan over six questions of two subjects, two samples of a question a unit; read by "r1".
class GrowingStore {
 public:
  explicit GrowingStore(const std::string& folder, int samples = 4) : store_(Store::create(folder)) {
    for (int i = 0; i < 6; i++)
      questions_.push_back(
          make_question(i < 3 ? "birds" : "stars", "question " + std::to_string(i), {"a", "b", "c"}, i % 3));
    store_.save_reader({"r1", 0, R"({"suffix":"x"})", R"({"model":{"name":"m"}})", "", ""});
    plan_ = {0, "s1", R"({"temperature":0.6})", R"({"model":{"name":"m"}})", samples, 2, "r1"};
    if (const auto stored = store_.plan()) plan_ = *stored;
    plan_.number = store_.save_plan(plan_, questions_);
  }

  Store& store() { return store_; }
  const std::vector<Question>& questions() const { return questions_; }

  TraceRecord record(int question, int sample) const {
    std::vector<std::string> words;
    for (int i = 0; i <= 3 + (question * 7 + sample * 5) % 11; i++) words.push_back(" w" + std::to_string(i));
    return make_record(questions_[question], question, sample, words, 0.1 * (1 + (question + sample) % 8),
                       0.9);
  }

  void commit(int question, int first_sample, Status status = Status::kOk) {
    StoredUnit u;
    u.question = questions_[question];
    u.first_sample = first_sample;
    u.n_samples = 2;
    u.labels = {"1", "2", "3"};
    u.prompt_text = "prompt of " + u.question.text;
    u.attempt.status = status;
    if (status == Status::kFailed) u.attempt.error = "no luck";
    for (int i = 0; i < 2 && status == Status::kOk; i++)
      u.records.push_back(record(question, first_sample + i));
    store_.commit_unit(u);
  }

  // The unit read once more, by a reader that is added if it is new.
  void read(int question, int first_sample, const std::string& reader, Status status = Status::kOk) {
    if (!store_.reader(reader))
      store_.save_reader(
          {reader, 0, R"({"suffix":")" + reader + R"("})", R"({"model":{"name":"m"}})", "", ""});
    std::vector<StoredReading> readings;
    for (int i = 0; i < 2 && status == Status::kOk; i++) {
      const TraceRecord r = record(question, first_sample + i);
      StoredReading reading;
      reading.trace_id = r.id;
      reading.forced_text = "</think> " + reader;
      reading.curve = r.curve;
      for (float& logprob : reading.curve.logprobs) logprob -= 0.25F;
      readings.push_back(std::move(reading));
    }
    Attempt attempt;
    attempt.status = status;
    store_.commit_readings({questions_[question].id, first_sample}, reader, attempt, readings);
  }

  // The unit's traces ablated: none beside the real thinking, in an experiment that is added if it is new.
  void ablate(int question, int first_sample) {
    const std::string identity = ablation_identity({.arms = {Arm::kReal, Arm::kNone}}, "r1");
    const StoredExperiment experiment{sha256(identity), 0, kAblation, "r1", identity, "{}"};
    if (!store_.experiment(experiment.id)) store_.save_experiment(experiment);
    std::vector<StoredOutcome> outcomes;
    for (int i = 0; i < 2; i++) {
      const std::string id = record(question, first_sample + i).id;
      outcomes.push_back({id, "real", 0, 3, {-1, -2, -3}, {}});
      outcomes.push_back({id, "none", 0, 0, {-2, -1, -3 - 0.25F * static_cast<float>(question)}, {}});
    }
    store_.commit_outcomes({questions_[question].id, first_sample}, *store_.experiment(experiment.id), {},
                           outcomes);
  }

  void ask_for(int samples) {
    plan_.samples = samples;
    store_.save_plan(plan_, questions_);
  }

  // A second plan, which becomes the current one.
  void begin_another_plan() {
    store_.save_plan({0, "s2", R"({"temperature":1.0})", "{}", 2, 2, "r1"}, {questions_[0]});
  }

 private:
  Store store_;
  std::vector<Question> questions_;
  StoredPlan plan_;
};

}  // namespace thinktrace::testing
