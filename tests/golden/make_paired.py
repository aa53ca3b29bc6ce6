# SPDX-License-Identifier: MIT
"""Writes paired.json: differences between two runs question by question, and what numpy makes of their means, for the
viewer's tests/unit/compare.test.ts.

    python tests/golden/make_paired.py        (needs numpy)
"""
import json
import pathlib

import numpy as np

RESAMPLES, SEED, LEVEL = 2000, 1, 0.95


def mulberry32(seed):
    """The viewer's generator; its draws are part of what is compared."""
    a = seed & 0xFFFFFFFF
    while True:
        a = (a + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((a ^ (a >> 15)) * (a | 1)) & 0xFFFFFFFF
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & 0xFFFFFFFF)) & 0xFFFFFFFF
        yield ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296


def measures(rng, n):
    shares = np.round(np.clip(rng.normal(0.08, 0.3, n), -1, 1), 4)
    tokens = np.round(rng.normal(-12, 90, n), 2)
    sparse = np.where(rng.random(n) < 0.4, np.nan, np.round(rng.normal(0, 0.2, n), 4))
    alike = np.full(n, 0.25)
    return [shares, tokens, sparse, alike]


def expect(columns):
    n, random = len(columns[0]), mulberry32(SEED)
    draws = [[int(next(random) * n) for _ in range(n)] for _ in range(RESAMPLES)]
    results = []
    for column in columns:
        defined = column[~np.isnan(column)]
        means = [np.nanmean(column[draw]) for draw in draws if not np.isnan(column[draw]).all()]
        low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
        varies = np.ptp(defined) > 0
        results.append({"n": len(defined), "mean": defined.mean(), "low": low if varies else None, "high": high if varies else None})
    return results


def main():
    rng = np.random.default_rng(11)
    cases = []
    for n in (2, 5, 60):
        columns = measures(rng, n)
        columns[2][0] = 0.5  # At least one.
        cases.append({"columns": [[None if np.isnan(x) else float(x) for x in c] for c in columns], "expected": expect(columns)})
    (pathlib.Path(__file__).parent / "paired.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
