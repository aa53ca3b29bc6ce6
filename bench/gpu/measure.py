# SPDX-License-Identifier: MIT
"""`thinktrace bench` over models and numbers of branches, beside llama-bench's own prefill; called by bench/gpu/run.sh."""
from __future__ import annotations

import argparse
import json
import pathlib
import subprocess

HEAD = ["weights", "branches", "prefill, tokens/s", "exact probing, tokens/s", "of prefill speed", "probes/s", "llama-bench, tokens/s"]


def bench(a: argparse.Namespace, model: pathlib.Path, branches: int) -> dict:
    size = ["--prompt-tokens", "16", "--think-tokens", "64", "--threads", "1", "--rounds", "1"] if a.dry_run else \
           ["--prompt-tokens", "128", "--think-tokens", "2048", "--gpu-layers", "all", "--rounds", "3"]
    command = [a.program, "bench", "-m", model, *size, "--suffix-tokens", "8", "--branches", branches, "--sequences", "1", "--recompute", "1",
               "--json"]
    return json.loads(subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True).stdout)


def engine_prefill(a: argparse.Namespace, model: pathlib.Path) -> str:
    """What llama-bench says of a prefill of as many tokens, in the same passes of 512."""
    if a.llama_bench is None:
        return "not built"
    command = [a.llama_bench, "-m", model, "-p", "2176", "-n", "0", "-b", "512", "-ub", "512", "-ngl", "999", "-fa", "1", "-o", "json"]
    runs = json.loads(subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True).stdout)
    return f"{runs[0]['avg_ts']:.0f} ± {runs[0]['stddev_ts']:.0f}"


def text(spread: dict, digits: int) -> str:
    return f"{spread['median']:.{digits}f} ({spread['low']:.{digits}f} to {spread['high']:.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--llama-bench", type=pathlib.Path)
    parser.add_argument("--dry-run", action="store_true", help="a few tokens on one CPU thread")
    a = parser.parse_args()
    rows, devices = [], []
    for model in a.models:
        engine = engine_prefill(a, model)
        for branches in (8, 16) if a.dry_run else (64, 128, 192, 254):
            report = bench(a, model, branches)
            devices = report["engine"]["devices"]
            rows.append([report["model"]["weights"], str(branches), text(report["prefill_tokens_a_second"], 0),
                         text(report["exact_tokens_a_second"], 0), text(report["exact_to_prefill"], 2), text(report["probes_a_second"], 1), engine])
    print("devices: " + ", ".join(devices) + "\n")
    for cells in (HEAD, ["---"] * len(HEAD), *rows):
        print("| " + " | ".join(cells) + " |")
    if a.dry_run:
        print("\nA dry run with a tiny shape: not to be quoted.")


main()
