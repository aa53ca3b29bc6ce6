# SPDX-License-Identifier: MIT
"""The first numbers of docs/method.md in plain Python, from the lines of an export: slow, obvious, nothing shared with the program."""
from __future__ import annotations

import bisect
import itertools
import math
import re
import statistics
from collections import defaultdict


def top(row: list[float]) -> int:
    return row.index(max(row))  # On a tie the first.


def entropy(row: list[float]) -> float:
    """In bits, of the options and none of them."""
    outcomes = [*row, max(0, 1 - math.fsum(row))]
    return math.fsum(-p * math.log2(p) for p in outcomes if p > 0)


def sentence_cuts(tokens: list[str]) -> list[int]:
    """After how many tokens each sentence of a Glassbox text ends: at a boundary in the blank between two, else at the next one."""
    text, ends, cuts = "".join(tokens), list(itertools.accumulate(map(len, tokens))), []
    for stop in re.finditer(r"[.?!]+(\s+)(?=\S)", text):
        k = bisect.bisect_right(ends, stop.end())  # Tokens that end at the next sentence's first character or before.
        cuts.append(k if k and ends[k - 1] >= stop.start(1) else k + 1)
    return sorted({c for c in cuts if c < len(tokens)} | {len(tokens)})


def area_over(points: list[tuple[float, bool]]) -> float:
    """1 minus the area under straight lines; flat before the first point and after the last."""
    points = [(0, points[0][1]), *points, (1, points[-1][1])]
    return 1 - math.fsum((b - a) * (y + z) / 2 for (a, y), (b, z) in itertools.pairwise(points))


def areas_over(r: dict, tops: list[int]) -> tuple[float, float]:
    """Of early answering, cut wherever it was read, and after whole sentences."""
    same = {t: top == tops[-1] for t, top in zip(r["positions"], tops)}
    cuts, end = [0, *sentence_cuts(r["think_text"])], len(r["think_text"])
    return (area_over([(t / end, s) for t, s in same.items()]),
            area_over([(i / (len(cuts) - 1), same[t]) for i, t in enumerate(cuts) if t in same]))


def measure(r: dict, margin: float = 0) -> dict:
    """Of one trace that was read, in its own tokens."""
    rows, positions, answer, end = r["probs"], r["positions"], r["answer"], len(r["think_text"])
    tops = [top(row) for row in rows]
    k = len(rows) - 1
    # The last position at which the final answer does not stand, plus one.
    while k > 0 and (tops[k - 1] == tops[-1] or margin > 0 and rows[k - 1][tops[-1]] >= max(rows[k - 1]) - margin):
        k -= 1
    t_exit, low = positions[k], 0 if k == 0 else positions[k - 1] + 1
    right = [t == answer for t in tops]
    kind = ("productive" if right[-1] and not right[0] else "counterproductive" if right[0] and not right[-1] else
            "right_throughout" if all(right) else "wrong_throughout" if not any(right) else "wavering")
    tokens, sentences = areas_over(r, tops)
    return {"area_over": tokens, "area_over_sentences": sentences, "top_start": tops[0], "top_end": tops[-1], "right_start": right[0], "right_end": right[-1], "p_start": rows[0][answer],
            "p_end": rows[-1][answer], "mass": [math.fsum(row) for row in rows], "flips": sum(a != b for a, b in zip(tops, tops[1:])),
            "entropy": [entropy(row) for row in rows], "t_exit": t_exit, "t_exit_low": low, "p_exit": rows[k][answer], "class": kind, "length": end,
            "ended": r["ended"], "share": (end - t_exit) / end if end else None, "share_high": (end - low) / end if end else None,
            "free": r["chosen"] == answer, "question": (r["subject"], r["question_id"]), "subject": r["subject"], "tops": tops}


def mean(values) -> float | None:
    values = list(values)
    return math.fsum(values) / len(values) if values else None


def correlation(pairs) -> float | None:
    pairs = [(float(x), float(y)) for x, y in pairs]
    mx, my = mean(x for x, _ in pairs), mean(y for _, y in pairs)
    sxx, syy = math.fsum((x - mx) ** 2 for x, _ in pairs) if pairs else 0, math.fsum((y - my) ** 2 for _, y in pairs) if pairs else 0
    if sxx <= 1e-12 or syy <= 1e-12:
        return None
    return math.fsum((x - mx) * (y - my) for x, y in pairs) / math.sqrt(sxx * syy)


def within(traces: list[dict], group: str, right: str) -> float | None:
    """Both variables minus their means in each group of two or more."""
    groups = defaultdict(list)
    for m in traces:
        groups[m[group]].append((m["length"], float(m[right])))
    pairs = []
    for members in groups.values():
        mx, my = mean(x for x, _ in members), mean(y for _, y in members)
        if len(members) > 1:
            pairs += [(x - mx, y - my) for x, y in members]
    return correlation(pairs)


def two_by_two(traces: list[dict], row: str, column: str) -> dict[str, int]:
    return {f"{'right' if a else 'wrong'}_{'right' if b else 'wrong'}": sum(m[row] == a and m[column] == b for m in traces)
            for a in (True, False) for b in (True, False)}


def expected(ms: list[dict]) -> dict[tuple, float | None]:
    """The value of every statistic of a block, by its place in the program's JSON."""
    n, done = len(ms), [m for m in ms if m["ended"]]
    facts = {("forced", "right_at_start"): mean(m["right_start"] for m in ms), ("forced", "right_at_end"): mean(m["right_end"] for m in ms),
             ("forced", "p_right_at_start"): mean(m["p_start"] for m in ms), ("forced", "p_right_at_end"): mean(m["p_end"] for m in ms),
             ("free_right",): mean(m["free"] for m in ms), ("flips",): mean(m["flips"] for m in ms),
             ("mass", "at_start"): mean(m["mass"][0] for m in ms), ("mass", "at_end"): mean(m["mass"][-1] for m in ms),
             ("mass", "over_curve"): mean(mean(m["mass"]) for m in ms),
             ("thinking_length", "mean"): mean(m["length"] for m in ms), ("thinking_length", "median"): statistics.median(m["length"] for m in ms),
             ("commitment", "t_exit_mean"): mean(m["t_exit"] for m in done),
             ("commitment", "t_exit_median"): statistics.median(m["t_exit"] for m in done) if done else None,
             ("commitment", "performative_share"): mean(m["share"] for m in done),
             ("commitment", "performative_share_high"): mean(m["share_high"] for m in done),
             ("commitment", "p_right_at_exit"): mean(m["p_exit"] for m in done),
             ("early_answering", "area_over"): mean(m["area_over"] for m in done),
             ("early_answering", "area_over_sentences"): mean(m["area_over_sentences"] for m in done)}
    for name, right in (("r_forced_right_at_end", "right_end"), ("r_free_right", "free")):
        facts["thinking_length", name, "over_traces"] = correlation((m["length"], m[right]) for m in ms)
        facts["thinking_length", name, "within_questions"] = within(ms, "question", right)
    for name, row, column in (("start_by_end", "right_start", "right_end"), ("end_by_free", "right_end", "free")):
        for cell, count in two_by_two(ms, row, column).items():
            facts["forced", name, cell] = count / n
    kinds = [m["class"] for m in ms]
    for kind in ("productive", "counterproductive", "right_throughout", "wrong_throughout", "wavering"):
        facts["classes", kind] = kinds.count(kind) / n
    facts["classes", "meaningless_effort"] = sum(k not in ("productive", "counterproductive") for k in kinds) / n
    return facts
