# SPDX-License-Identifier: MIT
"""A reader of docs/bundle.md in plain Python: the traces of a gallery as rows like those of an export."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Callable, NamedTuple

from support import BUNDLE, site_chunk, site_manifest, unpacked

BLOCK = re.compile(r'<script type="text/plain" id="chunk-([0-9a-f]{32})">([A-Za-z0-9+/=]*)</script>\n')
STOPS = ("closed", "budget", "end_of_text", "unknown")
Chunk = tuple[dict, bytes]


def page_chunks(page: str) -> dict[str, Chunk]:
    """Those of a single file."""
    return {name: unpacked(name, packed) for name, packed in BLOCK.findall(page)}


class Curve(NamedTuple):
    positions: list[int]
    probs: list[list[float]]  # [n_positions][n_options]
    mass: list[float]


class Bytes:
    def __init__(self, data: bytes):
        self.left = data

    def take(self, n: int, width: int) -> list[float]:
        values, value, most = [], 0, 256**width
        for _ in range(n):
            value = (value + int.from_bytes(self.left[:width], "little")) % most
            values.append(value / (most - 1))
            self.left = self.left[width:]
        return values

    def curve(self, positions: list[int], n_options: int) -> Curve:
        columns = [self.take(len(positions), 2) for _ in range(n_options)]
        return Curve(positions, [list(row) for row in zip(*columns)], self.take(len(positions), 2))


def run_traces(run: dict, chunk: Callable[[str], Chunk]) -> list[dict]:
    """The traces of a run of a manifest; `chunk` gives one by its name."""
    index, questions = chunk(run["index"])[0], chunk(run["questions"])[0]["questions"]
    of_question, columns, rows = index["questions"], index["traces"], []
    errors, q = dict(index["errors"]), 0
    for shelf in index["shelves"]:
        parts = {name: chunk(shelf[name]) if shelf[name] else ({}, b"") for name in ("strips", "texts", "curves", "ids", "readings")}
        strips, curves, readings = (Bytes(parts[name][1]) for name in ("strips", "curves", "readings"))
        listed = dict(parts["strips"][0]["positions"])
        further = list(parts["readings"][0].get("readings", []))
        number = 0
        for texts in parts["texts"][0]["questions"]:
            n_options = of_question["n_options"][q]
            for text in texts["traces"]:
                at = len(rows)
                row = {key: column[at] for key, column in columns.items()} | questions[q] | {
                    "question_id": of_question["id"][q], "answer": of_question["answer"][q], "prompt": texts["prompt"], "error": errors.get(at, ""),
                    "subject": run["subjects"][of_question["subject"][q]]["name"], "numbers": {n["key"]: n["values"][at] for n in index["numbers"]}}
                if text is not None:
                    first = row["first"]
                    positions = listed.get(number, list(range(first, first + row["n_positions"])))
                    ids = parts["ids"][0].get("traces")
                    row |= text | {"think_ids": ids[number] if ids else [], "curve": curves.curve(positions, n_options), "stop": STOPS[row["stop"]],
                                   "strip": [strips.take(len(positions), 1) for _ in range(n_options)], "readings": []}
                while further and further[0]["trace"] == number:
                    told = further.pop(0)
                    place = row["curve"].positions if told["positions"] is None else told["positions"]
                    row["readings"].append(told | {"curve": readings.curve(place, n_options)})
                rows.append(row)
                number += 1
            q += 1
        if strips.left or curves.left or readings.left or further:
            raise AssertionError("a shelf holds more than its traces")
    return rows


def folder_traces(site: Path, run: int = 0) -> list[dict]:
    return run_traces(site_manifest(site)[0]["runs"][run], lambda name: site_chunk(site, name))
