// SPDX-License-Identifier: MIT
// What can be asked for, and by which methods.
#include <gtest/gtest.h>

#include "tests/unit/serve_requests.h"
#include "thinktrace/serve/guard.h"

namespace thinktrace::serve {
namespace {

TEST(ServeTargets, KnowsItsFiles) {
  EXPECT_EQ(judge(get("/"), loopback()).resource, Resource::kPage);
  EXPECT_EQ(judge(get("/index.html"), loopback()).resource, Resource::kPage);
  EXPECT_EQ(judge(get("/app.js"), loopback()).resource, Resource::kScript);
  EXPECT_EQ(judge(get("/app.css"), loopback()).resource, Resource::kStyle);
  EXPECT_EQ(judge(get("/favicon.ico"), loopback()).resource, Resource::kIcon);
  EXPECT_EQ(judge(get(kChunk), loopback()).resource, Resource::kChunk);
  EXPECT_EQ(judge(get(kChunk), loopback()).name, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(judge(get("/live/123456789.js"), loopback()).resource, Resource::kLive);
  EXPECT_EQ(judge(get("/live/0.js"), loopback()).name, "0");
}

TEST(ServeTargets, KnowsNoOtherFile) {
  const std::string targets[] = {"/.",
                                 "/..",
                                 "/../",
                                 "/../../etc/passwd",
                                 "/data/../app.js",
                                 "/data/../../thinktrace.db",
                                 "/./app.js",
                                 "//",
                                 "///",
                                 "//app.js",
                                 "//evil.example/",
                                 "/app.js/",
                                 "/app.js/..",
                                 "/app.js?",
                                 "/app.js?v=1",
                                 "/app.js#",
                                 "/app.js;x",
                                 "/app.jsx",
                                 "/app.j",
                                 "/App.js",
                                 "/APP.JS",
                                 "/app.js.map",
                                 "/app.js%00",
                                 "/app%2ejs",
                                 "/%61pp.js",
                                 "/%2e%2e/etc/passwd",
                                 "/..%2fetc/passwd",
                                 "/%2f",
                                 "/%5c",
                                 "/\\..\\app.js",
                                 "/data\\x.js",
                                 "/..;/app.js",
                                 "/index.htm",
                                 "/index.html/",
                                 "/index.html?",
                                 "/index.html?token=" + std::string(kToken),
                                 "/?",
                                 "/?x",
                                 "/?token",
                                 "/?token=",
                                 "/?a=b&token=x",
                                 "/?token=" + std::string(kToken),
                                 "/data",
                                 "/data/",
                                 "/dada/0123456789abcdef0123456789abcdef.js",
                                 "/lime/1.js",
                                 "/data/.js",
                                 "/data/0123456789abcdef0123456789abcde.js",
                                 "/data/0123456789abcdef0123456789abcdef0.js",
                                 "/data/0123456789ABCDEF0123456789ABCDEF.js",
                                 "/data/0123456789abcdef0123456789abcdeg.js",
                                 "/data/0123456789abcdef0123456789abcdef.JS",
                                 "/data/0123456789abcdef0123456789abcdef",
                                 "/data/0123456789abcdef0123456789abcdef.js.part",
                                 "/data/0123456789abcdef/123456789abcdef.js",
                                 "/data//0123456789abcdef0123456789abcdef.js",
                                 "/data/0123456789abcdef0123456789abcdef.js?x",
                                 "/data/..............................aa.js",
                                 "/live",
                                 "/live/",
                                 "/live/.js",
                                 "/live/1234567890.js",
                                 "/live/-1.js",
                                 "/live/+1.js",
                                 "/live/1e3.js",
                                 "/live/0x1.js",
                                 "/live/1",
                                 "/live/a.js",
                                 "/live/1.js?",
                                 "/live/1/.js",
                                 "/live/../data/1.js",
                                 "/live/\xd9\xa1.js",
                                 "/thinktrace.db",
                                 "/run.lock",
                                 "/site/",
                                 "/favicon.ico/",
                                 "/favicon.png",
                                 "/robots.txt",
                                 "/.git/config",
                                 "/.env",
                                 "/proc/self/environ",
                                 "/~root",
                                 "/*"};
  EXPECT_GE(std::size(targets), 50u);
  for (const std::string& target : targets) EXPECT_EQ(status(get(target)), 404) << target;
}

TEST(ServeTargets, WantsAPath) {
  for (const char* target : {"*", "http://127.0.0.1:8421/", "http://evil.example/", "index.html", "app.js",
                             "127.0.0.1:8421", "?token=x", "#", "\\", ".", "..", "%2f", "file:///etc/passwd"})
    EXPECT_EQ(status(get(target)), 400) << target;
  EXPECT_EQ(status(get("/" + std::string(199, 'a'))), 404);
  EXPECT_EQ(status(get("/" + std::string(200, 'a'))), 414);
}

TEST(ServeTargets, AnswersGetAndHeadAlone) {
  const char* methods[] = {
      "POST",        "PUT",      "DELETE",    "PATCH",  "OPTIONS",    "TRACE",    "CONNECT", "TRACK",
      "DEBUG",       "PROPFIND", "PROPPATCH", "MKCOL",  "COPY",       "MOVE",     "LOCK",    "UNLOCK",
      "SEARCH",      "QUERY",    "PURGE",     "BAN",    "LINK",       "UNLINK",   "VIEW",    "WRAPPED",
      "REPORT",      "CHECKOUT", "CHECKIN",   "MERGE",  "MKACTIVITY", "M-SEARCH", "NOTIFY",  "SUBSCRIBE",
      "UNSUBSCRIBE", "ACL",      "BIND",      "REBIND", "UNBIND",     "SOURCE",   "PRI",     "get",
      "Get",         "GeT",      "gET",       "head",   "Head",       "GET2",     "XGET",    "GE",
      "GETT",        "HEADER",   "G",         "GET.",   "GET!",       "FOO",      "X",       "A-B_C~D"};
  EXPECT_GE(std::size(methods), 50u);
  for (const char* method : methods) {
    Head head = get("/");
    head.method = method;
    EXPECT_EQ(status(head), 405) << method;
  }
  Head head = get("/");
  head.method = "HEAD";
  EXPECT_EQ(status(head), 200);
}

}  // namespace
}  // namespace thinktrace::serve
