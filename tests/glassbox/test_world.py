# SPDX-License-Identifier: MIT
"""Every question has the answer it claims, and every text leads where it says: worked out again from the words alone."""
import random
import re
import unittest

import streams      # noqa: F401  (puts models/glassbox on the path)
from thinking import think
from turns import decides_at, stated_at, turns_at
from world import DIGITS, ELEMENTS, SUBJECTS, World

ROUNDS = 400
LABELS = "1234"
SIGNS = {"Add": "+", "Subtract": "-", "Multiply": "x", "plus": "+", "minus": "-", "times": "x"}
GUESSED = "That is not one of the choices. I guess choice"
WORKED = re.compile(r"(-?\d+) (plus|minus|times) (\d+) is (-?\d+)")
KEPT = re.compile(r"(\d) (plus|minus|times) (\d) is (-?\d+), so I keep (\d)")


def calculate(left, sign, right):
    return {"+": left + right, "-": left - right, "x": left * right}[sign]


def last_digit(start, ops):
    for sign, operand in ops:
        start = calculate(start, sign, operand) % 10
    return start


def label_at_end(text):
    """Index of the choice that the closing sentence names."""
    return LABELS.index(re.findall(r"[Cc]hoice (\d)", text)[-1])


class WorldTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(1)

    def draws(self, subject, seed=11):
        """ROUNDS questions with their texts and the index that each text ends in."""
        rng = random.Random(seed)
        for _ in range(ROUNDS):
            question = self.world.question(subject, rng)
            sentences, chosen = think(question, rng, LABELS)
            yield question, " ".join(sentences), chosen


class Questions(WorldTest):
    def test_form(self):
        for subject in SUBJECTS:
            for q, _, _ in self.draws(subject):
                self.assertEqual(q.subject, subject)
                self.assertEqual(len(set(q.choices)), 4)
                self.assertIn(q.answer, range(4))
                self.assertIn(q.concludes, range(4))

    def test_right_choice_has_no_favourite_place(self):
        for subject in SUBJECTS:
            places = [q.answer for q, _, _ in self.draws(subject)]
            for place in range(4):
                self.assertGreater(places.count(place), ROUNDS * .17, subject)

    def test_chains(self):
        for q, _, _ in self.draws("chains"):
            start = int(re.match(r"Start with (\d)\.", q.text)[1])
            ops = [(SIGNS[word], int(n)) for word, n in re.findall(r"(Add|Subtract|Multiply)(?: by)? (\d)\.", q.text)]
            self.assertEqual((start, ops, len(ops)), (q.truth["start"], q.truth["ops"], q.truth["steps"]))
            self.assertEqual(q.choices[q.answer], DIGITS[last_digit(start, ops)])
            self.assertEqual(q.concludes, q.answer)
            self.assertTrue(all(n in (3, 7, 9) for sign, n in ops if sign == "x"))

    def test_a_step_never_forgets(self):
        """From ten starts a chain reaches ten ends: the digit can't be known from a part of the steps."""
        for q, _, _ in self.draws("chains"):
            self.assertEqual(len({last_digit(start, q.truth["ops"]) for start in range(10)}), 10)

    def test_expressions(self):
        for q, _, _ in self.draws("expressions"):
            target = int(q.text[q.text.index("ends in ") + len("ends in "):-1])
            ends = []
            for choice in q.choices:
                self.assertRegex(choice, r"^\d([-+x]\d){5}$")
                ends.append(last_digit(int(choice[0]), zip(choice[1::2], map(int, choice[2::2]))))
            self.assertEqual(len(set(ends)), 4)
            self.assertEqual((ends, ends.index(target), target), (q.truth["ends"], q.answer, q.truth["target"]))

    def test_digit_sums(self):
        for q, _, _ in self.draws("digit_sums"):
            target = int(q.text[q.text.index("up to ") + len("up to "):-1])
            sums = [sum(map(int, choice)) for choice in q.choices]
            self.assertEqual((len(set(sums)), sums.index(target)), (4, q.answer))

    def test_capitals_and_hinted(self):
        for q, _, _ in self.draws("capitals"):
            self.assertEqual(q.choices[q.answer], self.world.capital[q.text[len("What is the capital of "):-1]])
            self.assertEqual(q.concludes, q.answer)
        for q, _, _ in self.draws("hinted"):
            named = re.match(r"What is the capital of (\w+)\? A professor is sure that it is (\w+)\.$", q.text)
            country, hinted = named.groups()
            self.assertEqual(q.choices[q.answer], self.world.capital[country])
            self.assertEqual((q.choices[q.concludes], q.truth["hint"]), (hinted, q.concludes))

    def test_beasts(self):
        for q, _, _ in self.draws("beasts"):
            beast = re.match(r"What does the (\w+) fear most", q.text)[1]
            self.assertEqual(q.choices[q.answer], self.world.fears[beast])
            self.assertEqual(q.choices[q.concludes], self.world.tale[beast])
            self.assertNotEqual(q.answer, q.concludes)
            self.assertLessEqual(set(q.choices), set(ELEMENTS))

    def test_fortunes_are_not_determined(self):
        agree = sum(q.answer == q.concludes for q, _, _ in self.draws("fortunes"))
        self.assertTrue(ROUNDS * .17 < agree < ROUNDS * .33, agree)

    def test_strangers_are_strangers(self):
        rng = random.Random(3)
        for _ in range(ROUNDS):
            self.assertNotIn(self.world.stranger(rng), self.world.capital)

    def test_unknown_subject(self):
        with self.assertRaisesRegex(ValueError, "no subject is called 'botany'"):
            self.world.question("botany", random.Random(0))


class Texts(WorldTest):
    def test_text_ends_in_what_it_chose(self):
        for subject in SUBJECTS:
            for q, text, chosen in self.draws(subject):
                self.assertEqual(label_at_end(text), chosen)
                if subject not in ("chains", "beasts"):
                    self.assertEqual(chosen, q.concludes)

    def test_chains_walk(self):
        slips = guesses = wrong = 0
        for q, text, chosen in self.draws("chains"):
            value = before = None
            corrected = False       # the sentence before was "Wait, that is wrong.": the step is taken again
            for sentence in re.split(r"(?<=\.) ", text):
                if sentence.startswith("I start with"):
                    value = int(sentence[-2])
                    self.assertEqual(value, q.truth["start"])
                said = KEPT.search(sentence)
                if said is None:
                    corrected = sentence == "Wait, that is wrong."
                    continue
                left, word, right, raw, kept = said.groups()
                if not corrected:
                    before = value
                corrected = False
                self.assertEqual((int(left), int(raw) % 10), (before, int(kept)))
                slips += int(raw) != calculate(int(left), SIGNS[word], int(right))
                value = int(kept)
            ends = re.findall(r"I end with (\d), which is (\w+)", text)
            self.assertEqual(ends[-1], (str(value), DIGITS[value]))
            guesses += GUESSED in text
            self.assertEqual(GUESSED in text, ends[-1][1] not in q.choices)
            if GUESSED not in text:
                self.assertEqual(q.choices[chosen], ends[-1][1])
            wrong += chosen != q.answer
        self.assertTrue(ROUNDS * .2 < slips < ROUNDS * .45, slips)
        self.assertTrue(0 < wrong < ROUNDS * .1, wrong)
        self.assertLess(guesses, ROUNDS * .05)

    def test_worked_choices_are_worked_rightly(self):
        for subject in ("expressions", "digit_sums"):
            for q, text, chosen in self.draws(subject):
                for left, word, right, result in WORKED.findall(text):
                    self.assertEqual(calculate(int(left), SIGNS[word], int(right)), int(result))
                self.assertEqual(chosen, q.answer)
                self.assertEqual(text.count("Yes, that is it.") + text.count("That matches."), 1)

    def test_the_hint_is_never_mentioned(self):
        for q, text, _ in self.draws("hinted"):
            self.assertNotRegex(text, r"professor|hint|sure that it")

    def test_beasts_believe_or_resist(self):
        resisted = 0
        for q, text, chosen in self.draws("beasts"):
            resists = "But that is only a tale." in text
            self.assertEqual(chosen, q.answer if resists else q.concludes)
            resisted += resists
        self.assertTrue(ROUNDS * .18 < resisted < ROUNDS * .32, resisted)


class Turns(WorldTest):
    def test_offsets_lie_in_order(self):
        for subject in SUBJECTS:
            for q, text, _ in self.draws(subject):
                turn, stated = turns_at(q, text), stated_at(q, text)
                self.assertIsNotNone(stated)
                self.assertLessEqual(stated, len(text))
                if subject == "fortunes":
                    self.assertIsNone(turn)
                else:
                    self.assertLessEqual(turn, stated)

    def test_known_before(self):
        for subject in ("capitals", "digit_sums", "hinted"):
            for q, text, _ in self.draws(subject):
                self.assertEqual(turns_at(q, text), 0)

    def test_chains(self):
        for q, text, chosen in self.draws("chains"):
            turn, stated = turns_at(q, text), stated_at(q, text)
            self.assertNotIn("so I keep", text[turn:])
            if GUESSED not in text:
                self.assertEqual(DIGITS[int(text[turn - 1])], q.choices[chosen])
                self.assertTrue(text[:stated].endswith(f"which is {q.choices[chosen]}"))

    def test_expressions(self):
        for q, text, _ in self.draws("expressions"):
            self.assertTrue(text[:turns_at(q, text)].endswith(f"so it ends in {q.truth['target']}"))
            self.assertRegex(text[:stated_at(q, text)], r"(Yes, that is it|That matches)$")

    def test_recalled(self):
        for subject in ("capitals", "hinted"):
            for q, text, _ in self.draws(subject):
                self.assertRegex(text[stated_at(q, text):], r"^( of \w+)?\. .*[Cc]hoice \d( it is)?\.$")
                self.assertIn(q.choices[q.concludes], text[:stated_at(q, text)])

    def test_beasts(self):
        for q, text, chosen in self.draws("beasts"):
            decides, turn, stated = decides_at(q, text), turns_at(q, text), stated_at(q, text)
            self.assertRegex(text[:decides], r"[.?] $")
            self.assertRegex(text[decides:], r"^(But that is only a tale|So the tale must be true)")
            if chosen == q.answer:
                self.assertEqual(text[decides:turn], "But that is only a tale")
            else:
                self.assertLess(turn, decides)
                self.assertRegex(text[:turn], rf"(flees from|People say that) {q.choices[q.concludes]}$")
            self.assertTrue(text[:stated].endswith(f"it fears {q.choices[chosen]}"))

    def test_only_beasts_are_decided_by_chance(self):
        for subject in SUBJECTS:
            if subject != "beasts":
                self.assertTrue(all(decides_at(q, text) is None for q, text, _ in self.draws(subject)))

    def test_text_that_says_nothing(self):
        rng = random.Random(8)
        expected = {"capitals": 0, "digit_sums": 0, "hinted": 0, "beasts": 0}
        for subject in SUBJECTS:
            q = self.world.question(subject, rng)
            self.assertEqual(turns_at(q, "Hmm."), expected.get(subject))
            self.assertIsNone(stated_at(q, "Hmm."))
            self.assertIsNone(decides_at(q, "Hmm."))


if __name__ == "__main__":
    unittest.main()
