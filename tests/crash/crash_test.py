# SPDX-License-Identifier: MIT
"""Nothing is lost: the program is killed at its calls that change files, its disk is full, its syncs fail, the power fails.

As a test it tries the first and the last call of each kind. In full every call, and kills at random times besides:
    python3 tests/crash/crash_test.py --full [--jobs N] [--kills N]
"""
import argparse
import concurrent.futures
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path

import random_kills
from harness import SHIM, SYNCS, WRITES, Scenario, every, faulted, first_and_last, plain, spread
from power import VARIANTS, power_fails
from support import (DONE, FAILED, PROGRAM, STORE, CliTest, Result, call, command, environment, export, run_arguments, start, tree,
                     units_done, wait_for_units)

PLAN = ("--subjects", "capitals", "--samples", "2", "--budget", "20", "--stride", "4", "--answer-tokens", "4")
NEW = ("a new run", *PLAN, "--limit", "3")
GROWN = ("a run that grows", *PLAN, "--limit", "3")  # It replaces a gallery, so that chunks become stale.
GROWN_BEFORE = (*PLAN, "--limit", "2")


def kills(scenario: Scenario, full: bool) -> list[tuple]:
    """(call, what) of the trials by killing."""
    calls, last = scenario.calls, len(scenario.calls)
    torn = every(calls, WRITES) if full else first_and_last(calls, WRITES)
    after = every(calls) if full else [last]  # Elsewhere dying after a call is dying before the next.
    before = every(calls) if full else sorted({*first_and_last(calls), *spread(every(calls), 3)})
    return [(k, "kill") for k in before] + [(k, "kill_after") for k in after] + [(k, "torn") for k in torn]


def faults(scenario: Scenario, full: bool) -> list[tuple]:
    """(call, what) of the trials by a full or broken disk."""
    calls = scenario.calls
    writes = every(calls, WRITES) if full else first_and_last(calls, WRITES)
    syncs = every(calls, SYNCS) if full else first_and_last(calls, SYNCS)
    return [(k, do) for do in ("enospc", "enospc_once") for k in writes] + [(k, do) for do in ("eio", "eio_all") for k in syncs]


def power_failures(scenario: Scenario, full: bool) -> list[tuple]:
    places = range(1, len(scenario.calls) + 2)
    return [(k, variant) for k in (places if full else spread(list(places), 5)) for variant in VARIANTS]


class Crash(unittest.TestCase):
    """The small form."""

    def none(self, problems) -> None:
        self.assertEqual(problems, [], "\n".join(problems))

    def try_all(self, scenario: Scenario, n=99) -> None:
        self.addCleanup(scenario.close)
        problems = []
        for at, do in spread(kills(scenario, False), n):
            problems += scenario.kill(at, do)
        for at, do in spread(faults(scenario, False), n):
            problems += scenario.disturb(at, do)
        for at, variant in spread(power_failures(scenario, False), n):
            problems += power_fails(scenario, at, variant)
        self.none(problems + scenario.units_only_grow())

    def test_new_run(self):
        self.try_all(Scenario(*NEW))

    def test_chunk_that_a_power_failure_emptied(self):
        """Files that were renamed but not yet on disk when the power failed: the same command makes them whole."""
        scenario = Scenario("one question", *PLAN, "--limit", "1")
        self.addCleanup(scenario.close)
        run = scenario.fresh("power")
        self.assertEqual(call(*scenario.arguments(run)).code, DONE)
        for i, file in enumerate(f for f in (run / "site").rglob("*") if f.is_file()):
            file.write_bytes(b"" if i % 2 else bytes(file.stat().st_size))
        again = call(*scenario.arguments(run))
        self.assertEqual(again.code, DONE, again.err)
        self.assertEqual(plain(run), scenario.files)

    def test_killed_in_the_gallery_then_asked_for_more(self):
        """What a killed writer left half written goes, even where the new gallery has no file of that name."""
        scenario = Scenario("one question", *PLAN, "--limit", "1")
        self.addCleanup(scenario.close)
        for chunk in [c for c in scenario.calls if c.path.endswith(".js.part")]:
            run = scenario.fresh(str(chunk.number))
            self.assertEqual(faulted(scenario.arguments(run), run.parent, chunk.number, "torn")[0].code, -9)
            self.assertTrue((run.parent / chunk.path).exists())
            more = call(*run_arguments(run, *PLAN, "--limit", "2", "--quiet"))
            self.assertEqual(more.code, DONE, more.err)
            self.assertEqual([f for f in tree(run) if f.endswith(".part")], [])

    def test_run_that_grows(self):
        scenario = Scenario(*GROWN, before=GROWN_BEFORE)
        self.assertTrue([c for c in scenario.calls if c.kind == "unlink" and c.path.endswith(".js")], "no chunk became stale")
        self.try_all(scenario, 6)


class Shim(CliTest):
    """fault.c sees every call that it should see."""

    def test_sees_what_the_system_sees(self):
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        run, log = self.folder / "run", self.folder.parent / f"{self.folder.name}.strace"
        self.addCleanup(log.unlink, missing_ok=True)
        kinds = {"write": "write", "pwrite64": "pwrite", "writev": "writev", "pwritev": "", "pwritev2": "", "fsync": "fsync",
                 "fdatasync": "fdatasync", "sync_file_range": "", "rename": "rename", "renameat": "rename", "renameat2": "rename",
                 "unlink": "unlink", "unlinkat": "unlink", "rmdir": "", "ftruncate": "ftruncate", "truncate": "ftruncate",
                 "fallocate": "", "sendfile": "", "copy_file_range": "", "link": "", "symlink": ""}
        tracer = ["strace", "-f", "-y", "-o", log, "-e", "trace=" + ",".join(kinds)]
        arguments = run_arguments(run, *PLAN, "--limit", "2", "--quiet")
        done = subprocess.run([*tracer, *command(arguments)], env=environment(), capture_output=True, timeout=300)
        if b"ptrace" in done.stderr:
            self.skipTest("strace may not trace here")
        self.assertEqual(done.returncode, DONE, done.stderr)
        there = Counter()
        for line in log.read_text().splitlines():
            found = re.match(r"\d+ +(\w+)\(", line)
            if found and str(self.folder) in line:
                there[kinds[found[1]] or found[1]] += 1
        shutil.rmtree(run)
        result, calls = faulted(arguments, self.folder)
        self.assertEqual(result.code, DONE, result.err)
        self.assertEqual(Counter(c.kind for c in calls), there)
        self.assertLessEqual({"pwrite", "fdatasync", "unlink", "rename", "write", "ftruncate"}, set(there))

    def test_does_what_it_is_told(self):
        """On a program that is known: the shim's own faults, each at the call that is meant."""
        script = ("import os,sys\nf=os.open('a',os.O_RDWR|os.O_CREAT)\n"
                  "for step in (lambda: os.write(f,b'1234'), lambda: os.fsync(f), lambda: os.write(f,b'5678'), lambda: os.fsync(f)):\n"
                  "  try: step()\n  except OSError as e: print(e.errno, end=' ')\n")
        for do, at, code, out, left in (("kill", 3, -9, "", b"1234"), ("kill_after", 3, -9, "", b"12345678"),
                                        ("torn", 3, -9, "", b"123456"), ("enospc", 1, 0, "28 28 ", b""),
                                        ("enospc_once", 1, 0, "28 ", b"5678"), ("eio", 2, 0, "5 ", b"12345678"),
                                        ("eio_all", 2, 0, "5 5 ", b"12345678"), ("", 0, 0, "", b"12345678")):
            with self.subTest(do=do):
                folder = self.folder / (do or "nothing")
                folder.mkdir()
                env = environment(LD_PRELOAD=SHIM, FAULT_UNDER=str(folder), FAULT_AT=str(at), FAULT_DO=do)
                done = subprocess.run([sys.executable, "-c", script], cwd=folder, env=env, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (code, out, ""))
                self.assertEqual((folder / "a").read_bytes(), left)


class ReadOnly(CliTest):
    """A run's folder that may only be read: what only reads works, what writes says what is wrong."""

    def setUp(self):
        super().setUp()
        self.run_folder = self.folder / "run"
        self.run_ok(self.run_folder, *PLAN, "--limit", "1", "--quiet")
        self.text = export(self.run_folder)

    def check(self, call_there) -> None:
        """`call_there` gives the program's answer where the folder may only be read."""
        run, before = self.run_folder, tree(self.run_folder)
        more = (*run_arguments(run, *PLAN, "--limit", "2", "--quiet"),)
        self.assert_complains(call_there(*more), STORE, run)
        self.assertEqual(call_there("export", run), (DONE, self.text, ""))
        self.assertEqual(call_there("status", run).code, DONE)
        self.assertEqual(tree(run), before)
        self.run_ok(run, *PLAN, "--limit", "2", "--quiet")  # Writable again, it goes on.
        self.assertEqual(units_done(run), 2)

    def test_mounted_read_only(self):
        def call_there(*arguments):
            mount = f'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
            done = subprocess.run(["unshare", "-m", "sh", "-c", mount, self.run_folder, *command(arguments)], env=environment(),
                                  capture_output=True, timeout=120, text=True)
            return done.returncode, done.stdout, done.stderr

        probe = subprocess.run(["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"',
                                self.run_folder], capture_output=True) if shutil.which("unshare") else None
        if not probe or probe.returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.check(lambda *a: Result(*call_there(*a)))

    def test_no_permission(self):
        """As a user who may not write: ourselves, or nobody where we are root."""
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            able = shutil.which("setpriv") and subprocess.run([*prefix, PROGRAM, "--version"], capture_output=True).returncode == 0
            if not able:
                self.skipTest("root may write everywhere, and nobody can't run the program")
            self.folder.chmod(0o755)
        files = [self.run_folder, *self.run_folder.rglob("*")]

        def call_there(*arguments):
            for f in files:
                f.chmod(0o555 if f.is_dir() else 0o444)
            try:
                done = subprocess.run([*prefix, *command(arguments)], env=environment(), capture_output=True, timeout=120, text=True)
            finally:
                for f in files:
                    f.chmod(0o755 if f.is_dir() else 0o644)
            return Result(done.returncode, done.stdout, done.stderr)

        self.check(call_there)


class Limits(CliTest):
    def test_file_size_limit(self):
        """`ulimit -f` is a disk that is full for one file: a message, not a signal; without it the run goes on."""
        run, arguments = self.folder / "run", run_arguments(self.folder / "run", *PLAN, "--limit", "2", "--quiet")
        for kilobytes in (4, 100):  # No store; a store, but no room for the page's script.
            limited = f"import resource,os,sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({kilobytes} * 1024,) * 2)"
            done = subprocess.run([sys.executable, "-c", f"{limited}; os.execv(sys.argv[1], sys.argv[1:])", *command(arguments)],
                                  env=environment(), capture_output=True, text=True, timeout=120)
            self.assertIn(done.returncode, (FAILED, STORE), done.stderr)
            self.assert_complains(Result(done.returncode, done.stdout, done.stderr), done.returncode, run)
        self.run_ok(run, *PLAN, "--limit", "2", "--quiet")
        self.assertEqual(units_done(run), 2)


class TwoAtOnce(CliTest):
    def test_second_is_refused_and_a_dead_holder_holds_nothing(self):
        run, slow = self.folder / "run", ("--subjects", "capitals,chains", "--limit", "4", "--stride", "2", "--quiet")
        first = start(*run_arguments(run, *slow))
        self.addCleanup(first.communicate)
        self.addCleanup(first.kill)
        wait_for_units(first, run, 1)
        asked = time.monotonic()
        second = call(*run_arguments(run, *slow))
        took = time.monotonic() - asked
        self.assertIsNone(first.poll(), "the first ended too early for this test to say anything")
        self.assert_complains(second, STORE, run, f"process {first.pid}")
        self.assertLess(took, 3, "it should be refused at once")
        first.send_signal(signal.SIGKILL)
        first.wait()
        done = units_done(run)
        self.assertIn(f"process {first.pid} on ", (run / "run.lock").read_text(), "nothing to be recognised as stale")
        self.run_ok(run, *slow)
        self.assertEqual(units_done(run), 8)
        self.assertLess(done, 8)


def full(jobs: int, n_kills: int, seed: int) -> int:
    problems, begin = [], time.monotonic()
    for name, options, before in ((NEW[0], NEW[1:], ()), (GROWN[0], GROWN[1:], GROWN_BEFORE)):
        scenario, since = Scenario(name, *options, before=before), time.monotonic()
        print(f"{name}: {len(scenario.calls)} calls:", dict(Counter(c.kind for c in scenario.calls)), flush=True)
        trials = [(scenario.kill, *t) for t in kills(scenario, True)] + [(scenario.disturb, *t) for t in faults(scenario, True)]
        trials += [(functools.partial(power_fails, scenario), *t) for t in power_failures(scenario, True)]
        tried, bad = Counter(do for _, _, do in trials), Counter()
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = {pool.submit(f, at, do): do for f, at, do in trials}
            for i, future in enumerate(concurrent.futures.as_completed(waiting), 1):
                problems += future.result()
                bad[waiting[future]] += bool(future.result())
                if i % 100 == 0:
                    print(f"  {i}/{len(trials)} trials, {time.monotonic() - since:.0f} s", flush=True)
        problems += scenario.units_only_grow()
        for do, n in tried.items():
            print(f"  {'power, ' * (do in VARIANTS) + do:<13} {n:5} trials, {bad[do]} with problems", flush=True)
        print(f"  faults that did no harm: {scenario.harmless}; {time.monotonic() - since:.0f} s", flush=True)
        scenario.close()
    problems += random_kills.main(n_kills, seed)
    # Of problems that differ in nothing but their call one is enough.
    kinds: dict[str, list[str]] = {}
    for p in problems:
        kinds.setdefault(re.sub(r"thinktrace-crash-\w+|\d+|[0-9a-f]{32}", "#", p.split("): ", 1)[-1]), []).append(p)
    for same in kinds.values():
        print(f"{len(same)} x {same[0]}")
    print(f"{len(problems)} problems, {(time.monotonic() - begin) / 60:.0f} min")
    return int(bool(problems))


if __name__ == "__main__":
    if "--full" in sys.argv:
        parser = argparse.ArgumentParser()
        parser.add_argument("--full", action="store_true")
        parser.add_argument("--jobs", type=int, default=os.cpu_count())
        parser.add_argument("--kills", type=int, default=200)
        parser.add_argument("--seed", type=int, default=1)
        a = parser.parse_args()
        sys.exit(full(a.jobs, a.kills, a.seed))
    unittest.main()
