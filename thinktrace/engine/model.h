// SPDX-License-Identifier: MIT
// model.h — a model file loaded into the engine: its weights, its vocabulary, what it says of itself.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct llama_model;
struct llama_vocab;

namespace thinktrace {

using Token = int32_t;

// Who computes the products with weights and the attention.
enum class Kernels {
  kEngine,
  kOwn,  // kernels/, on a CPU: weights rounded to BF16, everything else in F32.
};

struct ModelOptions {
  int gpu_layers = 0;  // Layers kept on a GPU; kAllLayers for all of them.
  Kernels kernels = Kernels::kEngine;
};
inline constexpr int kAllLayers = 1 << 20;

// What is known of a model without running it.
struct ModelCard {
  std::string path;
  std::string sha256;         // Of the whole file.
  std::string name;           // general.name, or the file's name.
  std::string architecture;   // general.architecture
  std::string weights;        // "Q8_0", "F16", …
  std::string chat_template;  // As in the file; empty where there is none.
  uint64_t n_parameters = 0;
  uint64_t bytes = 0;  // Size of the weights in memory.
  int n_layers = 0;
  int n_embd = 0;
  int n_head_kv = 0;
  int n_head_dim = 0;  // Of keys; values have the same in nearly every model.
  int n_vocab = 0;
  int n_ctx_train = 0;   // Context length that the model was trained for.
  bool can_fork = true;  // False for recurrent and hybrid models, whose cache can't be rolled back.
};

enum class Specials {
  kParse,  // Text such as "</think>" becomes the special token of that name. For templates and tags.
  kPlain,  // Every character is ordinary text, also where it spells a tag. For questions and anything else
           // from outside.
};

// A loaded model. Movable, not copyable; sessions made from it must not outlive it. Reading the vocabulary is
// thread-safe.
class Model {
 public:
  // Throws Error (kInput) naming the file where it is missing, not GGUF, truncated, or not a text model, or of an architecture
  // that kOwn has not been tried with.
  static Model load(const std::string& path, const ModelOptions& options = {});

  const ModelCard& card() const { return card_; }
  Kernels kernels() const { return kernels_; }

  // Token ids of `text`. Never adds a token for the beginning or the end of a text.
  std::vector<Token> tokenize(std::string_view text, Specials specials) const;

  // The bytes of a token, special tokens spelt out; not always whole characters.
  std::string piece(Token token) const;
  std::vector<std::string> pieces(const std::vector<Token>& tokens) const;
  // The bytes of all tokens, joined.
  std::string text(const std::vector<Token>& tokens) const;

  bool ends_generation(Token token) const;
  // The token that begins every prompt of this model, or -1; and the text of its begin and end tokens for
  // templates.
  Token bos_to_add() const;
  std::string bos_text() const;
  std::string eos_text() const;
  // Tokens that begin with an ASCII letter or digit, so that they would go on with a label before them; in their order.
  const std::vector<Token>& label_continuations() const { return label_continuations_; }

  // Tokens of plain text: no control, user-defined, unknown, unused or single-byte ones; in their order.
  std::vector<Token> plain_tokens() const;

  llama_model* handle() const { return model_.get(); }

 private:
  Model() = default;
  struct Free {
    void operator()(llama_model* model) const;
  };
  std::unique_ptr<llama_model, Free> model_;
  const llama_vocab* vocab_ = nullptr;
  ModelCard card_;
  Kernels kernels_ = Kernels::kEngine;
  std::vector<Token> tokenize_whole(std::string_view text, Specials specials) const;
  std::vector<Token> label_continuations_;
  std::vector<std::string> markup_;  // Texts of tokens that look like tags and are found even in plain text.
};

// Release of the engine's library, which load() has compared with that of its headers; the devices it can use and, for
// the CPU, the variant that it chose by what the processor can do.
struct EngineInfo {
  std::string release;
  std::string cpu_variant;
  std::vector<std::string> devices;
};
EngineInfo engine_info();

// Bytes that a model and its cache may take by default: four fifths of the machine's memory, or nine tenths of its GPUs'.
int64_t usable_memory(bool on_gpu);

// Writes `path`'s model to `out` with every weight in F32: the weights of the reference mode.
// Cost: 4 bytes a parameter on disk. Throws Error (kFailed).
void write_f32_model(const std::string& path, const std::string& out);

}  // namespace thinktrace
