# SPDX-License-Identifier: MIT
"""Writes experiments.json: inputs, and what numpy and scipy make of them, for the tests of the experiments on the text
(tests/unit/analysis_early_answering_test.cpp and its neighbours).

    python tests/golden/make_experiments.py        (needs numpy and scipy)
"""
import json
import pathlib

import numpy as np


def same_curves(rng):
    """np.interp and the trapezoid rule on curves that begin late, end early, or have one reading."""
    cases = []
    for n in (1, 2, 3, 5, 40):
        for values in ("binary", "shares"):
            kept = np.sort(rng.choice(np.arange(0, 101), n, replace=False)) / 100
            same = rng.integers(0, 2, n).astype(float) if values == "binary" else np.round(rng.random(n), 3)
            at = np.round(rng.random(6), 3).tolist() + [0.0, 1.0, float(kept[n // 2])]
            line = np.concatenate([[0], kept, [1]])
            cases.append({"kept": kept.tolist(), "same": same.tolist(), "at": at, "same_at": np.interp(at, kept, same).tolist(),
                          "area_over": 1 - float(np.trapezoid(np.interp(line, kept, same), line))})
    return cases


def main():
    golden = {"same_curves": same_curves(np.random.default_rng(1))}
    (pathlib.Path(__file__).parent / "experiments.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
