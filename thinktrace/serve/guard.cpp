// SPDX-License-Identifier: MIT
// Host defends against rebinding, Origin and Sec-Fetch-Site against other pages, the table of targets against everything
// that a path could mean. Tested by tests/unit/serve_guard_test.cpp, which has a hostile request for every check.
#include "thinktrace/serve/guard.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>

#include "thinktrace/error.h"

namespace thinktrace::serve {
namespace {

constexpr size_t kMaxTarget = 200;

Verdict refuse(int status, const char* reason) { return {status, reason, Resource::kNone, ""}; }
Verdict allow(Resource resource, std::string_view name = {}) {
  return {200, "", resource, std::string(name)};
}

bool only_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

// The text between `before` and `after`, where `text` is all three.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const bool fits =
      text.size() > before.size() + after.size() && text.starts_with(before) && text.ends_with(after);
  return fits ? text.substr(before.size(), text.size() - before.size() - after.size()) : std::string_view();
}

Verdict find_resource(std::string_view target) {
  if (target == "/" || target == "/index.html") return allow(Resource::kPage);
  if (target == "/app.js") return allow(Resource::kScript);
  if (target == "/app.css") return allow(Resource::kStyle);
  if (target == "/favicon.ico") return allow(Resource::kIcon);
  const std::string_view chunk = between(target, "/data/", ".js");
  if (chunk.size() == 32 && only_of(chunk, "0123456789abcdef")) return allow(Resource::kChunk, chunk);
  const std::string_view live = between(target, "/live/", ".js");
  if (!live.empty() && live.size() <= 9 && only_of(live, "0123456789")) return allow(Resource::kLive, live);
  return refuse(404, "there is nothing of that name here");
}

bool has_cookie(const Head& head, const GuardSettings& settings) {
  for (const auto& [name, value] : head.headers) {
    if (name != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
      const size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != settings.cookie) continue;
      if (equal_in_constant_time(pair.substr(equals + 1), settings.token)) return true;
    }
  }
  return false;
}

// Whether the request names this server and comes from its own pages or from the address bar.
Verdict judge_sender(const Head& head, const GuardSettings& settings) {
  if (head.count("host") != 1) return refuse(400, "a request names its host once");
  const std::string host = lower(*head.value("host"));
  if (std::find(settings.hosts.begin(), settings.hosts.end(), host) == settings.hosts.end())
    return refuse(403, "this server does not answer to that host name (--allow-host adds one)");
  if (head.count("origin") > 1 || head.count("sec-fetch-site") > 1)
    return refuse(400, "a request says once where it comes from");
  const auto origin = head.value("origin"), site = head.value("sec-fetch-site");
  if (origin && *origin != "http://" + host) return refuse(403, "requests of other pages are not answered");
  if (site && *site != "same-origin" && *site != "none")
    return refuse(403, "requests of other pages are not answered; type the address, or open a new tab");
  return allow(Resource::kNone);
}

// The address bar may open the page and nothing else.
bool may_navigate(const Verdict& found, const Head& head) {
  if (head.value("sec-fetch-site") != "none") return true;
  return (found.resource == Resource::kPage || found.resource == Resource::kEnter) &&
         head.value("sec-fetch-mode").value_or("navigate") == "navigate";
}

Verdict find_permitted(const Head& head, const GuardSettings& settings) {
  constexpr std::string_view kEnter = "/?token=";
  const std::string_view target = head.target;
  if (!settings.token.empty() && target.starts_with(kEnter)) {
    if (equal_in_constant_time(target.substr(kEnter.size()), settings.token)) return allow(Resource::kEnter);
    return refuse(403, "wrong token; open the address that thinktrace serve printed");
  }
  Verdict found = find_resource(target);
  if (!settings.token.empty() && !has_cookie(head, settings))
    return refuse(403, "no token; open the address that thinktrace serve printed");
  return found;
}

}  // namespace

Verdict judge(const Head& head, const GuardSettings& settings) {
  if (Verdict sender = judge_sender(head, settings); sender.status != 200) return sender;
  if (head.method != "GET" && head.method != "HEAD") return refuse(405, "only GET and HEAD are answered");
  if (head.count("content-length") || head.count("transfer-encoding") || head.count("expect"))
    return refuse(400, "a request has no body here");
  if (head.target.size() > kMaxTarget) return refuse(414, "the address is too long");
  if (head.target.front() != '/') return refuse(400, "a request names a path");
  Verdict found = find_permitted(head, settings);
  if (found.status == 200 && !may_navigate(found, head))
    return refuse(403, "only the page itself can be opened from the address bar");
  return found;
}

std::vector<std::string> allowed_hosts(const Address& address, int port,
                                       const std::vector<std::string>& more) {
  std::vector<std::string> names;
  const bool is_v6 = address.text.find(':') != std::string::npos;
  if (!address.is_wildcard) names.push_back(is_v6 ? "[" + address.text + "]" : address.text);
  if (address.is_loopback) {
    for (const char* name : {"127.0.0.1", "localhost", "[::1]"}) names.emplace_back(name);
  }
  std::vector<std::string> hosts;
  const auto add = [&](const std::string& name) {
    const bool has_port = name.find(':', name.starts_with('[') ? name.find(']') : 0) != std::string::npos;
    hosts.push_back(lower(has_port ? name : fmt::format("{}:{}", name, port)));
    if (!has_port && port == 80) hosts.push_back(lower(name));
  };
  for (const std::string& name : names) add(name);
  for (const std::string& name : more) add(name);
  return hosts;
}

std::optional<Address> parse_address(const std::string& text) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return Address{text, ntohl(v4.s_addr) >> 24 == 127, v4.s_addr == 0};
  in6_addr v6{};
  char canonical[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1 || !inet_ntop(AF_INET6, &v6, canonical, sizeof(canonical)))
    return std::nullopt;
  return Address{canonical, IN6_IS_ADDR_LOOPBACK(&v6) != 0, IN6_IS_ADDR_UNSPECIFIED(&v6) != 0};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile char difference = 0;  // Volatile, so that no compiler leaves the loop early.
  for (size_t i = 0; i < a.size(); i++) difference = static_cast<char>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

bool is_good_token(std::string_view text) {
  return text.size() >= 16 && text.size() <= 128 &&
         only_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

std::string make_token() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
    throw Error(ErrorKind::kFailed,
                "[serve] the system gives no random bytes for a token; name one with --token");
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

}  // namespace thinktrace::serve
