# SPDX-License-Identifier: MIT
"""A synthetic data set for make_statistics.py, and the measures of each trace, written without looking at the C++."""
import numpy as np
from scipy import stats


EARLY_SHARES = (0, 0.25, 0.5, 0.75)


def curve(rng, n_options, n_rows, answer, skill_start, skill_end, label_pull, label_of):
    """Thousandths by option, row by row; skill for the right option, a pull to the first label."""
    rows = []
    for k in range(n_rows):
        scores = rng.gumbel(0, 1, n_options)
        scores[answer] += skill_start + (skill_end - skill_start) * k / max(1, n_rows - 1)
        scores[label_of.index(0)] += label_pull
        p = np.exp(scores - scores.max())
        rows.append([int(v) for v in np.floor(p / p.sum() * rng.uniform(600, 1000))])
    return rows


def make_trace(rng, question, subject, sample, traits):
    n_options, answer, skill_start, skill_end, pull = traits
    tokens = int(rng.gamma(2, 15)) if sample != 3 else 0
    first, stride = (1, 1) if subject == "imports" else (0, int(rng.integers(1, 9)))
    positions = sorted({min(t, tokens) for t in list(range(first, tokens, max(stride, tokens // 6))) + [tokens]})
    if rng.random() < 0.04:
        positions = []
    identity = list(range(n_options))
    skill_end += rng.normal() - tokens / 60
    skills = (skill_start + rng.normal(), skill_end, pull)
    orders = []
    if subject != "imports" and rng.random() < 0.7:
        for shift in range(1, int(rng.integers(2, 4))):
            label_of = [(i + shift) % n_options for i in identity]
            orders.append({"label_of": label_of, "thousandths": curve(rng, n_options, len(positions), answer, *skills, label_of)})
    ended = None if subject == "imports" else bool(rng.random() < 0.85)
    chosen = int(rng.integers(0, n_options)) if rng.random() < 0.3 else answer
    return {"question_id": question, "subject": subject, "answer": answer, "n_options": n_options,
            "n_tokens": None if rng.random() < 0.05 else tokens, "ended": ended,
            "chosen": None if ended is False or rng.random() < 0.15 else chosen, "end": tokens, "positions": positions,
            "thousandths": curve(rng, n_options, len(positions), answer, *skills, identity), "orders": orders}


def sentence_ends(rng, trace):
    """Some of the positions and some others, and the end; now and then it is not known."""
    end = trace["end"]
    if end == 0 or rng.random() < 0.1:
        return []
    cuts = {int(t) for t in trace["positions"] if 0 < t < end and rng.random() < 0.6} | {int(t) for t in rng.integers(1, end + 1, int(rng.integers(0, 4)))}
    return sorted(cuts | {end})


def further_readings(rng, trace):
    """Of some traces: readings of the same positions by others, and one by the plan's own reader, at other positions."""
    n, rows = trace["n_options"], len(trace["positions"])
    identity = list(range(n))
    skills = rng.normal(0.5, 1, 2)
    trace["ensemble"], trace["own"] = [], None
    for _ in range(int(rng.integers(0, 4)) if rows else 0):
        trace["ensemble"].append(curve(rng, n, rows, trace["answer"], *skills, 0.2, identity))
    if rows and rng.random() < 0.6:
        end = trace["end"] + int(rng.integers(0, 3))
        positions = sorted({int(rng.random() < 0.2), end} | {int(t) for t in rng.integers(0, end + 1, 5) if t > 0})
        aligned = sorted(int(t) for t in rng.integers(0, end + 1, rows)) if rng.random() < 0.8 else []
        trace["own"] = {"positions": positions, "end": end, "aligned": aligned,
                        "thousandths": curve(rng, n, len(positions), trace["answer"], *skills, 0.2, identity)}


def make_traces():
    """About 200 traces of 60 questions in three subjects; what a question is like, its traces share."""
    rng = np.random.default_rng(11)
    traces = []
    for subject, level, pull in (("sums", 0.0, 0.5), ("imports", 2.0, 0.0), ("riddles", -1.0, 4.0)):
        for number in range(20):
            n_options = 4 if rng.random() < 0.85 else int(rng.integers(2, 6))
            traits = (n_options, int(rng.integers(0, n_options)), rng.normal(level, 1.5), rng.normal(level + 1, 1.5), pull)
            for sample in range(int(rng.integers(1, 7))):
                traces.append(make_trace(rng, f"{subject}-{number}", subject, sample, traits))
    traces[5]["thousandths"][0][1] = None  # A reading that is not a number.
    for t in traces:  # Every cell of a table that has none, in one subject: nobody is right at the end.
        if t["subject"] == "riddles" and t["chosen"] == t["answer"]:
            t["chosen"] = (t["answer"] + 1) % t["n_options"]
    more = np.random.default_rng(12)
    for t in traces:
        t["sentence_ends"] = sentence_ends(more, t)
        further_readings(more, t)
    order = rng.permutation(len(traces))
    return [traces[i] for i in order]


def log_probabilities(thousandths):
    p = np.array([[np.nan if v is None else v for v in row] for row in thousandths], float)
    with np.errstate(divide="ignore"):
        return np.log(p / 1000).astype(np.float32)


def entropies(p):
    """In bits, row by row: of the options and none of them."""
    none = 1 - p.sum(axis=1, keepdims=True)
    return stats.entropy(np.hstack([p, np.maximum(none, 0)]), base=2, axis=1)


def top(row):
    return int(np.argmax(np.where(np.isnan(row), -np.inf, row)))


def measure(trace):
    answer, end = trace["answer"], trace["end"]
    free = None
    if trace["chosen"] is not None:
        free = trace["chosen"] == answer
    elif trace["ended"] is not None:
        free = False
    m = {"question": trace["question_id"], "subject": trace["subject"], "answer": answer, "n_options": trace["n_options"],
         "length": trace["n_tokens"], "ended": trace["ended"], "free": free, "read": bool(trace["positions"])}
    if not m["read"]:
        return m
    logs, positions = log_probabilities(trace["thousandths"]), trace["positions"]
    p = np.nan_to_num(np.exp(logs.astype(float)))
    tops = [top(row) for row in logs]
    mass = p.sum(axis=1)
    k = max([i + 1 for i, t in enumerate(tops) if t != tops[-1]], default=0)
    t_exit_low = 0 if k == 0 else positions[k - 1] + 1
    right = [t == answer for t in tops]
    kind = ("productive" if right[-1] and not right[0] else "counterproductive" if right[0] and not right[-1] else
            "right_throughout" if all(right) else "wavering" if any(right) else "wrong_throughout")
    m.update(first_position=positions[0], top_start=tops[0], top_end=tops[-1], right_start=right[0], right_end=right[-1],
             p_start=p[0, answer], p_end=p[-1, answer], mass_start=mass[0], mass_end=mass[-1], mass_mean=mass.mean(),
             flips=sum(a != b for a, b in zip(tops, tops[1:])), t_exit=positions[k], p_right_at_exit=p[k, answer],
             performative_share=(end - positions[k]) / end if end else None,
             performative_share_high=(end - t_exit_low) / end if end else None,
             entropies=entropies(p), bad=int(np.isnan(logs).sum()), **{"class": kind})
    m.update(measure_early_answers(trace, tops), end=end)
    if trace["orders"]:
        m.update(measure_orders(trace, tops, kind), label_readings=label_readings(trace))
    m["ensemble"] = measure_ensemble(trace) if trace["ensemble"] else None
    m["against_own"] = measure_comparison(trace) if trace["own"] else None
    return m


def area_over(shares, same):
    """Over the line through the readings, flat before the first and after the last one."""
    line = np.concatenate([[0], shares, [1]])
    return 1 - float(np.trapezoid(np.interp(line, shares, np.array(same, float)), line))


def measure_early_answers(trace, tops):
    end, positions, ends = trace["end"], trace["positions"], trace["sentence_ends"]
    same = [t == tops[-1] for t in tops]
    m = {"sentences": len(ends), "area_over": None, "area_over_sentences": None, "same_at": [None] * len(EARLY_SHARES)}
    if end == 0:
        return m
    m["area_over"] = area_over(np.array(positions) / end, same)
    cuts = [(i / len(ends), same[positions.index(cut)]) for i, cut in enumerate([0] + ends) if cut in positions] if ends else []
    if cuts:
        m["area_over_sentences"] = area_over(*zip(*cuts))
    for i, share in enumerate(EARLY_SHARES):
        before = [s for t, s in zip(positions, same) if t <= int(share * end + 0.5)]
        m["same_at"][i] = before[-1] if before else None
    return m


def probabilities(thousandths):
    logs = log_probabilities(thousandths)
    return logs, np.nan_to_num(np.exp(logs.astype(float)))


def with_none(p):
    """And of none of the options."""
    return np.concatenate([p, 1 - p.sum(axis=-1, keepdims=True)], axis=-1)


def measure_ensemble(trace):
    answer = trace["answer"]
    logs, p = zip(*(probabilities(c) for c in [trace["thousandths"], *trace["ensemble"]]))
    p = np.array(p)  # [readers, positions, options]
    mean = p.mean(axis=0)
    chosen, tops = mean.argmax(axis=1), np.array([[top(row) for row in reader] for reader in logs])
    values = {"spread": np.abs(with_none(p) - with_none(mean)).sum(axis=2).mean(axis=0) / 2,
              "deviation": p[:, :, answer].std(axis=0, ddof=1), "agreement": (tops == chosen).mean(axis=0)}
    return {f"{name}{where}": float(v) for name, along in values.items() for where, v in (("", along.mean()), ("_at_start", along[0]), ("_at_end", along[-1]))} | {
        "p_right_at_start": mean[0, answer], "p_right_at_end": mean[-1, answer],
        "right_at_start": chosen[0] == answer, "right_at_end": chosen[-1] == answer}


def exit_place(tops):
    return max([i + 1 for i, t in enumerate(tops) if t != tops[-1]], default=0)


def measure_comparison(trace):
    own, answer = trace["own"], trace["answer"]
    (logs, p), (own_logs, own_p) = probabilities(trace["thousandths"]), probabilities(own["thousandths"])
    tops, own_tops = [top(row) for row in logs], [top(row) for row in own_logs]
    at = [max([i for i, t in enumerate(own["aligned"]) if t <= position], default=0) for position in own["positions"]] if own["aligned"] else [0]
    m = {"same_at_start": tops[at[0]] == own_tops[0], "same_at_end": tops[-1] == own_tops[-1],
         "p_right_at_start": p[at[0], answer] - own_p[0, answer], "p_right_at_end": p[-1, answer] - own_p[-1, answer],
         "mass_at_start": p[at[0]].sum() - own_p[0].sum(), "mass_at_end": p[-1].sum() - own_p[-1].sum(),
         "same": None, "distance": None, "t_exit": None, "t_exit_share": None, "earlier": None, "later": None}
    if own["aligned"]:
        m["same"] = np.mean([tops[i] == t for i, t in zip(at, own_tops)])
        m["distance"] = float(np.abs(with_none(p[at]) - with_none(own_p)).sum(axis=1).mean() / 2)
        if own["end"] > 0:
            m["t_exit"] = own["aligned"][exit_place(tops)] - own["positions"][exit_place(own_tops)]
            m.update(t_exit_share=m["t_exit"] / own["end"], earlier=m["t_exit"] < 0, later=m["t_exit"] > 0)
    return m


def label_readings(trace):
    """(right label, probabilities by label) in every order, at the first and at the last position."""
    p = probabilities(trace["thousandths"])[1]
    found = [[(trace["answer"], p[k])] for k in (0, -1)]
    for order in trace["orders"]:
        there = probabilities(order["thousandths"])[1]
        for readings, k in zip(found, (0, -1)):
            by_label = np.empty(trace["n_options"])
            by_label[order["label_of"]] = there[k]
            readings.append((order["label_of"][trace["answer"]], by_label))
    return found


def measure_orders(trace, tops, kind):
    others = [(order["label_of"], [top(row) for row in log_probabilities(order["thousandths"])]) for order in trace["orders"]]
    option = np.array([[a == b for a, b in zip(there, tops)] for _, there in others])
    label = np.array([[label_of[a] == b for a, b in zip(there, tops)] for label_of, there in others])
    moved = [there[0] == trace["answer"] for label_of, there in others if label_of[trace["answer"]] != trace["answer"]]
    return {"known_already": (kind == "right_throughout" and np.mean(moved) > 0.5) if moved else None,
            "agreement": {"option": option.mean(), "option_at_start": option[:, 0].mean(), "option_at_end": option[:, -1].mean(),
                          "label": label.mean(), "label_at_start": label[:, 0].mean(), "label_at_end": label[:, -1].mean()}}
