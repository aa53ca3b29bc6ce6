# SPDX-License-Identifier: MIT
"""From exported lines alone: how often the answer forced after each arm of an ablation is the one that counts, by subject.

    python3 bench/ablate_table.py TRACES.jsonl ABLATIONS.jsonl

TRACES is `export`, ABLATIONS `export --what ablations`.  What counts is the right option, on `hinted` the one that the hint names; of a trace
the mean over its draws.  Prints a Markdown table with 95 % intervals: Wilson's where each trace has one draw, else of a bootstrap over
questions.  Marks with ! what another program measured on 250 questions a subject (models/glassbox/README.md) where it lies outside the
interval, widened by its own sampling error and, where chance has a part in the arm, by .1; exits 1 if one does.
"""
from __future__ import annotations

import json
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "cli"))
import glassbox_table  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
ARMS = ("real", "none", "blank", "filler", "random", "shuffled", "other_question")
DRAWN = ("random", "shuffled", "other_question")


def published() -> dict[str, list[float]]:
    """The model card's table, subject by subject."""
    rows = re.findall(r"^\| (\w+)(?:, [a-z ]+)? \|((?: \.?\d[.\d]* \|){7})$", (ROOT / "models/glassbox/README.md").read_text(encoding="utf-8"), re.M)
    return {subject: [float(cell) for cell in cells.strip("| ").split("|")] for subject, cells in rows}


def bootstrap(values: list[float], resamples: int = 2000) -> tuple[float, float]:
    draw = random.Random(1)
    n = len(values)
    means = sorted(sum(draw.choices(values, k=n)) / n for _ in range(resamples))
    return means[round(.025 * (resamples - 1))], means[round(.975 * (resamples - 1))]


def cell(hits: list[list[bool]], arm: str, expected: float, z: float = glassbox_table.Z95) -> tuple[str, bool]:
    """`hits`: a trace's draws each, one trace a question. `z`: how wide the intervals are, but for bootstraps'."""
    values = [sum(draws) / len(draws) for draws in hits]
    share = sum(values) / len(values)
    has_draws = any(len(draws) > 1 for draws in hits)
    low, high = bootstrap(values) if has_draws else glassbox_table.wilson(share, len(values), z)
    below, above = glassbox_table.wilson(expected, glassbox_table.N_PUBLISHED, z)
    more = .1 if arm in DRAWN else 0
    agrees = low - (above - expected) - more <= expected <= high + (expected - below) + more
    return f"{share:.2f} [{low:.2f}, {high:.2f}]{'' if agrees else ' !'}", agrees


def read_hits(traces, ablations) -> dict[tuple[str, str], dict[str, list[bool]]]:
    """From lines: by subject and arm, then by trace, whether each draw's answer is the one that counts."""
    wanted, subject_of = {}, {}
    for trace in map(json.loads, traces):
        wanted[trace["trace_id"]] = glassbox_table.wanted_option(trace)
        subject_of[trace["trace_id"]] = trace["subject"]
    hits = defaultdict(lambda: defaultdict(list))
    for row in map(json.loads, ablations):
        hits[subject_of[row["trace_id"]], row["arm"]][row["trace_id"]].append(row["top"] == wanted[row["trace_id"]])
    return hits


def table(hits, z: float = glassbox_table.Z95) -> tuple[list[str], list[str]]:
    """Its lines, and where it disagrees with the card."""
    card, wrong = published(), []
    lines = ["| subject | " + " | ".join(ARMS) + " |", "|" + " --- |" * (len(ARMS) + 1)]
    for subject, expected in card.items():
        cells = []
        for arm, value in zip(ARMS, expected, strict=True):
            found = list(hits.get((subject, arm), {}).values())
            text, agrees = cell(found, arm, value, z) if found else ("missing", False)
            cells.append(text)
            if not agrees:
                wrong.append(f"{subject}, {arm}: {value:.2f} on the card")
        lines.append(f"| {subject} | " + " | ".join(cells) + " |")
    return lines, wrong if card else ["the card has no table"]


def main(traces: str, ablations: str) -> int:
    with open(traces, encoding="utf-8", newline="\n") as lines, open(ablations, encoding="utf-8", newline="\n") as rows:
        shown, wrong = table(read_hits(lines, rows))
    print("\n".join(shown))
    if wrong:
        print("disagrees: " + "; ".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    sys.exit(main(*sys.argv[1:]))
