// SPDX-License-Identifier: MIT
#include "thinktrace/publish/spool.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

Error spool_error(const char* what) {
  return {ErrorKind::kFailed,
          fmt::format("[publish] a temporary file can't be {} ({}); is the folder for temporary files full?",
                      what, std::strerror(errno))};
}

}  // namespace

void Spool::write_out() {
  if (!file_) {
    file_.reset(std::tmpfile());
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
