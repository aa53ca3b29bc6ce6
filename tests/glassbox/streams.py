# SPDX-License-Identifier: MIT
"""Long seeded streams of everything that the Glassbox world draws, as hashes.

The digests in test_provenance.py are those of the code that made the released weights and questions.
"""
from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path
from typing import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
GLASSBOX = ROOT / "models" / "glassbox"
sys.path.insert(0, str(GLASSBOX))

from examples import answer_at_stop, draw_example, draw_saying, draw_stop, join_sentences       # noqa: E402
from prompt import ENDINGS, LABELS, MARKS, SAYS, prompt                                         # noqa: E402
from thinking import think                                                                      # noqa: E402
from turns import decides_at, stated_at, turns_at                                               # noqa: E402
from world import SUBJECTS, World                                                               # noqa: E402


def digest(records: Iterable) -> str:
    """SHA-256 over one line of JSON for each record."""
    total = hashlib.sha256()
    for record in records:
        total.update((json.dumps(record, ensure_ascii=False) + "\n").encode())
    return total.hexdigest()


def facts() -> Iterator:
    for world in (World(1), World(2), World(3, countries=40, beasts=20)):
        yield [list(world.capital.items()), world.cities, list(world.fears.items()), list(world.tale.items())]


def questions_and_texts(rounds: int = 600) -> Iterator:
    """Questions of every subject in every form of prompt, with their texts and where these turn."""
    world, rng = World(1), random.Random(4242)
    forms = [(labels, mark, ending) for labels in LABELS.values() for mark in MARKS for ending in ENDINGS]
    for i in range(rounds):
        for subject in SUBJECTS:
            question = world.question(subject, rng)
            labels, mark, ending = forms[i % len(forms)]
            sentences, chosen = think(question, rng, labels)
            text = " ".join(sentences)
            yield [question.subject, question.text, question.choices, question.answer, question.concludes, question.truth,
                   prompt(question), prompt(question, labels, mark, ending), sentences, chosen,
                   turns_at(question, text), decides_at(question, text), stated_at(question, text)]


def asked_for(rounds: int = 200) -> Iterator:
    """Questions of a given length or about a given country or beast, strangers among them."""
    world, rng = World(1), random.Random(77)
    countries, beasts = list(world.capital), list(world.fears)
    for i in range(rounds):
        stranger = world.stranger(rng)
        for question in (
            world.question("chains", rng, steps=1 + i % 12),
            world.question("capitals", rng, who=stranger),
            world.question("capitals", rng, who=countries[i % len(countries)]),
            world.question("hinted", rng, who=countries[-1 - i % len(countries)]),
            world.question("beasts", rng, who=beasts[i % len(beasts)]),
        ):
            sentences, chosen = think(question, rng, LABELS["letters"])
            yield [stranger, question.text, question.choices, question.answer, question.concludes, sentences, chosen]


def training_examples(count: int = 6000) -> Iterator:
    """The texts that the model was trained on: part 0 of the data, without stops (they are drawn from lengths in tokens)."""
    world, rng = World(1), random.Random(1000)
    for i in range(count):
        subjects = SUBJECTS if i % 3 else ("chains", "beasts", "fortunes")
        example = draw_example(world, rng, subjects)
        yield [example.prompt, example.sentences, example.concludes, example.question.text, example.labels]


def stopped_examples(count: int = 3000) -> Iterator:
    """As above with stops, drawn in characters instead of tokens, and what is said after them."""
    world, rng = World(1), random.Random(1001)
    for _ in range(count):
        example = draw_example(world, rng)
        text = join_sentences(example.sentences, rng)
        stop = draw_stop(len(text), rng)
        choice = answer_at_stop(example, text, text[:stop])
        yield [text, stop, choice, draw_saying(example, choice, rng)]


def wording() -> Iterator:
    yield [LABELS, MARKS, ENDINGS, SAYS, SUBJECTS]
