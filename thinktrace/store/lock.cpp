// SPDX-License-Identifier: MIT
#include "thinktrace/store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

Error lock_error(const std::string& path, const std::string& why) {
  return {ErrorKind::kStore, fmt::format("[store] {}: {}", path, why)};
}

std::string holder_of(int fd) {
  std::array<char, 300> text{};
  const ssize_t n = ::pread(fd, text.data(), text.size() - 1, 0);
  return n > 0 ? std::string(text.data(), static_cast<size_t>(n)) : "unknown";
}

// On a cluster the holder may be on another machine.
std::string this_process() {
  std::array<char, 256> host{};
  const bool known = ::gethostname(host.data(), host.size() - 1) == 0;
  return fmt::format("process {} on {}", ::getpid(), known ? host.data() : "unknown");
}

}  // namespace

int* take_lock(const std::string& run_folder) {
  const std::string path = (std::filesystem::path(run_folder) / "run.lock").string();
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    const char* next =
        errno == ENOSPC || errno == EDQUOT ? "make room" : "make the folder writable or use another --out";
    throw lock_error(path,
                     fmt::format("{}; {}, then give the same command again", std::strerror(errno), next));
  }
  const auto fail = [&](const Error& error) {
    ::close(fd);
    return error;
  };
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      throw fail(lock_error(path, fmt::format("can't be locked ({})", std::strerror(errno))));
    throw fail(lock_error(
        run_folder,
        fmt::format("in use by another thinktrace ({}); wait for it or use another --out", holder_of(fd))));
  }
  const std::string holder = this_process();
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, holder.data(), holder.size(), 0) < 0) {
    throw fail(
        lock_error(path, fmt::format("can't be written ({}); make room, then give the same command again",
                                     std::strerror(errno))));
  }
  return new int(fd);
}

}  // namespace thinktrace
