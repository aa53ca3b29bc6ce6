# SPDX-License-Identifier: MIT
"""Starts `thinktrace serve` and talks to it, in bytes where a proper client would not say what is to be said."""
from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import signal
import socket
import time
import zlib

from support import CHUNK, start

LINE = re.compile(r"Serving (\d+) runs? at http://(\[?[^/]*?\]?):(\d+)/(?:\?token=([\w-]+))? \(Ctrl-C stops\)\n")
BUNDLE = re.compile(rb'<script type="application/json" id="bundle">(.*?)</script>', re.S)


class Served:
    """A server on a free port; ended, as Ctrl-C ends it, on leaving."""

    def __init__(self, *arguments, port=0):
        self.process = start("serve", *arguments, "--port", port)
        line = self.process.stdout.readline().decode()
        found = LINE.fullmatch(line)
        if not found:
            self.process.kill()
            raise AssertionError(f"no address in {line!r}; {self.process.communicate()}")
        self.n_runs, self.host, self.port, self.token = int(found[1]), found[2], int(found[3]), found[4]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, by=signal.SIGINT) -> tuple[int, str]:
        """Exit code and standard error."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        _, err = self.process.communicate(timeout=20)
        return self.process.returncode, err.decode()

    def raw(self, data: bytes, ends=True) -> bytes:
        """All that the server answers to these bytes; `ends`: nothing more is said."""
        with socket.create_connection((self.host.strip("[]"), self.port), timeout=20) as s:
            try:
                s.sendall(data)
                if ends:
                    s.shutdown(socket.SHUT_WR)
            except OSError:  # It has heard enough.
                pass
            answer = b""
            try:
                while piece := s.recv(1 << 16):
                    answer += piece
            except ConnectionResetError:
                pass
            return answer

    def head(self, *lines: bytes | str, first: bytes | str = b"GET / HTTP/1.1", host=True) -> bytes:
        """A request of this first line and these headers, with the right Host unless not `host`."""
        all_lines = [first, *([f"Host: 127.0.0.1:{self.port}"] if host else []), *lines]
        return b"".join((x if isinstance(x, bytes) else x.encode()) + b"\r\n" for x in all_lines) + b"\r\n"

    def status(self, *lines: bytes | str, **how) -> int:
        """Of the only answer to such a request."""
        answer = self.raw(self.head(*lines, **how))
        found = re.match(rb"HTTP/1\.1 (\d{3}) [\w -]+\r\n", answer)
        if not found or answer.count(b"HTTP/1.1 ") != 1:
            raise AssertionError(f"not one answer: {answer[:300]!r}")
        return int(found[1])

    def ask(self, target: str, method="GET", **headers) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=20)
        try:
            connection.request(method, target, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def manifest(self, **headers) -> dict:
        status, _, page = self.ask("/", **headers)
        if status != 200:
            raise AssertionError(f"the page: {status}")
        [block] = BUNDLE.findall(page)
        return json.loads(block)

    def chunk(self, name: str) -> tuple[dict, bytes]:
        """The JSON of a chunk and the bytes after it; its name must be that of its content."""
        status, _, body = self.ask(f"/data/{name}.js")
        if status != 200:
            raise AssertionError(f"chunk {name}: {status}")
        content = unpacked(body)
        if hashlib.sha256(content).hexdigest()[:32] != name:
            raise AssertionError(f"chunk {name} is not named by its content")
        line, _, rest = content.partition(b"\n")
        return json.loads(line), rest

    def live(self, revision: int) -> dict | None:
        """What a page of that revision is told: nothing, or the manifest of a newer one."""
        status, _, body = self.ask(f"/live/{revision}.js")
        if status != 200:
            raise AssertionError(f"live {revision}: {status}")
        content = unpacked(body)
        if not content:
            return None
        told = json.loads(content)
        if told["kind"] != "live":
            raise AssertionError(told)
        return told["manifest"]

    def wait_for(self, condition, seconds=60) -> dict:
        """The first manifest for which `condition` holds, followed as a page does."""
        manifest, end = self.manifest(), time.monotonic() + seconds
        while not condition(manifest):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {json.dumps(manifest)[:2000]}")
            time.sleep(0.05)
            newer = self.live(manifest["live"]["revision"])
            manifest = newer or manifest
        return manifest


def unpacked(script: bytes) -> bytes:
    found = CHUNK.fullmatch(script.decode("ascii"))
    if not found:
        raise AssertionError(f"not one string literal: {script[:100]!r}")
    return zlib.decompress(base64.b64decode(found[1], validate=True), wbits=-15) if found[1] else b""


def n_traces(manifest: dict) -> int:
    return sum(s["n_traces"] for run in manifest["runs"] for s in run["subjects"])
