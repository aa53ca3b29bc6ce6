// SPDX-License-Identifier: MIT
#include "thinktrace/spool/spool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
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
  return {
      ErrorKind::kFailed,
      fmt::format("[temporary files] {}: a temporary file can't be {} ({}); TMPDIR may name another folder",
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
  written_ += buffer_.size();
  buffer_.clear();
}

void Spool::add(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= gathered_) write_out();
}

size_t Spool::read(uint64_t offset, char* into, size_t n) const {
  if (offset >= written_) {
    const size_t at = std::min<uint64_t>(offset - written_, buffer_.size());
    return buffer_.copy(into, n, at);
  }
  n = std::min<uint64_t>(n, written_ - offset);
  const ssize_t got = ::pread(::fileno(file_.get()), into, n, static_cast<off_t>(offset));
  if (got <= 0) throw spool_error("read");
  return static_cast<size_t>(got);
}

void Spool::replay(const TextSink& sink) const {
  std::string piece(std::min<uint64_t>(kReadBytes, size()), '\0');
  uint64_t offset = 0;
  while (const size_t n = read(offset, piece.data(), piece.size())) {
    sink({piece.data(), n});
    offset += n;
  }
}

std::string Spool::text() const {
  std::string all;
  replay([&](std::string_view piece) { all += piece; });
  return all;
}

bool SpoolReader::read(void* into, size_t n) {
  char* to = static_cast<char*>(into);
  while (n > 0) {
    if (at_ == piece_.size()) {
      piece_.resize(kReadBytes);
      piece_.resize(spool_->read(next_, piece_.data(), piece_.size()));
      next_ += piece_.size();
      at_ = 0;
      if (piece_.empty()) return false;
    }
    const size_t here = piece_.copy(to, n, at_);
    to += here;
    at_ += here;
    n -= here;
  }
  return true;
}

}  // namespace thinktrace
