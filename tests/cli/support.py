# SPDX-License-Identifier: MIT
"""Calls the program as a user does, and looks at what it leaves behind."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
import unittest
import zlib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(os.environ.get("THINKTRACE") or ROOT / "build" / "thinktrace").resolve())
MODEL = ROOT / "models" / "glassbox" / "glassbox-q8_0.gguf"
QUESTIONS = ROOT / "models" / "glassbox" / "questions"

DONE, FAILED, USAGE, SOME_FAILED, STORE, INTERRUPTED = 0, 1, 2, 3, 4, 130

# What makes a terminal do something or shows text in another order than it is written; line feeds apart.
ACTS_ON_TERMINAL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
CHUNK = re.compile(r'thinktrace_chunk="([A-Za-z0-9+/=]*)";\n')
# The page's manifest; the viewer's own script, which a single file holds, has the template's place for one in it.
BUNDLE = re.compile(r'<script type="application/json" id="bundle">(\{.*?)</script>', re.S)


class Result(NamedTuple):
    code: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    return env | changes


def command(arguments) -> list:
    return [PROGRAM, *(a if isinstance(a, (bytes, os.PathLike)) else str(a) for a in arguments)]


def call(*arguments, cwd=None, env=None, timeout=120) -> Result:
    """The program's exit code and what it wrote; both streams must be valid UTF-8."""
    done = subprocess.run(command(arguments), cwd=cwd, env=env or environment(), timeout=timeout,
                          stdin=subprocess.DEVNULL, capture_output=True)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def start(*arguments, **options) -> subprocess.Popen:
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment()} | options
    return subprocess.Popen(command(arguments), **settings)


def run_arguments(out, *more, model=MODEL, questions=QUESTIONS) -> list:
    return ["run", "-m", model, "-q", questions, "-o", out, "--threads", "1", *more]


def units_done(run) -> int:
    """Units that `status` knows of; 0 where there is no run yet."""
    result = call("status", run, "--json")
    if result.code != DONE:
        return 0
    status = json.loads(result.out)
    return status["units_ok"] + status["units_failed"]


def wait_for_units(process: subprocess.Popen, run, n: int, seconds=60) -> None:
    """Until the running `process` has stored `n` units."""
    end = time.monotonic() + seconds
    while units_done(run) < n:
        if process.poll() is not None:
            raise AssertionError(f"the run ended before {n} units: {process.communicate()}")
        if time.monotonic() > end:
            process.kill()
            raise AssertionError(f"no {n} units within {seconds} s")
        time.sleep(0.02)


def export(run) -> str:
    result = call("export", run)
    if result.code != DONE or result.err:
        raise AssertionError(f"export of {run}: exit {result.code}, {result.err!r}")
    return result.out


def traces(run) -> list[dict]:
    # Only line feeds end a line: texts may hold U+2028 and the like.
    return [json.loads(line) for line in export(run).split("\n")[:-1]]


def status_of(run, *options) -> dict:
    return json.loads(call("status", run, "--json", *options).out)


def traces_of(run, *options) -> list[dict]:
    """Of another plan or reader than the one shown by default."""
    return [json.loads(line) for line in call("export", run, *options).out.split("\n")[:-1]]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def site_manifest(site: Path) -> tuple[dict, str]:
    """The manifest in a site's page, parsed and as it stands there."""
    blocks = BUNDLE.findall((site / "index.html").read_text("utf-8"))
    if len(blocks) != 1:
        raise AssertionError(f"{len(blocks)} bundle blocks in the page")
    return json.loads(blocks[0]), blocks[0]


def unpacked(name: str, packed: str) -> tuple[dict, bytes]:
    """A chunk's line of JSON and the bytes after it."""
    content = zlib.decompress(base64.b64decode(packed, validate=True), wbits=-15)
    if hashlib.sha256(content).hexdigest()[:32] != name:
        raise AssertionError(f"chunk {name} is not named by its content")
    head, _, rest = content.partition(b"\n")
    return json.loads(head), rest


def site_chunk(site: Path, name: str) -> tuple[dict, bytes]:
    content = CHUNK.fullmatch((site / "data" / f"{name}.js").read_text("ascii"))
    if not content:
        raise AssertionError(f"chunk {name} is not one string literal")
    return unpacked(name, content[1])


def model_with(path: Path, *replacements: tuple[bytes, bytes]) -> Path:
    """A copy of the model in which texts are replaced by others of the same length, which keeps the file's form."""
    data = MODEL.read_bytes()
    for old, new in replacements:
        if len(old) != len(new) or old not in data:
            raise AssertionError(f"{old!r} can't be replaced by {new!r}")
        data = data.replace(old, new)
    path.write_bytes(data)
    return path


def write_jsonl(path: Path, *questions: dict) -> Path:
    path.write_text("".join(json.dumps(q) + "\n" for q in questions), "utf-8")
    return path


def question(text="Which of these is blue?", options=("sky", "grass", "snow"), answer=0, **more) -> dict:
    return {"question": text, "options": list(options), "answer": answer} | more


class CliTest(unittest.TestCase):
    """Gives each test a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    @classmethod
    def finished_run(cls, *more) -> tuple[Path, Result]:
        """For all tests of a class: a run that is done, in a folder that goes with them."""
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        run = Path(holder.name) / "run"
        result = call(*run_arguments(run, *more))
        assert result.code == DONE, result.err
        return run, result

    def run_ok(self, out, *more, code=DONE, **options) -> Result:
        result = call(*run_arguments(out, *more, **options))
        self.assertEqual(result.code, code, result.err)
        return result

    def assert_complains(self, result: Result, code: int, *parts) -> None:
        """One line on standard error, from us, with these parts; nothing on standard output."""
        self.assertEqual(result.out, "")
        self.assertRegex(result.err, r"\Athinktrace: [^\n]+\n\Z")
        self.assertEqual(result.code, code, result.err)
        for part in parts:
            self.assertIn(str(part), result.err)
        self.assert_clean(result.err)

    def assert_clean(self, text: str) -> None:
        """Nothing in `text` acts on a terminal."""
        self.assertEqual(ACTS_ON_TERMINAL.findall(text), [], ascii(text))
