// SPDX-License-Identifier: MIT
#include "thinktrace/serve/head.h"

#include <gtest/gtest.h>

namespace thinktrace::serve {
namespace {

TEST(ServeHead, ReadsARequest) {
  const auto head =
      parse_head("GET /app.js HTTP/1.1\r\nHost: localhost:1\r\nACCEPT:\t */* \r\nx:\r\nX: b\xc3\xa4\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->target, "/app.js");
  EXPECT_EQ(head->minor, 1);
  EXPECT_EQ(head->value("host"), "localhost:1");
  EXPECT_EQ(head->value("accept"), "*/*");
  EXPECT_EQ(head->value("x"), "");
  EXPECT_EQ(head->count("x"), 2);
  EXPECT_EQ(head->count("y"), 0);
  EXPECT_FALSE(head->value("y"));
  EXPECT_EQ(parse_head("HEAD / HTTP/1.0\r\n\r\n")->minor, 0);
}

TEST(ServeHead, LeavesTheTargetAsItIs) {
  for (const std::string target : {"/%2e%2e/?a=b#c", "http://x/", "*", "//", "\\", "/;\"<>{}|^`"})
    EXPECT_EQ(parse_head("GET " + target + " HTTP/1.1\r\n\r\n")->target, target);
}

TEST(ServeHead, FindsWordsInLists) {
  const auto head =
      parse_head("GET / HTTP/1.1\r\nConnection: keep-alive , CLOSE\r\nConnection: x\r\nte: closed\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_TRUE(head->lists("connection", "close"));
  EXPECT_TRUE(head->lists("connection", "x"));
  EXPECT_FALSE(head->lists("connection", "keep"));
  EXPECT_FALSE(head->lists("te", "close"));
}

TEST(ServeHead, RefusesWhatIsNotExactlyARequest) {
  using namespace std::string_literals;
  const std::string bad[] = {"",
                             "\r\n",
                             "\r\n\r\n",
                             "GET\r\n\r\n",
                             "GET /\r\n\r\n",
                             "GET / \r\n\r\n",
                             "GET / HTTP/1.1",
                             "GET / HTTP/1.1\r\n",
                             "GET / HTTP/1.1\n\n",
                             "GET / HTTP/1.1\r\nHost: x\r\n",
                             "GET / HTTP/1.1\r\n\r\nrest",
                             "GET / HTTP/0.9\r\n\r\n",
                             "GET / HTTP/2.0\r\n\r\n",
                             "GET / HTTP/1.2\r\n\r\n",
                             "GET / HTTP/1.10\r\n\r\n",
                             "GET / HTTP/1.1 \r\n\r\n",
                             "GET / http/1.1\r\n\r\n",
                             "GET / HTTPS/1.1\r\n\r\n",
                             "GET / HTTP/01.1\r\n\r\n",
                             "GET  HTTP/1.1\r\n\r\n",
                             "GET  / HTTP/1.1\r\n\r\n",
                             "GET /  HTTP/1.1\r\n\r\n",
                             " GET / HTTP/1.1\r\n\r\n",
                             "GET\t/ HTTP/1.1\r\n\r\n",
                             "GET /\tHTTP/1.1\r\n\r\n",
                             "GET /a b HTTP/1.1\r\n\r\n",
                             "GET /\x01 HTTP/1.1\r\n\r\n",
                             "GET /\x7f HTTP/1.1\r\n\r\n",
                             "GET /\xc3\xa4 HTTP/1.1\r\n\r\n",
                             "GET /\0 HTTP/1.1\r\n\r\n"s,
                             "GET /\r HTTP/1.1\r\n\r\n",
                             "GET /\n HTTP/1.1\r\n\r\n",
                             "G\0T / HTTP/1.1\r\n\r\n"s,
                             "G(T / HTTP/1.1\r\n\r\n",
                             "G\xc3\xa4T / HTTP/1.1\r\n\r\n",
                             " / HTTP/1.1\r\n\r\n",
                             "\r\nGET / HTTP/1.1\r\n\r\n",
                             "GET / HTTP/1.1\r\nHost\r\n\r\n",
                             "GET / HTTP/1.1\r\n: x\r\n\r\n",
                             "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                             "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
                             "GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n",
                             "GET / HTTP/1.1\r\na: b\r\n\tc: d\r\n\r\n",
                             "GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n",
                             "GET / HTTP/1.1\r\na: b\rc\r\n\r\n",
                             "GET / HTTP/1.1\r\na: \0\r\n\r\n"s,
                             "GET / HTTP/1.1\r\na\0: b\r\n\r\n"s,
                             "GET / HTTP/1.1\r\na: \x1b[2J\r\n\r\n",
                             "GET / HTTP/1.1\r\na: \x7f\r\n\r\n",
                             "GET / HTTP/1.1\r\n\xc3\xa4: b\r\n\r\n",
                             "GET / HTTP/1.1\r\na/b: c\r\n\r\n",
                             "GET / HTTP/1.1\r\n\"a\": c\r\n\r\n"};
  EXPECT_GE(std::size(bad), 50u);
  for (const std::string& text : bad) EXPECT_FALSE(parse_head(text)) << testing::PrintToString(text);
}

TEST(ServeHead, CountsHeaders) {
  std::string text = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 100; i++) text += "a: b\r\n";
  EXPECT_TRUE(parse_head(text + "\r\n"));
  EXPECT_FALSE(parse_head(text + "a: b\r\n\r\n"));
}

}  // namespace
}  // namespace thinktrace::serve
