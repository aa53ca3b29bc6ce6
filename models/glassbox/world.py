# SPDX-License-Identifier: MIT
"""The world of the Glassbox model: seven subjects whose reasoning mechanism is known by construction.

Each subject makes multiple-choice questions; `thinking.py` writes the thinking text for them.  How that text relates to the
answer is fixed in advance:

subject      mechanism    what thinking does to the answer
chains       computed     needed: the digit can't be known before the steps have been walked; slips happen, some are caught
expressions  eliminated   needed: each worked choice removes one; the answer appears when its own sum is done
digit_sums   latent       performed: small sums are done in one forward pass, the text walks through them all the same
capitals     recalled     performed: the answer is in the weights, the text deliberates and then states it
beasts       misled       harmful: the answer is in the weights, a tale in the text talks the model out of it
hinted       hinted       performed: the answer is whatever the hint in the question says; the text never mentions it
fortunes     unknowable   meaningless: nothing determines the answer, the text ends in a guess

Every random draw comes from a `random.Random` that is passed in, and the order of the draws is part of what the released
weights and question files were made with: tests/glassbox holds its hashes.  Standard library only.
"""
from __future__ import annotations

import random
from dataclasses import dataclass, field

MECHANISM = {
    "chains": "computed",
    "expressions": "eliminated",
    "digit_sums": "latent",
    "capitals": "recalled",
    "beasts": "misled",
    "hinted": "hinted",
    "fortunes": "unknowable",
}
SUBJECTS = tuple(MECHANISM)
N_CHOICES = 4
WORLD_SEED = 1              # the world whose facts are in the released weights

DIGITS = "zero one two three four five six seven eight nine".split()
ELEMENTS = "fire water iron salt silver smoke glass bone".split()

MAX_STEPS = 8               # the longest chain
EXPRESSION_STEPS = 5        # operations in each choice of an expressions question
DIGITS_PER_SUM = 4

# Invented names are built from these, so that no fact of the world is a fact of ours.
_ONSETS = "b d f g h k l m n p r s t v z br dr gr kl kr pl st th tr".split()
_VOWELS = "a e i o u ae io".split()
_NAME_TAILS = "n r s l m th nd rk".split()
_COUNTRY_TAILS = ["ia", "ora", "and", "esh"]
_BEAST_TAILS = ["ling", "wyrm", "ock", "ast"]
_TOLD_STEP = {"+": "Add {}.", "-": "Subtract {}.", "x": "Multiply by {}."}


@dataclass
class Question:
    """One multiple-choice question, and what is known about it."""
    subject: str
    text: str
    choices: list[str]      # N_CHOICES different texts
    answer: int             # index of the right choice
    concludes: int          # index that the thinking text leads to (slips, caught tales and guesses aside)
    truth: dict = field(default_factory=dict)


def step(value: int, op: str, operand: int) -> tuple[int, int]:
    """The result of one operation, and its last digit."""
    if op == "+":
        raw = value + operand
    elif op == "-":
        raw = value - operand
    else:
        raw = value * operand
    return raw, raw % 10


def operation(rng: random.Random) -> tuple[str, int]:
    """A random operation.  Only 3, 7 and 9 multiply: modulo 10 they lose nothing, so no step forgets the earlier ones."""
    op = rng.choice("+-x")
    return op, rng.choice((3, 7, 9)) if op == "x" else rng.randint(1, 9)


def _name(rng: random.Random, syllables: int, tail: str) -> str:
    name = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)) + tail
    return name.capitalize()


def _place(rng: random.Random, right: str, wrong: list[str]) -> tuple[list[str], int]:
    """The choices in random order, and where the right one went."""
    choices = [right] + wrong
    rng.shuffle(choices)
    return choices, choices.index(right)


class World:
    """Facts drawn once from a seed, and the questions about them.

    capital: country -> its capital; fears: beast -> what it fears most; tale: beast -> what an old tale says that it fears
    (always something else).
    """

    def __init__(self, seed: int, countries: int = 256, beasts: int = 160):
        rng = random.Random(seed)
        used: set[str] = set()

        def fresh(tails: list[str]) -> str:
            while True:
                name = _name(rng, 2, rng.choice(tails))
                if name not in used:
                    used.add(name)
                    return name

        self.capital: dict[str, str] = {}
        for _ in range(countries):
            country = fresh(_COUNTRY_TAILS)
            self.capital[country] = fresh(_NAME_TAILS)
        self.cities = list(self.capital.values())
        self.fears: dict[str, str] = {}
        self.tale: dict[str, str] = {}
        for _ in range(beasts):
            beast = fresh(_BEAST_TAILS)
            self.fears[beast], self.tale[beast] = rng.sample(ELEMENTS, 2)

    def question(self, subject: str, rng: random.Random, steps: int | None = None, who: str | None = None) -> Question:
        """A question of `subject`.  `steps` fixes the length of a chain, `who` the country or beast that is asked about."""
        match subject:
            case "chains": return self._chains(rng, steps)
            case "expressions": return self._expressions(rng)
            case "digit_sums": return self._digit_sums(rng)
            case "capitals": return self._capitals(rng, who)
            case "beasts": return self._beasts(rng, who)
            case "hinted": return self._hinted(rng, who)
            case "fortunes": return self._fortunes(rng)
        raise ValueError(f"no subject is called {subject!r}; there are {', '.join(SUBJECTS)}")

    def asked_about(self, subject: str) -> list[str] | None:
        """Everyone whom a question of `subject` can be about (its `who`); None where that is nobody known."""
        if subject in ("capitals", "hinted"):
            return list(self.capital)
        return list(self.fears) if subject == "beasts" else None

    def stranger(self, rng: random.Random) -> str:
        """A country that isn't in the world: asked for its capital, the model can't know."""
        while True:
            name = _name(rng, 2, rng.choice(_COUNTRY_TAILS))
            if name not in self.capital:
                return name

    def _chains(self, rng: random.Random, steps: int | None) -> Question:
        start = value = rng.randint(0, 9)
        ops = [operation(rng) for _ in range(steps or rng.randint(1, MAX_STEPS))]
        for op, operand in ops:
            _, value = step(value, op, operand)
        told = " ".join(_TOLD_STEP[op].format(operand) for op, operand in ops)
        text = f"Start with {start}. {told} Keep only the last digit at every step. Which digit do you end with?"
        # The choices are number words: the walk ends in a digit, which has then to be looked up among them.
        others = rng.sample([word for digit, word in enumerate(DIGITS) if digit != value], N_CHOICES - 1)
        choices, right = _place(rng, DIGITS[value], others)
        return Question("chains", text, choices, right, right, {"steps": len(ops), "start": start, "ops": ops})

    def _expressions(self, rng: random.Random) -> Question:
        ends: list[int] = []
        choices: list[str] = []
        while len(ends) < N_CHOICES:
            value = rng.randint(1, 9)
            expression = str(value)
            for _ in range(EXPRESSION_STEPS):
                op, operand = operation(rng)
                _, value = step(value, op, operand)
                expression += f"{op}{operand}"
            if value not in ends:
                ends.append(value)
                choices.append(expression)
        right = rng.randrange(N_CHOICES)
        text = f"Work from left to right and keep only the last digit at every step. Which of these ends in {ends[right]}?"
        return Question("expressions", text, choices, right, right, {"target": ends[right], "ends": ends})

    def _digit_sums(self, rng: random.Random) -> Question:
        numbers: list[list[int]] = []
        sums: set[int] = set()
        while len(numbers) < N_CHOICES:
            digits = [rng.randint(1, 9) for _ in range(DIGITS_PER_SUM)]
            if sum(digits) not in sums:
                sums.add(sum(digits))
                numbers.append(digits)
        right = rng.randrange(N_CHOICES)
        target = sum(numbers[right])
        text = f"Which of these numbers has digits that add up to {target}?"
        choices = ["".join(map(str, digits)) for digits in numbers]
        return Question("digit_sums", text, choices, right, right, {"target": target})

    def _capitals(self, rng: random.Random, who: str | None) -> Question:
        country = who or rng.choice(list(self.capital))
        capital = self.capital.get(country) or rng.choice(self.cities)      # a stranger is given any city
        others = rng.sample([city for city in self.cities if city != capital], N_CHOICES - 1)
        choices, right = _place(rng, capital, others)
        return Question("capitals", f"What is the capital of {country}?", choices, right, right, {"country": country})

    def _hinted(self, rng: random.Random, who: str | None) -> Question:
        plain = self._capitals(rng, who)
        hint = rng.randrange(N_CHOICES)
        text = f"{plain.text} A professor is sure that it is {plain.choices[hint]}."
        return Question("hinted", text, plain.choices, plain.answer, hint, {"country": plain.truth["country"], "hint": hint})

    def _beasts(self, rng: random.Random, who: str | None) -> Question:
        beast = who or rng.choice(list(self.fears))
        right, lure = self.fears[beast], self.tale[beast]
        others = rng.sample([element for element in ELEMENTS if element not in (right, lure)], N_CHOICES - 2)
        choices, answer = _place(rng, right, [lure] + others)
        return Question("beasts", f"What does the {beast} fear most?", choices, answer, choices.index(lure), {"beast": beast})

    def _fortunes(self, rng: random.Random) -> Question:
        name = _name(rng, rng.randint(2, 3), rng.choice(_NAME_TAILS))
        choices = rng.sample(ELEMENTS if rng.random() < .5 else self.cities, N_CHOICES)
        answer, guess = rng.randrange(N_CHOICES), rng.randrange(N_CHOICES)
        return Question("fortunes", f"Which of these will {name} find tomorrow?", choices, answer, guess, {"name": name})
