// SPDX-License-Identifier: MIT
// page.h — the viewer, and the pages that a bundle is put into.
#pragma once
#include <string>
#include <string_view>

#include "thinktrace/publish/chunk.h"

namespace thinktrace {

// The viewer as it is built into the program.
std::string_view viewer_script();
std::string_view viewer_style();

// The viewer once more, as a chunk.
Chunk app_chunk();

// How every page of ours begins.
std::string_view page_beginning();

// index.html of a folder.
std::string folder_page(const std::string& manifest);
// What that page may load and do, for servers that say it as well: its Content-Security-Policy.
std::string folder_page_policy();

// A page that holds everything is `head`, the block of each chunk, and single_page_end.
struct SinglePage {
  std::string head, tail;
};
// Throws Error (kFailed) if the viewer can't stand inside a page.
SinglePage single_page();
void write_chunk_block(const Chunk& chunk, const TextSink& sink);
std::string single_page_end(const SinglePage& page, const std::string& manifest);

// A page of `template_html` that holds script and style, admitted by their hashes and nothing else. Throws Error (kFailed)
// if the template is not made as viewer/page/index.html is, or if script or style would end their element.
SinglePage make_single_page(std::string_view template_html, std::string_view script, std::string_view style);

}  // namespace thinktrace
