// SPDX-License-Identifier: MIT
#include "thinktrace/text/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

void check(bool ok) {
  if (!ok) throw Error(ErrorKind::kFailed, "[hash] SHA-256 is not available in libcrypto");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::add(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::bytes() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string Sha256::hex() {
  std::string text;
  for (const char c : bytes()) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hasher;
  hasher.add(bytes);
  return hasher.hex();
}

std::string sha256_bytes(std::string_view bytes) {
  Sha256 hasher;
  hasher.add(bytes);
  return hasher.bytes();
}

std::string sha256_file(const std::string& path) {
  const auto fail = [&] {
    return Error(ErrorKind::kInput, fmt::format("[hash] {}: {}", path, std::strerror(errno)));
  };
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw fail();
  Sha256 hasher;
  std::vector<char> buffer(1 << 20);
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    hasher.add({buffer.data(), n});
  if (std::ferror(file.get())) throw fail();
  return hasher.hex();
}

std::string content_id(std::string_view canonical) { return sha256(canonical).substr(0, 16); }

}  // namespace thinktrace
