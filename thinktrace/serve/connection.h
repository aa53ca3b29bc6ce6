// SPDX-License-Identifier: MIT
// connection.h — one client's socket, read and written within limits. Private to serve/.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace thinktrace::serve {

struct Limits {
  size_t max_head = size_t{32} * 1024;  // Bytes of a request; browsers send the cookies of all of localhost.
  std::chrono::milliseconds head_time{10000};   // For a whole head, however its bytes trickle.
  std::chrono::milliseconds idle_time{3000};    // Between two requests.
  std::chrono::milliseconds write_time{20000};  // For an answer, and a second more for each
  size_t slowest_rate = size_t{16} * 1024;      // bytes.
  int max_requests = 1000;                      // On one connection.
  int threads = 16;                             // Connections served at once;
  int max_waiting = 64;                         // more wait, and more than these are closed.
};

enum class ReadResult {
  kHead,
  kClosed,  // By the client, between two requests or in one; or the server stops.
  kTooSlow,
  kTooLarge,
};

class Connection {
 public:
  // Takes the socket over and closes it in the end. `should_stop` is asked several times a second.
  Connection(int socket, const Limits& limits, std::function<bool()> should_stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Reads up to and with the next empty line into `head`. What a client sends ahead is kept for the next call.
  ReadResult read_head(std::string& head);

  // False if it could not be written whole, within its time.
  bool write(std::string_view first, std::string_view second);

 private:
  using Clock = std::chrono::steady_clock;
  bool wait_for(short events, Clock::time_point deadline) const;
  bool write_some(std::string_view data, Clock::time_point deadline);
  int socket_;
  Limits limits_;
  std::function<bool()> should_stop_;
  std::string ahead_;  // Read but not taken yet.
};

}  // namespace thinktrace::serve
