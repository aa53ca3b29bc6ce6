# SPDX-License-Identifier: MIT
"""What a power failure leaves: what was synced for certain, of the rest any part. Made from the calls of one undisturbed run,
since the system keeps what a killed program has written and no kill can show what a missing sync does."""
from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

from harness import SYNCS, WRITES, Call, Scenario
from support import tree

# least: only what was synced. names: of renamed, made and removed files the system knows already, of what was written only
# what was synced. some: of all that was not synced some by chance, writes torn between sectors too.
VARIANTS = ("least", "names", "some")
SECTOR = 512


class File:
    def __init__(self, content: bytes = b""):
        self.synced = content
        self.pending: list[tuple[int, bytes | None]] = []  # (offset, data), or (length, None) for a cut.


def applied(content: bytes, writes) -> bytes:
    out = bytearray(content)
    for offset, data in writes:
        end = offset if data is None else offset + len(data)
        out.extend(bytes(max(0, end - len(out))))
        if data is None:
            del out[offset:]
        else:
            out[offset:end] = data
    return bytes(out)


class Disk:
    """Files by name, as the program sees them (`now`) and as they are there after a power failure (`kept`)."""

    def __init__(self, scenario: Scenario):
        self.now: dict[str, File] = {}
        if scenario.base:
            self.now = {f"run/{name}": File(data) for name, data in tree(scenario.base).items()}
        self.kept = dict(self.now)

    def do(self, call: Call, data: bytes) -> None:
        if call.kind in WRITES:
            self.now.setdefault(call.path, File()).pending.append((call.offset, data))
        elif call.kind == "ftruncate":
            self.now.setdefault(call.path, File()).pending.append((call.offset, None))
        elif call.kind in SYNCS and call.path in self.now:  # A synced file has its name, too, on all usual file systems.
            file = self.kept[call.path] = self.now[call.path]
            file.synced, file.pending = applied(file.synced, file.pending), []
        elif call.kind in SYNCS:  # A folder: which names are in it.
            for name in {n for n in (*self.now, *self.kept) if str(Path(n).parent) == call.path}:
                self._keep(self.kept, name)
        elif call.kind == "rename":
            self.now[call.path] = self.now.pop(call.old)
        elif call.kind == "unlink":
            self.now.pop(call.path, None)

    def _keep(self, names: dict[str, File], name: str) -> None:
        if name in self.now:
            names[name] = self.now[name]
        else:
            names.pop(name, None)

    def left(self, variant: str, dice: random.Random) -> dict[str, bytes]:
        names = dict(self.kept if variant in ("least", "some") else self.now)
        if variant == "some":
            for name in sorted({*self.now, *self.kept}):
                if dice.random() < 0.5:
                    self._keep(names, name)
        return {name: applied(file.synced, self._some(file, variant, dice)) for name, file in names.items()}

    @staticmethod
    def _some(file: File, variant: str, dice: random.Random) -> list:
        if variant == "all":
            return file.pending
        writes = []
        for offset, data in file.pending if variant == "some" else []:
            kind = dice.random()
            if kind < 0.4:
                writes.append((offset, data))
            elif kind < 0.6 and data and len(data) > SECTOR:
                writes.append((offset, data[:SECTOR * dice.randrange(1, -(-len(data) // SECTOR))]))
        return writes


def disk_after(scenario: Scenario, n_calls: int) -> Disk:
    disk, place = Disk(scenario), 0
    for call in scenario.calls[:max(0, n_calls)]:
        disk.do(call, scenario.data[place:place + call.size])
        place += call.size
    return disk


def power_fails(scenario: Scenario, at: int, variant: str) -> list[str]:
    """What is wrong where the power fails before a call (behind the last, for one more than there are)."""
    # A commit whose last step is a sync has not yet told anybody that it is done.
    told = at - 2 if at <= len(scenario.calls) and scenario.calls[at - 1].kind in SYNCS else at - 1
    after = f"after {scenario.calls[at - 2]}" if at > 1 else "at once"
    where = f"{scenario.name}, power fails ({variant}) {after}"
    run = scenario.folder / f"power-{variant}-{at}" / "run"
    problems = []
    try:
        write(disk_after(scenario, told).left("all", random.Random()), run)
        committed, _ = scenario.nothing_lost(run)
        shutil.rmtree(run.parent, ignore_errors=True)
        write(disk_after(scenario, at - 1).left(variant, random.Random(at)), run)
        units, problems = scenario.nothing_lost(run)
        if units < committed:
            problems.append(f"the power failure took {committed - units} unit(s) that had been committed")
        problems += scenario.finish(run, units)
    except (AssertionError, subprocess.TimeoutExpired, UnicodeDecodeError, ValueError, KeyError) as e:
        problems.append(f"{type(e).__name__}: {e}")
    finally:
        shutil.rmtree(run.parent, ignore_errors=True)
    return [f"{where}: {p}" for p in problems]


def write(files: dict[str, bytes], run: Path) -> None:
    run.parent.mkdir()
    for name, data in files.items():
        file = run.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
