// SPDX-License-Identifier: MIT
#include "thinktrace/engine/logs.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <mutex>
#include <utility>

#include "ggml-backend.h"
#include "llama.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

std::mutex mutex;
std::string first_error;

void keep_error(ggml_log_level level, const char* text, void*) {
  if (level != GGML_LOG_LEVEL_ERROR) return;
  std::string line = text;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  const std::lock_guard lock(mutex);
  // The first error is the cause; what follows says in more and more general words that something failed.
  if (!line.empty() && first_error.empty()) first_error = line;
}

// The prebuilt engine keeps its CPU variants beside its library.
void load_backends() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&llama_backend_init), &info) && info.dli_fname) {
    ggml_backend_load_all_from_path(std::filesystem::path(info.dli_fname).parent_path().c_str());
  }
  if (ggml_backend_dev_count() == 0) ggml_backend_load_all();
}

}  // namespace

void start_engine() {
  static std::once_flag once;
  std::call_once(once, [] {
    llama_log_set(keep_error, nullptr);
    ggml_log_set(keep_error, nullptr);
    const std::string release = llama_version();
    if (release.find(THINKTRACE_LLAMA_RELEASE) == std::string::npos) {
      throw Error(ErrorKind::kFailed,
                  fmt::format("[engine] libllama is release {} but this program was compiled for {}; build "
                              "again with the engine that is installed",
                              release, THINKTRACE_LLAMA_RELEASE));
    }
    load_backends();
    llama_backend_init();
  });
}

std::string take_engine_error() {
  const std::lock_guard lock(mutex);
  return std::exchange(first_error, {});
}

}  // namespace thinktrace
