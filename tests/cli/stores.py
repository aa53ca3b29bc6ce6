# SPDX-License-Identifier: MIT
"""Looks into a run's store from outside the program, and changes it as an accident or another program would."""
from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
from pathlib import Path

from support import DONE, call


def status(run, *options) -> dict:
    result = call("status", run, "--json", *options)
    if result.code != DONE:
        raise AssertionError(f"status of {run}: exit {result.code}, {result.err!r}")
    return json.loads(result.out)


def checksum(values) -> str:
    """Of a row, as checked_row.cpp makes it: type, length and bytes of every value before the last column."""
    canonical = b""
    for v in values:
        kind, data = (("N", b"") if v is None else ("I", struct.pack("<q", v)) if isinstance(v, int) else
                      ("R", struct.pack("<d", v)) if isinstance(v, float) else
                      ("T", v.encode()) if isinstance(v, str) else ("B", bytes(v)))
        canonical += kind.encode() + str(len(data)).encode() + b":" + data
    return hashlib.sha256(canonical).hexdigest()[:16]


class EditedStore:
    """A store whose rows are changed with their checksums, so that it is as if it had been written like that."""

    def __init__(self, run):
        self.db = sqlite3.connect(Path(run) / "thinktrace.db", isolation_level=None)

    def __enter__(self):
        self.db.execute("BEGIN")
        return self

    def __exit__(self, error, *_):
        self.db.execute("ROLLBACK" if error else "COMMIT")
        self.db.close()

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.db.execute(f"PRAGMA table_info({table})")]

    def rows(self, table: str, where: str = "1", *values) -> list[dict]:
        names = self.columns(table)
        return [dict(zip(names, row)) for row in self.db.execute(f"SELECT * FROM {table} WHERE {where}", values)]

    def update(self, table: str, row: dict, **changes) -> None:
        """`row` as rows() gave it, found again by its first column."""
        names = self.columns(table)
        changed = row | changes
        changed["checksum"] = checksum([changed[n] for n in names[:-1]])
        self.db.execute(f"UPDATE {table} SET {', '.join(n + ' = ?' for n in names)} WHERE {names[0]} = ?",
                        [changed[n] for n in names] + [row[names[0]]])

    def fail_reading(self, reader_number: int, error: str) -> list[str]:
        """As if every unit's reading by that reader had failed at its last attempt."""
        [reader] = self.rows("reader", "number = ?", reader_number)
        self.db.execute("DELETE FROM reading WHERE reader_id = ?", (reader["id"],))
        attempts = self.rows("attempt", "reader_id = ?", reader["id"])
        for attempt in attempts:
            self.update("attempt", attempt, status="failed", error=error, probes=0)
        return [a["question_id"] for a in attempts]

    def fail_unit(self, unit: dict, error: str) -> None:
        """As if this unit's only attempt had failed."""
        traces = self.rows("trace", "unit_id = ?", unit["id"])
        for trace in traces:
            self.db.execute("DELETE FROM reading WHERE trace_id = ?", (trace["id"],))
        self.db.execute("DELETE FROM trace WHERE unit_id = ?", (unit["id"],))
        self.update("unit", unit, status="failed", error=error)
        for attempt in self.rows("attempt", "question_id = ? AND first_sample = ?", unit["question_id"], unit["first_sample"]):
            self.update("attempt", attempt, status="failed", error=error)
