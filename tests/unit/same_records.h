// SPDX-License-Identifier: MIT
// same_records.h — two records are the same to the last bit.
#pragma once
#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace::testing {

inline std::vector<uint32_t> bits_of(const std::vector<float>& values) {
  std::vector<uint32_t> bits;
  for (const float v : values) bits.push_back(std::bit_cast<uint32_t>(v));
  return bits;
}

inline void expect_same(const TraceRecord& a, const TraceRecord& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.question.id, b.question.id);  // A hash of all of it.
  EXPECT_EQ(question_id(a.question), question_id(b.question));
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.error, b.error);
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
  EXPECT_EQ(a.has_tokens, b.has_tokens);
  EXPECT_EQ(a.chosen, b.chosen);
  EXPECT_EQ(a.forced_text, b.forced_text);
  EXPECT_EQ(a.curve.positions, b.curve.positions);
  EXPECT_EQ(bits_of(a.curve.logprobs), bits_of(b.curve.logprobs));
  EXPECT_EQ(a.curve.interpolated, b.curve.interpolated);
  ASSERT_EQ(a.curve.error.has_value(), b.curve.error.has_value());
  if (a.curve.error) {
    EXPECT_EQ(a.curve.error->mean_abs_dp, b.curve.error->mean_abs_dp);
    EXPECT_EQ(a.curve.error->mean_abs_dp_upper, b.curve.error->mean_abs_dp_upper);
  }
  EXPECT_EQ(a.resolution, b.resolution);
  EXPECT_EQ(a.writer_positions, b.writer_positions);
  EXPECT_EQ(a.n_writer_tokens, b.n_writer_tokens);
}

}  // namespace thinktrace::testing
