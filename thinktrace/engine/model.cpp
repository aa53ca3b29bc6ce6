// SPDX-License-Identifier: MIT
#include "thinktrace/engine/model.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "ggml-backend.h"
#include "gguf.h"
#include "llama.h"
#include "thinktrace/engine/logs.h"
#include "thinktrace/engine/own_kernels.h"
#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

Error bad_model(const std::string& path, const std::string& why) {
  return {ErrorKind::kInput, fmt::format("[model] {}: {}", path, why)};
}

// Told apart here because the engine's own words for all of these are "failed to load model".
void check_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw bad_model(path, "no such file");
  if (std::filesystem::is_directory(path, error)) throw bad_model(path, "a folder, not a GGUF file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw bad_model(path, std::strerror(errno));
  char magic[4] = {};
  in.read(magic, 4);
  if (!in || std::memcmp(magic, "GGUF", 4) != 0)
    throw bad_model(path, "not a GGUF file (its first bytes are not GGUF)");
}

std::string meta(const llama_model* model, const char* key) {
  std::string value(256, '\0');
  int n = llama_model_meta_val_str(model, key, value.data(), value.size());
  if (n >= static_cast<int>(value.size())) {
    value.resize(n + 1);
    n = llama_model_meta_val_str(model, key, value.data(), value.size());
  }
  value.resize(std::max(n, 0));
  return value;
}

// As the file says, read without its weights; empty where it can't be read.
std::string architecture_of(const std::string& path) {
  struct Free {
    void operator()(gguf_context* file) const { gguf_free(file); }
  };
  const std::unique_ptr<gguf_context, Free> file(
      gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}));
  const int64_t key = file ? gguf_find_key(file.get(), "general.architecture") : -1;
  return key >= 0 && gguf_get_kv_type(file.get(), key) == GGUF_TYPE_STRING ? gguf_get_val_str(file.get(), key)
                                                                           : "";
}

bool looks_like_tag(const std::string& piece) {
  const auto within = [&](const char* open, const char* close) {
    return piece.size() >= 3 && piece.starts_with(open) && piece.ends_with(close);
  };
  return within("<", ">") || within("[", "]") || within("◁", "▷");
}

int head_dim(const llama_model* model, const ModelCard& card) {
  const std::string stated = meta(model, (card.architecture + ".attention.key_length").c_str());
  if (!stated.empty()) return std::atoi(stated.c_str());
  return card.n_embd / std::max(1, llama_model_n_head(model));
}

ModelCard describe_model(const llama_model* model, const std::string& path) {
  ModelCard card;
  card.path = path;
  card.name = meta(model, "general.name");
  if (card.name.empty()) card.name = std::filesystem::path(path).filename().string();
  card.architecture = meta(model, "general.architecture");
  card.weights = llama_ftype_name(llama_model_ftype(model));
  if (card.weights.starts_with("(guessed) ")) card.weights.erase(0, 10);
  if (const char* text = llama_model_chat_template(model, nullptr)) card.chat_template = text;
  card.n_parameters = llama_model_n_params(model);
  card.bytes = llama_model_size(model);
  card.n_layers = llama_model_n_layer(model);
  card.n_embd = llama_model_n_embd(model);
  card.n_head_kv = llama_model_n_head_kv(model);
  card.n_head_dim = head_dim(model, card);
  card.n_vocab = llama_vocab_n_tokens(llama_model_get_vocab(model));
  card.n_ctx_train = llama_model_n_ctx_train(model);
  card.can_fork = !llama_model_is_recurrent(model) && !llama_model_is_hybrid(model);
  return card;
}

}  // namespace

void Model::Free::operator()(llama_model* model) const { llama_model_free(model); }

Model Model::load(const std::string& path, const ModelOptions& options) {
  check_file(path);
  start_engine();
  take_engine_error();
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = options.gpu_layers;
  Model model;
  model.kernels_ = options.kernels;
  const bool own = options.kernels == Kernels::kOwn;
  if (own) {
    if (const std::string architecture = architecture_of(path); !own_kernels_know(architecture)) {
      throw bad_model(path,
                      fmt::format("our own kernels have not been tried with the architecture '{}'; leave out "
                                  "--kernels own",
                                  architecture));
    }
    offer_own_kernels();
    params.n_gpu_layers = 0;
    params.load_mode = LLAMA_LOAD_MODE_NONE;  // The file is not looked at again.
  }
  {
    const auto scope = own ? std::make_unique<KernelScope>(KernelUse::kLoading) : nullptr;
    model.model_.reset(llama_model_load_from_file(path.c_str(), params));
  }
  if (!model.model_) {
    const std::string why = take_engine_error();
    throw bad_model(path, fmt::format("the engine can't load it ({}); is the file complete?",
                                      why.empty() ? "no reason given" : why));
  }
  if (!llama_model_has_decoder(model.model_.get()) || llama_model_has_encoder(model.model_.get())) {
    throw bad_model(path, "not a decoder-only language model");
  }
  model.vocab_ = llama_model_get_vocab(model.model_.get());
  if (llama_vocab_type(model.vocab_) == LLAMA_VOCAB_TYPE_NONE)
    throw bad_model(path, "the file has no vocabulary");
  model.card_ = describe_model(model.model_.get(), path);
  // Packed weights take two bytes each, whatever they are in the file; the table that tokens are looked up in stays beside them.
  if (own)
    model.card_.bytes =
        2 * (model.card_.n_parameters + uint64_t{1} * model.card_.n_vocab * model.card_.n_embd);
  model.card_.sha256 = sha256_file(path);
  for (Token t = 0; t < model.card_.n_vocab; t++) {
    const std::string piece = model.piece(t);
    if (!piece.empty() && std::isalnum(static_cast<unsigned char>(piece[0])))
      model.label_continuations_.push_back(t);
    if (llama_vocab_get_attr(model.vocab_, t) & LLAMA_TOKEN_ATTR_USER_DEFINED && looks_like_tag(piece))
      model.markup_.push_back(piece);
  }
  return model;
}

// The engine finds "user-defined" tokens, which <think> and role tags often are, in plain text too. Cutting
// such a tag in two before it is tokenised leaves only its characters.
std::vector<Token> Model::tokenize(std::string_view text, Specials specials) const {
  if (specials == Specials::kParse) return tokenize_whole(text, specials);
  std::set<size_t> cuts{text.size()};
  for (const std::string& tag : markup_) {
    for (size_t at = text.find(tag); at != std::string_view::npos; at = text.find(tag, at + 1))
      cuts.insert(at + 1);
  }
  std::vector<Token> tokens;
  size_t begin = 0;
  for (const size_t cut : cuts) {
    const std::vector<Token> part = tokenize_whole(text.substr(begin, cut - begin), specials);
    tokens.insert(tokens.end(), part.begin(), part.end());
    begin = cut;
  }
  return tokens;
}

std::vector<Token> Model::tokenize_whole(std::string_view text, Specials specials) const {
  std::vector<Token> tokens(text.size() + 8);
  const auto call = [&] {
    return llama_tokenize(vocab_, text.data(), static_cast<int32_t>(text.size()), tokens.data(),
                          static_cast<int32_t>(tokens.size()),
                          /*add_special=*/false, /*parse_special=*/specials == Specials::kParse);
  };
  int n = call();
  if (n < 0) {
    tokens.resize(-n);
    n = call();
  }
  if (n < 0) throw Error(ErrorKind::kFailed, "[model] the engine can't tokenize a text");
  tokens.resize(n);
  return tokens;
}

std::string Model::piece(Token token) const {
  std::string bytes(64, '\0');
  const auto call = [&] {
    return llama_token_to_piece(vocab_, token, bytes.data(), static_cast<int32_t>(bytes.size()), /*lstrip=*/0,
                                /*special=*/true);
  };
  int n = call();
  if (n < 0) {
    bytes.resize(-n);
    n = call();
  }
  bytes.resize(std::max(n, 0));
  return bytes;
}

std::vector<std::string> Model::pieces(const std::vector<Token>& tokens) const {
  std::vector<std::string> out;
  out.reserve(tokens.size());
  for (const Token t : tokens) out.push_back(piece(t));
  return out;
}

std::string Model::text(const std::vector<Token>& tokens) const {
  std::string out;
  for (const Token t : tokens) out += piece(t);
  return out;
}

std::vector<Token> Model::plain_tokens() const {
  constexpr int kOther = LLAMA_TOKEN_ATTR_UNKNOWN | LLAMA_TOKEN_ATTR_UNUSED | LLAMA_TOKEN_ATTR_CONTROL |
                         LLAMA_TOKEN_ATTR_USER_DEFINED | LLAMA_TOKEN_ATTR_BYTE;
  std::vector<Token> plain;
  for (Token t = 0; t < card_.n_vocab; t++) {
    if ((llama_vocab_get_attr(vocab_, t) & kOther) == 0) plain.push_back(t);
  }
  return plain;
}

bool Model::ends_generation(Token token) const { return llama_vocab_is_eog(vocab_, token); }

Token Model::bos_to_add() const { return llama_vocab_get_add_bos(vocab_) ? llama_vocab_bos(vocab_) : -1; }

std::string Model::bos_text() const {
  const Token t = llama_vocab_bos(vocab_);
  return t < 0 ? "" : piece(t);
}

std::string Model::eos_text() const {
  const Token t = llama_vocab_eos(vocab_);
  return t < 0 ? "" : piece(t);
}

int64_t usable_memory(bool on_gpu) {
  start_engine();
  int64_t total = 0;
  for (size_t i = 0; on_gpu && i < ggml_backend_dev_count(); i++) {
    ggml_backend_dev_t device = ggml_backend_dev_get(i);
    if (ggml_backend_dev_type(device) != GGML_BACKEND_DEVICE_TYPE_GPU) continue;
    size_t free_bytes = 0, device_bytes = 0;
    ggml_backend_dev_memory(device, &free_bytes, &device_bytes);
    total += static_cast<int64_t>(device_bytes);
  }
  if (total > 0) return total / 10 * 9;
  return static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE) / 5 * 4;
}

EngineInfo engine_info() {
  start_engine();
  EngineInfo info{.release = llama_version(), .cpu_variant = {}, .devices = {}};
  for (size_t i = 0; i < ggml_backend_dev_count(); i++) {
    ggml_backend_dev_t device = ggml_backend_dev_get(i);
    if (std::strcmp(ggml_backend_dev_name(device), kOwnKernelsName) == 0) continue;  // Of this program.
    info.devices.push_back(
        fmt::format("{} ({})", ggml_backend_dev_name(device), ggml_backend_dev_description(device)));
    if (ggml_backend_dev_type(device) != GGML_BACKEND_DEVICE_TYPE_CPU) continue;
    // The variant is known by the features that it was compiled for.
    using Features = ggml_backend_feature* (*)(ggml_backend_reg_t);
    ggml_backend_reg_t reg = ggml_backend_dev_backend_reg(device);
    if (auto* features =
            reinterpret_cast<Features>(ggml_backend_reg_get_proc_address(reg, "ggml_backend_get_features"))) {
      for (const ggml_backend_feature* f = features(reg); f->name; f++) {
        info.cpu_variant += fmt::format("{}{}{}", info.cpu_variant.empty() ? "" : " ", f->name,
                                        std::strcmp(f->value, "1") ? fmt::format("={}", f->value) : "");
      }
    }
  }
  return info;
}

void write_f32_model(const std::string& path, const std::string& out) {
  check_file(path);
  start_engine();
  take_engine_error();
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = LLAMA_FTYPE_ALL_F32;
  params.allow_requantize = true;
  if (llama_model_quantize(path.c_str(), out.c_str(), &params) != 0) {
    throw Error(ErrorKind::kFailed, fmt::format("[model] {}: can't be written as F32 to {} ({})", path, out,
                                                take_engine_error()));
  }
}

}  // namespace thinktrace
