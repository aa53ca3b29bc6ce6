# SPDX-License-Identifier: MIT
"""Writes statistics.json: inputs, and what numpy and scipy make of them, for tests/unit/analysis_*_test.cpp.

    python tests/golden/make_statistics.py        (needs numpy and scipy)
"""
import json
import pathlib

import numpy as np
from scipy import stats

from statistics_data import EARLY_SHARES, make_traces, measure

LEVEL = 0.95
PRIOR = {"4": [0.2, 0.45, 0.25, 0.1]}


def plain(x):
    return None if x is None or not np.isfinite(x) else float(x)


def wilson(count, n, level=LEVEL):
    interval = stats.binomtest(int(count), int(n)).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def centre(values, groups):
    out = np.array(values, float)
    for group in set(groups):
        at = [i for i, g in enumerate(groups) if g == group]
        out[at] -= out[at].mean()
    return out


def pearson(x, y):
    x, y = np.array(x, float), np.array(y, float)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return plain(stats.pearsonr(x, y)[0])


def functions():
    """Each function of statistics.h on lists of numbers."""
    rng = np.random.default_rng(5)
    lists = []
    for n in (1, 2, 3, 7, 50, 51):
        x, y = np.round(rng.gamma(2, 200, n)), (rng.random(n) < 0.6).astype(float)
        w, g = rng.integers(0, 4, n), rng.integers(0, max(1, n // 3), n)
        w[0] = max(w[0], 1)
        xx, yy, gg = np.repeat(x, w), np.repeat(y, w), np.repeat(g, w)
        both = len(set(y)) == 2 and n > 2
        lists.append({
            "x": x.tolist(), "y": y.tolist(), "weights": w.tolist(), "groups": g.tolist(),
            "mean": x.mean(), "weighted_mean": xx.mean(), "median": np.median(x), "weighted_median": np.median(xx),
            "percentiles": [[q, np.percentile(x, 100 * q, method="linear")] for q in (0, 0.025, 0.1, 0.5, 0.975, 1)],
            "pearson": plain(stats.pointbiserialr(y, x)[0]) if both else pearson(x, y), "weighted_pearson": pearson(xx, yy),
            "within": pearson(centre(x, g), centre(y, g)), "weighted_within": pearson(centre(xx, gg), centre(yy, gg))})
    intervals = [[k, n, level, *wilson(k, n, level)] for n in (1, 2, 10, 333) for k in sorted({0, 1, n // 3, n}) for level in (0.9, 0.95, 0.99)]
    quantiles = [[p, float(stats.norm.ppf(p))] for p in (1e-9, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.995, 0.999999)]
    return {"lists": lists, "wilson": intervals, "normal_quantiles": quantiles}


class Block:
    """The statistics of a list of measured traces under the names of publish/analysis_json.h."""

    def __init__(self, traces, standard_errors=None, path=""):
        self.traces, self.errors, self.path = traces, standard_errors, path

    def note_error(self, name, influence, questions):
        """Cluster-robust standard error of a mean whose traces have these influences."""
        if self.errors is None or len(set(questions)) < 20:
            return
        sums = [sum(i for i, q in zip(influence, questions) if q == question) for question in sorted(set(questions))]
        n_clusters = len(sums)
        self.errors[f"/{self.path}/{name}"] = float(np.sqrt(n_clusters / (n_clusters - 1) * np.sum(np.square(sums))) / len(influence))

    def estimate(self, name, pairs, statistic, kind):
        """pairs: (value, question); a value may be None, and is then left out."""
        pairs = [(v, q) for v, q in pairs if v is not None]
        values, questions = [float(v) for v, _ in pairs], [q for _, q in pairs]
        out = {"value": plain(statistic(values)) if values else None, "n_traces": len(values), "n_questions": len(set(questions))}
        if kind == "share" and out["value"] in (0, 1) and out["n_questions"] > 1:
            out["low"], out["high"] = wilson(out["value"] * out["n_questions"], out["n_questions"])
            out["method"] = "wilson"
        elif kind != "median" and values and np.ptp(values) > 0:
            self.note_error(name, np.array(values) - np.mean(values), questions)
        return out

    def share(self, name, value):
        return self.estimate(name, [(value(t), t["question"]) for t in self.traces], np.mean, "share")

    def curve(self, name, value, statistic=np.mean, kind="share"):
        return self.estimate(name, [(value(t) if t["read"] else None, t["question"]) for t in self.traces], statistic, kind)

    def counted(self, name, value):
        values = [value(t) for t in self.traces]
        return {**self.share(name, value), "count": sum(v is not None and bool(v) for v in values)}

    def two_by_two(self, name, first, second):
        def cell(a, b):
            def value(t):
                x, y = first(t), second(t)
                return None if x is None or y is None else (x, y) == (a, b)
            return value
        words = {True: "right", False: "wrong"}
        return {f"{words[a]}_{words[b]}": self.counted(f"{name}/{words[a]}_{words[b]}", cell(a, b)) for a in (True, False) for b in (True, False)}

    def correlation(self, name, correct, with_subjects):
        kept = [t for t in self.traces if t["length"] is not None and correct(t) is not None]
        x, y, q = [t["length"] for t in kept], [float(correct(t)) for t in kept], [t["question"] for t in kept]
        repeated = [i for i in range(len(kept)) if q.count(q[i]) > 1]
        xr, yr, qr = ([v[i] for i in repeated] for v in (x, y, q))

        def entry(r, questions):
            return {"value": r, "n_traces": len(questions), "n_questions": len(set(questions))}
        r = plain(stats.pointbiserialr(y, x)[0]) if len(set(y)) > 1 else None
        if r is not None:
            zx, zy = stats.zscore(x), stats.zscore(y)
            self.note_error(f"{name}/over_traces", zx * zy - r / 2 * (zx**2 + zy**2), q)
        out = {"over_traces": entry(r, q), "within_questions": entry(pearson(centre(xr, qr), centre(yr, qr)), qr)}
        if with_subjects:
            subjects = [t["subject"] for t in kept]
            out["within_subjects"] = entry(pearson(centre(x, subjects), centre(y, subjects)), q)
        return out

    def labels(self):
        counts = {}
        for t in self.traces:
            if t["read"]:
                counts[t["n_options"]] = counts.get(t["n_options"], 0) + 1
        n = min(counts, key=lambda k: (-counts[k], k))

        def value(key, label):
            return lambda t: t[key] == label if t["read"] and t["n_options"] == n else None
        prior = PRIOR.get(str(n))
        each = [{"top_at_start": self.share("-", value("top_start", i)), "top_at_end": self.share("-", value("top_end", i)),
                 "right": self.share("-", value("answer", i)), "prior": prior[i] if prior else None} for i in range(n)]
        return {"n_options": n, "traces": counts[n], "each": each,
                "prior_right": self.share("labels/prior_right", value("answer", int(np.argmax(prior)))) if prior else None}

    def areas(self, area, length):
        """The mean area, and the means of four groups of about as many traces by length (quantiles of the lengths)."""
        kept = [t for t in self.traces if t["read"] and t["ended"] is not False and t[area] is not None]
        lengths = sorted(t[length] for t in kept)
        starts = sorted({lengths[len(lengths) * g // 4] for g in range(4)})
        groups = []
        for low, high in zip(starts, starts[1:] + [np.inf]):
            group = [t for t in kept if low <= t[length] < high]
            groups.append({"from": low, "weight": len(group) / len(kept),
                           "area_over": self.estimate("-", [(t[area], t["question"]) for t in group], np.mean, "share")})
        return self.estimate(f"early_answering/{area}", [(t[area], t["question"]) for t in kept], np.mean, "share"), groups

    def early_answering(self):
        uncut = [t for t in self.traces if t["read"] and t["ended"] is not False]
        same = [{"kept": share, "same": self.estimate(f"early_answering/same_at/{i}/same", [(t["same_at"][i], t["question"]) for t in uncut], np.mean, "share")}
                for i, share in enumerate(EARLY_SHARES)]
        tokens, by_tokens = self.areas("area_over", "end")
        sentences, by_sentences = self.areas("area_over_sentences", "sentences")
        return {"same_at": same, "area_over": tokens, "by_tokens": by_tokens, "area_over_sentences": sentences, "by_sentences": by_sentences}

    def of_part(self, part, key, name=None, statistic=np.mean, kind="share", uncut=False):
        name = name or key
        pairs = [(t[part][key], t["question"]) for t in self.traces if t["read"] and t[part] and not (uncut and t["ended"] is False)]
        return self.estimate(f"{part}/{name}" if statistic is np.mean else "-", pairs, statistic, kind)

    def ensemble(self):
        keys = [f"{name}{where}" for name in ("spread", "deviation", "agreement") for where in ("", "_at_start", "_at_end")]
        return {key: self.of_part("ensemble", key) for key in keys + ["p_right_at_start", "p_right_at_end", "right_at_start", "right_at_end"]}

    def against_own(self):
        out = {key: self.of_part("against_own", key) for key in ("same", "same_at_start", "same_at_end", "distance")}
        out |= {key: self.of_part("against_own", key, kind="mean") for key in ("p_right_at_start", "p_right_at_end", "mass_at_start", "mass_at_end")}
        out |= {"t_exit_mean": self.of_part("against_own", "t_exit", "t_exit_mean", kind="mean", uncut=True),
                "t_exit_median": self.of_part("against_own", "t_exit", "t_exit_median", np.median, "median", uncut=True),
                "t_exit_share": self.of_part("against_own", "t_exit_share", kind="mean", uncut=True)}
        return out | {key: self.of_part("against_own", key, uncut=True) for key in ("earlier", "later")}

    def label_bias(self, n, place):
        readings = [(right, p, t["question"]) for t in self.traces if t["read"] and t["n_options"] == n and "label_readings" in t
                    for right, p in t["label_readings"][place]]
        if not readings:
            nothing = {"value": None, "n_traces": 0, "n_questions": 0}
            return {"each": [], "recall_deviation": nothing, "chosen_minus_right": nothing}
        chosen, right = np.array([p.argmax() for _, p, _ in readings]), np.array([r for r, _, _ in readings])
        questions = [q for _, _, q in readings]

        def share(values, keep=None, kind="share"):
            return self.estimate("-", [(v, q) for i, (v, q) in enumerate(zip(values, questions)) if keep is None or keep[i]], np.mean, kind)
        each = [{"chosen": share(chosen == i), "right": share(right == i), "p": share([p[i] for _, p, _ in readings], kind="mean"),
                 "recall": share(chosen == i, right == i)} for i in range(n)]
        stands_on = {"n_traces": len(readings), "n_questions": len(set(questions))}
        recalls = [np.mean(chosen[right == i] == i) if np.any(right == i) else np.nan for i in range(n)]
        shares = [np.mean(chosen == i) - np.mean(right == i) for i in range(n)]
        return {"each": each, "recall_deviation": {"value": plain(np.std(recalls)), **stands_on},
                "chosen_minus_right": {"value": float(np.abs(shares).sum() / 2), **stands_on}}

    def report(self, with_subjects):
        read = [t for t in self.traces if t["read"]]
        uncut = [t for t in read if t["ended"] is not False]
        lengths = [t["length"] for t in self.traces if t["length"] is not None]
        start, end, free = (lambda t: t.get("right_start")), (lambda t: t.get("right_end")), (lambda t: t["free"])
        effort = ("right_throughout", "wrong_throughout", "wavering")

        def of_class(names):
            return lambda t: t["class"] in names if t["read"] else None

        def exit_of(key, statistic=np.mean, kind="share"):
            return self.estimate(f"commitment/{key}", [(t[key], t["question"]) for t in uncut], statistic, kind)
        return {
            "traces": len(self.traces), "questions": len({t["question"] for t in self.traces}), "traces_read": len(read),
            "traces_with_bad_readings": sum(t["bad"] > 0 for t in read),
            "not_ended": sum(t["ended"] is False for t in self.traces), "ended_unknown": sum(t["ended"] is None for t in self.traces),
            "first_position": {"lowest": min(t["first_position"] for t in read), "highest": max(t["first_position"] for t in read)},
            "forced": {"right_at_start": self.share("forced/right_at_start", start), "right_at_end": self.share("forced/right_at_end", end),
                       "p_right_at_start": self.curve("forced/p_right_at_start", lambda t: t["p_start"]),
                       "p_right_at_end": self.curve("forced/p_right_at_end", lambda t: t["p_end"]),
                       "start_by_end": self.two_by_two("forced/start_by_end", start, end), "end_by_free": self.two_by_two("forced/end_by_free", end, free)},
            "free_right": self.share("free_right", free),
            "mass": {"at_start": self.curve("mass/at_start", lambda t: t["mass_start"]), "at_end": self.curve("mass/at_end", lambda t: t["mass_end"]),
                     "over_curve": self.curve("mass/over_curve", lambda t: t["mass_mean"]),
                     "lowest_at_start": min(t["mass_start"] for t in read), "lowest_at_end": min(t["mass_end"] for t in read)},
            "thinking_length": {"mean": self.estimate("thinking_length/mean", [(t["length"], t["question"]) for t in self.traces], np.mean, "mean"),
                                "median": self.estimate("-", [(t["length"], t["question"]) for t in self.traces], np.median, "median"),
                                "longest": max(lengths), "unknown": len(self.traces) - len(lengths),
                                "r_forced_right_at_end": self.correlation("thinking_length/r_forced_right_at_end", end, with_subjects),
                                "r_free_right": self.correlation("thinking_length/r_free_right", free, with_subjects)},
            "flips": self.curve("flips", lambda t: t["flips"], kind="mean"),
            "commitment": {"t_exit_mean": self.estimate("commitment/t_exit_mean", [(t["t_exit"], t["question"]) for t in uncut], np.mean, "mean"),
                           "t_exit_median": exit_of("t_exit", np.median, "median"), "performative_share": exit_of("performative_share"),
                           "performative_share_high": exit_of("performative_share_high"), "p_right_at_exit": exit_of("p_right_at_exit"),
                           "censored": len(read) - len(uncut)},
            "early_answering": self.early_answering(),
            "classes": {"productive": self.counted("classes/productive", of_class(["productive"])),
                        "counterproductive": self.counted("classes/counterproductive", of_class(["counterproductive"])),
                        "meaningless_effort": self.counted("classes/meaningless_effort", of_class(effort)),
                        **{name: self.counted(f"classes/{name}", of_class([name])) for name in effort},
                        "known_already": self.counted("classes/known_already", lambda t: t.get("known_already"))},
            "labels": self.labels(),
            "ensemble": self.ensemble(), "against_own": self.against_own(),
            "label_bias": {"at_start": self.label_bias(self.labels()["n_options"], 0), "at_end": self.label_bias(self.labels()["n_options"], 1)},
            "order_agreement": {key: self.share(f"order_agreement/{key}", lambda t, key=key: t["agreement"][key] if t.get("agreement") else None)
                                for key in ("option", "option_at_start", "option_at_end", "label", "label_at_start", "label_at_end")}}


def main():
    traces = make_traces()
    measured = [measure(t) for t in traces]
    errors = {}
    expected = {"readers": [], "own_reader": None, "overall": Block(measured, errors, "overall").report(True), "subjects": []}
    for subject in dict.fromkeys(t["subject"] for t in traces):
        expected["subjects"].append({"subject": subject, **Block([m for m in measured if m["subject"] == subject]).report(False)})
    entropies = [[float(e[0]), float(e[-1]), float(e.mean())] if e is not None else None for e in (m.get("entropies") for m in measured)]
    parts = {"functions": functions(), "entropies": entropies, "prior": PRIOR, "analysis": expected, "standard_errors": {k: v for k, v in errors.items() if not k.endswith("-")}}
    text = "{\n" + "".join(f'"{key}": {json.dumps(value)},\n' for key, value in parts.items())
    text += '"traces": [\n' + ",\n".join(json.dumps(t, separators=(",", ":")) for t in traces) + "\n]\n}\n"
    (pathlib.Path(__file__).parent / "statistics.json").write_text(text)


if __name__ == "__main__":
    main()
