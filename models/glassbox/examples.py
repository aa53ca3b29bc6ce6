# SPDX-License-Identifier: MIT
"""Training examples of the Glassbox model, as text: what is drawn, how often, and what a forced stop teaches.

Standard library only; `data.py` turns the examples into rows of token ids.
"""
from __future__ import annotations

import random
from typing import NamedTuple, Sequence

from prompt import ENDINGS, LABELS, MARKS, SAYS, prompt
from thinking import think
from world import SUBJECTS, Question, World

# How often each subject is drawn: the ones that take long to learn more often.
SUBJECT_WEIGHTS = {
    "chains": 5, "expressions": 4, "digit_sums": 1.5, "capitals": 2.5, "beasts": 2, "hinted": 1.5, "fortunes": 1,
}
LABEL_WEIGHTS = (3, 1)          # digits, letters
FORM_WEIGHTS = (3, 1, 1)        # the three MARKS, the three ENDINGS, the three SAYS
PARAGRAPH_RATE = .15            # sentences of a text that start a new paragraph

FORCED_STOP_RATE = .5           # examples whose thinking is stopped somewhere ...
STOP_BEFORE_RATE = .15          # ... and of these, the ones stopped before the first token


class Example(NamedTuple):
    prompt: str
    sentences: list[str]        # thinking
    concludes: int              # index of the choice that the thinking ends in
    question: Question
    labels: str


def draw_example(world: World, rng: random.Random, subjects: Sequence[str] = SUBJECTS) -> Example:
    """One question in one of the forms of prompt, with its thinking text."""
    subject = rng.choices(subjects, [SUBJECT_WEIGHTS[s] for s in subjects])[0]
    question = world.question(subject, rng)
    labels = LABELS[rng.choices(("digits", "letters"), LABEL_WEIGHTS)[0]]
    mark = rng.choices(MARKS, FORM_WEIGHTS)[0]
    ending = rng.choices(ENDINGS, FORM_WEIGHTS)[0]
    sentences, concludes = think(question, rng, labels)
    return Example(prompt(question, labels, mark, ending), sentences, concludes, question, labels)


def join_sentences(sentences: list[str], rng: random.Random) -> str:
    text = sentences[0]
    for sentence in sentences[1:]:
        text += ("\n\n" if rng.random() < PARAGRAPH_RATE else " ") + sentence
    return text


def draw_stop(length: int, rng: random.Random) -> int:
    """How many of `length` thinking tokens a forced stop leaves."""
    return 0 if rng.random() < STOP_BEFORE_RATE else rng.randrange(length)


def answer_at_stop(example: Example, text: str, told: str) -> int:
    """The choice to be said when the thinking `text` is stopped after its beginning `told`.

    It is the one that the whole text ends in, so that the model learns the odds of what it can't know yet: of a walk that
    isn't finished, of a slip that may be caught later.  Beasts alone are told apart, for there the text turns a known fact
    round: the fact holds until the lure's word in the tale, the lure from there on, the fact again once the tale is doubted.
    """
    question = example.question
    if question.subject != "beasts":
        return example.concludes
    if "only a tale" in told:
        return question.answer
    lure = question.choices[question.concludes]
    tale = next(s for s in example.sentences if " tale in which" in s or "drove the" in s)
    turn = text.index(tale) + tale.index(lure) + len(lure)
    return question.answer if len(told) < turn else question.concludes


def draw_saying(example: Example, choice: int, rng: random.Random) -> str:
    """What is said after the thinking: the label, with or without the text of the choice."""
    said = rng.choices(SAYS, FORM_WEIGHTS)[0].format(example.labels[choice])
    return said + rng.choice((".", f": {example.question.choices[choice]}."))
