// SPDX-License-Identifier: MIT
// Tables of hostile requests: every check of the guard has one that nothing else would refuse.
#include "thinktrace/serve/guard.h"

#include <gtest/gtest.h>

#include "tests/unit/serve_requests.h"

namespace thinktrace::serve {
namespace {

TEST(ServeGuard, AnswersToItsOwnNames) {
  for (const char* host : {"127.0.0.1:8421", "localhost:8421", "LocalHost:8421", "[::1]:8421"})
    EXPECT_EQ(status(with_host(host)), 200) << host;
}

TEST(ServeGuard, RefusesEveryOtherHost) {
  const char* hosts[] = {"",
                         ":",
                         ":8421",
                         "127.0.0.1",
                         "localhost",
                         "[::1]",
                         "::1",
                         "::1:8421",
                         "127.0.0.1:8422",
                         "127.0.0.1:842",
                         "127.0.0.1:84210",
                         "127.0.0.1:08421",
                         "127.0.0.1:+8421",
                         "127.0.0.1:-8421",
                         "127.0.0.1:8421.0",
                         "127.0.0.1:0x20e5",
                         "127.0.0.1:",
                         "127.0.0.1:80",
                         "localhost:",
                         "localhost:80",
                         "localhost.:8421",
                         "127.0.0.1.:8421",
                         "localhost.localdomain:8421",
                         "localhost6:8421",
                         "ip6-localhost:8421",
                         "evil.example",
                         "evil.example:8421",
                         "127.0.0.1.evil.example:8421",
                         "127.0.0.1.nip.io:8421",
                         "localhost.evil.example:8421",
                         "evil-localhost:8421",
                         "xlocalhost:8421",
                         "localhostx:8421",
                         "user@127.0.0.1:8421",
                         "127.0.0.1:8421@evil.example",
                         "user:pass@localhost:8421",
                         "127.0.0.1:8421/",
                         "127.0.0.1:8421/data",
                         "http://127.0.0.1:8421",
                         "//127.0.0.1:8421",
                         "127.0.0.1:8421#",
                         "127.0.0.1:8421?",
                         "127.0.0.1:8421,127.0.0.1:8421",
                         "127.0.0.1:8421 evil.example",
                         "127.0.0.1 :8421",
                         "127.0.0.1: 8421",
                         "127.1:8421",
                         "127.0.1:8421",
                         "127.0.0.2:8421",
                         "127.0.0.01:8421",
                         "0127.0.0.1:8421",
                         "0177.0.0.1:8421",
                         "0x7f.0.0.1:8421",
                         "0x7f000001:8421",
                         "2130706433:8421",
                         "0.0.0.0:8421",
                         "0:8421",
                         "[::]:8421",
                         "[0:0:0:0:0:0:0:1]:8421",
                         "[::ffff:127.0.0.1]:8421",
                         "[::1%lo]:8421",
                         "[::1]:8421:8421",
                         "[::1:8421",
                         "::1]:8421",
                         "[127.0.0.1]:8421",
                         "169.254.169.254",
                         "10.0.0.1:8421",
                         "192.168.0.1:8421",
                         "*",
                         "*:8421",
                         "null",
                         "localhost\t:8421",
                         "loc\xc3\xa4lhost:8421",
                         "\xe2\x93\x9bocalhost:8421",
                         "%6cocalhost:8421",
                         "127%2e0.0.1:8421",
                         "127.0.0.1\\:8421",
                         "'127.0.0.1:8421'",
                         "\"127.0.0.1:8421\"",
                         "xn--localhost:8421"};
  EXPECT_GE(std::size(hosts), 50u);
  for (const char* host : hosts) EXPECT_EQ(status(with_host(host)), 403) << host;
}

TEST(ServeGuard, WantsOneHost) {
  EXPECT_EQ(status({.method = "GET", .target = "/"}), 400);
  EXPECT_EQ(status(get("/", {{"host", "127.0.0.1:8421"}})), 400);
  EXPECT_EQ(status(get("/", {{"host", "evil.example"}})), 400);
}

TEST(ServeGuard, KnowsTheDefaultPort) {
  const GuardSettings settings{allowed_hosts(*parse_address("127.0.0.1"), 80, {}), "", ""};
  EXPECT_EQ(status(with_host("localhost"), settings), 200);
  EXPECT_EQ(status(with_host("localhost:80"), settings), 200);
  EXPECT_EQ(status(with_host("localhost:8421"), settings), 403);
  EXPECT_EQ(status(with_host("evil.example"), settings), 403);
}

TEST(ServeGuard, AnswersToAnAddressAndNamesThatItWasGiven) {
  const GuardSettings settings{
      allowed_hosts(*parse_address("192.168.1.5"), 8421, {"Node7", "gate:9000", "[fd00::7]"}), "", ""};
  for (const char* host : {"192.168.1.5:8421", "node7:8421", "NODE7:8421", "gate:9000", "[fd00::7]:8421"})
    EXPECT_EQ(status(with_host(host), settings), 200) << host;
  for (const char* host :
       {"127.0.0.1:8421", "localhost:8421", "node7", "node7:9000", "gate:8421", "gate", "node70:8421"})
    EXPECT_EQ(status(with_host(host), settings), 403) << host;
  EXPECT_EQ(allowed_hosts(*parse_address("::0001"), 8421, {}).front(), "[::1]:8421");
  EXPECT_TRUE(allowed_hosts(*parse_address("0.0.0.0"), 8421, {}).empty());
  EXPECT_TRUE(allowed_hosts(*parse_address("::"), 8421, {}).empty());
}

TEST(ServeGuard, KnowsAddresses) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_TRUE(parse_address(text)->is_loopback) << text;
  for (const char* text : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "::2", "::ffff:127.0.0.1"})
    EXPECT_FALSE(parse_address(text)->is_loopback) << text;
  for (const char* text : {"", "localhost", "127.1", "1.2.3.4.5", "0x7f000001", "[::1]", "127.0.0.1 "})
    EXPECT_FALSE(parse_address(text)) << text;
}

TEST(ServeGuard, LetsItsOwnPagesAsk) {
  EXPECT_EQ(status(get("/app.js", {{"origin", "http://127.0.0.1:8421"}})), 200);
  EXPECT_EQ(status(get("/app.js", {{"sec-fetch-site", "same-origin"}})), 200);
  EXPECT_EQ(status(get("/app.js")), 200);  // An old browser, or curl.
}

TEST(ServeGuard, RefusesEveryOtherOrigin) {
  const char* origins[] = {"null",
                           "",
                           "*",
                           "file://",
                           "file:///",
                           "about:blank",
                           "data:",
                           "blob:http://127.0.0.1:8421",
                           "http://127.0.0.1",
                           "http://127.0.0.1:8422",
                           "http://127.0.0.1:80",
                           "http://127.0.0.1:842",
                           "http://127.0.0.1:84210",
                           "http://127.0.0.1:8421/",
                           "http://127.0.0.1:8421/index.html",
                           "http://127.0.0.1:8421?",
                           "http://127.0.0.1:8421#",
                           "https://127.0.0.1:8421",
                           "ws://127.0.0.1:8421",
                           "wss://127.0.0.1:8421",
                           "ftp://127.0.0.1:8421",
                           "HTTP://127.0.0.1:8421",
                           "http:127.0.0.1:8421",
                           "http:/127.0.0.1:8421",
                           "http:///127.0.0.1:8421",
                           "//127.0.0.1:8421",
                           "127.0.0.1:8421",
                           "http://localhost:8421",
                           "http://[::1]:8421",
                           "http://localhost",
                           "http://127.0.0.1.:8421",
                           "http://127.1:8421",
                           "http://2130706433:8421",
                           "http://0.0.0.0:8421",
                           "http://127.0.0.2:8421",
                           "http://evil.example",
                           "http://evil.example:8421",
                           "http://127.0.0.1.evil.example:8421",
                           "http://127.0.0.1:8421.evil.example",
                           "http://evil.example/127.0.0.1:8421",
                           "http://evil.example#127.0.0.1:8421",
                           "http://evil.example?http://127.0.0.1:8421",
                           "http://127.0.0.1:8421@evil.example",
                           "http://user@127.0.0.1:8421",
                           "http://127.0.0.1:8421 http://evil.example",
                           "http://evil.example http://127.0.0.1:8421",
                           "http://127.0.0.1:8421,http://evil.example",
                           "http://127.0.0.1:8421, null",
                           "chrome-extension://abcdefgh",
                           "moz-extension://abcdefgh",
                           "vscode-webview://x",
                           "capacitor://localhost",
                           "http://127.0.0.1:8421\t",
                           "http://127.0.0.1%3a8421",
                           "http://127.0.0.1\\:8421",
                           "http://[127.0.0.1]:8421",
                           "xhttp://127.0.0.1:8421"};
  EXPECT_GE(std::size(origins), 50u);
  for (const char* origin : origins) EXPECT_EQ(status(get("/app.js", {{"origin", origin}})), 403) << origin;
  EXPECT_EQ(
      status(get("/app.js", {{"origin", "http://127.0.0.1:8421"}, {"origin", "http://127.0.0.1:8421"}})),
      400);
}

TEST(ServeGuard, RefusesWhatOtherSitesFetch) {
  for (const char* site :
       {"cross-site", "same-site", "", "null", "Same-Origin", "same-origin2", "none, same-origin"})
    EXPECT_EQ(status(get("/", {{"sec-fetch-site", site}})), 403) << site;
  EXPECT_EQ(status(get("/", {{"sec-fetch-site", "same-origin"}, {"sec-fetch-site", "cross-site"}})), 400);
}

TEST(ServeGuard, LetsTheAddressBarOpenThePageAlone) {
  EXPECT_EQ(status(get("/", {{"sec-fetch-site", "none"}, {"sec-fetch-mode", "navigate"}})), 200);
  EXPECT_EQ(status(get("/index.html", {{"sec-fetch-site", "none"}})), 200);
  EXPECT_EQ(status(get("/", {{"sec-fetch-site", "none"}, {"sec-fetch-mode", "no-cors"}})), 403);
  for (const char* target : {"/app.js", "/app.css", kChunk.c_str(), "/live/7.js", "/favicon.ico"})
    EXPECT_EQ(status(get(target, {{"sec-fetch-site", "none"}})), 403) << target;
}

TEST(ServeGuard, TakesNoBody) {
  for (const char* name : {"content-length", "transfer-encoding", "expect"})
    EXPECT_EQ(status(get("/", {{name, "0"}})), 400) << name;
}

TEST(ServeGuard, WantsTheTokenOnceAndThenTheCookie) {
  const GuardSettings settings = loopback(kToken);
  const std::string enter = "/?token=", cookie = "thinktrace-8421=";
  EXPECT_EQ(judge(get(enter + kToken), settings).resource, Resource::kEnter);
  EXPECT_EQ(judge(get(enter + kToken, {{"sec-fetch-site", "none"}}), settings).resource, Resource::kEnter);
  for (const char* target : {"/", "/index.html", "/app.js", "/app.css", kChunk.c_str(), "/live/7.js",
                             "/favicon.ico", "/nothing"}) {
    EXPECT_EQ(status(get(target), settings), 403) << target;
    EXPECT_EQ(status(get(target, {{"cookie", cookie + kToken}}), settings),
              target == std::string("/nothing") ? 404 : 200)
        << target;
  }
  const std::string good = kToken;
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "0", good.substr(0, 31) + "0", "1" + good.substr(1), " " + good,
        good + " ", good + "&x=1", "\"" + good + "\"", std::string(32, '0')}) {
    EXPECT_EQ(status(get(enter + bad), settings), 403) << bad;
    EXPECT_EQ(status(get("/", {{"cookie", cookie + bad}}), settings), 403) << bad;
  }
}

TEST(ServeGuard, FindsItsCookieAmongOthers) {
  const GuardSettings settings = loopback(kToken);
  const std::string mine = std::string("thinktrace-8421=") + kToken;
  for (const std::string& cookies : {mine, "a=b; " + mine, mine + "; a=b", "a=b;" + mine + ";c",
                                     "a; ; " + mine, "thinktrace-8421=stale; " + mine})
    EXPECT_EQ(status(get("/", {{"cookie", cookies}}), settings), 200) << cookies;
  EXPECT_EQ(status(get("/", {{"cookie", "a=b"}, {"cookie", mine}}), settings), 200);
  EXPECT_EQ(status(get("/", {{"x-cookie", mine}}), settings), 403);
  for (const std::string& cookies :
       {"x" + mine, "thinktrace-8422=" + std::string(kToken), std::string(kToken), "=" + std::string(kToken),
        "Thinktrace-8421=" + std::string(kToken), "a=" + mine, std::string(";;;"), std::string("=")})
    EXPECT_EQ(status(get("/", {{"cookie", cookies}}), settings), 403) << cookies;
}

TEST(ServeGuard, AsksForNoTokenWhereThereIsNone) {
  EXPECT_EQ(status(get("/", {{"cookie", "thinktrace-8421=anything"}})), 200);
}

TEST(ServeGuard, MakesTokens) {
  EXPECT_TRUE(is_good_token(make_token()));
  EXPECT_EQ(make_token().size(), 32u);
  EXPECT_NE(make_token(), make_token());
  for (const std::string& bad :
       {std::string(15, 'a'), std::string(129, 'a'), std::string(16, ' '), std::string("aaaaaaaaaaaaaaaa;"),
        std::string("aaaaaaaaaaaaaaa\n"), std::string("aaaaaaaaaaaaaaa&")})
    EXPECT_FALSE(is_good_token(bad)) << bad;
  EXPECT_TRUE(is_good_token(std::string(16, 'a')));
  EXPECT_TRUE(is_good_token(std::string(128, '-')));
}

TEST(ServeGuard, SaysNothingOfTheRequest) {
  const std::string mark = "<script>mark";
  for (const Head& head :
       {with_host(mark), get("/" + mark), get("/", {{"origin", mark}}), get("/", {{"sec-fetch-site", mark}})})
    EXPECT_EQ(judge(head, loopback()).reason.find("mark"), std::string::npos);
}

}  // namespace
}  // namespace thinktrace::serve
