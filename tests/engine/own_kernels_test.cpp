// SPDX-License-Identifier: MIT
// Our own kernels in place of the engine's, on the same tokens; and that both can be had in one program.
#include "thinktrace/engine/own_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"
#include "thinktrace/probe/probe.h"
#include "thinktrace/trace/sample.h"

namespace thinktrace {
namespace {

using testing::glassbox;
using testing::glassbox_f32;
using testing::make_session;

const Model& glassbox_own() {
  static const Model model =
      Model::load(testing::glassbox_path(), {.gpu_layers = 0, .kernels = Kernels::kOwn});
  return model;
}

struct Asked {
  std::vector<Token> prompt, think;
  AnswerForm form;
};

// A trace of a subject whose answer the thinking changes.
const Asked& asked() {
  static const Asked a = [] {
    const Model& model = glassbox();
    const PromptFormat format = complete_format(model, {.labels = LabelKind::kDigits});
    const Prompt prompt = build_prompt(model, testing::questions_of("chains", 1)[0], format);
    Session session = make_session(model, Precision::kFast);
    const TraceRequest request{prompt.ids, "</think>", 0, 1, {.sampler = {}, .seed = 7, .budget = 200}};
    return Asked{prompt.ids, sample_traces(session, {&request, 1}, 1)[0][0].think_ids,
                 build_answer_form(model, prompt.labels, format)};
  }();
  return a;
}

Curve read_by(AnswerReader& reader) {
  const Asked& a = asked();
  return probe_trace(reader, a.prompt, a.think, a.form, probe_positions(static_cast<int>(a.think.size()), 1));
}

Curve by_forks(const Model& model, Precision precision = Precision::kFast, int threads = 1) {
  Session session(model, {.n_cells = 2048,
                          .n_branches = 17,
                          .batch = 512,
                          .threads = threads,
                          .precision = precision,
                          .should_stop = {}});
  ForkReader reader(session);
  return read_by(reader);
}

NoiseFloor between(const Curve& a, const Curve& b) {
  return compare_curves(a, b, static_cast<int>(asked().form.options.size()));
}

// The model as it is: weights of the file as F32, no flash attention, F32 cache. Rounding weights to BF16 and the cache to F16 is all
// that our kernels add; the engine's round what weights are multiplied with as well.
TEST(OwnKernels, AreNearTheReference) {
  const Curve reference = by_forks(glassbox_f32(), Precision::kReference), own = by_forks(glassbox_own()),
              engines = by_forks(glassbox());
  const NoiseFloor off = between(own, reference);
  EXPECT_GT(off.n_positions, 50);
  EXPECT_LT(off.max_abs_dp, .01);
  EXPECT_LT(off.mean_abs_dp, .002);
  EXPECT_LT(off.mean_abs_dp, between(engines, reference).mean_abs_dp);
  EXPECT_GT(between(own, engines).max_abs_dp, 0) << "somebody else has computed this";
}

TEST(OwnKernels, ForksEqualFreshPrefills) {
  const Model& model = glassbox_own();
  Session session = make_session(model, Precision::kFast);
  PrefillReader fresh(session);
  const NoiseFloor off = between(by_forks(model), read_by(fresh));
  EXPECT_LT(off.max_abs_dp, 2e-3);  // What F16 keys and values make of sums in another order.
  EXPECT_EQ(off.n_top_changed, 0);
}

TEST(OwnKernels, NumberOfThreadsChangesNothing) {
  const Curve one = by_forks(glassbox_own());
  EXPECT_EQ(one.logprobs, by_forks(glassbox_own(), Precision::kFast, 2).logprobs);
  EXPECT_EQ(one.logprobs, by_forks(glassbox_own()).logprobs);
}

TEST(OwnKernels, TheEnginesAreUntouchedBesideThem) {
  const Curve before = by_forks(glassbox());
  by_forks(glassbox_own());
  EXPECT_EQ(before.logprobs, by_forks(glassbox()).logprobs);
  EXPECT_EQ(glassbox().kernels(), Kernels::kEngine);
  // A thread that has never had to do with ours knows how it is without them.
  const auto afresh = [] { return by_forks(Model::load(testing::glassbox_path())); };
  Curve elsewhere;
  std::thread([&] { elsewhere = afresh(); }).join();
  EXPECT_EQ(elsewhere.logprobs, afresh().logprobs);
  EXPECT_EQ(elsewhere.logprobs, before.logprobs);
}

TEST(OwnKernels, SampleTextOfTheSameKind) {
  const Model& model = glassbox_own();
  Session session = make_session(model, Precision::kFast);
  const TraceRequest request{asked().prompt, "</think>", 0, 4, {.sampler = {}, .seed = 3, .budget = 500}};
  const std::vector<std::vector<Trace>> traces = sample_traces(session, {&request, 1}, 4);
  for (const Trace& t : traces[0]) {
    EXPECT_EQ(t.stop, Stop::kClosed);
    EXPECT_NE(model.text(t.think_ids).find("so I keep"), std::string::npos) << model.text(t.think_ids);
  }
}

}  // namespace
}  // namespace thinktrace
