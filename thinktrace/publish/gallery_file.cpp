// SPDX-License-Identifier: MIT
#include "thinktrace/publish/gallery_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "thinktrace/publish/page.h"

namespace thinktrace {

namespace fs = std::filesystem;

namespace {

bool begins_like_ours(std::string_view text) {
  const size_t last = text.find_last_not_of('\0');
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  const std::string_view ours = page_beginning();
  return ours.starts_with(text.substr(0, ours.size()));
}

}  // namespace

Error gallery_error(const fs::path& file, const std::string& why) {
  return {
      ErrorKind::kFailed,
      fmt::format("[site] {}: {}; the gallery is not finished, the runs are whole: mend this, then give the "
                  "same command again",
                  file.string(), why)};
}

PartFile::PartFile(const fs::path& file) : file_(file), part_(file.string() + ".part") {
  errno = 0;
  out_.open(part_, std::ios::binary);
  check();
}

PartFile::~PartFile() {
  if (is_finished_) return;
  out_.close();
  std::error_code error;
  fs::remove(part_, error);  // On a full disk what is half written only takes room.
}

void PartFile::check() {
  if (!out_) throw gallery_error(part_, std::strerror(errno ? errno : EIO));
}

void PartFile::write(std::string_view text) {
  errno = 0;
  out_.write(text.data(), static_cast<std::streamsize>(text.size()));
  check();
}

void PartFile::finish() {
  errno = 0;
  out_.close();
  check();
  std::error_code error;
  fs::rename(part_, file_, error);
  if (error) throw gallery_error(file_, error.message());
  is_finished_ = true;
}

void write_gallery_file(const fs::path& file, std::string_view text) {
  PartFile part(file);
  part.write(text);
  part.finish();
}

bool is_gallery_page(const fs::path& file) {
  // As every version has written it. The name alone also stands in texts about galleries, and in the viewer's script.
  constexpr std::string_view kMark = "id=\"bundle\">{\"format\":\"thinktrace-bundle\"";
  std::ifstream in(file, std::ios::binary);
  std::string block, end_of_last;
  for (bool is_first = true; in; is_first = false) {
    block.resize(1 << 20);
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    block.resize(static_cast<size_t>(in.gcount()));
    if (is_first && begins_like_ours(block)) return true;
    const std::string text = end_of_last + block;
    if (text.find(kMark) != std::string::npos) return true;
    end_of_last = text.substr(text.size() - std::min(text.size(), kMark.size()));
  }
  return false;
}

}  // namespace thinktrace
