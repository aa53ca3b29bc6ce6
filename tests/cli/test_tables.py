# SPDX-License-Identifier: MIT
"""Tables for spreadsheets: every row a line, the numbers of the JSONL export, and no text that acts as a formula."""
import csv
import io
import json
import re
import tempfile
import unittest
from pathlib import Path

import measures
from support import DONE, USAGE, CliTest, call, question, run_arguments, traces, traces_of, write_jsonl

FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0", '="a"', "-", "\t")
HARMLESS = ("plain", "a,b", 'say "x"', "a;b", "two\nlines", "'quoted", "1-1", "ünïcode 漢字", "", " ", "\\n", "nan", "TRUE")
ACTS = re.compile(r"\s*[=+\-@＝＋－＠]|\t|\r|\\t")


def table(run, what: str, *options) -> list[dict[str, str]]:
    result = call("export", run, "--format", "csv", "--what", what, *options)
    if result.code != DONE:
        raise AssertionError(f"exit {result.code}: {result.err}")
    lines = result.out.split("\n")
    if lines.pop() != "":
        raise AssertionError("the last line is not ended")
    rows = list(csv.reader(io.StringIO(result.out, newline=""), strict=True))
    if len(rows) != len(lines):
        raise AssertionError(f"{len(rows)} rows on {len(lines)} lines")
    if len(set(rows[0])) != len(rows[0]) or {len(r) for r in rows} != {len(rows[0])}:
        raise AssertionError("rows of different lengths, or a column twice")
    return [dict(zip(rows[0], r)) for r in rows[1:]]


def cell(value) -> str:
    """A number or truth as it stands in a table; a text only where nothing in it is changed."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


class Tables(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        folder = Path(holder.name)
        questions = write_jsonl(folder / "q.jsonl", question("=1+1", ("+2", "-2", "@2"), 0, subject="=A1"),
                                question("Which " + "very " * 600 + "long one?", subject="-B"),
                                question("Two\nlines, \"quoted\"; ,", ("a", "b", "c", "d", "＝e"), 3, subject="s"))
        cls.run_folder = folder / "run"
        result = call(*run_arguments(cls.run_folder, "--budget", 30, "--stride", 4, "--samples", 2, "--no-site", "--suffix", "So: ", questions=questions))
        assert result.code == 3, result.err
        result = call("probe", cls.run_folder, "--threads", 1, "--permute", 2, "--stride", 4)
        assert result.code == DONE, result.err
        cls.rows = traces(cls.run_folder)

    def number(self, text: str, value, where) -> None:
        if value is None:
            self.assertEqual(text, "", where)
        else:
            self.assertEqual(float(text), value, where)

    def compare_traces(self, run, rows, *options):
        found = table(run, "traces", *options)
        self.assertEqual(len(found), len(rows))
        for t, r in zip(found, rows):
            for key in ("trace_id", "question_id", "status", "model", "model_sha256", "run"):
                self.assertEqual(t[key], r[key], key)
            for key in ("sample", "answer", "seed", "temperature", "reader", "chosen"):
                self.number(t[key], r[key], key)
            self.assertEqual((t["ended"], t["stop"]), ("", "") if r["status"] == "failed" else (cell(r["ended"]), r["stop"]))
            self.assertEqual(t["lacks"], " ".join(r["lacks"]))
            if not r["positions"]:
                self.assertEqual({t[k] for k in ("top_start", "p_start", "t_exit", "class", "flips", "mass_end", "entropy_mean", "performative_share")}, {""})
                continue
            m = measures.measure(r)
            for key, value in (("thinking_tokens", m["length"]), ("top_start", m["top_start"]), ("top_end", m["top_end"]), ("p_start", m["p_start"]),
                               ("p_end", m["p_end"]), ("flips", m["flips"]), ("t_exit", m["t_exit"]), ("t_exit_low", m["t_exit_low"]),
                               ("p_right_at_exit", m["p_exit"]), ("first_position", r["positions"][0])):
                self.number(t[key], value, key)
            for key, value in (("performative_share", m["share"]), ("performative_share_high", m["share_high"]), ("mass_start", r["mass"][0]),
                               ("mass_end", r["mass"][-1]), ("entropy_start", m["entropy"][0]), ("entropy_end", m["entropy"][-1]),
                               ("entropy_mean", measures.mean(m["entropy"]))):
                self.assertAlmostEqual(float(t[key]), value, delta=1e-12)
            self.assertEqual(t["class"], m["class"].replace("_", " "))
            self.assertEqual(t["correct"], cell(r["correct"]))

    def test_traces(self):
        self.compare_traces(self.run_folder, self.rows)
        failed = [t for t in table(self.run_folder, "traces") if t["status"] == "failed"]
        self.assertEqual([t["subject"] for t in failed], ["'-B"] * 2)
        self.assertTrue(all("no room to think" in t["error"] for t in failed))

    def test_reader(self):
        rows = traces_of(self.run_folder, "--reader", 2)
        self.assertNotEqual([r["probs"] for r in rows], [r["probs"] for r in self.rows])
        self.compare_traces(self.run_folder, rows, "--reader", 2)
        self.compare_probes(rows, "--reader", 2)
        self.assert_complains(call("export", self.run_folder, "--format", "csv", "--reader", 9), USAGE, "no reader 9")

    def agreement_is_told(self, reader: int) -> None:
        for t in table(self.run_folder, "traces", "--reader", reader):
            self.assertEqual(t["option_agreement"] == "", t["status"] == "failed")

    def test_agreement_of_orders(self):
        self.agreement_is_told(1)

    def test_agreement_of_orders_seen_from_another(self):
        self.agreement_is_told(2)

    def compare_probes(self, rows, *options):
        found, k = table(self.run_folder, "probes", *options), 0
        for r in rows:
            for position, probs, mass in zip(r["positions"], r["probs"], r["mass"]):
                t, k = found[k], k + 1
                self.assertEqual((t["trace_id"], t["position"]), (r["trace_id"], str(position)))
                for i in range(5):
                    self.number(t[f"p_{i + 1}"], probs[i] if i < len(probs) else None, i)
                self.number(t["p_right"], probs[r["answer"]], "p_right")
                self.number(t["mass"], mass, "mass")
                self.assertEqual(t["top"], str(measures.top(probs)))
                token = r["think_text"][position - 1] if position else ""
                if not ACTS.match(token) and token.isprintable():
                    self.assertEqual(t["token"], token)
        self.assertEqual(k, len(found))

    def test_probes(self):
        self.compare_probes(self.rows)
        self.assertNotIn("p_6", table(self.run_folder, "probes")[0])

    def test_before_after(self):
        found = table(self.run_folder, "before-after")
        told = [json.loads(line) for line in call("export", self.run_folder, "--what", "before-after").out.split("\n")[:-1]]
        read = [r for r in self.rows if r["status"] == "ok"]
        self.assertEqual([(len(t), t["trace_id"]) for t in told], [(len(f), f["trace_id"]) for f in found])
        for t, line, r in zip(found, told, read, strict=True):
            self.assertEqual(list(t), list(line))
            for key, value in line.items():
                if isinstance(value, bool) or value is None:
                    self.assertEqual(t[key], cell(value), key)
                elif isinstance(value, list):
                    self.assertEqual(json.loads(t[key]), value, key)
                elif not isinstance(value, str):
                    self.assertEqual(float(t[key]), value, key)
            m = measures.measure(r)
            self.assertEqual((line["before"], line["after"], line["free"]), (m["top_start"], m["top_end"], r["chosen"]))
            self.assertEqual((line["p_right_before"], line["p_right_after"]), (m["p_start"], m["p_end"]))
            self.assertEqual((line["right_before"], line["right_after"], line["right_free"]), (m["right_start"], m["right_end"], r["correct"]))
            self.assertEqual((line["question"], line["subject"]), (r["question"], r["subject"]))  # JSON needs no apostrophe.

    def test_options_in_json_are_an_array(self):
        line = json.loads(call("export", self.run_folder, "--what", "before-after").out.split("\n")[0])
        self.assertEqual(line["options"], self.rows[0]["options"])

    def test_choices(self):
        for bad in (("--format", "xlsx"), ("--what", "everything"), ("--format", "")):
            self.assert_complains(call("export", self.run_folder, *bad), USAGE)


class Formulas(CliTest):
    def test_texts(self):
        lines = []
        for i, text in enumerate(FORMULAS + HARMLESS):
            tokens = [text or "x", " and", text or "y"]
            # Unusable as a question's text or an option where nothing is left of it.
            named = text if text.strip() else "=" + text
            lines.append(question(named, (named, f"other {i}", f"{named}!"), 0, subject=text, thinking=tokens, output=text, ended=True,
                                  probs=[[0.5, 1e-9, 0.25]] * 4, model="=HYPERLINK(1)", prompt_text=text))
        run = self.folder / "=run"
        result = call("import", "jsonl", write_jsonl(self.folder / "-t.jsonl", *lines), "-o", run)
        self.assertEqual(result.code, DONE, result.err)
        rows = traces(run)
        self.assertEqual(len(rows), len(lines), result.err)
        numbers = {"temperature", "seed"}
        for what in ("traces", "probes", "before-after"):
            out = call("export", run, "--format", "csv", "--what", what).out
            self.assert_clean(out)
            for t in table(run, what):
                self.assertEqual(t["run"], "'=run")
                for key, value in t.items():
                    if key in numbers or re.fullmatch(r"[0-9.e-]+", value) and not value.startswith("-"):
                        continue
                    self.assertIsNone(ACTS.match(value), (what, key, value))
                if "p_2" in t:
                    self.assertEqual((t["p_1"][0], float(t["p_1"]) > 0, abs(float(t["p_2"]) - 1e-9) < 1e-15), ("0", True, True), "numbers stay numbers")
        by_id = {t["trace_id"]: t for t in table(run, "traces")}
        for row in rows:
            t = by_id[row["trace_id"]]
            for key, text in (("question", row["question"]), ("subject", row["subject"]), ("answer_text", row["answer_text"])):
                if text in HARMLESS and text.isprintable():
                    self.assertEqual(t[key], text)
                if text in FORMULAS:
                    self.assertTrue(t[key].startswith("'") or t[key].startswith("\\x0D"), (key, t[key]))
            self.assertEqual(json.loads(t["options"]), row["options"])

    def test_options_can_be_read_back(self):
        run = self.folder / "run"
        call("import", "jsonl", write_jsonl(self.folder / "t.jsonl", question(options=("a\u200bb", "c"), thinking="so")), "-o", run)
        self.assertEqual(json.loads(table(run, "traces")[0]["options"]), ["a\u200bb", "c"])


if __name__ == "__main__":
    unittest.main()
