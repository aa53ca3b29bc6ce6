# SPDX-License-Identifier: MIT
"""What experiments cost beside what they said that they would, on Glassbox.

    python3 bench/experiment_costs.py [QUESTIONS_A_SUBJECT [THREADS]]     (4 and 2 by default)

Each experiment is made on a fresh copy of one run.  Prints a Markdown table: the time that the command told before it began, the
time that it then took, from its plan to its end, and the one over the other.
"""
from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM, MODEL, QUESTIONS = ROOT / "build" / "thinktrace", ROOT / "models" / "glassbox" / "glassbox-q8_0.gguf", ROOT / "models" / "glassbox" / "questions"
SECONDS = {"s": 1, "min": 60, "h": 3600}
TOLD = re.compile(r"about ([\d.]+) (s|min|h)\b", re.M)
EXPERIMENTS = (
    ("probe", "--suffix", r"\n\nAnswer: "),
    ("ablate",),
    ("continue",),
    ("mistakes", "--arms", "rule"),
    ("paraphrase",),
    ("hint", "--wording", "A professor is sure that it is {option}."),
    ("pivots", "--subjects", "beasts", "--every", "32", "--alternatives", "0"),
)


def measure(arguments: list[str]) -> tuple[float, float]:
    """Seconds told, and seconds taken after that."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    told, begin, lines = None, None, []
    for line in process.stderr:
        lines.append(line)
        found = TOLD.search(line)
        if found and told is None:
            told, begin = float(found[1]) * SECONDS[found[2]], time.monotonic()
    if process.wait() != 0 or told is None:
        sys.exit(f"{' '.join(arguments)}: exit code {process.returncode}, cost told: {told}\n{''.join(lines)}")
    return told, time.monotonic() - begin


def main(n_questions: str = "4", threads: str = "2") -> int:
    with tempfile.TemporaryDirectory() as holder:
        first = Path(holder) / "first"
        subprocess.run([PROGRAM, "run", "-m", MODEL, "-q", QUESTIONS, "-o", first, "--limit", n_questions, "--samples", "2", "--threads", threads, "--no-site", "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        print("| experiment | told | took | took / told |\n| --- | --- | --- | --- |")
        for name, *options in EXPERIMENTS:
            run = Path(holder) / name
            shutil.copytree(first, run)
            told, took = measure([str(PROGRAM), name, str(run), *options, "--threads", threads])
            print(f"| `{' '.join([name, *options])}` | {told:.0f} s | {took:.0f} s | {took / told:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
