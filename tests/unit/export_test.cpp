// SPDX-License-Identifier: MIT
#include "thinktrace/publish/export.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/records.h"

namespace thinktrace {
namespace {

using nlohmann::json;

const ExportContext kContext{"demo", "Model", "abc", "template", 0.6};

TEST(Export, LineIsOneJsonObjectWithEveryKey) {
  for (const TraceRecord& r : testing::sample_records()) {
    const std::string line = jsonl_line(r, kContext);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const json o = json::parse(line);
    for (const char* key : {"run",       "question_id", "subject",     "question", "options",      "answer",
                            "sample",    "seed",        "temperature", "model",    "model_sha256", "template",
                            "think_ids", "think_text",  "positions",   "probs",    "mass",         "logprobs",
                            "ended",     "answer_text", "chosen",      "correct",  "status",       "error"}) {
      EXPECT_TRUE(o.contains(key)) << key;
    }
    EXPECT_EQ(o["question"], r.question.text);
    EXPECT_EQ(o["think_text"], json(r.think_text));
  }
}

TEST(Export, NumbersAreExact) {
  const TraceRecord r = testing::sample_records()[0];
  const json o = json::parse(jsonl_line(r, kContext));
  ASSERT_EQ(o["logprobs"].size(), r.curve.positions.size());
  for (size_t k = 0; k < r.curve.positions.size(); k++) {
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
      EXPECT_EQ(o["logprobs"][k][i].get<float>(), r.curve.logprobs[k * 4 + i]);
      EXPECT_DOUBLE_EQ(o["probs"][k][i].get<double>(),
                       std::exp(static_cast<double>(r.curve.logprobs[k * 4 + i])));
      sum += o["probs"][k][i].get<double>();
    }
    EXPECT_NEAR(o["mass"][k].get<double>(), sum, 1e-12);
  }
  EXPECT_EQ(o["seed"].get<uint64_t>(), 18446744073709551615ull);
}

TEST(Export, SaysWhatIsNotThere) {
  const std::vector<TraceRecord> records = testing::sample_records();
  const json cut = json::parse(jsonl_line(records[1], kContext));
  EXPECT_FALSE(cut["ended"].get<bool>());
  EXPECT_EQ(cut["stop"], "budget");
  EXPECT_TRUE(cut["chosen"].is_null());
  EXPECT_EQ(cut["correct"], false);
  const json failed = json::parse(jsonl_line(records[4], kContext));
  EXPECT_EQ(failed["status"], "failed");
  EXPECT_FALSE(failed["error"].get<std::string>().empty());
  EXPECT_TRUE(failed["correct"].is_null());
  EXPECT_TRUE(failed["probs"].empty());
}

TEST(Export, InterpolatedPositionsAreListedWhereThereAreSome) {
  const TraceRecord r = testing::adaptive_record();
  const json o = json::parse(jsonl_line(r, kContext));
  EXPECT_EQ(o["positions"].size(), 11U);
  EXPECT_EQ(o["probs"].size(), 11U);
  EXPECT_EQ(o["interpolated"], json({1, 2, 3, 5, 6, 7, 8}));
  EXPECT_EQ(o["mean_abs_dp"].get<double>(), r.curve.error->mean_abs_dp);
  EXPECT_EQ(o["mean_abs_dp_upper"].get<double>(), r.curve.error->mean_abs_dp_upper);
  const json exact = json::parse(jsonl_line(testing::sample_records()[0], kContext));
  for (const char* key : {"interpolated", "mean_abs_dp", "mean_abs_dp_upper"})
    EXPECT_FALSE(exact.contains(key));
}

TEST(Export, MinusInfinityIsNullWithProbabilityZero) {
  TraceRecord r = testing::sample_records()[0];
  r.curve.logprobs[0] = -INFINITY;
  const json o = json::parse(jsonl_line(r, kContext));
  EXPECT_TRUE(o["logprobs"][0][0].is_null());
  EXPECT_EQ(o["probs"][0][0], 0.0);
}

}  // namespace
}  // namespace thinktrace
