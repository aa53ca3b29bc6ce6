# SPDX-License-Identifier: MIT
"""Requests that no server of a gallery should answer, with {port} for the port that it is served at."""

HOSTS = [
    "", ":", ":{port}", "127.0.0.1", "localhost", "[::1]", "::1:{port}", "127.0.0.1:1", "127.0.0.1:0{port}", "127.0.0.1:{port}0",
    "127.0.0.1:+{port}", "127.0.0.1:{port}.", "127.0.0.1:", "127.0.0.1:80", "localhost:80", "localhost.:{port}", "127.0.0.1.:{port}",
    "localhost.localdomain:{port}", "localhost6:{port}", "evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}",
    "127.0.0.1.nip.io:{port}", "localhost.evil.example:{port}", "evil-localhost:{port}", "localhostx:{port}", "user@127.0.0.1:{port}",
    "127.0.0.1:{port}@evil.example", "u:p@localhost:{port}", "127.0.0.1:{port}/", "http://127.0.0.1:{port}", "//127.0.0.1:{port}",
    "127.0.0.1:{port}#", "127.0.0.1:{port}?", "127.0.0.1:{port},127.0.0.1:{port}", "127.0.0.1:{port} evil.example", "127.0.0.1 :{port}",
    "127.1:{port}", "127.0.0.2:{port}", "127.0.0.01:{port}", "0177.0.0.1:{port}", "0x7f000001:{port}", "2130706433:{port}",
    "0.0.0.0:{port}", "0:{port}", "[::]:{port}", "[0:0:0:0:0:0:0:1]:{port}", "[::ffff:127.0.0.1]:{port}", "[::1%lo]:{port}",
    "[::1:{port}", "[127.0.0.1]:{port}", "169.254.169.254", "192.168.0.1:{port}", "*", "null", "%6cocalhost:{port}",
    "127.0.0.1\\:{port}", "\"127.0.0.1:{port}\"", "xn--localhost:{port}", "loc\u00e4lhost:{port}",
]

ORIGINS = [
    "null", "", "*", "file://", "about:blank", "data:", "blob:http://127.0.0.1:{port}", "http://127.0.0.1", "http://127.0.0.1:1",
    "http://127.0.0.1:80", "http://127.0.0.1:{port}0", "http://127.0.0.1:{port}/", "http://127.0.0.1:{port}/index.html",
    "http://127.0.0.1:{port}?", "http://127.0.0.1:{port}#", "https://127.0.0.1:{port}", "ws://127.0.0.1:{port}", "ftp://127.0.0.1:{port}",
    "HTTP://127.0.0.1:{port}", "http:127.0.0.1:{port}", "http:/127.0.0.1:{port}", "http:///127.0.0.1:{port}", "//127.0.0.1:{port}",
    "127.0.0.1:{port}", "http://localhost:{port}", "http://[::1]:{port}", "http://localhost", "http://127.0.0.1.:{port}",
    "http://127.1:{port}", "http://2130706433:{port}", "http://0.0.0.0:{port}", "http://127.0.0.2:{port}", "http://evil.example",
    "http://evil.example:{port}", "http://127.0.0.1.evil.example:{port}", "http://127.0.0.1:{port}.evil.example",
    "http://evil.example/127.0.0.1:{port}", "http://evil.example#127.0.0.1:{port}", "http://evil.example?http://127.0.0.1:{port}",
    "http://127.0.0.1:{port}@evil.example", "http://user@127.0.0.1:{port}", "http://127.0.0.1:{port} http://evil.example",
    "http://evil.example http://127.0.0.1:{port}", "http://127.0.0.1:{port},http://evil.example", "http://127.0.0.1:{port}, null",
    "chrome-extension://abcdefgh", "moz-extension://abcdefgh", "vscode-webview://x", "capacitor://localhost", "http://127.0.0.1%3a{port}",
    "http://127.0.0.1\\:{port}", "http://[127.0.0.1]:{port}", "xhttp://127.0.0.1:{port}",
]

# Of these each is refused with 404 or, where it is not even a target, 400 or 414. {chunk}: a chunk that there is.
TARGETS = [
    b"/.", b"/..", b"/../", b"/../../etc/passwd", b"/../thinktrace.db", b"/../run/thinktrace.db", b"/data/../app.js",
    b"/data/../../thinktrace.db", b"/./app.js", b"//", b"//app.js", b"//evil.example/", b"/app.js/", b"/app.js/..", b"/app.js?", b"/app.js?v=1",
    b"/app.js#", b"/app.js;x", b"/app.jsx", b"/App.js", b"/app.js.map", b"/app.js%00", b"/app%2ejs", b"/%61pp.js", b"/%2e%2e/etc/passwd",
    b"/..%2fetc/passwd", b"/%252e%252e/", b"/..%c0%af", b"/%2f", b"/%5c", b"/\\..\\app.js", b"\\app.js", b"/data\\x.js", b"/..;/app.js",
    b"/index.html/", b"/index.html?", b"/?", b"/?x", b"/?token", b"/?token=", b"/?token=0123456789abcdef", b"/#", b"/#x", b"/data", b"/data/",
    b"/data/.js", b"/data/%s", b"/data/0123456789abcdef0123456789abcdef.js", b"/data/..............................aa.js",
    b"/data/{chunk}", b"/data/{chunk}.JS", b"/data/{chunk}.js?x", b"/data/{chunk}.js/", b"/data//{chunk}.js", b"/Data/{chunk}.js",
    b"/data/{chunk}.js%00", b"/data/{chunk}.js.part", b"/data/./{chunk}.js", b"data/{chunk}.js", b"/x/../data/{chunk}.js",
    b"/live", b"/live/", b"/live/.js", b"/live/1234567890.js", b"/live/-1.js", b"/live/1e3.js", b"/live/0x1.js", b"/live/1", b"/live/1.js?",
    b"/thinktrace.db", b"/run.lock", b"/site/index.html", b"/robots.txt", b"/.git/config", b"/.env", b"/proc/self/environ", b"/~root", b"*",
    b"http://127.0.0.1/", b"http://127.0.0.1:{port}/", b"http://evil.example/", b"file:///etc/passwd", b"127.0.0.1:{port}", b"index.html",
    b"/\x00", b"/app.js\x00", b"/\x01", b"/\x7f", b"/\xff", b"/\xc3\xa4", b"/a b", b"/\t", b"/\x0b", b"/\r", b"/\n", b"/ ", b"",
    b"/" + b"a" * 300, b"/" + b"../" * 90, b"/" + b"a" * 20000,
]

METHODS = [
    "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "TRACK", "DEBUG", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE",
    "LOCK", "UNLOCK", "SEARCH", "QUERY", "PURGE", "BAN", "LINK", "UNLINK", "VIEW", "REPORT", "CHECKOUT", "CHECKIN", "MERGE", "MKACTIVITY",
    "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "ACL", "BIND", "REBIND", "UNBIND", "SOURCE", "PRI", "get", "Get", "gET", "head", "Head",
    "GET2", "XGET", "GE", "GETT", "HEADER", "G", "GET.", "FOO", "A-B_C~D",
]

# First lines that are no request's, each refused with 400; {port} as above.
FIRST_LINES = [
    b"", b"GET", b"GET /", b"GET / ", b"GET  / HTTP/1.1", b"GET /  HTTP/1.1", b" GET / HTTP/1.1", b"GET / HTTP/1.1 ", b"GET\t/ HTTP/1.1",
    b"GET /\tHTTP/1.1", b"GET / HTTP/0.9", b"GET / HTTP/1.2", b"GET / HTTP/2.0", b"GET / HTTP/2", b"GET / HTTP/3", b"GET / HTTP/1.10",
    b"GET / HTTP/01.1", b"GET / http/1.1", b"GET / HTTPS/1.1", b"GET / HTTP/1,1", b"GET / HTTP/1.1\x00", b"GET / HTTP/1.1 HTTP/1.1",
    b"GET / / HTTP/1.1", b"GET, / HTTP/1.1", b"G(T / HTTP/1.1", b"\x00GET / HTTP/1.1", b"\xefGET / HTTP/1.1", b"GET\x00 / HTTP/1.1",
    b"HTTP/1.1 200 OK", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-OpenSSH_9.2", b"EHLO evil.example", b"USER root",
    b"*1", b"GET / HTTP/1.1\rHost: 127.0.0.1:{port}", b"GET / HTTP/1.1\nHost: 127.0.0.1:{port}",
]

# Header lines that are none, each refused with 400 beside an otherwise good request.
HEADERS = [
    b"Host: 127.0.0.1:{port}", b"host: 127.0.0.1:{port}", b"Host: evil.example", b"Host : evil.example", b" Host: evil.example", b"\tx: y",
    b"x", b": y", b"x y: z", b"x\x00: y", b"x: \x00", b"x: \x1b[2J", b"x: a\rb: c", b"x: a\nb: c", b"x\xc3\xa4: y", b"x/y: z", b"(x): y",
    b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 1, 1", b"Content-Length: x", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: identity", b"Transfer-Encoding: xchunked", b"transfer-encoding:\tchunked", b"Expect: 100-continue",
]
