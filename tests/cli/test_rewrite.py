# SPDX-License-Identifier: MIT
"""`mistakes` and `paraphrase`: told, exported, resumed; and what they refuse."""
import csv
import io
import json
import signal
import sqlite3
import unittest

import measures
from experiments import ONE, ExperimentTest, done, exported
from stores import status
from support import DONE, INTERRUPTED, STORE, USAGE, call, question, run_arguments, site_chunk, site_manifest, start, traces, write_jsonl

PLAN = ("--subjects", "chains,capitals", "--limit", 2, "--no-site")
SHORT = "{{ question }} {{ before }} Not: {{ text }}"


def by_trace(rows, key) -> float:
    """The mean over traces of the means over places."""
    means = {}
    for row in rows:
        if row[key] is not None:
            means.setdefault(row["trace_id"], []).append(row[key])
    return measures.mean([measures.mean(values) for values in means.values()])


class Rewrite(ExperimentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.holder / "short.txt"
        cls.template.write_text(SHORT)
        cls.sample(PLAN)
        cls.experiment("mistakes", *ONE, "--template", cls.template, "--per-trace", 1)
        cls.rows = exported(cls.run_folder, "mistakes")
        cls.other = done("paraphrase", cls.run_folder, *ONE, "--template", cls.template, "--shares", "1,.5", "--json")

    def test_plan_and_cost_are_told_first(self):
        cost = r"about \d+ tokens to sample \(at \d+ tokens/s\) and \d+ to decode .*: about "
        self.assertRegex(self.result.err, r"experiment 1, mistakes by reader 1: arms rule, model, untouched; 1 sentences? of a trace")
        self.assertRegex(self.result.err, rf"to do: {len(self.rows)} continuations and 4 mistakes to write in 4 traces; {cost}")
        self.assertRegex(self.other.err, r"experiment 2, paraphrase by reader 1: the first 0.5, 1 of the sentences")
        self.assertRegex(self.other.err, rf"to do: 8 paraphrases of 4 traces; {cost}")

    def test_rows(self):
        by_id = {t["trace_id"]: t for t in traces(self.run_folder)}
        for row in self.rows:
            t = by_id[row["trace_id"]]
            self.assertTrue("".join(t["think_text"][row["position"]:]).startswith(row["sentence"]))
            if row["written"] is None:
                self.assertEqual((row["arm"], row["top"], row["same_as_real"]), ("model", None, None))
                continue
            self.assertEqual(row["written"] == row["sentence"], row["arm"] == "untouched")
            probs = [row[f"p_{i}"] for i in range(1, 5)]
            self.assertEqual((row["top"], row["p_right"]), (measures.top(probs), probs[row["answer"]]))
            self.assertAlmostEqual(sum(probs), row["mass"], delta=1e-9)
            self.assertEqual(row["same_as_real"], row["top"] == measures.top(t["probs"][-1]))
            self.assertEqual(row["right_free"], row["free"] == row["answer"])
            if row["arm"] == "rule":
                self.assertNotEqual([c for c in row["sentence"] if c.isalnum()], [c for c in row["written"] if c.isalnum()])

    def test_gallery(self):
        """What the gallery shows of mistakes and paraphrases is what the exports have."""
        site = self.folder / "site"
        self.assertEqual(call("site", self.run_folder, "-o", site).code, DONE)
        [run] = site_manifest(site)[0]["runs"]
        self.assertEqual([e["kind"] for e in run["experiments"]], ["mistakes", "paraphrase"])
        index = site_chunk(site, run["index"])[0]
        [shelf], ids = index["shelves"], index["traces"]["id"]
        shown, arms = set(), {}
        for result in site_chunk(site, shelf["experiments"])[0]["results"]:
            trace = ids[result["trace"]]
            shown |= {(trace, m["position"], m["text"], m["by"], m["before"], m["after"]) for m in result.get("mistakes", [])}
            arms |= {(trace, a["name"]): a["draws"][0]["p"] for a in result.get("arms", [])}
        before = {(r["trace_id"], r["position"]): r["top"] for r in self.rows if r["arm"] == "untouched"}
        self.assertEqual(shown, {(r["trace_id"], r["position"], r["written"], r["arm"], before[r["trace_id"], r["position"]], r["top"])
                                 for r in self.rows if r["arm"] != "untouched" and r["written"]})
        for row in exported(self.run_folder, "paraphrases"):
            if row["arm"] != "paraphrase" or row["p_right"] is None:
                continue
            self.assertAlmostEqual(arms[row["trace_id"], f"paraphrase_{row['share']:g}"][row["answer"]], row["p_right"], delta=5.1e-5)

    def test_csv_is_the_same(self):
        for what in ("mistakes", "paraphrases"):
            out = call("export", self.run_folder, "--what", what, "--format", "csv").out
            table = list(csv.DictReader(io.StringIO(out, newline=""), strict=True))
            for t, row in zip(table, exported(self.run_folder, what), strict=True):
                self.assertEqual(list(t), list(row))
                for key, value in row.items():
                    if isinstance(value, (bool, type(None))):
                        self.assertEqual(t[key], "" if value is None else str(value).lower())
                    elif not isinstance(value, str):
                        self.assertEqual(float(t[key]), value)

    def test_numbers(self):
        for block in (self.told["overall"], *self.told["subjects"]):
            mine = [r for r in self.rows if block.get("subject") in (None, r["subject"]) and r["written"] is not None]
            for name, arm in block["arms"].items():
                rows = [r for r in mine if r["arm"] == name]
                self.assertEqual(arm["places"], len(rows))
                if not rows:
                    continue
                for key, column in (("same_as_real", "same_as_real"), ("accuracy", "right"), ("p_right", "p_right"),
                                    ("free_accuracy", "right_free"), ("free_same", "same_free")):
                    self.assertAlmostEqual(arm[key]["value"], by_trace(rows, column), delta=1e-12, msg=(name, key))
                self.assertAlmostEqual(arm["area_over"]["value"], 1 - arm["same_as_real"]["value"], delta=1e-12)
                if name == "untouched":
                    continue
                control = {(r["trace_id"], r["position"]): r for r in mine if r["arm"] == "untouched"}
                pairs = [r | {"d": r["p_right"] - control[r["trace_id"], r["position"]]["p_right"]} for r in rows]
                self.assertAlmostEqual(arm["minus_untouched"]["p_right"]["value"], by_trace(pairs, "d"), delta=1e-12)
        self.assertEqual(self.told["unwritten"], sum(r["written"] is None for r in self.rows))

    def test_paraphrase_numbers(self):
        told, rows = json.loads(self.other.out), exported(self.run_folder, "paraphrases")
        self.assertEqual(len(rows), 4 * 2 * 2)
        for share in told["overall"]["shares"]:
            for arm in ("paraphrase", "prefix"):
                mine = [r for r in rows if (r["share"], r["arm"]) == (share["share"], arm) and r["written"] is not None]
                self.assertEqual(share[arm]["accuracy"]["n_traces"], len(mine))
                if mine:
                    self.assertAlmostEqual(share[arm]["accuracy"]["value"], by_trace(mine, "right"), delta=1e-12)
                    self.assertAlmostEqual(share[arm]["same_as_real"]["value"], by_trace(mine, "same_as_real"), delta=1e-12)
        ends = {t["trace_id"]: measures.top(t["probs"][-1]) for t in traces(self.run_folder)}
        for row in rows:
            if (row["share"], row["arm"]) == (1, "prefix"):
                self.assertEqual(row["top"], ends[row["trace_id"]])

    def test_tables(self):
        for verb, more in (("mistakes", ("--per-trace", 1)), ("paraphrase", ("--shares", ".5,1"))):
            result = call(verb, self.run_folder, *ONE, "--template", self.template, *more, "--by", "subject")
            self.assertIn("nothing is left to do", result.err)
            self.assertLessEqual(max(map(len, result.out.split("\n"))), 100)
            self.assertIn("\ncapitals: 2 traces of 2 questions\n", result.out)
            self.assert_clean(result.out)

    def test_again_and_more(self):
        run = self.copy(self.run_folder)
        was = status(run)["attempts"]
        again = call("mistakes", run, *ONE, "--template", self.template, "--per-trace", 1, "--json")
        self.assertEqual((json.loads(again.out), status(run)["attempts"]), (self.told, was))
        result = call("mistakes", run, *ONE, "--arms", "rule", "--per-trace", 1, "--json")
        self.assertEqual(json.loads(result.out)["experiment"], 3, result.err)
        self.assertEqual({r["arm"] for r in exported(run, "mistakes")}, {"rule", "untouched"})
        self.assertEqual(exported(run, "mistakes", "--experiment", 1), self.rows)
        self.assert_complains(call("export", run, "--what", "mistakes", "--experiment", 2), USAGE, "experiment 2", "1, 3")
        self.assertEqual(call("verify", run).code, DONE)

    def test_interrupted(self):
        self.stop_and_go_on(signal.SIGINT, INTERRUPTED)

    def test_killed(self):
        self.stop_and_go_on(signal.SIGKILL, -signal.SIGKILL)

    def stop_and_go_on(self, how, code):
        run = self.copy(self.plain)
        command = ("mistakes", run, *ONE, "--template", self.template, "--per-trace", 1)
        process = start(*command)
        done = 0
        while done == 0 and process.poll() is None:
            db = sqlite3.connect(f"file:{run / 'thinktrace.db'}?mode=ro", uri=True, timeout=10)
            tables = [name for [name] in db.execute("SELECT name FROM sqlite_schema")]
            [done] = db.execute("SELECT count(*) FROM continuation").fetchone() if "continuation" in tables else [0]
            db.close()
        process.send_signal(how)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, code)
        self.assertLess(len(exported(run, "mistakes")), len(self.rows))
        self.assertEqual(call(*command).code, DONE)
        self.assertEqual(exported(run, "mistakes"), self.rows)

    def test_refusals(self):
        run = self.copy(self.plain)
        wrong, empty = self.folder / "wrong.txt", self.folder / "empty.txt"
        wrong.write_text("Rewrite {{ sentence }}")
        empty.write_text("")
        for verb, options, parts in (("mistakes", ("--arms", "rule,=1"), ("no arm '=1'", "rule, model")), ("mistakes", ("--per-trace", 0), ()),
                                     ("mistakes", ("--per-trace", "some"), ()), ("mistakes", ("--template", wrong), ("wrong.txt", "{{ text }}")),
                                     ("paraphrase", ("--template", empty), ("empty.txt", "empty")), ("paraphrase", ("--shares", "nan"), ()), ("paraphrase", ("--shares", 0), ()),
                                     ("paraphrase", ("--template", self.folder / "none"), ("--template", "No such file")), ("mistakes", ("--seed", -1), ())):
            with self.subTest(verb=verb, options=options):
                self.assert_complains(call(verb, run, *ONE, *options), USAGE, *parts)
        self.assert_complains(call("mistakes", self.folder / "nowhere", *ONE), USAGE, "no run in this folder")
        self.assert_complains(call("export", run, "--what", "paraphrases"), USAGE, "thinktrace paraphrase")
        self.assertEqual(call("verify", run).code, DONE)

    def test_no_traces(self):
        """Every question failed: its text leaves no room to think."""
        run = self.folder / "run"
        long = write_jsonl(self.folder / "q.jsonl", question("Which " + "very " * 3000 + "long one?"))
        call(*run_arguments(run, "--no-site", questions=long))
        for verb in ("mistakes", "paraphrase"):
            self.assert_complains(call(verb, run, *ONE), USAGE, "no traces")

    def test_damage(self):
        run = self.copy(self.run_folder)
        db = sqlite3.connect(run / "thinktrace.db")
        db.execute("UPDATE continuation SET inserted_text = '[\"lie\"]' WHERE rowid = 5")
        db.commit()
        db.close()
        self.assertEqual(call("verify", run).code, STORE)
        result = call("export", run, "--what", "mistakes")
        self.assertEqual(result.code, STORE)
        self.assertIn("table continuation", result.err)


if __name__ == "__main__":
    unittest.main()
