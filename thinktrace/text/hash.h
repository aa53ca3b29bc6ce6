// SPDX-License-Identifier: MIT
// hash.h — SHA-256, from which every identity is made.
#pragma once
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace thinktrace {

// Of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  // To be called once, either of them, after everything was added.
  std::string bytes();
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// SHA-256 of `bytes` as 64 lower-case hex digits, and as its 32 bytes.
std::string sha256(std::string_view bytes);
std::string sha256_bytes(std::string_view bytes);

// SHA-256 of a file's content. Throws Error (kInput) naming the file if it can't be read. Cost: one read of
// the file.
std::string sha256_file(const std::string& path);

// The identity of something whose content is written as `canonical`: the first 16 hex digits of its SHA-256.
std::string content_id(std::string_view canonical);

}  // namespace thinktrace
