// SPDX-License-Identifier: MIT
#include "thinktrace/publish/single_file.h"

#include <fmt/format.h>

#include <set>

#include "thinktrace/publish/gallery_file.h"
#include "thinktrace/publish/page.h"

namespace thinktrace {

namespace fs = std::filesystem;

void check_single_file(const std::string& name) {
  const fs::path file(name);
  if (file.extension() != ".html")
    throw Error(ErrorKind::kInput, fmt::format("[site] {}: name a file that ends in .html", name));
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return;
  if (!fs::is_regular_file(file, error) || !is_gallery_page(file))
    throw Error(ErrorKind::kInput,
                fmt::format("[site] {}: exists and is not a gallery; name another file", name));
}

void write_single_file(const std::vector<SiteRun>& runs, const BundleOptions& options,
                       const std::string& name) {
  check_single_file(name);
  const SinglePage page = single_page();
  const fs::path file(name);
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) throw gallery_error(file, error.message());
  PartFile out(file);
  out.write(page.head);
  std::set<std::string> names;
  const std::string manifest = build_bundle(runs, options, [&](const Chunk& chunk) {
    if (names.insert(chunk.name).second)
      write_chunk_block(chunk, [&](std::string_view text) { out.write(text); });
  });
  out.write(single_page_end(page, manifest));
  out.finish();
}

}  // namespace thinktrace
