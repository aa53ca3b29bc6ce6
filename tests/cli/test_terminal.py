# SPDX-License-Identifier: MIT
"""On a terminal progress is one line rewritten in place; elsewhere there is no trace of a terminal."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

from support import (DONE, INTERRUPTED, CliTest, call, command, environment, export, run_arguments, tree)

PLAN = ("--block", "1", "--subjects", "chains,capitals", "--limit", "2", "--stride", "2")


class Screen:
    """What a terminal of some width shows: carriage return, line feed, erase to the end of the line, and wrapping."""

    def __init__(self, columns: int):
        self.columns, self.lines, self.column = columns, [""], 0

    def write(self, text: str) -> None:
        for part in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|[\s\S]", text):
            if part == "\r":
                self.column = 0
            elif part == "\n":
                self.lines.append("")
                self.column = 0
            elif part == "\x1b[K":
                self.lines[-1] = self.lines[-1][:self.column]
            elif part < " ":
                raise AssertionError(f"unexpected control {part!r}")
            else:
                if self.column == self.columns:
                    self.lines.append("")
                    self.column = 0
                line = self.lines[-1].ljust(self.column)
                self.lines[-1] = line[:self.column] + part + line[self.column + 1:]
                self.column += 1


def take_terminal() -> None:
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)


def on_terminal(*arguments, columns=100, env=None, interrupt_after=None, out_too=False) -> tuple[int, str, str]:
    """Exit code, what came to the terminal (standard error) and to standard output; Ctrl-C is typed after some text."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command(arguments), stdin=theirs, stdout=theirs if out_too else subprocess.PIPE, stderr=theirs, env=env or environment(),
                               start_new_session=True, preexec_fn=take_terminal)
    os.close(theirs)
    seen, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # The other end is closed.
            break
        if not piece:
            break
        seen += piece
        if interrupt_after and re.search(interrupt_after, seen):
            os.write(ours, b"\x03")
            interrupt_after = None
    out = process.stdout.read().decode() if process.stdout else ""
    if process.stdout:
        process.stdout.close()
    os.close(ours)
    return process.wait(timeout=30), seen.decode().replace("\r\n", "\n"), out


class Terminal(CliTest):
    def check(self, columns: int, **changes):
        run = self.folder / f"run{columns}"
        code, seen, out = on_terminal(*run_arguments(run, *PLAN), columns=columns, env=environment(**changes))
        self.assertEqual((code, out), (DONE, ""), seen)
        screen = Screen(columns)
        screen.write(seen)
        text = "\n".join(screen.lines)
        self.assertGreaterEqual(seen.count("\r"), 2, "progress is rewritten in place")
        self.assertEqual(set(re.findall(r"\x1b[^A-Za-z]*[A-Za-z]", seen)), {"\x1b[K"})
        bars = [line for line in screen.lines if line.startswith("[")]
        self.assertLessEqual(len(bars), 2, text)  # The note on the noise floor may part the first from the rest.
        self.assertTrue(bars[-1].startswith("[" + "#" * 10), text)
        if columns >= 40:
            self.assertIn("4/4 units", bars[-1])
        self.assertEqual(screen.lines[-1], "")
        return screen.lines

    def test_wide(self):
        lines = self.check(160)
        for line in lines[:-1]:
            self.assertRegex(line, r"\A(\[|thinktrace: )")
        self.assertRegex(lines[-3], r"\Athinktrace: 4 questions, 4 traces, .* in /")

    def test_narrow(self):
        """The terminal's own width counts, not a guess at it."""
        for line in self.check(50)[:-1]:
            if line.startswith("["):
                self.assertLessEqual(len(line), 50)

    def test_no_color(self):
        self.check(160, NO_COLOR="1")
        plain = self.folder / "plain" / "run160"
        self.assertEqual(call(*run_arguments(plain, *PLAN), env=environment(NO_COLOR="1")).code, DONE)
        self.assertEqual(export(plain), export(self.folder / "run160"))
        self.assertEqual(tree(plain / "site"), tree(self.folder / "run160" / "site"))

    def test_ctrl_c(self):
        run = self.folder / "run"
        code, seen, _ = on_terminal(*run_arguments(run, *PLAN), columns=160, interrupt_after=rb" [123]/4 units")
        self.assertEqual(code, INTERRUPTED, seen)
        screen = Screen(160)
        screen.write(seen.replace("^C", ""))
        self.assertRegex(screen.lines[-2], r"\Athinktrace: interrupted; ")
        self.assertEqual(screen.lines[-1], "")
        self.run_ok(run, *PLAN)

    def test_quiet(self):
        code, seen, out = on_terminal(*run_arguments(self.folder / "run", *PLAN, "--quiet"))
        self.assertEqual((code, seen, out), (DONE, "", ""))

    def test_json_stays_clean_of_progress(self):
        code, seen, out = on_terminal(*run_arguments(self.folder / "run", *PLAN, "--json", "--quiet"), out_too=True)
        self.assertEqual((code, out), (DONE, ""))
        self.assertTrue(seen.startswith("{\n") and seen.endswith("}\n"), seen)

    def test_elsewhere(self):
        result = self.run_ok(self.folder / "run", *PLAN)
        self.assertEqual(result.out, "")
        self.assert_clean(result.err)
        for line in result.err.split("\n")[:-1]:
            self.assertTrue(line.startswith("thinktrace: "), result.err)
        self.assertLessEqual(result.err.count(" units, "), 3, "one line every 30 s")
        self.assertRegex(result.err, r"(?m)^thinktrace: 4/4 units, \d+ tokens, \d+ probes")


if __name__ == "__main__":
    unittest.main()
