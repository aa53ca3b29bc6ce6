// SPDX-License-Identifier: MIT
#include "thinktrace/kernels/tiles.h"

namespace thinktrace {

extern const Tiles tiles_any;
#ifdef THINKTRACE_TILES_X86
extern const Tiles tiles_v3, tiles_v4;
#endif

std::span<const Tiles* const> runnable_tiles() {
#ifdef THINKTRACE_TILES_X86
  static constexpr const Tiles* kAll[] = {&tiles_any, &tiles_v3, &tiles_v4};
  static const size_t n = !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ? 1
                          : !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
                                  !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")
                              ? 2
                              : 3;
  return {kAll, n};
#else
  static constexpr const Tiles* kAll[] = {&tiles_any};
  return kAll;
#endif
}

const Tiles& best_tiles() { return *runnable_tiles().back(); }

}  // namespace thinktrace
