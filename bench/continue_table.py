# SPDX-License-Identifier: MIT
"""From the lines of `export --what continuations` alone: how often forced and free answers are right, by subject and place.

    python3 bench/continue_table.py FILE.jsonl

Prints a Markdown table; differences with 95 % intervals of a bootstrap over questions, and, since one that is the same everywhere has
an interval of no width, the share of the questions in which it is more than .1, with Wilson's.  Exits 1 unless, on Glassbox, forced and free
agree at the end, and at the start they differ upwards, downwards or not at all, as the world has it.
"""
from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "cli"))
from glassbox_table import wilson  # noqa: E402

PLACES = ("start", "1/4", "1/2", "3/4", "end")
# What the difference (free - forced) at the start must lie in with its whole interval; at the end it is within ALIKE everywhere.
ALIKE = (-.1, .1)
APART = .1
AT_START = {"chains": (.4, 1), "expressions": (.4, 1), "beasts": (-1, -.4), "capitals": ALIKE, "digit_sums": ALIKE, "hinted": ALIKE, "fortunes": ALIKE}


def place_of(row: dict) -> str:
    """Also of a thinking so short that two places are one: then it is the first of them."""
    position, n = row["position"], row["thinking_tokens"]
    return "start" if position == 0 else "end" if position == n else PLACES[min(3, max(1, round(4 * position / n)))]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def interval(by_question: list[float], resamples: int = 2000) -> tuple[float, float]:
    draw = random.Random(1)
    n = len(by_question)
    means = sorted(mean(draw.choices(by_question, k=n)) for _ in range(resamples))
    return means[round(.025 * (resamples - 1))], means[round(.975 * (resamples - 1))]


def read_beginnings(path: str) -> dict:
    """(subject, place) -> question -> [(forced P(right), free answers right)]; the continuations that means are made of."""
    beginnings = defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["counts"]:
                beginnings[row["subject"], place_of(row), row["question_id"], row["trace_id"], row["p_right"]].append(row["right"])
    cells = defaultdict(lambda: defaultdict(list))
    for (subject, place, question, _, forced), right in beginnings.items():
        cells[subject, place][question].append((forced, mean(right)))
    return cells


def main(path: str) -> int:
    cells = read_beginnings(path)
    wrong = []
    print("| subject | place | questions | forced | free | free - forced | more than .1 apart |\n| --- | --- | --- | --- | --- | --- | --- |")
    for subject in dict.fromkeys(subject for subject, _ in cells):
        for place in PLACES:
            questions = list(cells[subject, place].values())
            if not questions:
                continue
            forced, free = (mean([mean([pair[i] for pair in pairs]) for pairs in questions]) for i in (0, 1))
            differences = [mean([b - a for a, b in pairs]) for pairs in questions]
            low, high = interval(differences)
            apart = mean([abs(d) > APART for d in differences])
            print(f"| {subject} | {place} | {len(questions)} | {forced:.2f} | {free:.2f} | {free - forced:+.3f} [{low:+.3f}, {high:+.3f}] | {apart:.2f} [{wilson(apart, len(questions))[0]:.2f}, {wilson(apart, len(questions))[1]:.2f}] |")
            must = ALIKE if place == "end" else AT_START.get(subject) if place == "start" else None
            if must and not must[0] <= low <= high <= must[1]:
                wrong.append(f"{subject}, {place}: not within {must}")
    wrong += [f"{subject}: nothing was continued" for subject in AT_START if not cells[subject, "start"]]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
