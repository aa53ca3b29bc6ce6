// SPDX-License-Identifier: MIT
// hash.h — SHA-256, from which every identity is made.
#pragma once
#include <string>
#include <string_view>

namespace thinktrace {

// SHA-256 of `bytes` as 64 lower-case hex digits, and as its 32 bytes.
std::string sha256(std::string_view bytes);
std::string sha256_bytes(std::string_view bytes);

// SHA-256 of a file's content. Throws Error (kInput) naming the file if it can't be read. Cost: one read of
// the file.
std::string sha256_file(const std::string& path);

// The identity of something whose content is written as `canonical`: the first 16 hex digits of its SHA-256.
std::string content_id(std::string_view canonical);

}  // namespace thinktrace
