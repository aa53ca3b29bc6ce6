// SPDX-License-Identifier: MIT
// encode.h — forms of data that can stand in a page.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thinktrace/spool/spool.h"

struct z_stream_s;

namespace thinktrace {

std::string base64(std::string_view bytes);

// The same of bytes that come piece by piece.
class Base64 {
 public:
  explicit Base64(TextSink out) : out_(std::move(out)) {}
  void add(std::string_view bytes);
  void finish();  // To be called once, at the end.

 private:
  TextSink out_;
  std::string left_;  // Less than three bytes.
};

// Raw deflate (RFC 1951) of bytes that come piece by piece; how they are cut does not matter to what comes out. Throws Error
// (kFailed) if zlib refuses.
class Deflater {
 public:
  explicit Deflater(TextSink out);
  void add(std::string_view bytes);
  void finish();  // To be called once, at the end.

 private:
  void write(std::string_view bytes, int flush);
  struct Free {
    void operator()(z_stream_s* stream) const;
  };
  TextSink out_;
  std::unique_ptr<z_stream_s, Free> stream_;
};

// Raw deflate (RFC 1951), and back. Throws Error (kFailed) if zlib refuses.
std::string deflate_raw(std::string_view bytes);
std::string inflate_raw(std::string_view bytes);

// JSON text made safe inside a <script> element: <, >, & and everything outside ASCII as \uXXXX. It is the
// same JSON. REQUIRES: `json` is valid JSON in UTF-8.
std::string escape_for_script(std::string_view json);

// Probabilities (clamped to 0 … 1, NaN is 0) as bytes, round(255 p), and as little-endian 16-bit numbers, round(65535 p),
// each less the one before it, modulo 256 and 65536: neighbouring probes are alike, and small numbers pack well.
std::string to_u8_steps(const std::vector<double>& probabilities);
std::string to_u16_steps(const std::vector<double>& probabilities);

}  // namespace thinktrace
