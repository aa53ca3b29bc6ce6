// SPDX-License-Identifier: MIT
// session.h — a cache of token sequences that can be forked, extended and dropped.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/engine/model.h"
#include "thinktrace/engine/own_kernels.h"

struct llama_context;

namespace thinktrace {

enum class Precision {
  kFast,       // Flash attention where the engine has it; F16 cache.
  kReference,  // No flash attention; F32 cache. Only exact together with F32 weights (write_f32_model).
};

struct SessionOptions {
  int n_cells = 4096;  // Tokens that the cache holds, all branches together, shared prefixes counted once.
  int n_branches = 1;  // Sequences that can be alive at once; at most kMaxBranches.
  int batch = 512;     // Most tokens decoded in one pass; prefill takes at most kPrefillChunk.
  int threads = 0;     // 0: as many as the machine has cores.
  Precision precision = Precision::kFast;
  std::function<bool()> should_stop;  // Asked before each decode; true ends it with Error (kInterrupted).
};
inline constexpr int kMaxBranches = 256;
// Fixed, since how a prefix is cut into passes moves the last digits of quantised models.
inline constexpr int kPrefillChunk = 512;

// One token to be decoded.
struct Step {
  Token token = 0;
  int position = 0;  // Its place in its branch, from 0.
  int branch = 0;
  bool wants_logits = false;
};

// Branches are numbered from 0 and hold tokens at positions 0, 1, …; forking shares cells, it copies nothing.
// Every function throws Error (kFailed) with the engine's reason if decoding fails. Not thread-safe.
class Session {
 public:
  // REQUIRES: `model` outlives the session. Throws Error (kFailed) if memory for the cache can't be had.
  Session(const Model& model, const SessionOptions& options);

  // Forgets every branch; what is decoded afterwards hangs on nothing that was there before.
  void clear();
  // How often that was done: by it one who left a branch behind sees whether it is still there.
  int64_t n_cleared() const { return n_cleared_; }

  // Decodes `tokens` into `branch` from `position` on, in passes of kPrefillChunk tokens; the last token's
  // logits are row 0 afterwards.
  void prefill(int branch, std::span<const Token> tokens, int position = 0);

  // Makes branch `to`, which holds the first `shared` tokens of branch `from` and no others, share the first `length` of
  // them. Cost: hangs on length - shared, so that a branch that goes from cut to cut is cheaper than one made anew.
  void fork(int from, int to, int length, int shared = 0);

  // Forgets the tokens of a branch from position `length` on; cells that no other branch shares become free.
  void drop(int branch, int length = 0);

  // Decodes all steps in one pass; rows of logits are those of the steps that want them, in order.
  // REQUIRES: steps.size() <= batch.
  void decode(std::span<const Step> steps);

  // To be called where somebody else is about to compute for a while: threads that it has of its own then sleep.
  void rest();

  // Logits over the whole vocabulary, valid until the next decode or prefill.  [n_vocab]
  // Throws Error (kFailed) if one of them is not a number.
  std::span<const float> logits(int row) const;

  const Model& model() const { return model_; }
  const SessionOptions& options() const { return options_; }  // With `threads` resolved.

 private:
  struct Free {
    void operator()(llama_context* context) const;
  };
  std::unique_ptr<KernelScope> own_kernels() const;  // Open while the engine works for this session.
  const Model& model_;
  SessionOptions options_;
  EngineThreads threads_;  // Where our own kernels share them. Given back after the context that uses them.
  std::unique_ptr<llama_context, Free> context_;
  int64_t n_cleared_ = 0;
  std::vector<int> row_of_;  // Row -> index in the last batch.
};

}  // namespace thinktrace
