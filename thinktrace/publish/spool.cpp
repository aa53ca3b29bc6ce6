// SPDX-License-Identifier: MIT
#include "thinktrace/publish/spool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

fs::path temporary_folder() {
  std::error_code error;
  fs::path folder = fs::temp_directory_path(error);
  if (!error) return folder;
  const char* given = std::getenv("TMPDIR");
  return given ? given : "/tmp";  // Which is then named in the complaint.
}

Error spool_error(const char* what) {
  return {ErrorKind::kFailed,
          fmt::format("[publish] {}: a temporary file can't be {} ({}); TMPDIR may name another folder",
                      temporary_folder().string(), what, std::strerror(errno))};
}

// It has no name any more: it is gone when it is closed, whatever happens.
std::FILE* open_nameless() {
  std::string name = (temporary_folder() / "thinktrace-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) return nullptr;
  ::unlink(name.c_str());
  std::FILE* file = ::fdopen(descriptor, "w+b");
  if (!file) ::close(descriptor);
  return file;
}

}  // namespace

void Spool::write_out() {
  if (!file_) {
    file_.reset(open_nameless());
    if (!file_) throw spool_error("made");
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // What is gathered here is written in one go.
  }
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size())
    throw spool_error("written");
  buffer_.clear();
}

void Spool::add(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kSpoolBytes) write_out();
}

void Spool::replay(const TextSink& sink) {
  if (!file_) return sink(buffer_);
  write_out();
  std::rewind(file_.get());
  std::string piece(kSpoolBytes, '\0');
  while (const size_t n = std::fread(piece.data(), 1, piece.size(), file_.get())) sink({piece.data(), n});
  if (std::ferror(file_.get())) throw spool_error("read");
}

}  // namespace thinktrace
