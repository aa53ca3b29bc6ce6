// SPDX-License-Identifier: MIT
// httplib has the sockets and the threads. Requests are read, judged and answered here, since its parser forgives what
// the guard must see (fragments, blanks, bare line feeds), forgets what a client sends ahead, and counts its time anew
// for every byte.
#include "thinktrace/serve/server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <cstring>
#include <thread>

#include "thinktrace/error.h"

namespace thinktrace::serve {
namespace {

struct Answer {
  int status = 200;
  const char* type = "text/plain; charset=utf-8";
  bool is_immutable = false;
  std::vector<std::pair<std::string, std::string>> more;  // Headers.
  std::shared_ptr<const std::string> body;                // Null: there is none, which 204 says.
};

const char* status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Internal Server Error";
  }
}

std::shared_ptr<const std::string> text(const std::string& line) {
  return std::make_shared<const std::string>(line + "\n");
}

Answer refusal(int status, const std::string& reason) {
  Answer answer{.status = status, .body = text(reason)};
  if (status == 405) answer.more.emplace_back("Allow", "GET, HEAD");
  return answer;
}

// From a request to its answer.
class Responder {
 public:
  Responder(GuardSettings guard, std::string policy, ContentProvider provider)
      : guard_(std::move(guard)), policy_(std::move(policy)), provider_(std::move(provider)) {}

  Answer answer(const Head& head) const {
    const Verdict verdict = judge(head, guard_);
    if (verdict.status != 200) return refusal(verdict.status, verdict.reason);
    if (verdict.resource == Resource::kIcon) return {.status = 204};
    if (verdict.resource == Resource::kEnter) return enter();
    const std::optional<Content> content = provider_(verdict.resource, verdict.name);
    if (!content) return refusal(404, "there is nothing of that name here");
    return {
        .type = content->type, .is_immutable = verdict.resource == Resource::kChunk, .body = content->body};
  }

  std::string head_text(const Answer& answer, bool close) const {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, status_text(answer.status));
    const auto add = [&](std::string_view name, std::string_view value) {
      head += fmt::format("{}: {}\r\n", name, value);
    };
    if (answer.body) {
      add("Content-Type", answer.type);
      add("Content-Length", std::to_string(answer.body->size()));
    }
    add("Cache-Control", answer.is_immutable ? "private, max-age=31536000, immutable" : "no-store");
    add("Content-Security-Policy", policy_ + "; frame-ancestors 'none'");
    add("X-Content-Type-Options", "nosniff");
    add("Cross-Origin-Resource-Policy", "same-origin");
    add("Cross-Origin-Opener-Policy", "same-origin");
    add("Referrer-Policy", "no-referrer");
    for (const auto& [name, value] : answer.more) add(name, value);
    if (close) add("Connection", "close");
    return head + "\r\n";
  }

 private:
  // The token leaves the address at once, so that it stays out of histories and screenshots.
  Answer enter() const {
    Answer answer{.status = 303, .body = text("the gallery is at /")};
    answer.more.emplace_back("Location", "/");
    answer.more.emplace_back(
        "Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", guard_.cookie, guard_.token));
    return answer;
  }

  GuardSettings guard_;
  std::string policy_;
  ContentProvider provider_;
};

}  // namespace

class Server::Listener : public httplib::Server {
 public:
  explicit Listener(const Limits& limits) : limits_(limits) {
    new_task_queue = [limits] {
      return new httplib::ThreadPool(static_cast<size_t>(limits.threads), static_cast<size_t>(limits.threads),
                                     static_cast<size_t>(limits.max_waiting));
    };
    // Its default, SO_REUSEPORT, would let two servers have one port and take turns.
    set_socket_options([](socket_t socket) { httplib::set_socket_opt(socket, SOL_SOCKET, SO_REUSEADDR, 1); });
    set_error_logger([this](const httplib::Error& error, const httplib::Request*) {
      if (error == httplib::Error::BindIPAddress || error == httplib::Error::Listen) bind_errno_ = errno;
    });
    set_tcp_nodelay(true);
  }

  // Gives the port. Throws as Server does.
  int bind(const std::string& address, int asked) {
    int port = asked;
    if (asked == 0)
      port = bind_to_any_port(address);
    else if (!bind_to_port(address, asked))
      port = -1;
    if (port > 0) return port;
    const std::string why =
        bind_errno_ ? std::strerror(bind_errno_) : "this machine does not have that address";
    throw thinktrace::Error(
        ErrorKind::kFailed,
        fmt::format("[serve] {} port {}: {}; name another with --port, or 0 for any that is free", address,
                    asked, why));
  }

  void start(std::unique_ptr<const Responder> responder) {
    responder_ = std::move(responder);
    thread_ = std::thread([this] { listen_after_bind(); });
    wait_until_ready();
  }

  ~Listener() override {
    stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket, limits_, [this] { return svr_sock_ == INVALID_SOCKET; });
    try {
      for (int i = 1; i <= limits_.max_requests && serve_one(connection, i == limits_.max_requests); i++) {
      }
    } catch (const std::exception&) {
      return false;  // Out of memory, say: this client's connection ends, the others go on.
    }
    return true;
  }

  // False when the connection is to end.
  bool serve_one(Connection& connection, bool is_last) const {
    std::string request;
    const ReadResult read = connection.read_head(request);
    if (read == ReadResult::kClosed) return false;
    const std::optional<Head> head = read == ReadResult::kHead ? parse_head(request) : std::nullopt;
    const Answer answer = read == ReadResult::kTooSlow    ? refusal(408, "the request took too long")
                          : read == ReadResult::kTooLarge ? refusal(431, "the request is too large")
                          : !head ? refusal(400, "that is not a whole and proper request")
                                  : responder_->answer(*head);
    const bool close =
        is_last || answer.status >= 400 || head->minor == 0 || head->lists("connection", "close");
    const bool has_body = answer.body && !(head && head->method == "HEAD");
    const std::string_view body = has_body ? std::string_view(*answer.body) : std::string_view();
    return connection.write(responder_->head_text(answer, close), body) && !close;
  }

  Limits limits_;
  std::unique_ptr<const Responder> responder_;
  std::thread thread_;
  int bind_errno_ = 0;
};

Server::Server(const ServerOptions& options, ContentProvider provider) {
  const std::optional<Address> address = parse_address(options.address);
  if (!address)
    throw Error(ErrorKind::kInput, "[serve] --host must be an address in digits, such as 127.0.0.1");
  if (options.token.empty() && !address->is_loopback)
    throw Error(ErrorKind::kInput,
                "[serve] others can reach this address: a token is needed, --token auto makes one");
  if (!options.token.empty() && !is_good_token(options.token))
    throw Error(ErrorKind::kInput,
                "[serve] a token has 16 to 128 letters, digits, - or _; --token auto makes one");
  if (allowed_hosts(*address, options.port, options.allow_hosts).empty())
    throw Error(ErrorKind::kInput, "[serve] every address is many names: --allow-host says which are meant");
  listener_ = std::make_unique<Listener>(options.limits);
  const int port = listener_->bind(address->text, options.port);
  GuardSettings guard{allowed_hosts(*address, port, options.allow_hosts), options.token,
                      fmt::format("thinktrace-{}", port)};
  url_ = fmt::format("http://{}/{}", guard.hosts.front(),
                     options.token.empty() ? "" : "?token=" + options.token);
  listener_->start(std::make_unique<Responder>(std::move(guard), options.page_policy, std::move(provider)));
}

Server::~Server() = default;

}  // namespace thinktrace::serve
