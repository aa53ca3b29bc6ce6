# SPDX-License-Identifier: MIT
"""From what the rounds took and what was read to the rows of the table."""
from __future__ import annotations

import statistics


def spread(values: list[float]) -> dict:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def difference(rows: list, reference: dict) -> dict:
    """How far these readings are from thinktrace's at the same positions."""
    worst, same_top, read, asked, complete = 0.0, 0, 0, 0, 0
    for trace, t, got in rows:
        want = reference[trace, t]
        pairs = [(a, b) for a, b in zip(got, want, strict=True) if a is not None]
        asked, read = asked + len(want), read + len(pairs)
        worst = max([worst, *(abs(a - b) for a, b in pairs)])
        if len(pairs) == len(want):
            complete += 1
            same_top += got.index(max(got)) == want.index(max(want))
    return {"largest_dp": worst if read else None, "same_top": same_top / complete if complete else None,
            "positions": len(rows), "options_read": read / asked}


def as_text(spread: dict | None, digits: int) -> str:
    return "" if spread is None else f"{spread['median']:.{digits}f} ({spread['low']:.{digits}f} to {spread['high']:.{digits}f})"


def markdown(report: dict) -> str:
    head = ["engine", "version", "dtype", "probes/s", "thinktrace to it", "own kernels to it", "largest \\|dP\\|", "same option", "options read"]
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    for row in report["engines"]:
        if "missing" in row:
            cells = [row["engine"], f"not there: {' '.join(row['missing'].split())}".replace("|", "/"), *[""] * (len(head) - 2)]
        else:
            d = row.get("difference", {})
            percent = lambda key: f"{100 * d[key]:.1f} %" if d.get(key) is not None else ""
            worst = f"{d['largest_dp']:.1e}" if d.get("largest_dp") is not None else ""
            cells = [row["engine"], row["version"], row["dtype"], as_text(row["probes_a_second"], 2), as_text(row.get("ratio"), 2), as_text(row.get("own_ratio"), 2),
                     worst, percent("same_top"), percent("options_read")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
