// SPDX-License-Identifier: MIT
#include "thinktrace/text/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void update(const void* data, size_t size) { check(EVP_DigestUpdate(context_.get(), data, size) == 1); }
  std::string bytes() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1);
    return {reinterpret_cast<const char*>(digest), size};
  }
  std::string hex() {
    std::string text;
    for (const char c : bytes()) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return text;
  }

 private:
  static void check(bool ok) {
    if (!ok) throw Error(ErrorKind::kFailed, "[hash] SHA-256 is not available in libcrypto");
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256(std::string_view bytes) {
  Hasher hasher;
  hasher.update(bytes.data(), bytes.size());
  return hasher.hex();
}

std::string sha256_bytes(std::string_view bytes) {
  Hasher hasher;
  hasher.update(bytes.data(), bytes.size());
  return hasher.bytes();
}

std::string sha256_file(const std::string& path) {
  const auto fail = [&] {
    return Error(ErrorKind::kInput, fmt::format("[hash] {}: {}", path, std::strerror(errno)));
  };
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw fail();
  Hasher hasher;
  std::vector<char> buffer(1 << 20);
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    hasher.update(buffer.data(), n);
  if (std::ferror(file.get())) throw fail();
  return hasher.hex();
}

std::string content_id(std::string_view canonical) { return sha256(canonical).substr(0, 16); }

}  // namespace thinktrace
