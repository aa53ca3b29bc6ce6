# SPDX-License-Identifier: MIT
"""Prints a question and a thinking text of each subject: python3 show.py [SEED].  Standard library only."""
from __future__ import annotations

import random
import sys

from prompt import LABELS
from thinking import think
from world import SUBJECTS, WORLD_SEED, World


CARD_SEED = 4       # of the examples in README.md


def show(seed: int) -> str:
    """One example a subject."""
    world, rng = World(WORLD_SEED), random.Random(seed)
    labels = LABELS["digits"]
    lines = []
    for subject in SUBJECTS:
        q = world.question(subject, rng)
        sentences, _ = think(q, rng, labels)
        choices = "  ".join(f"{labels[i]}: {choice}" for i, choice in enumerate(q.choices))
        lines += [f"{subject}  (right: {labels[q.answer]})", f"  {q.text}", f"  {choices}", f"  {' '.join(sentences)}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(show(int(sys.argv[1]) if len(sys.argv) > 1 else CARD_SEED), end="")
