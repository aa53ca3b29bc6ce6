// SPDX-License-Identifier: MIT
// One llama_context with a unified cache: a cell belongs to any number of sequences, so that a fork is a
// change of metadata only, and attention masks the cells of other branches.
#include "thinktrace/engine/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "llama.h"
#include "thinktrace/engine/log_sum_exp.h"
#include "thinktrace/engine/logs.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

// An owned llama_batch with one sequence a token.
class Batch {
 public:
  explicit Batch(size_t capacity) : batch_(llama_batch_init(static_cast<int32_t>(capacity), 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void add(const Step& step) {
    const int i = batch_.n_tokens++;
    batch_.token[i] = step.token;
    batch_.pos[i] = step.position;
    batch_.n_seq_id[i] = 1;
    batch_.seq_id[i][0] = step.branch;
    batch_.logits[i] = step.wants_logits;
  }
  const llama_batch& get() const { return batch_; }

 private:
  llama_batch batch_;
};

llama_context_params context_params(const SessionOptions& o, bool own_kernels) {
  llama_context_params p = llama_context_default_params();
  p.n_ctx = o.n_cells;
  p.n_batch = p.n_ubatch = o.batch;
  p.n_seq_max = o.n_branches;
  p.n_threads = p.n_threads_batch = o.threads;
  p.kv_unified = true;
  p.no_perf = true;
  if (o.precision == Precision::kReference) {
    p.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    p.type_k = p.type_v = GGML_TYPE_F32;
  } else if (own_kernels) {
    p.flash_attn_type =
        LLAMA_FLASH_ATTN_TYPE_ENABLED;  // Left to itself the engine has attention only where the cache is.
  }
  return p;
}

}  // namespace

void Session::Free::operator()(llama_context* context) const { llama_free(context); }

Session::Session(const Model& model, const SessionOptions& options) : model_(model), options_(options) {
  if (options_.n_branches < 1 || options_.n_branches > kMaxBranches) {
    throw Error(ErrorKind::kFailed, fmt::format("[engine] {} branches; a session has 1 to {}",
                                                options_.n_branches, kMaxBranches));
  }
  if (options_.threads <= 0) options_.threads = std::max(1u, std::thread::hardware_concurrency());
  const bool own = model.kernels() == Kernels::kOwn;
  if (own && options_.threads > 1) threads_ = make_engine_threads(options_.threads);
  take_engine_error();
  const auto scope = own_kernels();
  context_.reset(llama_init_from_model(model.handle(), context_params(options_, own)));
  if (!context_) {
    throw Error(ErrorKind::kFailed, fmt::format("[engine] no memory for a cache of {} tokens ({}); try a "
                                                "smaller --budget, --branches or --samples",
                                                options_.n_cells, take_engine_error()));
  }
  if (threads_) llama_attach_threadpool(context_.get(), threads_.get(), nullptr);
}

std::unique_ptr<KernelScope> Session::own_kernels() const {
  if (model_.kernels() != Kernels::kOwn) return nullptr;
  return std::make_unique<KernelScope>(KernelUse::kComputing, threads_.get());
}

void Session::clear() {
  llama_memory_clear(llama_get_memory(context_.get()), /*data=*/false);
  n_cleared_++;
}

void Session::prefill(int branch, std::span<const Token> tokens, int position) {
  std::vector<Step> steps;
  const size_t chunk = std::min(options_.batch, kPrefillChunk);
  for (size_t begin = 0; begin < tokens.size(); begin += chunk) {
    const size_t end = std::min(tokens.size(), begin + chunk);
    steps.clear();
    for (size_t i = begin; i < end; i++) {
      steps.push_back({tokens[i], position + static_cast<int>(i), branch, i + 1 == tokens.size()});
    }
    decode(steps);
  }
}

void Session::fork(int from, int to, int length, int shared) {
  if (shared < length) llama_memory_seq_cp(llama_get_memory(context_.get()), from, to, shared, length);
}

void Session::drop(int branch, int length) {
  llama_memory_seq_rm(llama_get_memory(context_.get()), branch, length, -1);
}

void Session::decode(std::span<const Step> steps) {
  if (options_.should_stop && options_.should_stop())
    throw Error(ErrorKind::kInterrupted, "[engine] interrupted");
  Batch batch(steps.size());
  row_of_.clear();
  for (size_t i = 0; i < steps.size(); i++) {
    batch.add(steps[i]);
    if (steps[i].wants_logits) row_of_.push_back(static_cast<int>(i));
  }
  take_engine_error();
  const auto scope = own_kernels();
  const int status = llama_decode(context_.get(), batch.get());
  if (status != 0) {
    throw Error(ErrorKind::kFailed,
                fmt::format("[engine] decoding {} tokens failed with status {} ({})", steps.size(), status,
                            status == 1 ? "the cache is full" : take_engine_error()));
  }
}

void Session::rest() {
  if (threads_) thinktrace::rest(threads_.get());
}

std::span<const float> Session::logits(int row) const {
  const float* values = llama_get_logits_ith(context_.get(), row_of_.at(row));
  if (!values) throw Error(ErrorKind::kFailed, "[engine] no logits where some were asked for");
  const std::span<const float> row_values(values, static_cast<size_t>(model_.card().n_vocab));
  if (holds_nan(row_values)) {
    throw Error(ErrorKind::kFailed,
                "[engine] the model computes values that are not numbers (NaN); is its file damaged?");
  }
  return row_values;
}

}  // namespace thinktrace
