// SPDX-License-Identifier: MIT
// chunk.h — the pieces of data that a bundle is made of (docs/bundle.md).
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "thinktrace/spool/spool.h"

namespace thinktrace {

// Chunks of more are written to a temporary file until they are where they belong.
inline constexpr size_t kChunkBytes = 1 << 18;

// Movable, not copyable.
struct Chunk {
  std::string name;           // The first 32 hex digits of the SHA-256 of its content.
  Spool packed{kChunkBytes};  // The content in raw deflate, in base64.
};

// Takes chunks as they are made. The same one may come more than once.
using ChunkSink = std::function<void(const Chunk&)>;

// `content`: a line of JSON, or one and a line feed and bytes. `write` says it piece by piece. Errors: as Spool.
Chunk pack_chunk(std::string_view content);
Chunk pack_chunk(const std::function<void(const TextSink&)>& write);

// What data/<name>.js holds.
std::string chunk_script(const Chunk& chunk);
void write_chunk_script(const Chunk& chunk, const TextSink& sink);

}  // namespace thinktrace
