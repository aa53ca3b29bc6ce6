// SPDX-License-Identifier: MIT
#include "thinktrace/publish/chunk.h"

#include <fmt/format.h>

#include "thinktrace/publish/encode.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {

Chunk pack_chunk(std::string_view content) {
  return {sha256(content).substr(0, 32), base64(deflate_raw(content))};
}

std::string chunk_script(const Chunk& chunk) {
  return fmt::format("thinktrace_chunk=\"{}\";\n", chunk.packed);
}

}  // namespace thinktrace
