// SPDX-License-Identifier: MIT
// shelf.h — neighbouring questions of a run, their pictures, texts and curves packed together.
#pragma once
#include <memory>

#include "thinktrace/publish/chunk.h"
#include "thinktrace/publish/index.h"

namespace thinktrace {

inline constexpr int kShelfTokens = 32768;

// Collects the traces of a shelf and packs them. Memory: the traces it holds.
class ShelfBuilder {
 public:
  // `full`: thinking tokens at which a shelf is full; see is_full.
  explicit ShelfBuilder(int full = kShelfTokens);
  ~ShelfBuilder();
  ShelfBuilder(ShelfBuilder&&) noexcept;
  ShelfBuilder& operator=(ShelfBuilder&&) noexcept;

  // REQUIRES: the traces of a question come one after the other.
  void add(const SiteTrace& trace);

  bool is_empty() const;
  // The question that is being added; empty at the start.
  const std::string& last_question() const;
  // Whether no further question should be added. A trace counts with its thinking tokens, but at least one for eight bytes
  // of its texts and at least one, so that a shelf is bounded where tokens are not known or all traces failed.
  bool is_full() const;

  // Gives the shelf's chunks to `sink` and begins an empty one. The same traces give the same chunks.
  ShelfParts finish(const ChunkSink& sink);

 private:
  struct Open;
  int full_;
  std::unique_ptr<Open> open_;
};

}  // namespace thinktrace
