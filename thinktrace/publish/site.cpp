// SPDX-License-Identifier: MIT
#include "thinktrace/publish/site.h"

#include <fmt/format.h>

#include <set>

#include "thinktrace/publish/gallery_file.h"
#include "thinktrace/publish/page.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

bool holds(const fs::path& file, const Chunk& chunk) {
  std::ifstream in(file, std::ios::binary);
  bool is_same = in.is_open();
  std::string there;
  write_chunk_script(chunk, [&](std::string_view text) {
    if (!is_same) return;
    there.resize(text.size());
    is_same = in.read(there.data(), static_cast<std::streamsize>(there.size())) && there == text;
  });
  return is_same && in.peek() == std::ifstream::traits_type::eof();
}

// The chunks of a folder. One that an earlier gallery left there is kept if it is whole: a power failure may have emptied
// it.
class ChunkFolder {
 public:
  explicit ChunkFolder(const fs::path& folder) : folder_(folder) {}

  void write(const Chunk& chunk) {
    if (!names_.insert(chunk.name).second) return;
    const fs::path file = folder_ / (chunk.name + ".js");
    if (holds(file, chunk)) return;
    PartFile out(file);
    write_chunk_script(chunk, [&](std::string_view text) { out.write(text); });
    out.finish();
  }

  // Removes chunks, and nothing else, that this gallery does not use; also those that a killed writer left half
  // written.
  void remove_others() const {
    std::vector<fs::path> stale;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      fs::path file = entry.path();
      const bool is_part = file.extension() == ".part";
      if (is_part) file = file.stem();
      const std::string name = file.stem().string();
      const bool is_chunk = file.extension() == ".js" && name.size() == 32 &&
                            name.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (is_chunk && (is_part || !names_.contains(name))) stale.push_back(entry.path());
    }
    std::error_code error;
    for (const fs::path& file : stale) fs::remove(file, error);
  }

 private:
  fs::path folder_;
  std::set<std::string> names_;
};

fs::path without_slash(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

// True also where the page is still missing, as after a build that was stopped, or was emptied by a power failure; never
// where something else is there.
bool is_gallery(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != "data" && name != "index.html" && name != "app.js" && name != "app.css" &&
        !name.ends_with(".part"))
      return false;
  }
  return !fs::exists(folder / "index.html") || is_gallery_page(folder / "index.html");
}

}  // namespace

void check_site_folder(const std::string& folder_name) {
  const fs::path folder = without_slash(folder_name);
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  const bool is_free = fs::is_directory(folder, error) && is_gallery(folder);
  if (!is_free)
    throw Error(ErrorKind::kInput,
                fmt::format("[site] {}: exists and is not a gallery; name another folder", folder.string()));
}

void write_site(const std::vector<SiteRun>& runs, const BundleOptions& options,
                const std::string& folder_name) {
  check_site_folder(folder_name);
  const fs::path folder = without_slash(folder_name);
  std::error_code error;
  fs::create_directories(folder / "data", error);
  if (error) throw gallery_error(folder, error.message());
  ChunkFolder chunks(folder / "data");
  const std::string manifest = build_bundle(runs, options, [&](const Chunk& chunk) { chunks.write(chunk); });
  write_gallery_file(folder / "app.js", viewer_script());
  write_gallery_file(folder / "app.css", viewer_style());
  write_gallery_file(folder / "index.html",
                     folder_page(manifest));  // Last: until now the old page has had all its chunks.
  chunks.remove_others();
}

}  // namespace thinktrace
