// SPDX-License-Identifier: MIT
// The server against clients that are slow, greedy or gone. What is refused and why is tested in serve_guard_test.cpp, and
// over the wire in tests/cli/test_serve.py.
#include "thinktrace/serve/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "thinktrace/error.h"

namespace thinktrace::serve {
namespace {

using namespace std::chrono_literals;

// A client that can misbehave; it gives up after ten seconds.
class Client {
 public:
  explicit Client(const Server& server) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(server.url().substr(server.url().rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& text) const { ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }

  // Until the server closes the connection.
  std::string read_all() const {
    std::string all;
    char buffer[65536];
    for (ssize_t n; (n = ::recv(socket_, buffer, sizeof(buffer), 0)) > 0;)
      all.append(buffer, static_cast<size_t>(n));
    return all;
  }

 private:
  int socket_;
};

std::string host(const Server& server) { return server.url().substr(7, server.url().size() - 8); }

std::string request(const Server& server, const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host(server) + "\r\n" + more + "\r\n";
}

std::string ask(const Server& server, const std::string& target) {
  const Client client(server);
  client.send(request(server, target, "Connection: close\r\n"));
  return client.read_all();
}

std::optional<Content> give(Resource resource, const std::string& name) {
  if (resource == Resource::kPage)
    return Content{"text/html; charset=utf-8", std::make_shared<std::string>("the page")};
  if (resource == Resource::kLive)
    return Content{"text/javascript", std::make_shared<std::string>("live " + name)};
  if (resource == Resource::kScript) throw std::bad_alloc();
  return std::nullopt;
}

ServerOptions options(Limits limits = {}) { return {.page_policy = "default-src 'none'", .limits = limits}; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

size_t answers_in(const std::string& text) {
  size_t n = 0;
  for (size_t at = 0; (at = text.find("HTTP/1.1 ", at)) != std::string::npos; at++) n++;
  return n;
}

TEST(ServeServer, AnswersWithEveryHeader) {
  const Server server(options(), give);
  EXPECT_EQ(ask(server, "/"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "
            "8\r\nCache-Control: no-store\r\n"
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: "
            "nosniff\r\n"
            "Cross-Origin-Resource-Policy: same-origin\r\nCross-Origin-Opener-Policy: same-origin\r\n"
            "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\nthe page");
  EXPECT_TRUE(ask(server, "/live/7.js").ends_with("\r\n\r\nlive 7"));
  EXPECT_TRUE(has(ask(server, "/app.css"), " 404 "));
}

TEST(ServeServer, AnswersWhatIsSentAheadInOrder) {
  const Server server(options(), give);
  const Client client(server);
  client.send(request(server, "/live/1.js") + request(server, "/live/2.js") +
              request(server, "/", "Connection: close\r\n"));
  const std::string all = client.read_all();
  EXPECT_EQ(answers_in(all), 3u);
  EXPECT_LT(all.find("live 1"), all.find("live 2"));
  EXPECT_TRUE(all.ends_with("the page"));
}

TEST(ServeServer, AnswersNothingAfterARefusal) {
  const Server server(options(), give);
  const Client client(server);
  client.send("POST / HTTP/1.1\r\nHost: " + host(server) + "\r\nContent-Length: 99\r\n\r\n" +
              request(server, "/"));
  const std::string all = client.read_all();
  EXPECT_EQ(answers_in(all), 1u);
  EXPECT_TRUE(has(all, " 405 "));
  EXPECT_TRUE(has(all, "\r\nAllow: GET, HEAD\r\n"));
}

TEST(ServeServer, EndsAConnectionThatAsksTooOften) {
  const Server server(options({.max_requests = 2}), give);
  const Client client(server);
  for (int i = 0; i < 3; i++) client.send(request(server, "/"));
  EXPECT_EQ(answers_in(client.read_all()), 2u);
}

TEST(ServeServer, EndsAClientThatTrickles) {
  const Server server(options({.head_time = 300ms, .idle_time = 5000ms, .threads = 2}), give);
  const Client slow(server);
  std::atomic<bool> is_done = false;
  std::thread trickle([&] {
    slow.send("GET / HTTP/1.1\r\n");
    while (!is_done) {
      slow.send("a: b\r\n");
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_TRUE(has(ask(server, "/"), "the page"));  // Others don't wait for it.
  EXPECT_TRUE(has(slow.read_all(), " 408 "));
  is_done = true;
  trickle.join();
}

TEST(ServeServer, SaysNothingToAClientThatSaysNothing) {
  const Server server(options({.idle_time = 50ms}), give);
  EXPECT_EQ(Client(server).read_all(), "");
}

TEST(ServeServer, RefusesALargeHead) {
  const Server server(options(), give);
  for (const size_t size : {size_t{40} << 10, size_t{1} << 20}) {
    const Client client(server);
    client.send(request(server, "/", "a: " + std::string(size, 'b') + "\r\n"));
    EXPECT_TRUE(has(client.read_all(), " 431 "));
  }
  const Client endless(server);
  endless.send(std::string(100'000, 'a'));
  EXPECT_TRUE(has(endless.read_all(), " 431 "));
}

TEST(ServeServer, TakesAHeadOfTheLargestSize) {
  const Server server(options({.max_head = 1000}), give);
  const auto sized = [&](size_t size) {
    const size_t rest = request(server, "/", "Connection: close\r\na: \r\n").size();
    return request(server, "/", "Connection: close\r\na: " + std::string(size - rest, 'b') + "\r\n");
  };
  for (const size_t size : {size_t{1000}, size_t{1001}}) {
    const Client client(server);
    client.send(sized(size));
    EXPECT_TRUE(has(client.read_all(), size == 1000 ? " 200 " : " 431 "));
  }
}

TEST(ServeServer, GivesUpOnAClientThatReadsNothing) {
  const auto huge = std::make_shared<std::string>(size_t{64} << 20, 'x');
  const Server server(
      options({.write_time = 100ms, .slowest_rate = size_t{1} << 30, .threads = 1}),
      [&](Resource resource, const std::string& name) {
        return resource == Resource::kStyle ? Content{"text/css", huge} : give(resource, name);
      });
  const Client deaf(server);
  deaf.send(request(server, "/app.css"));
  EXPECT_TRUE(has(ask(server, "/"), "the page"));  // The one thread is free again.
}

TEST(ServeServer, OutlivesAnErrorInside) {
  const Server server(options(), give);
  EXPECT_EQ(ask(server, "/app.js"), "");
  EXPECT_TRUE(has(ask(server, "/"), "the page"));
}

TEST(ServeServer, StopsWhileClientsWait) {
  auto server = std::make_unique<Server>(options(), give);
  const Client silent(*server), begun(*server), kept(*server);
  begun.send("GET / HT");
  kept.send(request(*server, "/"));
  server.reset();
  EXPECT_EQ(silent.read_all(), "");
}

TEST(ServeServer, NamesThePortThatIsTaken) {
  const Server first(options(), give);
  ServerOptions again = options();
  again.port = std::stoi(first.url().substr(first.url().rfind(':') + 1));
  try {
    const Server second(again, give);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kFailed);
    EXPECT_TRUE(
        has(e.what(), std::to_string(again.port) + ": Address already in use; name another with --port"))
        << e.what();
  }
}

TEST(ServeServer, OpensToOthersOnlyWithATokenAndAName) {
  const auto kind = [](const std::string& address, const std::string& token, std::vector<std::string> hosts) {
    ServerOptions o = options();
    o.address = address, o.token = token, o.allow_hosts = std::move(hosts);
    try {
      const Server server(o, give);
      return std::string("fine: ") + server.url();
    } catch (const Error& e) {
      return std::string(e.kind() == ErrorKind::kInput ? "" : "not input: ") + e.what();
    }
  };
  const std::string token = "0123456789abcdef";
  EXPECT_TRUE(has(kind("0.0.0.0", "", {"node7"}), "--token auto"));
  EXPECT_TRUE(has(kind("0.0.0.0", token, {}), "--allow-host"));
  EXPECT_TRUE(has(kind("0.0.0.0", "short", {"node7"}), "16 to 128"));
  EXPECT_TRUE(has(kind("0.0.0.0", token, {"node7:9"}), "fine: http://node7:9/?token=" + token));
  EXPECT_TRUE(has(kind("localhost", "", {}), "in digits"));
  EXPECT_TRUE(has(kind("node7", token, {}), "in digits"));
  EXPECT_TRUE(has(kind("127.0.0.1", token, {}), "/?token=" + token));
  EXPECT_TRUE(has(kind("192.0.2.1", token, {}), "not input: "));  // Nobody has that address.
}

}  // namespace
}  // namespace thinktrace::serve
