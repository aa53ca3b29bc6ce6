// SPDX-License-Identifier: MIT
// Writes a model with weights of another type, by the engine's own quantiser.
// usage: requantize IN.gguf OUT.gguf F16|BF16|Q8_0|F32
#include <cstdio>
#include <map>
#include <string>

#include "llama.h"

int main(int argc, char** argv) {
  const std::map<std::string, llama_ftype> types{{"F32", LLAMA_FTYPE_ALL_F32},
                                                 {"F16", LLAMA_FTYPE_MOSTLY_F16},
                                                 {"BF16", LLAMA_FTYPE_MOSTLY_BF16},
                                                 {"Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0}};
  if (argc != 4 || !types.contains(argv[3]))
    return std::fprintf(stderr, "usage: %s IN.gguf OUT.gguf F16|BF16|Q8_0|F32\n", argv[0]), 2;
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
      },
      nullptr);
  llama_backend_init();
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = types.at(argv[3]);
  params.allow_requantize = true;  // From Q4_1, say, which is where SmolLM2's package begins.
  return llama_model_quantize(argv[1], argv[2], &params) == 0 ? 0 : 1;
}
