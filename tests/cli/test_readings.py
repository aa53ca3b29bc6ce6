# SPDX-License-Identifier: MIT
"""What is said of several readings of the same traces: by suffixes, orders and models; and of early ones."""
import csv
import io
import json
import math
import statistics
import unittest

import measures
from support import DONE, USAGE, CliTest, call, export, model_with, traces, traces_of

SUFFIXES = r"\n\nThe answer is ,\n\nSo\, all in all: ,\n\nChoice "


def rows_of(run, what, *options) -> list[dict]:
    result = call("export", run, "--what", what, *options)
    assert result.code == DONE, result.err
    return [json.loads(line) for line in result.out.split("\n")[:-1]]


def analysis_of(run, *options) -> dict:
    result = call("analyze", run, "--json", *options)
    assert result.code == DONE, result.err
    return json.loads(result.out)


def spread_of(rows: list[list[float]]) -> float:
    whole = [[*row, 1 - math.fsum(row)] for row in rows]
    middle = [measures.mean(column) for column in zip(*whole)]
    return measures.mean(math.fsum(abs(p - m) for p, m in zip(row, middle)) / 2 for row in whole)


class EarlyAnswering(CliTest):
    def test_what_thinking_does_in_each_subject(self):
        """Known from the start in two subjects, computed by the text in two others."""
        run, _ = self.finished_run("--subjects", "capitals,digit_sums,chains,expressions", "--limit", "3-4", "--no-site")
        rows = traces(run)
        for block in analysis_of(run)["subjects"]:
            early, found = block["early_answering"], [measures.measure(r) for r in rows if r["subject"] == block["subject"]]
            with self.subTest(subject=block["subject"]):
                for name in ("area_over", "area_over_sentences"):
                    self.assertAlmostEqual(early[name]["value"], measures.mean(m[name] for m in found))
                    if block["subject"] in ("capitals", "digit_sums"):
                        self.assertLess(early[name]["value"], 0.05)
                    else:
                        self.assertGreater(early[name]["value"], 0.15)
                self.assertAlmostEqual(sum(g["weight"] for g in early["by_tokens"]), 1)
                self.assertAlmostEqual(sum(g["weight"] * g["area_over"]["value"] for g in early["by_tokens"]), early["area_over"]["value"])
                self.assertEqual(early["same_at"][0]["same"]["value"], measures.mean(m["tops"][0] == m["tops"][-1] for m in found))
        text = call("analyze", run).out
        self.assertRegex(text, r"(?m)^area over the curve +cut at tokens \.\d\d \[.*at sentence ends \.\d\d \[")
        self.assertRegex(text, r"(?m)^chains +\.\d\d \[.*\] +\.\d\d \[")
        self.assert_clean(text)
        table = list(csv.DictReader(io.StringIO(call("export", run, "--format", "csv").out)))
        for row, r in zip(table, rows, strict=True):
            self.assertAlmostEqual(float(row["area_over_sentences"]), measures.measure(r)["area_over_sentences"])
            self.assertEqual(int(row["sentences"]), len(measures.sentence_cuts(r["think_text"])))


class Suffixes(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_folder, _ = cls.finished_run("--subjects", "capitals,chains", "--limit", 2, "--stride", 8, "--no-site")
        cls.before = export(cls.run_folder)
        cls.alone = call("export", cls.run_folder, "--what", "ensemble")
        cls.result = call("probe", cls.run_folder, "--suffixes", SUFFIXES, "--permute", 2, "--threads", 1, "--json")
        assert cls.result.code == DONE, cls.result.err
        cls.told = json.loads(cls.result.out)
        cls.readings = [traces_of(cls.run_folder, "--reader", n) for n in cls.told["readers"]]
        cls.analysis = analysis_of(cls.run_folder)

    def test_each_suffix_is_a_reader(self):
        self.assertEqual((self.told["reader"], self.told["readers"], self.told["units_here"]), (1, [1, 2, 3, 4, 5, 6], 4 * 5))
        self.assertEqual(export(self.run_folder), self.before)
        wanted = ["\n\nThe answer is ", "\n\nSo, all in all: ", "\n\nChoice "]
        self.assertEqual([r["suffix"] for r in self.analysis["readers"]], [printable for s in wanted for printable in [s.replace("\n", "\\n")] * 2])
        self.assertEqual([r["order"] for r in self.analysis["readers"]], [0, 1] * 3)
        self.assertEqual([len(r["priors"]) for r in self.analysis["readers"]], [1, 0] * 3)
        for reading, suffix in zip(self.readings[::2], wanted):
            self.assertTrue(all(t["forced"].endswith(suffix) for t in reading))
        again = json.loads(call("probe", self.run_folder, "--suffixes", SUFFIXES, "--permute", 2, "--threads", 1, "--json").out)
        self.assertEqual((again["units_here"], again["readers"]), (0, self.told["readers"]))

    def test_export_is_mean_and_spread_of_the_readings(self):
        rows = rows_of(self.run_folder, "ensemble")
        expected = [(t, k) for t in zip(*self.readings, strict=True) for k in range(len(t[0]["positions"]))]
        for row, (readings, k) in zip(rows, expected, strict=True):
            at = [r["probs"][k] for r in readings]
            self.assertEqual((row["trace_id"], row["position"], row["n_readers"]), (readings[0]["trace_id"], readings[0]["positions"][k], 6))
            middle = [measures.mean(column) for column in zip(*at)]
            for i, column in enumerate(zip(*at), 1):
                self.assertAlmostEqual(row[f"mean_{i}"], middle[i - 1], delta=1e-6)
                self.assertAlmostEqual(row[f"deviation_{i}"], statistics.stdev(column), delta=1e-6)
            self.assertEqual(row["top"], measures.top([row[f"mean_{i}"] for i in range(1, 5)]))
            self.assertAlmostEqual(row["agreement"], measures.mean(measures.top(p) == row["top"] for p in at))
            self.assertAlmostEqual(row["spread"], spread_of(at), delta=1e-6)
            self.assertAlmostEqual(row["p_right"], row[f"mean_{readings[0]['answer'] + 1}"])
        table = list(csv.DictReader(io.StringIO(call("export", self.run_folder, "--what", "ensemble", "--format", "csv").out)))
        self.assertEqual((list(table[0]), len(table)), (list(rows[0]), len(rows)))

    def test_numbers_are_those_of_the_rows(self):
        rows = rows_of(self.run_folder, "ensemble")
        for block in (self.analysis["overall"], *self.analysis["subjects"]):
            by_trace: dict[str, list[dict]] = {}
            for row in rows:
                if row["subject"] == block.get("subject", row["subject"]):
                    by_trace.setdefault(row["trace_id"], []).append(row)
            for name, key in (("spread", "spread"), ("agreement", "agreement"), ("deviation", "p_right_deviation")):
                for end, value in (("", lambda rs: measures.mean(rs)), ("_at_start", lambda rs: rs[0]), ("_at_end", lambda rs: rs[-1])):
                    expected = measures.mean(value([r[key] for r in trace]) for trace in by_trace.values())
                    self.assertAlmostEqual(block["ensemble"][name + end]["value"], expected, delta=1e-6, msg=name + end)
            self.assertAlmostEqual(block["ensemble"]["p_right_at_end"]["value"], measures.mean(t[-1]["p_right"] for t in by_trace.values()))
        text = call("analyze", self.run_folder).out
        self.assertRegex(text, r"4 traces read in several ways, by 6 readers")
        self.assertIn(r"reader 3: '\n\nSo, all in all: '", text)
        self.assert_clean(text)

    def test_labels_under_all_orders(self):
        """Of the readings with the run's own suffix, in both orders."""
        for place, k in (("at_start", 0), ("at_end", -1)):
            bias, seen = self.analysis["overall"]["label_bias"][place], []
            for reading in self.readings[:2]:
                for t in reading:
                    by_label = dict(zip(t["labels"], t["probs"][k]))
                    seen.append((t["labels"][t["answer"]], max(sorted(by_label), key=by_label.get), by_label))
            for label, each in zip("1234", bias["each"], strict=True):
                self.assertAlmostEqual(each["chosen"]["value"], measures.mean(c == label for _, c, _ in seen))
                self.assertAlmostEqual(each["p"]["value"], measures.mean(p[label] for _, _, p in seen), delta=1e-6)
                recall = measures.mean(c == label for right, c, _ in seen if right == label)
                self.assertEqual(each["recall"]["value"] is None, recall is None)
            self.assertEqual(bias["chosen_minus_right"]["n_traces"], 8)

    def test_what_is_refused(self):
        self.assert_complains(self.alone, USAGE, "--suffixes", "--permute")
        for bad in ("", "a,,b", "a,"):
            self.assert_complains(call("probe", self.run_folder, "--suffixes", bad), USAGE, "--suffixes")
        self.assert_complains(call("probe", self.run_folder, "--suffixes", "a,b", "--suffix", "c"), USAGE, "--suffix")
        self.assertEqual(len(analysis_of(self.run_folder)["readers"]), 6, "nothing was read")


class Against(CliTest):
    """A reader beside the plan's own one."""

    def expect(self, run, n: int, ended_only=True):
        analysis = analysis_of(run, "--reader", n)
        self.assertEqual(analysis["own_reader"], 1)
        found = analysis["overall"]["against_own"]
        pairs = list(zip(traces_of(run, "--reader", n), traces(run), strict=True))
        ends = [(r["probs"][-1], own["probs"][-1], own["answer"]) for r, own in pairs]
        self.assertAlmostEqual(found["same_at_end"]["value"], measures.mean(measures.top(p) == measures.top(q) for p, q, _ in ends))
        self.assertAlmostEqual(found["p_right_at_end"]["value"], measures.mean(p[i] - q[i] for p, q, i in ends), delta=1e-6)
        starts = [(r["probs"][0], own["probs"][0], own["answer"]) for r, own in pairs]
        self.assertAlmostEqual(found["p_right_at_start"]["value"], measures.mean(p[i] - q[i] for p, q, i in starts), delta=1e-6)
        shifts, same = [], []
        for r, own in pairs:
            where = r.get("writer_positions", r["positions"])
            if len(where) != len(r["positions"]) or not own["positions"]:
                continue
            m, mine = measures.measure(r), measures.measure(own)
            if r["ended"]:
                shifts.append(where[r["positions"].index(m["t_exit"])] - mine["t_exit"])
            in_force = [max(k for k, w in enumerate(where) if w <= t) for t in own["positions"]]
            same.append(measures.mean(m["tops"][k] == t for k, t in zip(in_force, mine["tops"])))
        self.assertEqual(found["t_exit_mean"]["n_traces"], len(shifts))
        if shifts:
            self.assertAlmostEqual(found["t_exit_mean"]["value"], measures.mean(shifts))
            self.assertAlmostEqual(found["earlier"]["value"], measures.mean(s < 0 for s in shifts))
        self.assertAlmostEqual(found["same"]["value"], measures.mean(same))
        return found

    def test_another_suffix_and_the_same_weights(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains,beasts", "--limit", 1, "--no-site")
        other = model_with(self.folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        for n, options in ((2, ("--suffix", r"\n\nChoice ")), (3, ("--with", other))):
            self.assertEqual(call("probe", run, *options, "--threads", 1).code, DONE)
            found = self.expect(run, n)
        # The same weights and tokens: nothing differs but last digits, since the run read its traces where it had sampled them.
        self.assertGreater(found["same"]["value"], .9)
        self.assertLess(found["distance"]["value"], .01)
        own = analysis_of(run)
        self.assertEqual((own["own_reader"], own["overall"]["against_own"]["same"]["value"]), (None, None))
        self.assertRegex(call("analyze", run, "--reader", 3).out, r"beside reader 1, the plan's own, on the same 2 traces")

    def test_in_the_writers_tokens(self):
        """A hot sampler writes pieces that the tokenizer would join: the reader has other tokens of the same text."""
        run, other = self.folder / "run", model_with(self.folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        self.run_ok(run, "--subjects", "chains,beasts", "--limit", 2, "--no-site", "--temperature", 2, "--top-p", 1, "--budget", 50)
        self.assertEqual(call("probe", run, "--with", other, "--threads", 1).code, DONE)
        self.assertTrue(any(r["writer_positions"] != r["positions"] for r in traces_of(run, "--reader", 2)))
        self.expect(run, 2)


class Cues(CliTest):
    BELIEVES, RESISTS = "So the tale must be true", "But that is only a tale"
    OPTIONS = ("--cues", f"{BELIEVES},{RESISTS},Hmm,never said", "--window", 6, "--distance", 6, "--parts", 3, "--seed", 3)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_folder, _ = cls.finished_run("--subjects", "beasts", "--limit", 12, "--samples", 2, "--no-site")
        result = call("cues", cls.run_folder, *cls.OPTIONS, "--json")
        assert result.code == DONE, result.err
        cls.told = json.loads(result.out)
        cls.by_cue = {c["cue"]: c for c in cls.told["cues"]}
        cls.rows = rows_of(cls.run_folder, "cues", *cls.OPTIONS)

    def test_the_tale_is_believed_before_it_is_said(self):
        """On beasts the forced answer turns at the lure's word in the tale, which stands before these sentences."""
        believes, at_start = self.by_cue[self.BELIEVES], self.told["offsets"].index(-6)
        self.assertGreaterEqual(believes["events"], 8)
        moved = believes["p_final_moved"]
        # Six tokens before the sentence the lure was not yet said: P(final) was far lower than right before it ...
        self.assertLess(moved["at_cues"][at_start]["high"], -0.1)
        self.assertLess(moved["difference"][at_start]["high"], 0)
        # ... and at places of the same traces away from it P(final) does not move like that.
        self.assertLess(abs(moved["at_places"][at_start]["value"]), abs(moved["at_cues"][at_start]["value"]) / 2)
        nothing = self.by_cue["Hmm"]["p_final_moved"]["difference"]
        self.assertLess(max(abs(e["value"] or 0) for e in nothing), 0.1)
        self.assertEqual(self.by_cue["never said"]["events"], 0)
        self.assertIsNone(self.by_cue["never said"]["p_final"]["difference"][0]["value"])
        resists = self.by_cue[self.RESISTS]
        if resists["events"] >= 4:  # The answer comes back with the sentence.
            self.assertGreater(resists["p_final_moved"]["at_cues"][-1]["value"], 0.2)

    def test_rows_give_the_numbers(self):
        by_id = {t["trace_id"]: t for t in traces(self.run_folder)}
        self.assertEqual(sum(r["kind"] == "cue" for r in self.rows), self.told["all"]["events"])
        events: dict[tuple, list[dict]] = {}
        for row in self.rows:
            t = by_id[row["trace_id"]]
            final = measures.top(t["probs"][-1])
            self.assertEqual((row["final"], row["answer"]), (final, t["answer"]))
            for offset in (-6, 0, 6):
                at = row["position"] + offset
                inside = 0 <= at <= len(t["think_text"])
                self.assertEqual(row[f"p_final_{offset}"], t["probs"][at][final] if inside else None)
                self.assertEqual(row[f"top_{offset}"], measures.top(t["probs"][at]) if inside else None)
            if row["kind"] == "cue":
                self.assertTrue("".join(t["think_text"][row["position"]:]).lstrip().lower().startswith(row["cue"].lower()))
            else:
                cues = [r["position"] for r in self.rows if r["trace_id"] == row["trace_id"] and r["kind"] == "cue"]
                self.assertGreaterEqual(min(abs(row["position"] - c) for c in cues), 6)
            events.setdefault((row["trace_id"], row["event"]), []).append(row)
        for cue, numbers in self.by_cue.items():
            for offset in (-6, -1, 0, 6):
                moves = []
                for cue_row, *places in events.values():
                    moved = [None if r[f"p_final_{offset}"] is None else r[f"p_final_{offset}"] - r["p_final_0"] for r in (cue_row, *places)]
                    known = [m for m in moved[1:] if m is not None]
                    if cue_row["cue"] == cue and moved[0] is not None and known:
                        moves.append(moved[0] - measures.mean(known))
                found = numbers["p_final_moved"]["difference"][self.told["offsets"].index(offset)]
                self.assertEqual(found["n_traces"], len(moves))
                if moves:
                    self.assertAlmostEqual(found["value"], measures.mean(moves), delta=1e-9)

    def test_the_same_again_and_as_text(self):
        self.assertEqual(json.loads(call("cues", self.run_folder, *self.OPTIONS, "--json").out), self.told)
        text = call("cues", self.run_folder, *self.OPTIONS).out
        self.assertRegex(text, rf"(?m)^{self.told['all']['events']} cues in \d+ of 24 traces of 12 questions")
        self.assertRegex(text, r"(?m)^never said +0$")
        self.assertRegex(text, r"(?m)^\+4 +\.\d\d")
        self.assertTrue(all(len(line) <= 100 for line in text.split("\n")))
        self.assert_clean(text)
        table = call("export", self.run_folder, "--what", "cues", "--format", "csv", *self.OPTIONS).out
        self.assertEqual(list(next(csv.DictReader(io.StringIO(table)))), list(self.rows[0]))

    def test_cues_from_a_file_and_by_default(self):
        file = self.folder / "cues.txt"
        file.write_text(f"  {self.BELIEVES}\r\n\nhmm\n")
        told = json.loads(call("cues", self.run_folder, "--cues-file", file, "--json").out)
        self.assertEqual([c["cue"] for c in told["cues"]], [self.BELIEVES, "hmm"])
        self.assertEqual(told["cues"][1]["events"], self.by_cue["Hmm"]["events"])
        exact = json.loads(call("cues", self.run_folder, "--cues-file", file, "--match-case", "--json").out)
        self.assertEqual(exact["cues"][1]["events"], 0)
        default = json.loads(call("cues", self.run_folder, "--json").out)
        self.assertEqual([c["cue"] for c in default["cues"]], ["Wait", "Hmm", "Alternatively", "so the answer is"])

    def test_what_is_refused(self):
        empty = self.folder / "empty.txt"
        empty.write_text("\n \n")
        for options, part in ((("--cues", "a,,b"), "cue"), (("--cues", "a,a"), "twice"), (("--cues", " a"), "blank"), (("--cues", ""), "cue"),
                              (("--cues-file", self.folder / "none"), "none"), (("--cues-file", empty), "empty.txt"), (("--window", 0), "--window")):
            with self.subTest(options=options):
                self.assert_complains(call("cues", self.run_folder, *options), USAGE, part)


if __name__ == "__main__":
    unittest.main()
