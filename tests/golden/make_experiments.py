# SPDX-License-Identifier: MIT
"""Writes experiments.json: inputs, and what numpy and scipy make of them, for the tests of the experiments on the text
(tests/unit/analysis_early_answering_test.cpp and its neighbours).

    python tests/golden/make_experiments.py        (needs numpy and scipy)
"""
import json
import pathlib

import numpy as np
from scipy import optimize, special


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


def log_evidence(successes, trials, p):
    """log of the mixture likelihood ratio of one coin: beta-binomial over binomial."""
    failures = trials - successes
    mixture = special.betaln(0.5 + successes, 0.5 + failures) - special.betaln(0.5, 0.5)
    return mixture - special.xlogy(successes, p) - special.xlog1py(failures, -p)


def evidence_against(before, after, difference):
    """The least evidence against a pair of chances that are `difference` apart."""
    low, high = max(0.0, -difference), min(1.0, 1 - difference)

    def evidence(p):
        return log_evidence(*before, p) + log_evidence(*after, min(1.0, max(0.0, p + difference)))
    inner = optimize.minimize_scalar(evidence, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    return min(inner.fun, evidence(low), evidence(high))


def tallies(rng):
    cases = []
    for n_before, n_after in ((1, 1), (5, 3), (16, 16), (40, 100), (500, 500)):
        for _ in range(4):
            before, after = (int(rng.integers(0, n_before + 1)), n_before), (int(rng.integers(0, n_after + 1)), n_after)
            against = [[d, evidence_against(before, after, d)] for d in (-0.9, -0.5, -0.2, 0.0, 0.1, 0.3, 0.75)]
            observed = after[0] / n_after - before[0] / n_before
            enough = np.log(20)

            def border(end):
                if evidence_against(before, after, end) < enough:
                    return end
                return optimize.brentq(lambda d: evidence_against(before, after, d) - enough, observed, end * (1 - 1e-9), xtol=1e-12)
            cases.append({"before": before, "after": after, "against": against, "interval": [border(-1.0), border(1.0)]})
    return cases


def main():
    golden = {"same_curves": same_curves(np.random.default_rng(1)), "tallies": tallies(np.random.default_rng(2))}
    (pathlib.Path(__file__).parent / "experiments.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
