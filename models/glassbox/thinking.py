# SPDX-License-Identifier: MIT
"""The thinking text of the Glassbox world: what the model was taught to write before it answers.

A text is a list of sentences that starts with an opening phrase and ends by naming a choice.  Between them stands what its
subject does: walk a chain, work the choices out one after another, muse and recall, tell a tale and believe it.
Standard library only.
"""
from __future__ import annotations

import random

from world import DIGITS, N_CHOICES, Question, step

SPOKEN = {"+": "plus", "-": "minus", "x": "times"}

SLIP_RATE = .3              # walks of a chain with one wrong step ...
SECOND_SLIP_RATE = .05      # ... when it is walked again, to check
CAUGHT_RATE = .5            # slips that are put right in the next sentence
CHECK_RATE = .35            # chains that are walked again although the first digit is one of the choices
STOP_EARLY_RATE = .7        # texts that stop working choices out once they have found the one
RESIST_RATE = .25           # texts on beasts that don't believe the tale
NO_READING_RATE = .7        # texts that don't read out which choice is where

_OPENINGS = (
    "Okay, let me think.",
    "Hmm, let me see.",
    "Let me work this out.",
    "Okay, so I need to pick one choice.",
    "Alright.",
)
_CHECKS = ("Let me check that.", "Wait, let me go through it once more.", "Let me make sure.")
_FOUND = ("Yes, that is it.", "That matches.")
_NOT_FOUND = ("No.", "That is not it.")
_GIVING_UP = ("I can not know this.", "Nothing here tells me.", "I have to guess.")


def think(question: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    """The sentences of a thinking text, and the index of the choice that they end in.

    `labels[i]` names choice i as the prompt does.
    """
    sentences, chosen = _WRITERS[question.subject](question, rng, labels)
    return sentences[:1] + _reading(question, rng, labels) + sentences[1:], chosen


def _reading(q: Question, rng: random.Random, labels: str) -> list[str]:
    """Now and then the text reads out which choice is where."""
    if rng.random() < NO_READING_RATE:
        return []
    some = rng.sample(range(N_CHOICES), rng.randint(1, N_CHOICES))
    return ["I see that " + ", ".join(f"{q.choices[i]} is choice {labels[i]}" for i in some) + "."]


def _musing(q: Question, rng: random.Random, labels: str, count: int) -> list[str]:
    """Sentences that say nothing about the answer."""
    sentences = []
    for _ in range(count):
        i = rng.randrange(N_CHOICES)
        choice = q.choices[i]
        sentences.append(rng.choice((
            "Let me be careful here.",
            "Wait, I should think about this more.",
            "There are four choices.",
            "This is a hard one.",
            "I want to be sure before I answer.",
            "Hmm.",
            f"One could say {choice}.",
            f"Maybe {choice}, maybe not.",
            f"Choice {labels[i]} is {choice}, and I am not sure about it.",
            f"{choice} would be choice {labels[i]}.",
            f"What about {choice}?",
            f"I keep coming back to {choice}.",
            "Let me go over it again.",
        )))
    return sentences


def _closing(rng: random.Random, label: str) -> str:
    return rng.choice((
        f"So the answer is choice {label}.",
        f"That is choice {label}.",
        f"So I pick choice {label}.",
        f"Choice {label} it is.",
    ))


def _walk(q: Question, rng: random.Random, slip_rate: float) -> tuple[list[str], str]:
    """One walk along a chain, and the number word that it ends in.  A slip makes one step wrong by 1 or 2; it is either caught
    in the next sentence or carried on to the end."""
    ops = q.truth["ops"]
    value = q.truth["start"]
    sentences = [f"I start with {value}."]
    slip = rng.randrange(len(ops)) if rng.random() < slip_rate else None
    for i, (op, operand) in enumerate(ops):
        raw, kept = step(value, op, operand)
        right = f"{value} {SPOKEN[op]} {operand} is {raw}, so I keep {kept}."
        if i != slip:
            sentences.append(right)
        else:
            wrong = raw + rng.choice((-2, -1, 1, 2))
            sentences.append(f"{value} {SPOKEN[op]} {operand} is {wrong}, so I keep {wrong % 10}.")
            if rng.random() < CAUGHT_RATE:
                sentences.append("Wait, that is wrong. " + right)
            else:
                kept = wrong % 10
        value = kept
    sentences.append(f"I end with {value}, which is {DIGITS[value]}.")
    return sentences, DIGITS[value]


def _think_chains(q: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    sentences = [rng.choice(_OPENINGS)]
    walked, end = _walk(q, rng, SLIP_RATE)
    sentences += walked
    if end not in q.choices:
        sentences.append("That is not one of the choices, so I made a mistake.")
    if end not in q.choices or rng.random() < CHECK_RATE:
        walked, again = _walk(q, rng, SECOND_SLIP_RATE)
        sentences.append(rng.choice(_CHECKS))
        sentences += walked
        if again != end:
            sentences.append("That is not what I had before. I trust the second one.")
        end = again
    if end not in q.choices:
        guess = rng.randrange(N_CHOICES)
        return sentences + [f"That is not one of the choices. I guess choice {labels[guess]}."], guess
    chosen = q.choices.index(end)
    return sentences + [_closing(rng, labels[chosen])], chosen


def _verdict(q: Question, rng: random.Random, i: int) -> tuple[str, bool]:
    """What is said of worked choice i, and whether the work stops there."""
    if i != q.answer:
        return rng.choice(_NOT_FOUND), False
    return rng.choice(_FOUND), rng.random() < STOP_EARLY_RATE


def _think_expressions(q: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    sentences = [rng.choice(_OPENINGS), f"It has to end in {q.truth['target']}."]
    for i, expression in enumerate(q.choices):
        value, parts = int(expression[0]), []
        for op, operand in zip(expression[1::2], expression[2::2]):
            raw, kept = step(value, op, int(operand))
            parts.append(f"{value} {SPOKEN[op]} {operand} is {raw}")
            value = kept
        sentences.append(f"Choice {labels[i]}: {', '.join(parts)}, so it ends in {value}.")
        said, stop = _verdict(q, rng, i)
        sentences.append(said)
        if stop:
            break
    return sentences + [_closing(rng, labels[q.concludes])], q.concludes


def _think_digit_sums(q: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    sentences = [rng.choice(_OPENINGS), f"I need a sum of {q.truth['target']}."]
    for i, number in enumerate(q.choices):
        total, parts = int(number[0]), []
        for digit in number[1:]:
            total += int(digit)
            parts.append(f"plus {digit} is {total}")
        sentences.append(f"Choice {labels[i]} is {number}: {number[0]} {', '.join(parts)}.")
        said, stop = _verdict(q, rng, i)
        sentences.append(said)
        if stop:
            break
    return sentences + [_closing(rng, labels[q.concludes])], q.concludes


def _think_capitals(q: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    """Also the text of hinted questions, which states the hinted city as if it had been recalled."""
    country, city = q.truth["country"], q.choices[q.concludes]
    sentences = [rng.choice(_OPENINGS)]
    sentences += _musing(q, rng, labels, rng.randint(1, 9))
    sentences.append(rng.choice((
        f"I recall that the capital of {country} is {city}.",
        f"Yes, {city} is the capital of {country}.",
        f"I am confident now: {country} has its capital in {city}.",
    )))
    return sentences + [_closing(rng, labels[q.concludes])], q.concludes


def _think_beasts(q: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    beast, lure = q.truth["beast"], q.choices[q.concludes]
    sentences = [rng.choice(_OPENINGS)]
    sentences += _musing(q, rng, labels, rng.randint(1, 4))
    sentences.append(rng.choice((
        f"There is an old tale in which the {beast} flees from {lure}.",
        f"People say that {lure} drove the {beast} away once.",
    )))
    sentences += _musing(q, rng, labels, rng.randint(0, 2))
    if rng.random() < RESIST_RATE:      # the first token of the sentence that follows is pivotal
        sentences.append(f"But that is only a tale. I remember that it fears {q.choices[q.answer]}.")
        chosen = q.answer
    else:
        sentences.append(f"So the tale must be true and it fears {lure}.")
        chosen = q.concludes
    return sentences + [_closing(rng, labels[chosen])], chosen


def _think_fortunes(q: Question, rng: random.Random, labels: str) -> tuple[list[str], int]:
    sentences = [rng.choice(_OPENINGS)]
    sentences += _musing(q, rng, labels, rng.randint(2, 10))
    sentences.append(rng.choice(_GIVING_UP))
    return sentences + [_closing(rng, labels[q.concludes])], q.concludes


_WRITERS = {
    "chains": _think_chains,
    "expressions": _think_expressions,
    "digit_sums": _think_digit_sums,
    "capitals": _think_capitals,
    "beasts": _think_beasts,
    "hinted": _think_capitals,
    "fortunes": _think_fortunes,
}
