// SPDX-License-Identifier: MIT
#include "thinktrace/serve/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace thinktrace::serve {

Connection::Connection(int socket, const Limits& limits, std::function<bool()> should_stop)
    : socket_(socket), limits_(limits), should_stop_(std::move(should_stop)) {}

// What the client still sends is read for a moment: a socket closed with unread bytes is reset, and the client might lose
// the answer.
Connection::~Connection() {
  ::shutdown(socket_, SHUT_WR);
  const auto deadline = Clock::now() + std::chrono::milliseconds(100);
  char buffer[4096];
  for (size_t total = 0; total < (size_t{1} << 20) && wait_for(POLLIN, deadline);) {
    const ssize_t n = ::recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (n <= 0) break;
    total += static_cast<size_t>(n);
  }
  ::close(socket_);
}

bool Connection::wait_for(short events, Clock::time_point deadline) const {
  while (!should_stop_()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{socket_, events, 0};
    const int n = ::poll(&waiting, 1, static_cast<int>(std::min<long long>(left, 100)));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
  return false;
}

ReadResult Connection::read_head(std::string& head) {
  auto deadline = Clock::now() + (ahead_.empty() ? limits_.idle_time : limits_.head_time);
  size_t looked_at = 0;
  for (;;) {
    const size_t end = ahead_.find("\r\n\r\n", looked_at);
    if (end != std::string::npos && end + 4 <= limits_.max_head) {
      head = ahead_.substr(0, end + 4);
      ahead_.erase(0, end + 4);
      return ReadResult::kHead;
    }
    if (ahead_.size() > limits_.max_head) return ReadResult::kTooLarge;
    looked_at = ahead_.size() < 3 ? 0 : ahead_.size() - 3;
    if (!wait_for(POLLIN, deadline))
      return ahead_.empty() || should_stop_() ? ReadResult::kClosed : ReadResult::kTooSlow;
    char buffer[4096];
    const ssize_t n = ::recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) continue;
    if (n <= 0) return ReadResult::kClosed;
    if (ahead_.empty()) deadline = Clock::now() + limits_.head_time;
    ahead_.append(buffer, static_cast<size_t>(n));
  }
}

bool Connection::write(std::string_view first, std::string_view second) {
  const auto more = std::chrono::seconds((first.size() + second.size()) / limits_.slowest_rate);
  const auto deadline = Clock::now() + limits_.write_time + more;
  return write_some(first, deadline) && write_some(second, deadline);
}

bool Connection::write_some(std::string_view data, Clock::time_point deadline) {
  while (!data.empty()) {
    const ssize_t n = ::send(socket_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      data.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace thinktrace::serve
