# SPDX-License-Identifier: MIT
"""kill -9 at random times in runs of the size of `make demo`: python3 tests/crash/random_kills.py [--kills N]"""
import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from harness import TIMEOUT, plain
from support import DONE, call, export, run_arguments, start

PHASES = ("model being loaded", "store being made", "before the first unit", "units", "in a commit", "noise floor",
          "gallery", "after the end")


def arguments(run: Path, threads: int, limit: int, *more) -> list:
    given = run_arguments(run, "--limit", limit, "--samples", "4", *more)
    given[given.index("--threads") + 1] = str(threads)
    return given


def phase(run: Path, ended: bool) -> tuple[str, int, list[str]]:
    """Where a kill hit, the units that it left, and what is wrong. A copy is looked at, as in the harness."""
    if ended:
        return "after the end", -1, []
    if not (run / "thinktrace.db").exists():
        return "model being loaded", 0, []
    with tempfile.TemporaryDirectory(prefix="thinktrace-look-") as folder:
        copy = Path(folder) / "run"
        shutil.copytree(run, copy)
        in_commit = (copy / "thinktrace.db-journal").exists()
        status = call("status", copy, "--json")
        if status.code != DONE:
            clean = status.code == 2 and ("no run in this folder" in status.err or "no plan yet" in status.err)
            return "store being made", 0, [] if clean else [f"status: {status}"]
        s = json.loads(status.out)
        units, traces = s["units_ok"] + s["units_failed"], export(copy).count("\n")
        problems = [] if traces == 4 * units else [f"{units} units but {traces} traces"]
    if in_commit:
        return "in a commit", units, problems
    if units < s["units_total"]:
        return ("units" if units else "before the first unit"), units, problems
    return ("noise floor" if not s["noise_floor"] else "gallery"), units, problems


class Demo:
    """What is the same for all kills with one number of threads."""

    def __init__(self, folder: Path, threads: int, limit: int):
        self.folder, self.settings = folder / str(threads), (threads, limit)
        self.hits, self.problems, self.n = Counter(), [], 0
        whole = self.folder / "whole" / "run"
        begin = time.monotonic()
        done = call(*arguments(whole, *self.settings, "--quiet"), timeout=10 * TIMEOUT)
        self.seconds = time.monotonic() - begin
        if done.code != DONE:
            raise AssertionError(f"the undisturbed run: {done}")
        self.bytes, self.pages = export(whole), plain(whole)
        self.units = json.loads(call("status", whole, "--json").out)["units_total"]
        print(f"{threads} thread(s): the undisturbed run takes {self.seconds:.0f} s", flush=True)

    def kill_after(self, run: Path, seconds: float, floor: int) -> int:
        """Starts the command and kills it; gives the units that are there then, -1 where it was complete before."""
        process = start(*arguments(run, *self.settings, "--quiet"))
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        err = process.communicate()[1].decode()
        ended = process.returncode == DONE
        if process.returncode not in (DONE, -9):
            self.problems.append(f"ended with {process.returncode}: {err!r}")
        where, units, problems = phase(run, ended)
        self.hits[where] += 1
        self.n += 1
        self.problems += problems
        if not ended and units < floor:
            self.problems.append(f"kill {self.n} ({where}): {units} units, {floor} before")
        return units

    def finish(self, run: Path, floor: int) -> None:
        done = call(*arguments(run, *self.settings, "--json"), timeout=10 * TIMEOUT)
        if done.code != DONE:
            self.problems.append(f"the last command ended with {done.code}: {done.err!r}")
            return
        here = json.loads(done.out)["units_here"]
        if here > self.units - max(floor, 0):
            self.problems.append(f"{here} units were done again after {floor} of {self.units}")
        if export(run) != self.bytes:
            self.problems.append("the export is not that of the undisturbed run")
        if plain(run) != self.pages:
            self.problems.append(f"other files than in the undisturbed run: {sorted(set(plain(run)) ^ set(self.pages))}")
        shutil.rmtree(run.parent)

    def chain(self, dice: random.Random, most: int) -> None:
        """One run that is killed again and again until it is complete."""
        run, units = self.folder / f"chain-{self.n}" / "run", 0
        for _ in range(most):
            # Mostly a little progress; sometimes none, since the model is still being loaded.
            units = self.kill_after(run, dice.uniform(0, self.seconds / 8), max(units, 0))
            if units < 0:
                break
        self.finish(run, units)

    def single(self, dice: random.Random) -> None:
        run = self.folder / f"single-{self.n}" / "run"
        self.finish(run, self.kill_after(run, dice.uniform(0, self.seconds), 0))


def main(n_kills: int, seed: int, limit: int = 8) -> list[str]:
    """What went wrong; prints how many kills hit which phase."""
    if n_kills == 0:
        return []
    dice, begin, problems, hits = random.Random(seed), time.monotonic(), [], Counter()
    with tempfile.TemporaryDirectory(prefix="thinktrace-kills-") as folder:
        for threads, share in ((1, n_kills - n_kills // 4), (2, n_kills // 4)):
            if share == 0:
                continue
            demo = Demo(Path(folder), threads, limit)
            singles = max(1, share // 8)
            while demo.n < share - singles:
                demo.chain(dice, share - singles - demo.n)
                print(f"  {demo.n}/{share} kills, {time.monotonic() - begin:.0f} s, {len(demo.problems)} problems", flush=True)
            for _ in range(singles):
                demo.single(dice)
                print(f"  {demo.n}/{share} kills, {time.monotonic() - begin:.0f} s, {len(demo.problems)} problems", flush=True)
            problems += [f"random kills, {threads} thread(s): {p}" for p in demo.problems]
            hits += demo.hits
    for name in PHASES:
        print(f"  {name:<22} {hits[name]:4} kills")
    print(f"  seed {seed}, {time.monotonic() - begin:.0f} s", flush=True)
    return problems


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=8, help="questions a subject; those of make demo are 8")
    given = parser.parse_args()
    found = main(given.kills, given.seed, given.limit)
    print("\n".join(found) or "nothing is lost")
    sys.exit(bool(found))
