// SPDX-License-Identifier: MIT
#include "thinktrace/publish/chunk.h"

#include "thinktrace/publish/encode.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {

Chunk pack_chunk(const std::function<void(const TextSink&)>& write) {
  Chunk chunk;
  Sha256 hash;
  Base64 encoder([&](std::string_view text) { chunk.packed.add(text); });
  Deflater deflater([&](std::string_view bytes) { encoder.add(bytes); });
  write([&](std::string_view text) {
    hash.add(text);
    deflater.add(text);
  });
  deflater.finish();
  encoder.finish();
  chunk.name = hash.hex().substr(0, 32);
  return chunk;
}

Chunk pack_chunk(std::string_view content) {
  return pack_chunk([&](const TextSink& sink) { sink(content); });
}

void write_chunk_script(const Chunk& chunk, const TextSink& sink) {
  sink("thinktrace_chunk=\"");
  chunk.packed.replay(sink);
  sink("\";\n");
}

std::string chunk_script(const Chunk& chunk) {
  std::string script;
  write_chunk_script(chunk, [&](std::string_view text) { script += text; });
  return script;
}

}  // namespace thinktrace
