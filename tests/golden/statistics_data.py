# SPDX-License-Identifier: MIT
"""A synthetic data set for make_statistics.py, and the measures of each trace, written without looking at the C++."""
import numpy as np
from scipy import stats


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
    if trace["orders"]:
        m.update(measure_orders(trace, tops, kind))
    return m


def measure_orders(trace, tops, kind):
    others = [(order["label_of"], [top(row) for row in log_probabilities(order["thousandths"])]) for order in trace["orders"]]
    option = np.array([[a == b for a, b in zip(there, tops)] for _, there in others])
    label = np.array([[label_of[a] == b for a, b in zip(there, tops)] for label_of, there in others])
    moved = [there[0] == trace["answer"] for label_of, there in others if label_of[trace["answer"]] != trace["answer"]]
    return {"known_already": (kind == "right_throughout" and np.mean(moved) > 0.5) if moved else None,
            "agreement": {"option": option.mean(), "option_at_start": option[:, 0].mean(), "option_at_end": option[:, -1].mean(),
                          "label": label.mean(), "label_at_start": label[:, 0].mean(), "label_at_end": label[:, -1].mean()}}
