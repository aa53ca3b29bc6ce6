// SPDX-License-Identifier: MIT
// head.h — the head of an HTTP request, read strictly: what RFC 9112 lets a server forgive is refused here, so that
// nobody can be of two minds about what was asked.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thinktrace::serve {

struct Head {
  std::string method;
  std::string target;  // As it was sent: nothing decoded, nothing cut off.
  int minor = 1;       // HTTP/1.minor
  std::vector<std::pair<std::string, std::string>>
      headers;  // Names in lower case, values without blanks around them.

  // How often a header was sent, by its name in lower case.
  int count(std::string_view name) const;
  // The first value of a header; nothing if it was not sent.
  std::optional<std::string_view> value(std::string_view name) const;
  // Whether a header that is a list, with commas, has this word in lower case, however it is written.
  bool lists(std::string_view name, std::string_view word) const;
};

// A to Z as a to z; everything else as it is.
std::string lower(std::string_view text);

// Reads everything up to and with the empty line. Nothing if it is not exactly: METHOD SP TARGET SP HTTP/1.0 or 1.1, then
// NAME: VALUE lines, each ended by CR LF; without control characters, folded lines, blanks before a colon, characters
// outside ASCII in the first line; at most 100 headers.
std::optional<Head> parse_head(std::string_view text);

}  // namespace thinktrace::serve
