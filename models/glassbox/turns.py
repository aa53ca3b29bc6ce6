# SPDX-License-Identifier: MIT
"""Where a thinking text of the Glassbox world turns: the known truth that measures are checked against.

Three offsets, in characters from the start of the text, which may be the model's own or one of `thinking.py`:

turns_at    what the text has said by here settles the forced answer that it ends with
decides_at  here chance decides between two continuations: the token that follows is the pivot under resampling
stated_at   by here the text has stated, in words of its own, the answer that it ends with

Standard library only.
"""
from __future__ import annotations

import re

from world import Question

KNOWN_BEFORE = ("capitals", "digit_sums", "hinted")     # the model needs no text at all
_TALE = re.compile(r"(flees from|People say that) (\w+)")
_RESISTS = re.compile(r"But that is only a tale")
_DECIDES = re.compile(r"(But that is only a tale|So the tale must be true)")
_FOUND = r"(Yes, that is it|That matches)"
_RECALLED = r"(the capital of \w+ is \w+|Yes, \w+ is the capital|has its capital in \w+)"
_STATED = {
    "chains": r"which is \w+",
    "expressions": _FOUND,
    "digit_sums": _FOUND,
    "capitals": _RECALLED,
    "beasts": r"it fears \w+",
    "hinted": _RECALLED,
    "fortunes": r"[Cc]hoice \w",
}
# A chain may be walked twice, a beast's answer may be taken back and a fortune is only guessed at the end: there the last
# statement counts, elsewhere the first.
_FIRST_COUNTS = ("expressions", "digit_sums", "capitals", "hinted")


def turns_at(question: Question, text: str) -> int | None:
    """Offset after which the text has settled the forced answer that it ends with.

    0 where the model knows before thinking; None where nothing settles it but the closing guess, or where the text never
    gets there.
    """
    if question.subject in KNOWN_BEFORE:
        return 0
    if question.subject == "fortunes":
        return None
    if question.subject == "chains":            # the last digit kept in the walk that the text trusts
        kept = list(re.finditer(r"so I keep \d", text))
        return kept[-1].end() if kept else None
    if question.subject == "expressions":
        found = re.search(rf"so it ends in {question.truth['target']}(?!\d)", text)
        return found.end() if found else None
    resisted = _RESISTS.search(text)            # beasts
    if resisted:
        return resisted.end()
    tale = _TALE.search(text)
    return tale.end() if tale else 0


def decides_at(question: Question, text: str) -> int | None:
    """Offset of the sentence that believes or resists the tale; None for every subject but beasts."""
    found = _DECIDES.search(text)
    return found.start() if found and question.subject == "beasts" else None


def stated_at(question: Question, text: str) -> int | None:
    """Offset by which the text has stated the answer it ends with, other than by the closing "choice 3"; None if it never does.

    Fortunes state theirs by naming a choice and in no other way.
    """
    found = list(re.finditer(_STATED[question.subject], text))
    if not found:
        return None
    return (found[0] if question.subject in _FIRST_COUNTS else found[-1]).end()
