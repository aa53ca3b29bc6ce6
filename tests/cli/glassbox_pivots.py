# SPDX-License-Identifier: MIT
"""Pivotal tokens of Glassbox traces against those that its world knows of.

    python3 tests/cli/glassbox_pivots.py write FILE.jsonl [--texts N] [--seed S]
    python3 tests/cli/glassbox_pivots.py score TRACES.jsonl PIVOTS.jsonl [--temperature T] [--least L] [--measured CONTINUATIONS.jsonl]
    python3 tests/cli/glassbox_pivots.py cut TRACES.jsonl PIVOTS.jsonl FILE.jsonl [--temperature T] [--least L]

`write` makes chains whose thinking is written by the world and has a slip (one wrong number) in its first walk that can
change the answer, as lines for `thinktrace import jsonl`.  `score` reads `thinktrace export RUN` and `export RUN --what
pivots` of such a run, or of a run on beasts, and prints precision and recall with 95 % Wilson intervals; it exits 1 if one is
below .8.

What is true follows from the world's rates alone, not from the model: where the chance of a right answer, if the text went
on as the world writes, changes by L or more.  On beasts that is where the tale is believed or resisted.  On chains it is
the first wrong digit; then the sentence after the slip, which catches it or doesn't; and then, at the end of a walk that ends
in a wrong choice, the sentence that checks it or doesn't.

A model need not have learned the world's rates, and a pivot is a change of the model's own chance.  So `cut` writes the thinking
up to each true and each found token, and up to the one behind it, for `thinktrace import jsonl`; from `export --what
continuations` of `continue --at 1` on that, which knows nothing of any search, `score --measured` says how many of the tokens
at which the model's own chance was seen to change by L are found, and at how many of those found it was.
"""
from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "glassbox"))
from glassbox_table import Share, wilson  # noqa: E402
from thinking import CAUGHT_RATE, CHECK_RATE, RESIST_RATE, SPOKEN, think  # noqa: E402
from turns import decides_at, turns_at  # noqa: E402
from world import DIGITS, WORLD_SEED, Question, World, step  # noqa: E402

WITHIN = 3                  # tokens that a found pivot and a true one may be apart
WANTED = .8
OPERATION = {spoken: op for op, spoken in SPOKEN.items()}
STEP = re.compile(r"(\d) (plus|minus|times) (\d) is (-?\d+), so I keep (\d)\.")
# First words with which a walk that ended in a choice is checked, or is not, and how often the world writes them.
CHECKS, CLOSINGS = (CHECK_RATE / 3, 2 * CHECK_RATE / 3), tuple((1 - CHECK_RATE) * share for share in (.5, .25, .25))


@dataclass
class Turn:
    """A place where the chance of a right answer changes."""
    at: int                 # offset in the text
    change: float
    is_slip: bool = False   # the wrong digit itself


def sharpened(these, others, temperature: float) -> float:
    """The chance of `these` when the words' chances are drawn from at a temperature."""
    power = [sum(p ** (1 / temperature) for p in part) for part in (these, others)]
    return power[0] / sum(power)


def slips(text: str) -> list[re.Match]:
    return [m for m in STEP.finditer(text) if step(int(m[1]), OPERATION[m[2]], int(m[3]))[0] != int(m[4])]


def wrong_digit(slip: re.Match) -> int:
    """Offset of the first digit (or sign) of a slip that isn't that of the right number."""
    right = str(step(int(slip[1]), OPERATION[slip[2]], int(slip[3]))[0])
    same = next((i for i, (a, b) in enumerate(zip(slip[4], right)) if a != b), min(len(right), len(slip[4])))
    return slip.start(4) + same


def end_with(slip: re.Match, first_walk: str, steps: int) -> str | None:
    """The number word in which the first walk would have ended if the slip had not been caught."""
    n_before = len({m.start() for m in STEP.finditer(first_walk[:slip.start()])})
    walk = STEP.findall(first_walk)
    if "Wait, that is wrong" in first_walk:
        del walk[n_before + 1]          # the slip's step once more
    value = int(walk[n_before][4])
    for _, spoken, operand, _, _ in walk[n_before + 1:]:
        value = step(value, OPERATION[spoken], int(operand))[1]
    return DIGITS[value] if len(walk) == steps else None


def chain_turns(question: dict, text: str, temperature: float) -> list[Turn]:
    first_walk = text[:text.index("I end with")]
    [slip] = slips(first_walk)
    end = end_with(slip, first_walk, len(re.findall(r"Add|Subtract|Multiply", question["question"])))
    checked = sharpened(CHECKS, CLOSINGS, temperature) if end in question["options"] else 1.
    caught = sharpened((CAUGHT_RATE,), (1 - CAUGHT_RATE,), temperature)
    after_slip = caught + (1 - caught) * checked
    turns = [Turn(wrong_digit(slip), after_slip - 1, True)]
    if text[slip.end():].lstrip().startswith("Wait, that is wrong"):
        return turns + [Turn(next_word(text, slip.end()), 1 - after_slip)]
    turns.append(Turn(next_word(text, slip.end()), checked - after_slip))
    walked = re.search(r"I end with \d, which is \w+\.", text).end()
    if end in question["options"]:
        is_checked = "I end with" in text[walked:]
        turns.append(Turn(next_word(text, walked), is_checked - checked))
    return turns


def next_word(text: str, offset: int) -> int:
    return offset + len(text[offset:]) - len(text[offset:].lstrip())


def as_beast(trace: dict) -> Question:
    return Question("beasts", trace["question"], trace["options"], trace["answer"], -1)


def forced_turn(trace: dict) -> int | None:
    """The last token after which the forced P(right) is another one by half or more."""
    p = [row[trace["answer"]] for row in trace["probs"]]
    turns = [token for token, (before, after) in zip(trace["positions"], zip(p, p[1:])) if abs(after - before) >= .5]
    return turns[-1] if turns else None


def turns_where_the_world_says(trace: dict) -> bool:
    """Whether the forced curve of a beast turns at the lure's word, or where the tale is resisted at the end of that."""
    at, turn = turns_at(as_beast(trace), "".join(trace["think_text"])), forced_turn(trace)
    return turn is not None and bool(at) and abs(token_at(trace, at - 1) - turn) <= WITHIN


def beast_turns(question: dict, text: str, temperature: float) -> list[Turn]:
    at = decides_at(as_beast(question), text)
    if at is None:
        return []
    before = sharpened((RESIST_RATE,), (1 - RESIST_RATE,), temperature)
    return [Turn(at, text[at:].startswith("But that is only a tale") - before)]


def true_turns(trace: dict, temperature: float) -> list[Turn]:
    text = "".join(trace["think_text"])
    return (beast_turns if trace["subject"] == "beasts" else chain_turns)(trace, text, temperature)


def token_at(trace: dict, offset: int) -> int:
    end = 0
    for i, text in enumerate(trace["think_text"]):
        end += len(text)
        if offset < end:
            return i
    raise ValueError(f"the text of trace {trace['trace_id']} has no character {offset}")


def matched(found: list[int], truth: list[int]) -> tuple[set[int], set[int]]:
    """Of sorted places, those that have a partner at most WITHIN apart, each being of one pair at most."""
    pairs, k = [], 0
    for place in found:
        while k < len(truth) and truth[k] < place - WITHIN:
            k += 1
        if k < len(truth) and abs(truth[k] - place) <= WITHIN:
            pairs.append((place, truth[k]))
            k += 1
    return {f for f, _ in pairs}, {t for _, t in pairs}


def slipped_chains(n: int, seed: int):
    """Questions with a thinking text of the world that has one slip, in its first walk, with which a wrong choice may be given."""
    world, rng = World(WORLD_SEED), random.Random(seed)
    while n > 0:
        question = world.question("chains", rng)
        sentences, _ = think(question, rng, "1234")
        text = " ".join(sentences)
        first_walk = text[:text.index("I end with")]
        found = slips(text)
        if len(found) != 1 or found[0].start() >= len(first_walk):
            continue
        if end_with(found[0], first_walk, question.truth["steps"]) in question.choices:
            n -= 1
            yield question, text + "\n"


def write(out: Path, n: int, seed: int) -> None:
    with open(out, "w", encoding="utf-8", newline="\n") as lines:
        for question, text in slipped_chains(n, seed):
            lines.write(json.dumps({"subject": "chains", "question": question.text, "options": question.choices, "answer": question.answer,
                                    "thinking": text, "ended": True}) + "\n")


def score(traces: list[dict], pivots: list[dict], temperature: float, least: float) -> dict[str, Share]:
    found = found_by_trace(traces, pivots)
    shares = {"recall": Share(), "precision": Share()}
    for trace in traces:
        turns = [t for t in true_turns(trace, temperature) if abs(t.change) >= least]
        truth = sorted(token_at(trace, t.at) for t in turns)
        with_truth, with_found = matched(found[trace["trace_id"]], truth)
        for token in truth:
            shares["recall"].add(token in with_found)
        for token in found[trace["trace_id"]]:
            shares["precision"].add(token in with_truth)
        for turn in turns:
            if turn.is_slip:
                shares.setdefault("recall of wrong digits", Share()).add(token_at(trace, turn.at) in with_found)
        if trace["subject"] == "beasts" and turns:
            shares.setdefault("forced curve turns", Share()).add(turns_where_the_world_says(trace))
    return shares


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def found_by_trace(traces: list[dict], pivots: list[dict]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {trace["trace_id"]: [] for trace in traces}
    for pivot in pivots:
        found[pivot["trace_id"]].append(pivot["token"])
    return {trace: sorted(tokens) for trace, tokens in found.items()}


def true_tokens(trace: dict, temperature: float, least: float) -> list[int]:
    return sorted(token_at(trace, turn.at) for turn in true_turns(trace, temperature) if abs(turn.change) >= least)


def measured_tokens(trace: dict, found: list[int], temperature: float, least: float) -> list[int]:
    """Tokens whose change of the chance is to be measured."""
    return sorted({*found, *true_tokens(trace, temperature, least)})


def cut(traces: list[dict], pivots: list[dict], temperature: float, least: float, out: Path) -> None:
    """A line for each position before or behind a token that is to be measured; in a question they are numbered as samples."""
    found = found_by_trace(traces, pivots)
    n_lines: Counter = Counter()
    with open(out, "w", encoding="utf-8", newline="\n") as lines:
        for trace in traces:
            for position in positions(measured_tokens(trace, found[trace["trace_id"]], temperature, least)):
                lines.write(json.dumps({key: trace[key] for key in ("subject", "question", "options", "answer")}
                                       | {"thinking": "".join(trace["think_text"][:position]), "ended": False, "sample": n_lines[trace["question_id"]]}) + "\n")
                n_lines[trace["question_id"]] += 1


def positions(tokens: list[int]) -> list[int]:
    return sorted({at for token in tokens for at in (token, token + 1)})


def measured_changes(traces: list[dict], found: dict[str, list[int]], continuations: list[dict], temperature: float, least: float) -> dict[tuple[str, int], float]:
    """By trace and token: how much more often the continuations behind a token are right than those before it."""
    rights: dict[tuple[str, int], Share] = {}
    for row in continuations:
        rights.setdefault((row["question_id"], row["sample"]), Share()).add(row["right"])
    changes, n_lines = {}, Counter()
    for trace in traces:
        tokens = measured_tokens(trace, found[trace["trace_id"]], temperature, least)
        rates = {}
        for position in positions(tokens):
            rates[position] = rights[trace["question_id"], n_lines[trace["question_id"]]].value
            n_lines[trace["question_id"]] += 1
        for token in tokens:
            changes[trace["trace_id"], token] = rates[token + 1] - rates[token]
    return changes


def score_measured(traces: list[dict], pivots: list[dict], continuations: list[dict], temperature: float, least: float) -> dict[str, Share]:
    found = found_by_trace(traces, pivots)
    changes = measured_changes(traces, found, continuations, temperature, least)
    shares = {"recall": Share(), "precision": Share()}
    for trace in traces:
        mine = found[trace["trace_id"]]
        truth = [t for t in true_tokens(trace, temperature, least) if abs(changes[trace["trace_id"], t]) >= least]
        _, with_found = matched(mine, truth)
        for token in truth:
            shares["recall"].add(token in with_found)
        for token in mine:
            shares["precision"].add(abs(changes[trace["trace_id"], token]) >= least)
    return shares


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    writing = verbs.add_parser("write")
    writing.add_argument("out", type=Path)
    writing.add_argument("--texts", type=int, default=100)
    writing.add_argument("--seed", type=int, default=7)
    for verb in ("score", "cut"):
        scoring = verbs.add_parser(verb)
        scoring.add_argument("traces", type=Path)
        scoring.add_argument("pivots", type=Path)
        scoring.add_argument("--temperature", type=float, default=.6)
        scoring.add_argument("--least", type=float, default=.2)
        scoring.add_argument("out", type=Path) if verb == "cut" else scoring.add_argument("--measured", type=Path)
    options = parser.parse_args()
    if options.verb == "write":
        write(options.out, options.texts, options.seed)
        return 0
    traces, pivots = rows(options.traces), rows(options.pivots)
    if options.verb == "cut":
        cut(traces, pivots, options.temperature, options.least, options.out)
        return 0
    shares = score_measured(traces, pivots, rows(options.measured), options.temperature, options.least) if options.measured else \
        score(traces, pivots, options.temperature, options.least)
    print(f"{len(traces)} traces")
    for name, share in shares.items():
        low, high = wilson(share.value, share.n) if share.n else (0, 1)
        print(f"{name:24}{share.value:.2f} [{low:.2f}, {high:.2f}] of {share.n}")
    return 0 if all(share.value >= WANTED for share in shares.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
