// SPDX-License-Identifier: MIT
#include "thinktrace/publish/chunk.h"

#include <fmt/format.h>

#include "thinktrace/publish/encode.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {

Chunk pack_chunk(const std::function<void(const TextSink&)>& write) {
  Sha256 hash;
  Deflater deflater;
  write([&](std::string_view text) {
    hash.add(text);
    deflater.add(text);
  });
  return {hash.hex().substr(0, 32), base64(deflater.finish())};
}

Chunk pack_chunk(std::string_view content) {
  return pack_chunk([&](const TextSink& sink) { sink(content); });
}

std::string chunk_script(const Chunk& chunk) {
  return fmt::format("thinktrace_chunk=\"{}\";\n", chunk.packed);
}

}  // namespace thinktrace
