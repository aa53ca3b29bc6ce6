// SPDX-License-Identifier: MIT
// server.h — a small HTTP server for one gallery: it answers GET and HEAD of what guard.h knows, and nothing else.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/serve/connection.h"
#include "thinktrace/serve/guard.h"

namespace thinktrace::serve {

struct Content {
  const char* type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;
};

// What there is of a resource, by name where it has one; nothing if there is no such thing (now). Called from several
// threads at once. Never asked for kEnter and kIcon.
using ContentProvider = std::function<std::optional<Content>(Resource, const std::string& name)>;

struct ServerOptions {
  std::string address = "127.0.0.1";     // In digits.
  int port = 0;                          // 0: any that is free.
  std::vector<std::string> allow_hosts;  // Further names that the server answers to, with or without a port.
  std::string token;                     // Empty: none is asked for; only possible on loopback.
  std::string page_policy;               // The Content-Security-Policy of the page.
  Limits limits;
};

// Serves from construction to destruction, in threads of its own. Throws Error (kInput) if the options do not go
// together, and Error (kFailed), naming address and port, if nothing can be served there.
class Server {
 public:
  Server(const ServerOptions& options, ContentProvider provider);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "http://127.0.0.1:8421/", with the token if there is one.
  const std::string& url() const { return url_; }

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
  std::string url_;
};

}  // namespace thinktrace::serve
