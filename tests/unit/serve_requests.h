// SPDX-License-Identifier: MIT
// serve_requests.h — requests as a browser sends them, for the tests of the guard to bend.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/serve/guard.h"

namespace thinktrace::serve {

inline constexpr const char* kToken = "0123456789abcdef0123456789abcdef";
inline const std::string kChunk = "/data/0123456789abcdef0123456789abcdef.js";

inline GuardSettings loopback(const std::string& token = "") {
  return {allowed_hosts(*parse_address("127.0.0.1"), 8421, {}), token, "thinktrace-8421"};
}

inline Head get(const std::string& target, std::vector<std::pair<std::string, std::string>> more = {}) {
  Head head{.method = "GET", .target = target, .headers = {{"host", "127.0.0.1:8421"}}};
  head.headers.insert(head.headers.end(), more.begin(), more.end());
  return head;
}

inline Head with_host(const std::string& host) {
  return {.method = "GET", .target = "/", .headers = {{"host", host}}};
}

inline int status(const Head& head, const GuardSettings& settings = loopback()) {
  return judge(head, settings).status;
}

}  // namespace thinktrace::serve
