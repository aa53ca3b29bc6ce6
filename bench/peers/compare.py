# SPDX-License-Identifier: MIT
"""Forced answers on the same tokens by thinktrace and by other engines, in turns; see docs/performance.md, "Beside other engines".

In each round every engine makes one pass, in one order in odd rounds and in the other in even ones; a ratio is of one round.
What a peer reads is compared with what thinktrace reads at the same positions: a peer that computes something else is none.
"""
from __future__ import annotations

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from table import difference, markdown, spread

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Peer:
    def __init__(self, name: str, script: str, options: list[str], a: argparse.Namespace):
        self.name, self.rates, self.rows = name, {}, []
        stride = max(a.positions, a.naive_positions) if "naive" in options else a.positions
        python = a.peers / "venv" / "bin" / "python"
        command = [python if python.exists() else sys.executable, HERE / script, "--model", a.model, "--tokens", a.tokens,
                   "--threads", a.threads, "--stride", stride, *options]
        log = None if a.verbose else subprocess.DEVNULL
        offline = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(a.threads), "TOKENIZERS_PARALLELISM": "false"}
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                        text=True, env=offline)
        self.about = self.answer()

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"missing": f"it ended with exit code {self.process.wait()} (--verbose shows why)"}

    def take_a_pass(self, number: int) -> None:
        if "missing" in self.about:
            return
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        done = self.answer()
        if "missing" in done:
            self.about = done
            return
        self.rows = done["rows"]
        self.rates[number] = len(self.rows) / done["seconds"]

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Thinktrace:
    """The program itself; `bench` throws its first round away, so each of its passes begins warm."""

    def __init__(self, name: str, kernels: str, a: argparse.Namespace, folder: pathlib.Path):
        self.name, self.curves, self.rates, self.report = name, folder / f"{kernels}.csv", {}, {}
        self.command = [str(word) for word in (a.program, "bench", "-m", a.model, "--tokens", a.tokens, "--threads", a.threads, "--rounds", 1,
                                               "--kernels", kernels, "--sequences", 1, "--recompute", 1, "--json", "--curves", self.curves)]

    def take_a_pass(self, number: int) -> None:
        self.report = json.loads(subprocess.run(self.command, stdout=subprocess.PIPE, check=True).stdout)
        self.rates[number] = self.report["probes_a_second"]["median"]

    def row(self) -> dict:
        return {"engine": self.name, "version": f"llama.cpp {self.report['engine']['release']}", "dtype": self.report["model"]["weights"],
                "probes_a_second": spread(list(self.rates.values()))}

    def readings(self) -> dict:
        with open(self.curves) as lines:
            return {(int(trace), int(t)): [float(p) for p in rest] for trace, t, *rest in csv.reader(lines)}


def ratio(ours: Thinktrace, rates: dict) -> dict:
    return spread([ours.rates[number] / rate for number, rate in rates.items()])


def row_of(peer: Peer, ours: Thinktrace, own: Thinktrace) -> dict:
    if "missing" in peer.about or not peer.rates:
        return {"engine": peer.name, "missing": peer.about.get("missing", "it made no pass")}
    return {"engine": peer.name, **peer.about, "probes_a_second": spread(list(peer.rates.values())), "ratio": ratio(ours, peer.rates),
            "own_ratio": ratio(own, peer.rates), "probes": len(peer.rows), "difference": difference(peer.rows, ours.readings())}


def row_of_own(own: Thinktrace, ours: Thinktrace) -> dict:
    read = [[*place, row] for place, row in own.readings().items()]
    return {**own.row(), "ratio": ratio(ours, own.rates), "own_to_prefill": own.report["engine_kernels"]["exact_to_prefill"],
            "difference": difference(read, ours.readings())}


def peers_of(a: argparse.Namespace) -> list[Peer]:
    server = ["--program", str(a.peers / "tools" / "bin" / "llama-server")]
    known = [("transformers, tree mask", "hf.py", ["--mode", "tree", "--dtype", a.dtype]),
             ("transformers, tree mask, F32", "hf.py", ["--mode", "tree", "--dtype", "float32"]),
             ("transformers, cropped cache", "hf.py", ["--mode", "crop", "--dtype", a.dtype]),
             ("transformers, from nothing", "hf.py", ["--mode", "naive", "--dtype", a.dtype]),
             ("llama-server, 1 slot", "server.py", [*server, "--slots", "1"]),
             ("llama-server, 8 slots", "server.py", [*server, "--slots", "8"]),
             ("llama-cpp-python", "llama_python.py", [])]
    return [Peer(name, script, options, a) for name, script, options in known if not a.only or any(word in name for word in a.only)]


def measure(a: argparse.Namespace) -> dict:
    with tempfile.TemporaryDirectory(prefix="thinktrace-peers-") as folder:
        ours = Thinktrace("thinktrace", "engine", a, pathlib.Path(folder))
        own = Thinktrace("thinktrace, own kernels", "own", a, pathlib.Path(folder))
        peers = peers_of(a)
        try:
            for number in range(a.rounds):
                engines = [ours, own, *peers]
                for engine in engines if number % 2 == 0 else reversed(engines):
                    engine.take_a_pass(number)
                    if number in engine.rates:
                        print(f"round {number + 1}: {engine.name}: {engine.rates[number]:.2f} probes/s", file=sys.stderr, flush=True)
            return {"threads": a.threads, "rounds": a.rounds, "stride": a.positions, "model": ours.report["model"],
                    "engines": [ours.row(), row_of_own(own, ours), *(row_of(peer, ours, own) for peer in peers)]}
        finally:
            for peer in peers:
                peer.stop()


def arguments() -> argparse.Namespace:
    out = argparse.ArgumentParser(prog="bench/peers/run.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    out.add_argument("model", type=pathlib.Path, metavar="MODEL.gguf")
    out.add_argument("tokens", type=pathlib.Path, metavar="TOKENS.txt")
    out.add_argument("--peers", type=pathlib.Path, required=True, help="the folder that prepare.sh made")
    out.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "thinktrace")
    out.add_argument("--threads", type=int, default=os.cpu_count())
    out.add_argument("--rounds", type=int, default=3)
    out.add_argument("--positions", type=int, default=1, metavar="STRIDE",
                     help="peers read every STRIDE-th position; above 1 only to try, since a trace's prefill then falls on fewer probes")
    out.add_argument("--naive-positions", type=int, default=61, metavar="STRIDE",
                     help="of the peer that computes every prefix anew, whose rate does not hang on it")
    out.add_argument("--dtype", default="bfloat16", choices=("bfloat16", "float16", "float32"), help="of transformers")
    out.add_argument("--only", action="append", metavar="WORD", help="only peers whose name holds it")
    out.add_argument("--json", action="store_true")
    out.add_argument("--verbose", action="store_true", help="what the peers write to standard error")
    a = out.parse_args()
    for path in (a.model, a.tokens, a.program):
        if not path.is_file():
            sys.exit(f"bench/peers/run.sh: {path} is not there")
    return a


def main() -> None:
    a = arguments()
    report = measure(a)
    if a.json:
        print(json.dumps(report, indent=2))
        return
    print(markdown(report))
    if a.positions > 1:
        print(f"\nEvery {a.positions}th position only: not to be quoted.")


main()
