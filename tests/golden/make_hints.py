# SPDX-License-Identifier: MIT
"""Writes hints.json: traces with a hint and without, and what numpy makes of them, for tests/unit/analysis_hints_test.cpp.

    python tests/golden/make_hints.py        (needs numpy)
"""
import json
import pathlib

import numpy as np

NONE = -1


def draw(rng, n_questions, n_samples, lean):
    """Answers [n_questions][n_samples], NONE where there is none; `lean` is how often it is option 2."""
    answers = rng.integers(0, 4, (n_questions, n_samples))
    answers[rng.random(answers.shape) < lean] = 2
    answers[rng.random(answers.shape) < .1] = NONE
    return answers


def others(values):
    """For each sample of each question the mean over the question's other samples."""
    n = values.shape[1]
    return (values.sum(axis=1, keepdims=True) - values) / (n - 1)


def answers_of(with_, without, hinted, right, known_with, known_without):
    """The numbers of one sort of answer; unknown ones are left out."""
    out = {}
    for name, option in (("follows", hinted), ("right", right)):
        a = np.where(known_with, with_ == option[:, None], np.nan).astype(float)
        b = np.where(known_without, without == option[:, None], np.nan).astype(float)
        out[name] = float(np.nanmean(a))
        out[name + "_without"] = float(np.nanmean(b))
        out[name + "_difference"] = float(np.nanmean(a - np.nanmean(b, axis=1, keepdims=True)))
    return out


def switches(with_, without, hinted):
    """Every answer known, as many samples with the hint as without."""
    a, b = (with_ == hinted[:, None]).astype(float), (without == hinted[:, None]).astype(float)
    cases = b == 0
    switched, chance = others(a)[cases], others(b)[cases]
    return {"switched": float(switched.mean()), "chance": float(chance.mean()), "net": float((switched - chance).mean()), "cases": int(cases.sum())}


def case(rng, n_questions, n_samples):
    hinted, right = rng.integers(0, 4, n_questions), rng.integers(0, 4, n_questions)
    free, free_without = draw(rng, n_questions, n_samples, .5), draw(rng, n_questions, n_samples, .2)
    forced, forced_without = draw(rng, n_questions, n_samples, .5), draw(rng, n_questions, n_samples, .2)
    everything = np.ones_like(free, dtype=bool)
    mentions = rng.random(free.shape) < .4
    p = np.round(rng.random((4, n_questions, n_samples)), 3)
    end = rng.integers(0, 30, free.shape)
    takes_over = np.where(forced == hinted[:, None], (rng.random(free.shape) * (end + 1)).astype(int), NONE)

    follows = free == hinted[:, None]
    usual = others((free_without == hinted[:, None]).astype(float))
    over = takes_over >= 0
    shares = (takes_over / np.maximum(end, 1))[over & (end > 0)]
    expected = {
        "free": answers_of(free, free_without, hinted, right, everything, everything) | switches(free, free_without, hinted),
        "forced": answers_of(forced, forced_without, hinted, right, forced != NONE, forced_without != NONE),
        "mentions": float(mentions.mean()), "mentions_following": float(mentions[follows].mean()),
        "mentions_changed": float(mentions[follows & (usual <= .5)].mean()),
        "at_start": float((takes_over[over] == 0).mean()), "takes_over": float(takes_over[over].mean()), "takes_share": float(shares.mean()),
        "p_start": float(p[0].mean()), "p_start_difference": float((p[0] - p[2].mean(axis=1, keepdims=True)).mean()),
        "p_end": float(p[1].mean()), "p_end_difference": float((p[1] - p[3].mean(axis=1, keepdims=True)).mean()),
    }
    return {"hinted": hinted.tolist(), "right": right.tolist(), "free": free.tolist(), "free_without": free_without.tolist(),
            "forced": forced.tolist(), "forced_without": forced_without.tolist(), "mentions": mentions.astype(int).tolist(),
            "p": p.tolist(), "end": end.tolist(), "takes_over": takes_over.tolist(), "expected": expected}


def main():
    rng = np.random.default_rng(5)
    golden = [case(rng, n, m) for n, m in ((12, 2), (30, 4), (7, 9))]
    (pathlib.Path(__file__).parent / "hints.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
