// SPDX-License-Identifier: MIT
// Writes a model of a given shape with random weights (F16, Qwen2 architecture): what stands in the weights does not matter to
// how long they take. Tokenizer and chat template are those of another file; `n_vocab` above its size is filled up with
// tokens that are never used, since a large vocabulary has its price.
// usage: random_model VOCAB.gguf OUT.gguf [key=value ...]      (the keys and their defaults, a 7B shape, are those of Shape)
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ggml.h"
#include "gguf.h"

namespace {

struct Shape {
  int layers = 28, width = 3584, ff = 18944, heads = 28, kv_heads = 4, n_vocab = 152064, context = 8192;
};

using Gguf = std::unique_ptr<gguf_context, decltype(&gguf_free)>;
using Ggml = std::unique_ptr<ggml_context, decltype(&ggml_free)>;

Shape read_shape(int argc, char** argv) {
  Shape shape;
  const std::map<std::string, int*> keys{
      {"layers", &shape.layers},  {"width", &shape.width},       {"ff", &shape.ff},
      {"heads", &shape.heads},    {"kv_heads", &shape.kv_heads}, {"n_vocab", &shape.n_vocab},
      {"context", &shape.context}};
  for (int i = 3; i < argc; i++) {
    const std::string text = argv[i];
    const size_t at = text.find('=');
    const auto key = keys.find(text.substr(0, at));
    if (at == std::string::npos || key == keys.end()) throw std::runtime_error("unknown: " + text);
    *key->second = std::stoi(text.substr(at + 1));
    if (*key->second < 1) throw std::runtime_error("must be at least 1: " + text);
  }
  if (shape.width % shape.heads != 0 || shape.heads % shape.kv_heads != 0)
    throw std::runtime_error("heads must divide width, and kv_heads heads");
  return shape;
}

// The tokenizer's keys of `from`, its lists of tokens made as long as the shape says. Returns the number of tokens.
int copy_vocabulary(const gguf_context* from, gguf_context* to, int wanted) {
  const int64_t tokens = gguf_find_key(from, "tokenizer.ggml.tokens");
  if (tokens < 0) throw std::runtime_error("the file has no tokenizer");
  gguf_set_kv(to, from);
  for (int64_t i = 0; i < gguf_get_n_kv(from); i++) {
    const std::string key = gguf_get_key(from, i);
    if (!key.starts_with("tokenizer.")) gguf_remove_key(to, key.c_str());
  }
  const size_t there = gguf_get_arr_n(from, tokens), n = std::max<size_t>(there, wanted);
  std::vector<std::string> texts;
  for (size_t i = 0; i < n; i++)
    texts.push_back(i < there ? gguf_get_arr_str(from, tokens, i) : "<never_used_" + std::to_string(i) + ">");
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  gguf_set_arr_str(to, "tokenizer.ggml.tokens", pointers.data(), n);
  if (const int64_t k = gguf_find_key(from, "tokenizer.ggml.token_type"); k >= 0) {
    constexpr int32_t kUnused = 5;
    const auto* types = static_cast<const int32_t*>(gguf_get_arr_data(from, k));
    std::vector<int32_t> all(types, types + there);
    all.resize(n, kUnused);
    gguf_set_arr_data(to, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, all.data(), n);
  }
  if (const int64_t k = gguf_find_key(from, "tokenizer.ggml.scores"); k >= 0) {
    const auto* scores = static_cast<const float*>(gguf_get_arr_data(from, k));
    std::vector<float> all(scores, scores + there);
    all.resize(n, -1e9F);
    gguf_set_arr_data(to, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, all.data(), n);
  }
  return static_cast<int>(n);
}

void set_shape(gguf_context* to, const Shape& shape) {
  gguf_set_val_str(to, "general.architecture", "qwen2");
  gguf_set_val_str(to, "general.name", "random weights");
  gguf_set_val_u32(to, "general.file_type", 1);  // Mostly F16.
  const std::pair<const char*, int> numbers[] = {
      {"qwen2.block_count", shape.layers},         {"qwen2.context_length", shape.context},
      {"qwen2.embedding_length", shape.width},     {"qwen2.feed_forward_length", shape.ff},
      {"qwen2.attention.head_count", shape.heads}, {"qwen2.attention.head_count_kv", shape.kv_heads}};
  for (const auto& [key, value] : numbers) gguf_set_val_u32(to, key, static_cast<uint32_t>(value));
  gguf_set_val_f32(to, "qwen2.rope.freq_base", 10000);
  gguf_set_val_f32(to, "qwen2.attention.layer_norm_rms_epsilon", 1e-6F);
}

// The tensors of the shape, without their data, in the order in which they are written.
std::vector<ggml_tensor*> make_tensors(ggml_context* context, const Shape& s, int n_vocab) {
  std::vector<ggml_tensor*> all;
  const auto matrix = [&](const std::string& name, int in, int out) {
    all.push_back(ggml_new_tensor_2d(context, GGML_TYPE_F16, in, out));
    ggml_set_name(all.back(), (name + ".weight").c_str());
  };
  const auto vector = [&](const std::string& name, int n) {
    all.push_back(ggml_new_tensor_1d(context, GGML_TYPE_F32, n));
    ggml_set_name(all.back(), name.c_str());
  };
  const int kv_width = s.width / s.heads * s.kv_heads;
  matrix("token_embd", s.width, n_vocab);
  for (int layer = 0; layer < s.layers; layer++) {
    const std::string block = "blk." + std::to_string(layer) + ".";
    vector(block + "attn_norm.weight", s.width);
    for (const auto& [name, out] :
         {std::pair{"attn_q", s.width}, {"attn_k", kv_width}, {"attn_v", kv_width}}) {
      matrix(block + name, s.width, out);
      vector(block + name + ".bias", out);
    }
    matrix(block + "attn_output", s.width, s.width);
    vector(block + "ffn_norm.weight", s.width);
    matrix(block + "ffn_gate", s.width, s.ff);
    matrix(block + "ffn_up", s.width, s.ff);
    matrix(block + "ffn_down", s.ff, s.width);
  }
  vector("output_norm.weight", s.width);
  matrix("output", s.width, n_vocab);
  return all;
}

// Uniform numbers of a given spread; xorshift, since billions of them are wanted.
class Random {
 public:
  float next(float spread) {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    constexpr float kUniform = 1.7320508F;  // Half the width of a uniform distribution of spread 1.
    return spread * kUniform * (static_cast<float>(static_cast<int32_t>(state_ >> 32)) * 0x1p-31F);
  }

 private:
  uint64_t state_ = 0x9E3779B97F4A7C15;
};

void write_data(std::ofstream& out, const ggml_tensor& tensor, Random& random) {
  const int64_t row = tensor.ne[0], rows = ggml_nrows(&tensor);
  std::vector<float> values(row);
  std::vector<ggml_fp16_t> halves(row);
  const bool is_norm = std::string(tensor.name).find("norm") != std::string::npos;
  const float spread = 1 / std::sqrt(static_cast<float>(row));
  for (int64_t i = 0; i < rows; i++) {
    for (float& value : values) value = is_norm ? 1 : random.next(spread);
    if (tensor.type == GGML_TYPE_F32) {
      out.write(reinterpret_cast<const char*>(values.data()), row * sizeof(float));
    } else {
      ggml_fp32_to_fp16_row(values.data(), halves.data(), row);
      out.write(reinterpret_cast<const char*>(halves.data()), row * sizeof(ggml_fp16_t));
    }
  }
}

void write_model(const std::string& vocabulary, const std::string& path, const Shape& shape) {
  const Gguf from(gguf_init_from_file(vocabulary.c_str(), {.no_alloc = true, .ctx = nullptr}), gguf_free);
  if (!from) throw std::runtime_error(vocabulary + ": can't be read");
  const Gguf to(gguf_init_empty(), gguf_free);
  const int n_vocab = copy_vocabulary(from.get(), to.get(), shape.n_vocab);
  set_shape(to.get(), shape);
  const size_t n_tensors = 3 + 12 * static_cast<size_t>(shape.layers);
  const Ggml context(
      ggml_init({.mem_size = n_tensors * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true}),
      ggml_free);
  const std::vector<ggml_tensor*> tensors = make_tensors(context.get(), shape, n_vocab);
  for (const ggml_tensor* tensor : tensors) gguf_add_tensor(to.get(), tensor);
  std::string meta(gguf_get_meta_size(to.get()), '\0');
  gguf_get_meta_data(to.get(), meta.data());
  std::ofstream out(path, std::ios::binary);
  out.write(meta.data(), static_cast<std::streamsize>(meta.size()));
  Random random;
  for (const ggml_tensor* tensor : tensors) {
    write_data(out, *tensor, random);
    const size_t over = ggml_nbytes(tensor) % GGUF_DEFAULT_ALIGNMENT;
    if (over) out << std::string(GGUF_DEFAULT_ALIGNMENT - over, '\0');
  }
  out.close();
  if (!out) throw std::runtime_error(path + ": can't be written");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) return std::fprintf(stderr, "usage: %s VOCAB.gguf OUT.gguf [key=value ...]\n", argv[0]), 2;
  write_model(argv[1], argv[2], read_shape(argc, argv));
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "random_model: %s\n", e.what());
  return 1;
}
