// SPDX-License-Identifier: MIT
// open_to_read.h — a run whose stored traces are to be read: with which model, words and settings.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/run/plan.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/run/progress.h"
#include "thinktrace/run/reader.h"

namespace thinktrace {

// What is to be read: options.out with options.model_path (empty: the model that the plan was sampled with).
// options.probing.stride 0: as the plan's own reader has it.
struct ReadRequest {
  RunOptions options;
  std::optional<int> plan;
  std::vector<std::string> suffixes =
      {};  // To be read with one after the other; empty: with options.format.suffix.
};

struct ReadingRun {
  Model model;
  Store store;
  StoredPlan plan;
  bool same_model = false;  // The model is the writer's.
  // What the request leaves open is as the plan's own reader has it, where that is a reader of this model.
  ReaderOptions reader;
  ComputeOptions compute;  // Resolved.
};
// Opens the store for writing. A wrong path does not touch the run. Throws Error: kInput before anything is written, kStore.
ReadingRun open_to_read(const ReadRequest& request, const Reporter& reporter);

// Whether `model` is the one that a plan was sampled with.
bool writes_like(const Model& model, const StoredPlan& plan);

// A session that is made anew where a longer trace needs it. What is decoded hangs on nothing but its own trace.
class GrowingSession {
 public:
  // REQUIRES: `model` outlives it.
  GrowingSession(const Model& model, const ComputeOptions& compute, std::function<bool()> should_stop)
      : model_(model), compute_(compute), should_stop_(std::move(should_stop)) {}

  // With room for so many tokens of a trace, and for probes whose longest branch has `branch` tokens.
  Session& with_room(int n_tokens, int branch);
  // With room for sample_traces() of these.
  Session& with_room_to_sample(std::span<const TraceRequest> requests, int at_once);

 private:
  Session& with(int cells, int spare, int batch, int branches);
  const Model& model_;
  const ComputeOptions compute_;
  std::function<bool()> should_stop_;
  std::optional<Session> session_;
  int cells_ = 0, batch_ = kSmallestBatch, branches_ = 1;
};

// Throws Error (kFailed) where prompt, thinking and the longest branch are more than the model's context holds.
void check_context(const Model& model, int n_tokens, int branch);

}  // namespace thinktrace
