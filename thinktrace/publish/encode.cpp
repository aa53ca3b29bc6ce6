// SPDX-License-Identifier: MIT
#include "thinktrace/publish/encode.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

Error zlib_error() { return {ErrorKind::kFailed, "[publish] zlib could not pack or unpack a chunk"}; }

double clamped(double p) { return std::isnan(p) ? 0 : std::clamp(p, 0.0, 1.0); }

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int n =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(n);
  return out;
}

void Base64::add(std::string_view bytes) {
  left_ += bytes;
  const size_t whole = left_.size() / 3 * 3;
  out_(base64(std::string_view(left_).substr(0, whole)));
  left_.erase(0, whole);
}

void Base64::finish() { out_(base64(left_)); }

void Deflater::Free::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater(TextSink out) : out_(std::move(out)) {
  constexpr int kLevel = 7;  // On curves 9 takes five times as long for 2 % less.
  auto stream = std::make_unique<z_stream>();
  if (deflateInit2(stream.get(), kLevel, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw zlib_error();
  stream_.reset(stream.release());
}

void Deflater::write(std::string_view bytes, int flush) {
  char buffer[1 << 14];
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_->avail_in = static_cast<uInt>(bytes.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(buffer);
    stream_->avail_out = sizeof(buffer);
    if (deflate(stream_.get(), flush) == Z_STREAM_ERROR) throw zlib_error();
    out_({buffer, sizeof(buffer) - stream_->avail_out});
  } while (stream_->avail_out == 0);
}

void Deflater::add(std::string_view bytes) { write(bytes, Z_NO_FLUSH); }

void Deflater::finish() { write({}, Z_FINISH); }

std::string deflate_raw(std::string_view bytes) {
  std::string out;
  Deflater deflater([&](std::string_view piece) { out += piece; });
  deflater.add(bytes);
  deflater.finish();
  return out;
}

std::string inflate_raw(std::string_view bytes) {
  z_stream z{};
  if (inflateInit2(&z, -15) != Z_OK) throw zlib_error();
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  char buffer[1 << 14];
  int status = Z_OK;
  while (status == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(buffer);
    z.avail_out = sizeof(buffer);
    status = inflate(&z, Z_NO_FLUSH);
    out.append(buffer, sizeof(buffer) - z.avail_out);
  }
  inflateEnd(&z);
  if (status != Z_STREAM_END) throw zlib_error();
  return out;
}

std::string escape_for_script(std::string_view json) {
  std::string out;
  for (size_t i = 0; i < json.size(); i++) {
    const auto c = static_cast<unsigned char>(json[i]);
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", c);
      continue;
    }
    if (c < 0x80) {
      out += json[i];
      continue;
    }
    const int n = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    uint32_t code = c & (0x3Fu >> n);
    for (int k = 0; k < n && i + 1 < json.size(); k++)
      code = code << 6 | (static_cast<unsigned char>(json[++i]) & 0x3Fu);
    if (code >= 0x10000) {
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((code - 0x10000) >> 10),
                         0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
      out += fmt::format("\\u{:04x}", code);
    }
  }
  return out;
}

std::string to_u8_steps(const std::vector<double>& probabilities) {
  std::string out;
  long before = 0;
  for (const double p : probabilities) {
    const long value = std::lround(255 * clamped(p));
    out += static_cast<char>((value - before) & 0xFF);
    before = value;
  }
  return out;
}

std::string to_u16_steps(const std::vector<double>& probabilities) {
  std::string out;
  long before = 0;
  for (const double p : probabilities) {
    const long value = std::lround(65535 * clamped(p)), step = value - before;
    out += static_cast<char>(step & 0xFF);
    out += static_cast<char>(step >> 8 & 0xFF);
    before = value;
  }
  return out;
}

}  // namespace thinktrace
