# SPDX-License-Identifier: MIT
"""Runs the program under fault.c, and says what is wrong with what it leaves behind."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from support import (ACTS_ON_TERMINAL, DONE, FAILED, ROOT, STORE, USAGE, Result, call, command, environment,  # noqa: E402
                     run_arguments, tree)

SHIM = str(Path(os.environ.get("THINKTRACE_FAULT") or ROOT / "build" / "libfault.so").resolve())
WRITES = ("write", "pwrite", "writev")
SYNCS = ("fsync", "fdatasync")
KILLED = -9
TIMEOUT = 300

# What `status` and `export` say where the run was killed before it had anything.
NOTHING_YET = re.compile(r"no run in this folder|the run has no plan yet")
REASON = re.compile(r"No space left on device|disk is full|Input/output error|disk I/O error")
NEXT = re.compile(r"; .*(same command|thinktrace site)")


class Call(NamedTuple):
    """One call that changes a file below the folder, as fault.c saw it."""
    number: int
    kind: str
    size: int
    offset: int  # Of an ftruncate: the new length.
    path: str
    old: str = ""  # What a renamed file was called before.


def read_report(path: Path) -> list[Call]:
    lines = path.read_text("utf-8", "surrogateescape").splitlines() if path.exists() else []
    calls = []
    for line in lines:
        number, kind, size, offset, names = line.split(" ", 4)
        calls.append(Call(int(number), kind, int(size), int(offset), *names.split("\t")))
    return calls


def faulted(arguments, under: Path, at=0, do="", data="") -> tuple[Result, list[Call]]:
    """The command with a fault in its `at`-th call; nothing goes wrong for 0. What it writes goes to the file `data` too."""
    with tempfile.NamedTemporaryFile(prefix="thinktrace-fault-") as report:
        env = environment(LD_PRELOAD=SHIM, FAULT_UNDER=str(under), FAULT_AT=str(at), FAULT_DO=do, FAULT_REPORT=report.name,
                          FAULT_DATA=str(data))
        result = call(*arguments, env=env, timeout=TIMEOUT)
        return result, read_report(Path(report.name))


def plain(path) -> dict[str, bytes]:
    """Files of a run that must be the same however it came about; a store's pages need not."""
    return {name: data for name, data in tree(path).items() if name not in ("thinktrace.db", "run.lock")}


class Look(NamedTuple):
    """What `status` and `export` say of a run."""
    units: int
    units_total: int
    lines: list[str]
    has_noise_floor: bool


class Scenario:
    """A command, the folder that it begins with, and what it gives when nobody disturbs it."""

    def __init__(self, name: str, *options: str, before: tuple[str, ...] = ()):
        self.name, self.options = name, options
        self.home = tempfile.TemporaryDirectory(prefix="thinktrace-crash-")
        self.folder = Path(self.home.name)
        self.base = self.folder / "base" / "run" if before else None
        if before:
            self._must(call(*run_arguments(self.base, *before, "--quiet"), timeout=TIMEOUT))
        whole = self.fresh("whole")
        data = self.folder / "data"
        result, self.calls = faulted(self.arguments(whole), whole.parent, data=data)
        self._must(result)
        self.data = data.read_bytes()  # What the calls wrote, one behind the other.
        if not self.calls:
            raise AssertionError(f"{SHIM} saw nothing: build the target fault, or name it in THINKTRACE_FAULT")
        self.look = self.look_at(whole)
        self.units_before = self.look_at(self.base).units if before else 0
        self.files = plain(whole)
        self.names = sorted(tree(whole))
        self.trials = self.harmless = 0
        self.committed: dict[int, int] = {}  # Units that a kill before call k left behind.
        self.lock = threading.Lock()

    def close(self) -> None:
        self.home.cleanup()

    @staticmethod
    def _must(result: Result) -> None:
        if result.code != DONE:
            raise AssertionError(f"the undisturbed run ended with {result.code}: {result.err}")

    def fresh(self, name: str) -> Path:
        """A run's folder as it is before the command. All are called `run`, since the export holds the name."""
        run = self.folder / name / "run"
        run.parent.mkdir()
        if self.base:
            shutil.copytree(self.base, run)
        return run

    def arguments(self, run: Path) -> list:
        return run_arguments(run, *self.options, "--quiet")

    def look_at(self, run: Path) -> Look:
        """Raises AssertionError where `status` or `export` has no clean answer."""
        answers = [call("status", run, "--json", timeout=TIMEOUT), call("export", run, timeout=TIMEOUT)]
        if [a.code for a in answers] == [USAGE, USAGE]:
            for a in answers:
                if a.out or not NOTHING_YET.search(a.err) or a.err.count("\n") != 1:
                    raise AssertionError(f"of a run that has nothing yet: {a}")
            return Look(0, 0, [], False)
        for a in answers:
            if a.code != DONE or a.err:
                raise AssertionError(f"no clean answer: exit {a.code}, {a.err!r}")
        s = json.loads(answers[0].out)
        return Look(s["units_ok"] + s["units_failed"], s["units_total"], answers[1].out.split("\n")[:-1], bool(s["noise_floor"]))

    def kill(self, at: int, do: str) -> list[str]:
        """What is wrong after the command was killed at a call, and after it was given again."""
        return self._trial(at, do, self._after_kill)

    def disturb(self, at: int, do: str) -> list[str]:
        """What is wrong after the disk was full, or a sync failed, and after the command was given again."""
        return self._trial(at, do, self._after_fault)

    def _trial(self, at: int, do: str, check) -> list[str]:
        run = self.fresh(f"{do}-{at}")
        with self.lock:
            self.trials += 1
        try:
            result, calls = faulted(self.arguments(run), run.parent, at, do)
            problems = check(at, do, run, result, calls)
        except (AssertionError, subprocess.TimeoutExpired, UnicodeDecodeError, ValueError, KeyError) as e:
            problems = [f"{type(e).__name__}: {e}"]
        finally:
            shutil.rmtree(run.parent)
        return [f"{self.name}, {do} at {self.calls[at - 1]}: {p}" for p in problems]

    def _after_kill(self, at, do, run, result, calls) -> list[str]:
        if result.code != KILLED:
            return [f"was to be killed, ended with {result.code}: {result.err!r}"]
        if len(calls) != at or calls[-1].kind != self.calls[at - 1].kind:
            return [f"another call was hit than in the undisturbed run: {calls[-1:]}"]
        units, problems = self.nothing_lost(run)
        with self.lock:
            self.committed.setdefault(at + (do == "kill_after"), units)
        return problems + self.finish(run, units)

    def _after_fault(self, at, do, run, result, calls) -> list[str]:
        hit = calls[at - 1] if len(calls) >= at else None
        if hit is None:
            return [f"the call never came: {len(calls)} calls"]
        units, problems = self.nothing_lost(run)
        if result.code == DONE:  # Only where the fault did no harm.
            with self.lock:
                self.harmless += 1
            if result.err or self.look_at(run).lines != self.look.lines or plain(run) != self.files:
                problems.append(f"says that all is done, but it is not: {result}")
        else:
            problems += self._complaint(result, Path(hit.path))
        return problems + self.finish(run, units)

    @staticmethod
    def _complaint(result: Result, hit: Path) -> list[str]:
        in_site = "site" in hit.parts
        wanted = FAILED if in_site else STORE
        problems = [] if result.code == wanted else [f"ended with {result.code}, not {wanted}: {result.err!r}"]
        err = result.err
        if result.out or not re.fullmatch(r"thinktrace: \[\w+\] [^\n]+\n", err) or ACTS_ON_TERMINAL.search(err):
            problems.append(f"not one line on standard error: {result}")
        # SQLite keeps the journal's name to itself.
        names = {str(hit), str(hit).removesuffix("-journal"), str(hit).removesuffix(".part")}
        if not any(name in err for name in names):
            problems.append(f"names not the file {hit}: {err!r}")
        if not REASON.search(err):
            problems.append(f"{err!r} gives no reason")
        if not NEXT.search(err):
            problems.append(f"{err!r} says not what to do next")
        return problems

    def nothing_lost(self, run: Path) -> tuple[int, list[str]]:
        """The units that are there, and what is wrong with them. Looks at a copy: looking rolls a journal back, and
        the next command must be able to do that itself."""
        if not run.exists():
            return 0, []
        copy = run.parent / "copy" / "run"
        shutil.copytree(run, copy)
        look = self.look_at(copy)
        shutil.rmtree(copy.parent)
        problems = []
        strange = [line for line in look.lines if line not in self.look.lines]
        if strange:
            problems.append(f"{len(strange)} lines of the export are not those of the undisturbed run: {strange[0][:200]!r}")
        if look.units < self.units_before:
            problems.append(f"units are lost: {look.units} left of {self.units_before}")
        if len(look.lines) * self.look.units != len(self.look.lines) * look.units:
            problems.append(f"{look.units} of {look.units_total} units, but {len(look.lines)} traces")
        return look.units, problems

    def finish(self, run: Path, units: int) -> list[str]:
        """The same command again, undisturbed, completes the run."""
        again = call(*run_arguments(run, *self.options, "--json"), timeout=TIMEOUT)
        if again.code != DONE:
            return [f"the same command again ended with {again.code}: {again.err!r}"]
        problems = []
        units_here, left = json.loads(again.out)["units_here"], self.look.units_total - units
        if units_here > left:
            problems.append(f"{units_here} units were done again where {left} were left")
        if self.look_at(run) != self.look:
            problems.append("the export or the status is not that of the undisturbed run")
        if sorted(tree(run)) != self.names:
            problems.append(f"other files than in the undisturbed run: {sorted(set(tree(run)) ^ set(self.names))}")
        elif plain(run) != self.files:
            problems.append("the gallery's bytes are not those of the undisturbed run")
        return problems

    def units_only_grow(self) -> list[str]:
        """A kill at a later call never leaves fewer units, and one in the gallery leaves all."""
        problems, most = [], 0
        for at, n in sorted(self.committed.items()):
            if n < most:
                problems.append(f"{self.name}: {n} units after a kill at call {at}, {most} after an earlier one")
            most = max(most, n)
            if at <= len(self.calls) and "site" in Path(self.calls[at - 1].path).parts and n != self.look.units_total:
                problems.append(f"{self.name}: {n} units at call {at}, when the gallery is written")
        return problems


def first_and_last(calls: list[Call], kinds=None) -> list[int]:
    """Numbers of the first and last call of each kind."""
    picks = set()
    for kind in {c.kind for c in calls if kinds is None or c.kind in kinds}:
        numbers = [c.number for c in calls if c.kind == kind]
        picks |= {numbers[0], numbers[-1]}
    return sorted(picks)


def every(calls: list[Call], kinds=None) -> list[int]:
    return [c.number for c in calls if kinds is None or c.kind in kinds]


def spread(numbers: list[int], n: int) -> list[int]:
    """At most n of the numbers, evenly, the first and the last among them."""
    if len(numbers) <= n:
        return numbers
    return sorted({numbers[round(i * (len(numbers) - 1) / (n - 1))] for i in range(n)})
