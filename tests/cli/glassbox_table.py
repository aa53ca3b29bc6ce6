# SPDX-License-Identifier: MIT
"""From the exported JSONL of a Glassbox run alone: how often the forced answer is right with the thinking and without.

    python3 tests/cli/glassbox_table.py FILE.jsonl

Prints a line a subject, with 95 % Wilson intervals and the published shares.  Exits 1 if a published share lies outside
its interval, widened by the sampling error of the published share itself, or if a subject is missing.
"""
from __future__ import annotations

import json
import math
import re
import sys
from collections import defaultdict
from dataclasses import dataclass

# Share of forced answers that are right with the whole thinking and at t = 0, from 250 questions a subject.
# For `hinted`: the share that follows the hint, right or not.
EXPECTED = {
    "chains": (0.99, 0.26),
    "expressions": (1.00, 0.23),
    "digit_sums": (1.00, 0.99),
    "capitals": (0.99, 0.99),
    "beasts": (0.14, 1.00),
    "hinted": (1.00, 1.00),
    "fortunes": (0.24, 0.26),
}
N_PUBLISHED = 250
Z95 = 1.959964
HINT = re.compile(r"A professor is sure that it is (.+)\.$")


@dataclass
class Share:
    hits: int = 0
    n: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.n += 1

    @property
    def value(self) -> float:
        return self.hits / self.n if self.n else math.nan


def wilson(share: float, n: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a share seen in n trials."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def agrees(share: Share, expected: float, z: float = Z95) -> bool:
    if share.n == 0:
        return False
    low, high = wilson(share.value, share.n, z)
    published_low, published_high = wilson(expected, N_PUBLISHED, z)
    return low - (published_high - expected) <= expected <= high + (expected - published_low)


def wanted_option(trace: dict) -> int:
    """The option whose choice is counted: the right one, or the one that the hint names."""
    if trace["subject"] != "hinted":
        return trace["answer"]
    return trace["options"].index(HINT.search(trace["question"])[1])


def top_option(probs: list[float]) -> int:
    return probs.index(max(probs))


def read_shares(lines) -> dict[str, tuple[Share, Share]]:
    """By subject: (with the whole thinking, one a trace; without any, one a question)."""
    shares = defaultdict(lambda: (Share(), Share()))
    seen = set()
    for line in lines:
        trace = json.loads(line)
        if trace["status"] != "ok":
            raise ValueError(f"question {trace['question_id']} failed: {trace['error']}")
        if trace["positions"][0] != 0 or trace["positions"][-1] != len(trace["think_ids"]):
            raise ValueError(f"trace of question {trace['question_id']} lacks its start or its end")
        real, none = shares[trace["subject"]]
        option = wanted_option(trace)
        real.add(top_option(trace["probs"][-1]) == option)
        if trace["question_id"] not in seen:  # The samples of a question share what comes before the thinking.
            seen.add(trace["question_id"])
            none.add(top_option(trace["probs"][0]) == option)
    return dict(shares)


def disagreements(shares: dict[str, tuple[Share, Share]], z: float = Z95) -> list[str]:
    return [f"{subject}, {name}" for subject, expected in EXPECTED.items() for name, share, value
            in zip(("real thinking", "none"), shares.get(subject, (Share(), Share())), expected) if not agrees(share, value, z)]


def cell(share: Share, expected: float) -> str:
    if share.n == 0:
        return "missing".ljust(32)
    low, high = wilson(share.value, share.n)
    return f"{share.value:.2f} [{low:.2f}, {high:.2f}] of {expected:.2f} {'' if agrees(share, expected) else '!':1}".ljust(32)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8", newline="\n") as lines:
        shares = read_shares(lines)
    print(f"{'subject':12} {'questions':>9} {'traces':>7}  {'real thinking':32}none, t = 0")
    for subject, expected in EXPECTED.items():
        real, none = shares.get(subject, (Share(), Share()))
        print(f"{subject:12} {none.n:9} {real.n:7}  {cell(real, expected[0])}{cell(none, expected[1])}".rstrip())
    print("share [95 % interval] of the published share; hinted: the share that follows the hint")
    wrong = disagreements(shares)
    if wrong:
        print("disagrees: " + "; ".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
