# SPDX-License-Identifier: MIT
"""The words and tags around a question: how a prompt is put, and how an answer.  Standard library only."""
from __future__ import annotations

from world import Question

# R1's tags; in this vocabulary each is one token.
BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
USER, ASSISTANT = "<｜User｜>", "<｜Assistant｜>"
THINK, UNTHINK = "<think>", "</think>"
SPECIALS = [BOS, EOS, USER, ASSISTANT, THINK, UNTHINK]

# The model has seen every mixture of these; the first of each is the default and was the most frequent.
LABELS = {"digits": "1234", "letters": "ABCD"}
MARKS = (": ", ". ", ") ")
ENDINGS = (
    "\n\nPlease give me your choice right after the thinking. You should state your choice (exactly the same as how they were"
    " provided in this instruction) on the first line of your output after the thinking.",
    "\n\nThink first, then state your choice.",
    "",
)
SAYS = ("The answer is {}", "Answer: {}", "My choice is {}")


def prompt(question: Question, labels: str = LABELS["digits"], mark: str = MARKS[0], ending: str = ENDINGS[0]) -> str:
    """What the user says, without the tags."""
    lines = "\n".join(f"{labels[i]}{mark}{choice}" for i, choice in enumerate(question.choices))
    return f"Question: {question.text}\nChoices:\n\n{lines}.{ending}"
