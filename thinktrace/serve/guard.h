// SPDX-License-Identifier: MIT
// guard.h — who may have what of a served gallery. A page that the user happens to visit can make her browser send
// requests to this machine, under a name of its own that it points here (DNS rebinding) or from its own place; other
// users of the machine or network can send what they like. So a request is answered only if it names the server as
// the user does, comes from the gallery itself or from the address bar, asks for one of the few things there are, and
// brings the token where there is one.
//
// Pure functions: the same request and settings give the same verdict.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thinktrace/serve/head.h"

namespace thinktrace::serve {

// What can be asked for. No path is ever made of what was asked.
enum class Resource {
  kNone,
  kPage,    // "/" and "/index.html"
  kEnter,   // "/?token=…" with the right token: sets the cookie and leads to "/"
  kScript,  // "/app.js"
  kStyle,   // "/app.css"
  kChunk,   // "/data/<32 hex digits>.js"
  kLive,    // "/live/<1 to 9 digits>.js"
  kIcon,    // "/favicon.ico"
};

struct GuardSettings {
  std::vector<std::string> hosts;  // What the header Host may be, in lower case: "127.0.0.1:8421"
  std::string token;               // Empty: none is asked for.
  std::string cookie;              // Name of the cookie that holds it.
};

struct Verdict {
  int status = 200;    // 200: allowed.
  std::string reason;  // Why not, for the one who asked; never holds anything of the request.
  Resource resource = Resource::kNone;
  std::string name;  // Of a chunk: its hex digits. Of a live file: its digits.
};

Verdict judge(const Head& head, const GuardSettings& settings);

// An address of this machine.
struct Address {
  std::string text;          // In digits, as browsers write it: "127.0.0.1", "::1".
  bool is_loopback = false;  // It can be reached from this machine alone.
  bool is_wildcard = false;  // It stands for every address there is.
};
// Nothing if `text` is no address in digits.
std::optional<Address> parse_address(const std::string& text);

// The values of Host that mean a server at `address`: itself (a wildcard means none), for loopback its three usual names,
// and `more`, names with or without a port. Port 80 may be left out.
std::vector<std::string> allowed_hosts(const Address& address, int port,
                                       const std::vector<std::string>& more);

// Takes as long for texts that differ early as for those that differ late.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Whether `text` can be a token: 16 to 128 of A-Z a-z 0-9 - and _.
bool is_good_token(std::string_view text);
// A new token of 128 random bits. Throws Error (kFailed) if the system has none.
std::string make_token();

}  // namespace thinktrace::serve
