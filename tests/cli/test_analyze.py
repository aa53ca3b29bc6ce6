# SPDX-License-Identifier: MIT
"""`analyze` says what its definitions say, of real and of made-up curves."""
import csv
import json
import math
import unittest
from pathlib import Path

import measures
from stores import status
from support import DONE, USAGE, CliTest, call, question, traces, traces_of, write_jsonl

HOSTILE = ("\x1b]0;owned\x07", "\x1b[2J\x9b1m", "a\rb\nc\td", "\u202eevil\u202c\u2066", "x" * 300, "漢字" * 40, "\u200b\ufeff\u00ad", "")


def analyze(run, *options) -> dict:
    result = call("analyze", run, "--json", *options)
    if result.code != DONE or result.err:
        raise AssertionError(f"exit {result.code}, {result.err!r}")
    return json.loads(result.out)


def at(block: dict, place: tuple) -> float | None:
    for key in place:
        block = block[key]
    return block["value"]


class Glassbox(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A budget that cuts some traces, and a stride that leaves gaps.
        cls.run_folder, _ = cls.finished_run("--limit", 3, "--samples", 2, "--stride", 6, "--budget", 100, "--no-site")
        cls.rows = traces(cls.run_folder)

    def compare(self, block: dict, rows: list[dict], margin: float = 0):
        ms = [measures.measure(r, margin) for r in rows]
        for place, value in measures.expected(ms).items():
            told = at(block, place)
            self.assertEqual(told is None, value is None, (place, told, value))
            if value is not None:
                self.assertTrue(math.isclose(told, value, rel_tol=1e-9, abs_tol=1e-9), (place, told, value))
        self.assertEqual((block["traces"], block["traces_read"]), (len(ms), len(ms)))
        self.assertEqual(block["questions"], len({m["question"] for m in ms}))
        self.assertEqual(block["not_ended"], sum(not m["ended"] for m in ms))
        self.assertEqual(block["commitment"]["censored"], sum(not m["ended"] for m in ms))
        self.assertEqual(block["thinking_length"]["longest"], max(m["length"] for m in ms))
        for end, k in (("start", 0), ("end", -1)):
            self.assertAlmostEqual(block["mass"][f"lowest_at_{end}"], min(m["mass"][k] for m in ms), delta=1e-9)
        for i, label in enumerate(block["labels"]["each"]):
            self.assertAlmostEqual(label["top_at_start"]["value"], measures.mean(m["top_start"] == i for m in ms))
            self.assertAlmostEqual(label["top_at_end"]["value"], measures.mean(m["top_end"] == i for m in ms))
            self.assertAlmostEqual(label["right"]["value"], measures.mean(r["answer"] == i for r in rows))
        return ms

    def test_all_traces(self):
        self.assertTrue(10 < sum(r["ended"] for r in self.rows) < len(self.rows) == 42, "some traces end and some are cut")
        for margin in (0, 0.3):
            with self.subTest(margin=margin):
                overall = analyze(self.run_folder, "--margin", margin)["overall"]
                ms = self.compare(overall, self.rows, margin)
                for name, right in (("r_forced_right_at_end", "right_end"), ("r_free_right", "free")):
                    self.assertAlmostEqual(overall["thinking_length"][name]["within_subjects"]["value"], measures.within(ms, "subject", right))
        self.assertNotEqual(measures.expected(ms), measures.expected([measures.measure(r) for r in self.rows]), "the margin changes something")

    def test_subjects(self):
        blocks = analyze(self.run_folder)["subjects"]
        self.assertEqual([b["subject"] for b in blocks], list(dict.fromkeys(r["subject"] for r in self.rows)))
        self.assertEqual(len(blocks), 7)
        for block in blocks:
            with self.subTest(subject=block["subject"]):
                self.compare(block, [r for r in self.rows if r["subject"] == block["subject"]])

    def test_prior(self):
        overall, [prior] = analyze(self.run_folder)["overall"], status(self.run_folder)["prior"]
        self.assertEqual(prior["labels"], ["1", "2", "3", "4"])
        for label, p in zip(overall["labels"]["each"], prior["p"], strict=True):
            self.assertAlmostEqual(label["prior"], p)
        preferred = measures.top(prior["p"])
        self.assertAlmostEqual(overall["labels"]["prior_right"]["value"], measures.mean(r["answer"] == preferred for r in self.rows))

    def test_same_seed_same_bytes(self):
        outputs = [call("analyze", self.run_folder, "--json", "--seed", seed).out for seed in (1, 1, 2)]
        self.assertEqual(outputs[0], outputs[1])
        self.assertNotEqual(outputs[0], outputs[2])
        self.assertEqual(call("analyze", self.run_folder).out, call("analyze", self.run_folder).out)
        one, two = (json.loads(o)["overall"] for o in outputs[1:])
        for place in measures.expected([measures.measure(r) for r in self.rows]):
            self.assertEqual(at(one, place), at(two, place), "the seed moves intervals alone")

    def test_intervals(self):
        def check(value):
            if isinstance(value, dict):
                if value.get("low") is not None:
                    self.assertTrue(value["low"] <= value["value"] <= value["high"], value)
                for v in value.values():
                    check(v)
            if isinstance(value, list):
                for v in value:
                    check(v)
        wide, narrow = (analyze(self.run_folder, "--level", level) for level in (0.99, 0.6))
        check(wide)
        w, n = (a["overall"]["forced"]["p_right_at_end"] for a in (wide, narrow))
        self.assertLess(n["high"] - n["low"], w["high"] - w["low"])
        self.refuse(("--level", "1.5"), ("--level", "x"), ("--resamples", "0"), ("--margin", "2"), ("--margin", "-0.1"), ("--seed", "x"))

    def refuse(self, *options):
        for option, bad in options:
            with self.subTest(option=option, bad=bad):
                self.assert_complains(call("analyze", self.run_folder, option, bad), USAGE, option)

    def test_no_numbers(self):
        self.refuse(("--level", "nan"), ("--margin", "nan"), ("--seed", "-1"))


class Knowledge(CliTest):
    def import_lines(self, *lines: dict) -> Path:
        run = self.folder / "run"
        result = call("import", "jsonl", write_jsonl(self.folder / "t.jsonl", *lines), "-o", run)
        self.assertEqual(result.code, DONE, result.err)
        return run

    def test_a_preference_for_a_label_is_not_knowledge(self):
        row = [0.9, 0.04, 0.03, 0.02]
        run = self.import_lines(*[question(f"Question {i}?", ("a", "b", "c", "d"), i % 4, subject="s", thinking=["so", " it", " is"], output="1",
                                           ended=True, probs=[row] * 4) for i in range(40)])
        analysis = analyze(run)
        overall = analysis["overall"]
        self.assertEqual([(x["top_at_start"]["value"], x["right"]["value"]) for x in overall["labels"]["each"]], [(1, .25)] + [(0, .25)] * 3)
        self.assertIn("label_preference", [w["kind"] for w in overall["warnings"]])
        self.assertEqual((overall["classes"]["known_already"]["value"], overall["order_agreement"]["option"]["value"]), (None, None))
        self.assertEqual(overall["classes"]["right_throughout"]["count"], 10)
        self.assertEqual(overall["commitment"]["performative_share"]["value"], 1)
        text = call("analyze", run).out
        self.assertNotIn("known already", text)
        self.assertRegex(text, r"(?m)^! .*label")
        self.assertRegex(text, r"(?m)^ +1 +1\.00")
        rows = list(csv.DictReader(call("export", run, "--format", "csv").out.splitlines()))
        self.assertEqual({(r["class"], r["known_already"]) for r in rows}, {("right throughout", ""), ("wrong throughout", "")})

    def test_other_orders_of_the_options(self):
        run, plan = self.folder / "run", ("--subjects", "capitals,digit_sums,chains", "--limit", 5, "--stride", 40, "--budget", 100, "--no-site")
        self.run_ok(run, *plan, "--permute", 4)
        analysis = analyze(run)
        orders = [traces_of(run, "--reader", n) for n in range(1, 5)]
        for block in analysis["subjects"]:
            agree = {name: [] for name in ("option", "option_at_start", "option_at_end", "label", "label_at_start", "label_at_end")}
            known = []
            for own, *others in zip(*orders):
                if own["subject"] != block["subject"]:
                    continue
                m = measures.measure(own)
                same = [(measures.top(o["probs"][k]), o["labels"], k, m["tops"][k]) for o in others for k in range(len(own["positions"]))]
                for kind, agrees in (("option", lambda t, labels, mine: t == mine), ("label", lambda t, labels, mine: labels[t] == own["labels"][mine])):
                    for name, k in ((kind, None), (f"{kind}_at_start", 0), (f"{kind}_at_end", len(own["positions"]) - 1)):
                        agree[name].append(measures.mean(agrees(t, labels, mine) for t, labels, at_k, mine in same if k is None or at_k == k))
                answer = own["answer"]
                moved = [measures.top(o["probs"][0]) == answer for o in others if o["labels"][answer] != own["labels"][answer]]
                known.append(m["class"] == "right_throughout" and 2 * sum(moved) > len(moved))
            with self.subTest(subject=block["subject"]):
                for name, values in agree.items():
                    self.assertAlmostEqual(block["order_agreement"][name]["value"], measures.mean(values), msg=name)
                self.assertEqual(block["classes"]["known_already"]["count"], sum(known))
                if block["subject"] != "chains":
                    self.assertGreaterEqual(block["order_agreement"]["option_at_start"]["value"], 0.9)
                    self.assertGreaterEqual(sum(known), 4)
                else:
                    self.assertLess(block["order_agreement"]["option_at_start"]["value"], 0.9)
        self.assertEqual([b["subject"] for b in analysis["subjects"]], ["capitals", "chains", "digit_sums"])

    def test_hostile_subjects(self):
        run = self.import_lines(*[question(f"Question {i}?", subject=subject, thinking=["a", "b"], probs=[[.5, .3, .1]] * 3, output="1")
                                  for i, subject in enumerate(HOSTILE * 3)])
        for verb, more in (("analyze", ()), ("analyze", ("--json",)), ("status", ()), ("status", ("--json",)), ("verify", ()),
                           ("export", ("--format", "csv")), ("export", ("--format", "csv", "--what", "probes"))):
            with self.subTest(verb=verb, more=more):
                result = call(verb, run, *more)
                self.assertEqual(result.code, DONE, result.err)
                self.assert_clean(result.out + result.err)
        for line in call("analyze", run).out.split("\n"):
            self.assertLessEqual(len(line), 100)


if __name__ == "__main__":
    unittest.main()
