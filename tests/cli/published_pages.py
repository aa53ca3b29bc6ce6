# SPDX-License-Identifier: MIT
"""Writes traces in the two forms in which the traces of yc015/reasoning-progress-viz are published, nothing escaped.

A trace is a dict; what it leaves out is made up:
    subject        str
    number         int, of the question within its subject
    question       str
    choices        list of str, 2 to 26
    answer         int, index of the right choice
    think_tokens   list of str
    probs          list of lists of int, hundredths, one row a thinking token
    answer_tokens  list of str; empty: the thinking did not end
    answer_probs   as probs, one row an answer token
    folder         str, the subject in whose folder the page lies where that is not its own
    rendering      str, "html_vis" (the finished set), "html_vis_bg", …
    stated         int, the choice named at the page's end, from 1, where it is not the right one
"""
from __future__ import annotations

import gzip
import json
from pathlib import Path

BEGIN, END = "<｜begin▁of▁sentence｜><｜User｜>", "<｜end▁of▁sentence｜>"
INSTRUCTION = "Please give me your choice right after the thinking. State it on the first line of your output."
RIGHT, WRONG = "#50C878", ["#D2042D", "#1F51FF", "#FFBF00"]


def complete(trace: dict) -> dict:
    """The trace with everything that it leaves out."""
    choices = trace.get("choices", ["seven", "blue", "quickly", "a spoon"])
    answer = trace.get("answer", 1)
    think = trace.get("think_tokens", ["Okay", ",", " it", " is", " blue", ".\n"])
    even = 100 // len(choices)

    def rising(n: int) -> list[list[int]]:
        right = [even + (95 - even) * (t + 1) // max(n, 1) for t in range(n)]
        return [[r if i == answer else (98 - r) // max(len(choices) - 1, 1) for i in range(len(choices))] for r in right]

    out = trace.get("answer_tokens", ["\n\n", str(answer + 1), ":", " " + choices[answer], END])
    last = rising(len(think))[-1] if think else [even] * len(choices)
    whole = {"subject": "colours", "number": 0, "question": "Which of these is a colour?", "choices": choices, "answer": answer,
             "think_tokens": think, "probs": rising(len(think)), "answer_tokens": out, "answer_probs": [last] * len(out),
             "rendering": "html_vis"} | trace
    return {"folder": whole["subject"], "stated": whole["answer"] + 1} | whole


def prompt(trace: dict) -> str:
    options = "\n".join(f"{i}: {text}" for i, text in enumerate(trace["choices"], 1))
    return f"{BEGIN}Question: {trace['question']}\nChoices:\n\n{options}.\n\n{INSTRUCTION}<｜Assistant｜><think>\n"


def spans(tokens: list[str], rows: list[list[int]]) -> str:
    def title(row: list[int]) -> str:
        return ", ".join(f"{i}: {p / 100:.2f}" for i, p in enumerate(row, 1))
    return "".join(f'<span style="color: #5F9C71; font-size: 1.0em; margin: 0; padding: 5px 0;" title="{title(row)}">{token}</span>'
                   for token, row in zip(tokens, rows, strict=True))


def page(trace: dict) -> str:
    t = complete(trace)
    wrong = iter(WRONG * 9)
    chips = " ".join(
        f'<span style="display: inline-block; background-color: {RIGHT if i == t["answer"] else next(wrong)}; color: white;">'
        f'{i + 1}{" (correct answer)" if i == t["answer"] else ""}</span>' for i in range(len(t["choices"])))
    think, rows = list(t["think_tokens"]), list(t["probs"])
    if t["answer_tokens"]:
        think.append("|End of Thinking|")
        rows.append(rows[-1] if rows else [0] * len(t["choices"]))

    def visualisation(inner: str) -> str:
        return f'    <div class="visualization">\n      <div style="line-height: 2.00; margin: 0; padding: 0;">{inner}</div>\n    </div>\n'

    sections = [("Question Prompt", f"    <pre>{prompt(t)}</pre>\n"),
                ("Legend", f'    <div class="legend">{chips}</div>\n'),
                ("Reasoning (Thinking Tokens)", visualisation(spans(think, rows))),
                ("Answer Tokens", visualisation(spans(t["answer_tokens"], t["answer_probs"]))),
                ("Correct Answer", f"    <pre>The correct answer is choice {t['stated']}</pre>\n")]
    body = "".join(f'  <div class="section">\n    <h2>{title}</h2>\n{inner}  </div>\n' for title, inner in sections)
    return ('<!DOCTYPE html>\n<html>\n<head>\n  <meta charset="utf-8">\n  <title>Generation Visualization</title>\n  <style>\n'
            f'    .section {{ margin-top: 20px; }}\n  </style>\n</head>\n<body>\n  <h1>Visualization</h1>\n{body}</body>\n</html>')


def write_site(folder: str | Path, traces: list[dict]) -> None:
    """A clone of the site's repository: one page a trace below folder/subject_html."""
    for trace in map(complete, traces):
        place = Path(folder) / "subject_html" / trace["folder"] / trace["rendering"]
        place.mkdir(parents=True, exist_ok=True)
        name = f"{trace['subject']}_questionID_{trace['number']}_correct_answer_logit_vis.html"
        (place / name).write_text(page(trace), encoding="utf-8", newline="")


def write_jsonl(folder: str | Path, traces: list[dict], compressed: bool = True) -> None:
    """One file a subject, SUBJECT.jsonl.gz or SUBJECT.jsonl, lines in the order of `traces`."""
    lines: dict[str, list[str]] = {}
    for t in map(complete, traces):
        keys = ("subject", "question", "choices", "answer", "think_tokens", "answer_tokens", "probs", "answer_probs")
        line = {"id": f"{t['subject']}/{t['number']}"} | {key: t[key] for key in keys}
        lines.setdefault(t["subject"], []).append(json.dumps(line, ensure_ascii=False) + "\n")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for subject, rows in lines.items():
        data = "".join(rows).encode()
        path = Path(folder) / f"{subject}.jsonl"
        if compressed:
            path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(data, mtime=0))
        else:
            path.write_bytes(data)
