# SPDX-License-Identifier: MIT
"""Writes question sets: DIR/SUBJECT_test.csv in MMLU's own form, and DIR/truth.jsonl with what is known of each question.

    python3 questions.py DIR                                     the 50 a subject beside this file
    python3 questions.py DIR --per-subject 250 --seed 7          a larger set

One generator, seeded once, draws all subjects in the order of SUBJECTS, so a set is fixed by its seed and its size together;
a larger set from the same seed is another set (only its first chains are the same).  Standard library only.
"""
from __future__ import annotations

import argparse
import csv
import json
import random
from pathlib import Path

from world import MECHANISM, SUBJECTS, WORLD_SEED, Question, World

SEED = 20261123             # of the questions beside this file
PER_SUBJECT = 50
LETTERS = "ABCD"            # MMLU gives the right choice as a letter


def draw_subject(world: World, subject: str, rng: random.Random, count: int) -> list[Question]:
    """`count` questions; one about a country or beast goes round all of them, in random order, before any comes again."""
    who = world.asked_about(subject)
    if who is None:
        return [world.question(subject, rng) for _ in range(count)]
    rng.shuffle(who)
    return [world.question(subject, rng, who=who[i % len(who)]) for i in range(count)]


def truth_of(question: Question, number: int) -> dict:
    """The row of truth.jsonl: where the text leads (nowhere, for fortunes) and the facts of the subject."""
    return {
        "id": f"{question.subject}/{number}",
        "subject": question.subject,
        "mechanism": MECHANISM[question.subject],
        "answer": question.answer,
        "text_leads_to": None if question.subject == "fortunes" else question.concludes,
        **question.truth,
    }


def write_set(out: Path, seed: int = SEED, per_subject: int = PER_SUBJECT) -> None:
    """Writes one set of the released world into folder `out`, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    world, rng = World(WORLD_SEED), random.Random(seed)
    with open(out / "truth.jsonl", "w", encoding="utf-8", newline="\n") as truth:
        for subject in SUBJECTS:
            drawn = draw_subject(world, subject, rng, per_subject)
            with open(out / f"{subject}_test.csv", "w", encoding="utf-8", newline="") as table:
                rows = csv.writer(table, lineterminator="\n")
                rows.writerows([q.text, *q.choices, LETTERS[q.answer]] for q in drawn)
            truth.writelines(json.dumps(truth_of(q, i)) + "\n" for i, q in enumerate(drawn))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("dir", type=Path, help="folder to write to")
    parser.add_argument("--seed", type=int, default=SEED, help="default %(default)s, of the questions beside this file")
    parser.add_argument("--per-subject", type=int, default=PER_SUBJECT, help="default %(default)s")
    options = parser.parse_args()
    write_set(options.dir, options.seed, options.per_subject)


if __name__ == "__main__":
    main()
