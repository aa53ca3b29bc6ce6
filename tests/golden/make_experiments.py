# SPDX-License-Identifier: MIT
"""Writes experiments.json: inputs, and what numpy and scipy make of them, for the tests of the experiments on the text
(tests/unit/analysis_early_answering_test.cpp and its neighbours).

    python tests/golden/make_experiments.py        (needs numpy and scipy)
"""
import json
import pathlib

import numpy as np
from scipy import optimize, special, stats


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


def shared_evidence(before, after, shared, difference):
    """The least evidence over the share that comes through, by a fine grid and a search around its best."""
    stray = (before[0] - shared[0], before[1] - shared[1])
    k, n = shared[1], before[1]

    def evidence(f):
        mixture = special.betaln(0.5 + k, 0.5 + n - k) - special.betaln(0.5, 0.5)
        way = np.log(((k == 0) + (k == n) + np.exp(mixture)) / 3) - special.xlogy(k, f) - special.xlog1py(n - k, -f)
        successes = evidence_against(stray, after, min(1.0, max(-1.0, difference / (1 - f))))
        return way + np.logaddexp(0, successes) - np.log(2)
    grid = np.linspace(0, 1 - abs(difference), 401)
    values = [evidence(f) for f in grid]
    best = int(np.argmin(values))
    inner = optimize.minimize_scalar(evidence, bounds=(grid[max(0, best - 1)], grid[min(400, best + 1)]), method="bounded", options={"xatol": 1e-10})
    return float(min(inner.fun, values[best]))


def shared_tallies(rng):
    cases = []
    for n_shared, n_stray, n_more in ((0, 12, 9), (20, 0, 0), (20, 0, 8), (15, 2, 0), (30, 30, 20), (3, 60, 57)):
        shared, stray, more = ((int(rng.integers(0, n + 1)), n) for n in (n_shared, n_stray, n_more))
        before, after = (tuple(int(a + b) for a, b in zip(shared, part)) for part in (stray, more))
        against = [[d, shared_evidence(before, after, shared, d)] for d in (-0.9, -0.5, -0.2, 0.1, 0.3, 0.75)]
        cases.append({"before": before, "after": after, "shared": shared, "against": against})
    return cases


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


def ensembles(rng):
    """Probabilities in thousandths, [n_readers, n_options], that sum to 1000 at most."""
    cases = []
    for n_readers in (1, 2, 3, 8):
        for n_options in (2, 4):
            parts = rng.dirichlet(np.ones(n_options + 1), n_readers)[:, :n_options]
            thousandths = np.maximum(1, np.floor(parts * 1000)).astype(int)
            p = thousandths / 1000
            whole = np.column_stack([p, 1 - p.sum(axis=1)])
            mean = whole.mean(axis=0)
            cases.append({"thousandths": thousandths.tolist(), "mean": p.mean(axis=0).tolist(),
                          "deviation": (p.std(axis=0, ddof=1) if n_readers > 1 else np.zeros(n_options)).tolist(),
                          "spread": float((np.abs(whole - mean).sum(axis=1) / 2).mean()),
                          "entropy": float(stats.entropy(mean, base=2)), "entropy_mean": float(stats.entropy(whole, base=2, axis=1).mean()),
                          "agreement": float((p.argmax(axis=1) == p.mean(axis=0).argmax()).mean())})
    return cases


def label_biases(rng):
    """Readings [right label, probabilities...] of a chooser that likes the first label, and numpy's view of them."""
    cases = []
    for n_labels, n in ((2, 30), (4, 200), (5, 60)):
        right = rng.integers(0, n_labels, n)
        p = np.round(rng.random((n, n_labels)) * 0.5 + 0.3 * (np.arange(n_labels) == right[:, None]), 4)
        p[:, 0] += 0.1
        chosen = p.argmax(axis=1)
        recalls = np.array([(chosen[right == i] == i).mean() for i in range(n_labels)])
        share = np.array([[(chosen == i).mean(), (right == i).mean()] for i in range(n_labels)])
        cases.append({"right": right.tolist(), "p": p.tolist(), "recalls": recalls.tolist(), "chosen": share[:, 0].tolist(),
                      "mean_p": p.mean(axis=0).tolist(), "recall_deviation": float(np.std(recalls)),
                      "chosen_minus_right": float(np.abs(share[:, 0] - share[:, 1]).sum() / 2)})
    return cases


def rewritten(rng):
    """Places of traces under three arms, the last one the control, and numpy's means: over a trace's places, then over traces.
    Probabilities are in thousandths; an arm's outcome is null, or [thousandths, has a free answer, chosen option or null]."""
    cases = []
    for n_questions, n_parts in ((1, 5), (6, 5), (25, 3)):
        places, trace = [], 0
        for question in range(n_questions):
            for _ in range(int(rng.integers(1, 4))):
                answer, n = int(rng.integers(0, 3)), int(rng.integers(1, 6))

                def row():
                    return np.maximum(1, np.floor(rng.dirichlet(np.ones(4))[:3] * 1000)).astype(int).tolist()

                def chosen():
                    return None if rng.random() < 0.2 else int(rng.integers(0, 3))
                real, real_chosen = row(), chosen()
                for i in range(n):
                    arms = [None if rng.random() < 0.25 else [row(), bool(rng.random() < 0.8), chosen()] for _ in range(3)]
                    places.append({"question": question, "trace": trace, "answer": answer, "before": i / n, "real": real,
                                   "real_chosen": real_chosen, "arms": arms})
                trace += 1
        cases.append({"n_questions": n_questions, "n_parts": n_parts, "places": places, "report": rewritten_report(places, n_parts)})
    return cases


def rewritten_report(places, n_parts):
    traces = np.array([p["trace"] for p in places])
    part = np.minimum((np.array([p["before"] for p in places]) * n_parts).astype(int), n_parts - 1)
    nan = float("nan")

    def column(value, arm=None):
        """value(place, outcome) of each place, nan where there is none."""
        of = [p["arms"][arm] if arm is not None else [p["real"], True, p["real_chosen"]] for p in places]
        return np.array([nan if o is None else value(p, o) for p, o in zip(places, of)], dtype=float)

    def over_traces(x):
        means = [np.mean(own) for t in np.unique(traces) if len(own := x[(traces == t) & ~np.isnan(x)])]
        return {"value": float(np.mean(means)) if means else None, "traces": len(means)}

    values = {"same": lambda p, o: np.argmax(o[0]) == np.argmax(p["real"]), "accuracy": lambda p, o: np.argmax(o[0]) == p["answer"],
              "p_right": lambda p, o: o[0][p["answer"]] / 1000,
              "free_accuracy": lambda p, o: o[2] == p["answer"] if o[1] else nan,
              "free_same": lambda p, o: o[2] == p["real_chosen"] if o[1] and p["real_chosen"] is not None else nan}
    columns = {name: [column(value, arm) for arm in range(3)] for name, value in values.items()}
    arms, minus_control, minus_real = [], [], []
    for arm in range(3):
        own = {name: over_traces(columns[name][arm]) for name in values}
        own["area_over"] = over_traces(1 - columns["same"][arm])
        same = columns["same"][arm]
        parts = [same[(part == i) & ~np.isnan(same)] for i in range(n_parts)]
        own["by_part"] = [float(x.mean()) if len(x) else None for x in parts]
        own["area_over_parts"] = 1 - float(np.mean([x.mean() for x in parts if len(x)]))
        arms.append(own)
        minus_control.append({name: over_traces(columns[name][arm] - columns[name][2])
                              for name in ("same", "accuracy", "p_right", "free_accuracy")})
        minus_real.append({name: over_traces(columns[name][arm] - column(values[name]))
                           for name in ("accuracy", "p_right", "free_accuracy")})
    return {"arms": arms, "minus_control": minus_control, "minus_real": minus_real,
            "real_accuracy": over_traces(column(values["accuracy"])), "real_free_accuracy": over_traces(column(values["free_accuracy"]))}


def main():
    golden = {"same_curves": same_curves(np.random.default_rng(1)), "tallies": tallies(np.random.default_rng(2)),
              "shared_tallies": shared_tallies(np.random.default_rng(6)),
              "ensembles": ensembles(np.random.default_rng(3)), "label_biases": label_biases(np.random.default_rng(4)),
              "rewritten": rewritten(np.random.default_rng(5))}
    (pathlib.Path(__file__).parent / "experiments.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
