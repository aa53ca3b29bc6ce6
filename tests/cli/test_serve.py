# SPDX-License-Identifier: MIT
"""`serve` against those who should not be served: over the wire, byte for byte."""
import re
import socket
import tempfile
import unittest
from pathlib import Path

from hostile_requests import FIRST_LINES, HEADERS, HOSTS, METHODS, ORIGINS, TARGETS
from served import Served
from support import DONE, FAILED, ROOT, USAGE, CliTest, call, run_arguments

POLICY = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', (ROOT / "viewer/page/index.html").read_text())[1]
ALWAYS = {
    "content-security-policy": POLICY + "; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
}


class ServedRun(CliTest):
    """One run and one server for the tests of a class."""
    options = ()

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-serve-")
        cls.addClassCleanup(holder.cleanup)
        cls.run_folder = Path(holder.name) / "run"
        result = call(*run_arguments(cls.run_folder, "--subjects", "capitals", "--limit", 2, "--stride", 8, "--no-site"))
        if result.code != DONE:
            raise AssertionError(result.err)
        cls.served = Served(cls.run_folder, *cls.options)
        cls.addClassCleanup(cls.served.stop)

    def fill(self, text):
        if isinstance(text, bytes):
            return text.replace(b"{port}", str(self.served.port).encode())
        return text.replace("{port}", str(self.served.port))


class Attacks(ServedRun):
    @classmethod
    def tearDownClass(cls):
        # It has outlived all of it.
        status, _, _ = cls.served.ask("/")
        if status != 200:
            raise AssertionError(status)

    def test_other_hosts(self):
        self.assertGreaterEqual(len(HOSTS), 50)
        for host in HOSTS:
            with self.subTest(host):
                self.assertEqual(self.served.status("Host: " + self.fill(host), host=False), 403)
        self.assertEqual(self.served.status(host=False), 400)

    def test_own_names(self):
        for host in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
            self.assertEqual(self.served.status(f"Host: {host}:{self.served.port}", host=False), 200)

    def test_other_origins(self):
        self.assertGreaterEqual(len(ORIGINS), 50)
        for origin in ORIGINS:
            with self.subTest(origin):
                self.assertEqual(self.served.status("Origin: " + self.fill(origin)), 403)
        self.assertEqual(self.served.status(self.fill("Origin: http://127.0.0.1:{port}")), 200)

    def test_other_sites(self):
        for site in ("cross-site", "same-site", "", "x", "Same-Origin", "same-origin, none"):
            self.assertEqual(self.served.status("Sec-Fetch-Site: " + site), 403)
        self.assertEqual(self.served.status("Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"), 200)
        self.assertEqual(self.served.status("Sec-Fetch-Site: none", first="GET /app.js HTTP/1.1"), 403)
        self.assertEqual(self.served.status("Sec-Fetch-Site: same-origin", first="GET /app.js HTTP/1.1"), 200)

    def test_other_targets(self):
        self.assertGreaterEqual(len(TARGETS), 50)
        chunk = self.served.manifest()["runs"][0]["index"]
        self.assertEqual(self.served.status(first=f"GET /data/{chunk}.js HTTP/1.1"), 200)
        for target in TARGETS:
            with self.subTest(target):
                target = self.fill(target).replace(b"{chunk}", chunk.encode())
                self.assertIn(self.served.status(first=b"GET " + target + b" HTTP/1.1"), (400, 404, 414))

    def test_other_methods(self):
        self.assertGreaterEqual(len(METHODS), 50)
        for method in METHODS:
            with self.subTest(method):
                self.assertEqual(self.served.status(first=f"{method} / HTTP/1.1"), 405)
                self.assertIn(b"\r\nAllow: GET, HEAD\r\n", self.served.raw(self.served.head(first=f"{method} / HTTP/1.1")))

    def test_no_requests(self):
        for first in FIRST_LINES:
            with self.subTest(first):
                answer = self.served.raw(self.served.head(first=self.fill(first)))
                self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer[:100])
        self.assertEqual(self.served.raw(b"GET /\r\n"), b"")  # HTTP/0.9
        self.assertEqual(self.served.raw(b"GET / HTTP/1.1\nHost: x\n\n"), b"")

    def test_odd_headers(self):
        for line in HEADERS:
            with self.subTest(line):
                self.assertEqual(self.served.status(self.fill(line)), 400)
        self.assertEqual(self.served.status(*["x: y"] * 200), 400)
        self.assertEqual(self.served.status("x: " + "y" * 100_000), 431)

    def test_a_body_is_no_request(self):
        inner = self.served.head()
        for request in (self.served.head("Transfer-Encoding: chunked") + b"%x\r\n" % len(inner) + inner + b"\r\n0\r\n\r\n",
                        self.served.head(f"Content-Length: {len(inner)}") + inner,
                        self.served.head(f"Content-Length: {len(inner)}", "Content-Type: text/plain", first="POST / HTTP/1.1") + inner):
            answer = self.served.raw(request)
            self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
            self.assertRegex(answer, rb"\AHTTP/1\.1 40[05] ")

    def test_sent_ahead(self):
        live = self.served.head(first="GET /live/1.js HTTP/1.1")
        answer = self.served.raw(live * 3 + self.served.head("Origin: null") + live)
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", answer), [b"200", b"200", b"200", b"403"])

    def test_upgrades_are_not_taken(self):
        answer = self.served.raw(self.served.head("Connection: Upgrade, close", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
        self.assertEqual(self.served.status("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), 200)

    def test_answers_repeat_nothing(self):
        for head in (self.served.head("Host: MARK", host=False), self.served.head("Origin: MARK"), self.served.head(first="GET /MARK HTTP/1.1"),
                     self.served.head(first="MARK / HTTP/1.1"), self.served.head("MARK"), self.served.head("Cookie: MARK")):
            self.assertNotIn(b"MARK", self.served.raw(head))

    def test_a_slow_client_holds_nobody_up(self):
        with socket.create_connection(("127.0.0.1", self.served.port)) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
            self.assertEqual(self.served.ask("/")[0], 200)

    def test_many_connections(self):
        held = [socket.create_connection(("127.0.0.1", self.served.port)) for _ in range(200)]
        for s in held:
            s.close()
        self.assertEqual(self.served.ask("/")[0], 200)


class Answers(ServedRun):
    def test_headers_on_everything(self):
        chunk = self.served.manifest()["runs"][0]["index"]
        for target, status, kind, cached in (
                ("/", 200, "text/html; charset=utf-8", "no-store"), ("/index.html", 200, "text/html; charset=utf-8", "no-store"),
                ("/app.js", 200, "text/javascript; charset=utf-8", "no-store"), ("/app.css", 200, "text/css; charset=utf-8", "no-store"),
                (f"/data/{chunk}.js", 200, "text/javascript; charset=utf-8", "private, max-age=31536000, immutable"),
                ("/live/1.js", 200, "text/javascript; charset=utf-8", "no-store"), ("/favicon.ico", 204, None, "no-store"),
                ("/nothing", 404, "text/plain; charset=utf-8", "no-store"), ("/data/" + "0" * 32 + ".js", 404, "text/plain; charset=utf-8", "no-store")):
            with self.subTest(target):
                found, headers, body = self.served.ask(target)
                self.assertEqual(found, status)
                self.assertEqual({k: headers.get(k) for k in ALWAYS}, ALWAYS)
                self.assertEqual((headers.get("content-type"), headers["cache-control"]), (kind, cached))
                self.assertNotIn("access-control-allow-origin", headers)
                self.assertNotIn("server", headers)
                if status != 204:
                    self.assertEqual(int(headers["content-length"]), len(body))
                    self.assertEqual(self.served.ask(target, "HEAD"), (status, headers, b""))
        self.assertEqual({k: self.served.ask("/", Origin="null")[1].get(k) for k in ALWAYS}, ALWAYS)

    def test_ranges_and_conditions_are_not_taken(self):
        whole = self.served.ask("/app.js")[2]
        for headers in ({"Range": "bytes=0-0"}, {"Range": "bytes=9-1"}, {"If_None_Match": "*"}, {"If_Modified_Since": "Sat, 01 Jan 2050 00:00:00 GMT"},
                        {"Accept_Encoding": "gzip"}, {"Accept": "x"}):
            status, _, body = self.served.ask("/app.js", **headers)
            self.assertEqual((status, body), (200, whole))

    def test_http_1_0(self):
        answer = self.served.raw(self.served.head(first="GET /live/1.js HTTP/1.0") * 2)
        self.assertEqual(answer.count(b"HTTP/1.1 200 "), 1)
        self.assertIn(b"\r\nConnection: close\r\n", answer)

    def test_ipv6(self):
        with Served(self.run_folder, "--host", "::1") as served:
            self.assertEqual(served.host, "[::1]")
            self.assertEqual(served.ask("/")[0], 200)


class Token(ServedRun):
    options = ("--token", "auto")

    def test_only_with_the_token(self):
        token, cookie = self.served.token, f"thinktrace-{self.served.port}"
        self.assertRegex(token, r"\A[0-9a-f]{32}\Z")
        for target in ("/", "/app.js", "/live/1.js", "/favicon.ico", "/nothing", "/?token=", f"/?token={token[:-1]}", f"/?token={token}0",
                       f"/index.html?token={token}", f"/app.js?token={token}"):
            status, headers, body = self.served.ask(target)
            self.assertEqual(status, 403, target)
            self.assertNotIn("set-cookie", headers)
            self.assertNotIn(token.encode(), body)
        status, headers, _ = self.served.ask(f"/?token={token}")
        self.assertEqual((status, headers["location"]), (303, "/"))
        self.assertEqual(headers["set-cookie"], f"{cookie}={token}; Path=/; HttpOnly; SameSite=Strict")
        self.assertEqual({k: headers.get(k) for k in ALWAYS}, ALWAYS)
        for target, expected in (("/", 200), ("/app.js", 200), ("/live/1.js", 200), ("/favicon.ico", 204), ("/nothing", 404)):
            self.assertEqual(self.served.ask(target, Cookie=f"a=b; {cookie}={token}")[0], expected)
            self.assertEqual(self.served.ask(target, Cookie=f"{cookie}={token[::-1]}x")[0], 403)
            self.assertEqual(self.served.ask(target, Cookie=f"{cookie}={token}", Host="evil.example")[0], 403)
        _, _, page = self.served.ask("/", Cookie=f"{cookie}={token}")
        self.assertNotIn(token.encode(), page)

    def test_a_token_of_ones_own(self):
        with Served(self.run_folder, "--token", "Correct-Horse_Battery") as served:
            self.assertEqual(served.token, "Correct-Horse_Battery")
            self.assertEqual(served.ask("/?token=Correct-Horse_Battery")[0], 303)

    def test_others_only_with_a_token(self):
        for arguments, part in ((("--host", "0.0.0.0"), "--token"), (("--host", "0.0.0.0", "--token", "auto"), "--allow-host"),
                                (("--token", "short"), "16 to 128"), (("--host", "localhost"), "digits"), (("--host", ""), "digits"),
                                (("--token", "with space and more"), "16 to 128"), (("--port", "65536"), "--port"), (("--port", "-1"), "--port")):
            with self.subTest(arguments):
                self.assert_complains(call("serve", self.run_folder, *arguments, timeout=20), USAGE, part)

    def test_every_address_by_name(self):
        with Served(self.run_folder, "--host", "0.0.0.0", "--token", "auto", "--allow-host", "127.0.0.1", "--allow-host", "Gate:9000") as served:
            self.assertEqual(served.status(first=f"GET /?token={served.token} HTTP/1.1"), 303)
            self.assertEqual(served.status("Host: gate:9000", first=f"GET /?token={served.token} HTTP/1.1", host=False), 303)
            self.assertEqual(served.status(f"Host: gate:{served.port}", first=f"GET /?token={served.token} HTTP/1.1", host=False), 403)
            self.assertEqual(served.status(f"Host: localhost:{served.port}", first=f"GET /?token={served.token} HTTP/1.1", host=False), 403)

    def test_port_in_use(self):
        result = call("serve", self.run_folder, "--port", self.served.port, timeout=20)
        self.assert_complains(result, FAILED, self.served.port, "already in use", "--port")


if __name__ == "__main__":
    unittest.main()
