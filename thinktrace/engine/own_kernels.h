// SPDX-License-Identifier: MIT
// own_kernels.h — the products of weights and the attention by kernels/, as a backend of the engine.
//
// The engine asks its backends what they can do whenever it loads a model or makes a context. This one says that it can do nothing
// but where a scope is open, in the thread that opened it: models and sessions of both kinds can live beside each other.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

struct ggml_threadpool;

namespace thinktrace {

// Threads of the engine's, which our kernels compute with as well, in turns: threads of their own would fight with them.
struct FreeThreads {
  void operator()(ggml_threadpool* threads) const;
};
using EngineThreads = std::unique_ptr<ggml_threadpool, FreeThreads>;
EngineThreads make_engine_threads(int n);
// After they have computed they look out for more for up to half a second, each on its core; this lets them sleep at once.
void rest(ggml_threadpool* threads);

enum class KernelUse { kLoading, kComputing };

// While it is open, what the engine loads (kLoading) has its weights packed for our own products; where it makes a context or
// decodes (kComputing), it does products with such weights, and attention, by our own kernels with `threads` (null: alone).
class KernelScope {
 public:
  explicit KernelScope(KernelUse use, ggml_threadpool* threads = nullptr);
  ~KernelScope();
  KernelScope(const KernelScope&) = delete;
  KernelScope& operator=(const KernelScope&) = delete;
};

// Makes the backend known to the engine, once. REQUIRES: start_engine() was called.
void offer_own_kernels();

// What the engine calls them among its devices.
inline constexpr const char* kOwnKernelsName = "own kernels";

// Whether models of this architecture have been tried with them.
bool own_kernels_know(const std::string& architecture);

// "v4": the kind of CPU that the innermost loops were compiled for (kernels/tiles.h).
const char* own_kernels_kind();

}  // namespace thinktrace
