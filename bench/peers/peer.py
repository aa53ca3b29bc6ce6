# SPDX-License-Identifier: MIT
"""What every peer has in common: the tokens, the positions, and how compare.py talks with it.

A peer is a process. It is told model, tokens, threads and stride; prints one line of JSON that says what it is, or why it is
not there; and then, for each line on its standard input, makes one pass over all traces and prints what that took and what it
read. So its model is loaded once, and its passes can alternate with those of others.
"""
from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Callable, NamedTuple


class NotThere(Exception):
    """This peer can't run here; the text says why."""


class Trace(NamedTuple):
    prompt: list[int]
    think: list[int]


class Work(NamedTuple):
    suffix: list[int]
    options: list[int]
    traces: list[Trace]
    stride: int

    def positions(self, trace: Trace) -> list[int]:
        """Numbers of thinking tokens after which an answer is forced; the last one always, as in thinktrace."""
        n = len(trace.think)
        return sorted({*range(0, n + 1, self.stride), n})

    def longest(self) -> int:
        return max(len(t.prompt) + len(t.think) for t in self.traces) + len(self.suffix)


# Of a trace at its positions: the probability of each option, None where the peer doesn't say it.
Reading = list[list[float | None]]
# Reads one trace at these positions; everything that this takes is timed, the prefill of the trace too.
Read = Callable[[Trace, list[int]], Reading]


class Engine(NamedTuple):
    about: dict  # What the peer says of itself: version, dtype.
    read: Read
    forget: Callable[[], None] = lambda: None  # Drops what is kept of earlier passes; called before each trace, and not timed.


def load_work(path: str, stride: int) -> Work:
    """A file as docs/performance.md describes it."""
    with open(path) as lines:
        rows = [[int(word) for word in line.split()] for line in lines if line.strip()]
    n_suffix, *rest = rows[0]
    traces = [Trace(ids[:n_prompt], ids[n_prompt:]) for n_prompt, _, *ids in rows[1:]]
    return Work(rest[:n_suffix], rest[n_suffix:], traces, stride)


def parser() -> argparse.ArgumentParser:
    out = argparse.ArgumentParser()
    out.add_argument("--model", required=True)
    out.add_argument("--tokens", required=True)
    out.add_argument("--threads", type=int, required=True)
    out.add_argument("--stride", type=int, required=True)
    return out


def take_a_pass(work: Work, engine: Engine) -> dict:
    rows, seconds = [], 0.0
    for number, trace in enumerate(work.traces):
        positions = work.positions(trace)
        engine.forget()
        begin = time.monotonic()
        readings = engine.read(trace, positions)
        seconds += time.monotonic() - begin
        rows += [[number, t, p] for t, p in zip(positions, readings, strict=True)]
    return {"seconds": seconds, "rows": rows}


def serve(arguments: argparse.Namespace, make: Callable[[argparse.Namespace, Work], Engine]) -> None:
    """`make` loads the model."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Whatever a library prints is no answer.
    work = load_work(arguments.tokens, arguments.stride)
    try:
        engine = make(arguments, work)
        first = work.traces[0]
        engine.read(Trace(first.prompt, first.think[:2]), [0, 2])  # What is done once only is no part of any pass.
    except NotThere as e:
        answers.write(json.dumps({"missing": str(e)}) + "\n")
        return
    answers.write(json.dumps(engine.about) + "\n")
    for _ in sys.stdin:
        answers.write(json.dumps(take_a_pass(work, engine)) + "\n")
