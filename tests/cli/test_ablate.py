# SPDX-License-Identifier: MIT
"""`ablate`: something else in place of the thinking, told, exported, resumed; and what it refuses."""
import csv
import io
import json
import signal
import sqlite3
import unittest

import measures
from experiments import ONE, ExperimentTest, exported
from stores import EditedStore, status
from support import DONE, INTERRUPTED, STORE, USAGE, call, question, run_arguments, site_chunk, site_manifest, start, traces, write_jsonl

PLAN = ("--subjects", "chains,beasts", "--limit", 2, "--samples", 2, "--no-site")


def answers(run, *options) -> list[dict]:
    return exported(run, "ablations", *options)


class Ablate(ExperimentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sample(PLAN)
        cls.experiment("ablate", *ONE)
        cls.rows = answers(cls.run_folder)

    def test_plan_and_cost_are_told_first(self):
        self.assertRegex(self.result.err, r"15 arms, 3 draws")
        self.assertRegex(self.result.err, rf"to read: {len(self.rows)} forced answers of 8 traces, about \d+ tokens to decode; about .* tokens/s")

    def test_rows(self):
        by_id = {t["trace_id"]: t for t in traces(self.run_folder)}
        draws = {arm["name"]: arm["draws"] for arm in self.told["arms"]}
        self.assertEqual(len(self.rows), 8 * sum(draws.values()))
        for row in self.rows:
            t = by_id[row["trace_id"]]
            self.assertEqual([row[key] for key in ("question_id", "subject", "sample", "answer")], [t[key] for key in ("question_id", "subject", "sample", "answer")])
            probs = [row[f"p_{i}"] for i in range(1, 5)]
            self.assertAlmostEqual(sum(probs), row["mass"], delta=1e-9)
            self.assertEqual((row["top"], row["p_right"]), (measures.top(probs), probs[row["answer"]]))
            self.assertEqual(row["right"], row["top"] == row["answer"])
            others = {r["arm"]: r for r in self.rows if r["trace_id"] == row["trace_id"] and r["arm"] in ("real", "none")}
            self.assertEqual(row["same_as_real"], row["top"] == others["real"]["top"])
            self.assertEqual(row["same_as_none"], row["top"] == others["none"]["top"])
            self.assertLess(row["draw"], draws[row["arm"]])
        self.assertEqual([r["trace_id"] for r in self.rows], [t for t in by_id for _ in range(sum(draws.values()))])

    def test_csv_is_the_same(self):
        out = call("export", self.run_folder, "--what", "ablations", "--format", "csv").out
        table = list(csv.DictReader(io.StringIO(out, newline=""), strict=True))
        self.assertEqual(list(table[0]), list(self.rows[0]))
        for t, row in zip(table, self.rows, strict=True):
            for key, value in row.items():
                if isinstance(value, (bool, type(None))):
                    self.assertEqual(t[key], "" if value is None else str(value).lower())
                elif isinstance(value, str):
                    self.assertEqual(t[key], value)
                else:
                    self.assertEqual(float(t[key]), value)

    def test_numbers(self):
        for block in (self.told["overall"], *self.told["subjects"]):
            mine = [r for r in self.rows if block.get("subject") in (None, r["subject"])]
            for name, arm in block["arms"].items():
                rows = [r for r in mine if r["arm"] == name]
                self.assertAlmostEqual(arm["accuracy"]["value"], measures.mean([r["right"] for r in rows]), delta=1e-12)
                self.assertAlmostEqual(arm["mass"]["value"], measures.mean([r["mass"] for r in rows]), delta=1e-12)
                self.assertEqual(arm["accuracy"]["n_traces"], block["traces"])

    def test_table(self):
        result = call("ablate", self.run_folder, *ONE)
        self.assertIn("nothing is left to read", result.err)
        self.assertLessEqual(max(map(len, result.out.split("\n"))), 100)
        for arm in self.told["arms"]:
            self.assertEqual(result.out.count(f"\n{arm['name']} "), 1, arm["name"])
        self.assertRegex(result.out, r"thinking +does not matter ")
        self.assertEqual(call("ablate", self.run_folder, *ONE, "--by", "subject").out.count("\nother_sample "), 3)

    def test_again_and_more(self):
        run = self.copy(self.run_folder)
        was = status(run)["attempts"]
        self.assertEqual(json.loads(call("ablate", run, *ONE, "--json").out), self.told)
        self.assertEqual((status(run)["attempts"], answers(run)), (was, self.rows))
        result = call("ablate", run, *ONE, "--arms", "blank,first", "--shares", ".1", "--json")
        self.assertEqual(json.loads(result.out)["experiment"], 2, result.err)
        self.assertEqual({r["arm"] for r in answers(run)}, {"real", "none", "blank", "first_0.1"})
        self.assertEqual(answers(run, "--experiment", 1), self.rows)
        self.assert_complains(call("export", run, "--what", "ablations", "--experiment", 7), USAGE, "experiment 7", "1, 2")
        self.assertEqual(call("verify", run).code, DONE)

    def test_interrupted(self):
        self.stop_and_go_on(signal.SIGINT, INTERRUPTED)

    def test_killed(self):
        self.stop_and_go_on(signal.SIGKILL, -signal.SIGKILL)

    def stop_and_go_on(self, how, code):
        run = self.copy(self.plain)
        process = start("ablate", run, *ONE, "--draws", 3)
        done = 0
        while done == 0 and process.poll() is None:
            db = sqlite3.connect(f"file:{run / 'thinktrace.db'}?mode=ro", uri=True, timeout=10)
            [done] = db.execute("SELECT count(*) FROM outcome").fetchone()
            db.close()
        process.send_signal(how)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, code)
        self.assertLess(len(answers(run)), len(self.rows))
        self.assertEqual(call("ablate", run, *ONE).code, DONE)
        self.assertEqual(answers(run), self.rows)

    def test_gallery(self):
        """What the gallery shows of each trace is what the export has of it."""
        site = self.folder / "site"
        self.assertEqual(call("site", self.run_folder, "-o", site).code, DONE)
        [run] = site_manifest(site)[0]["runs"]
        self.assertEqual([(e["number"], e["kind"]) for e in run["experiments"]], [(1, "ablation")])
        [report] = site_chunk(site, run["ablations"])[0]["reports"]
        self.assertEqual(report, self.told)
        index = site_chunk(site, run["index"])[0]
        [shelf], ids = index["shelves"], index["traces"]["id"]
        chunk = site_chunk(site, shelf["experiments"])[0]
        self.assertEqual((chunk["labels"]["none"], chunk["labels"]["first_0.25"]), ("no thinking", "its first 25 %"))
        shown = {ids[result["trace"]]: {arm["name"]: arm["draws"] for arm in result["arms"]} for result in chunk["results"]}
        for row in self.rows:
            draw = shown[row["trace_id"]][row["arm"]][row["draw"]]
            self.assertEqual((draw["n_tokens"], draw["source"]), (row["n_tokens"], row["source_trace"]))
            for i, p in enumerate(draw["p"]):
                self.assertAlmostEqual(p, row[f"p_{i + 1}"], delta=5.1e-5)
        numbers = {n["key"]: n["values"] for n in index["numbers"]}
        for at, trace in enumerate(ids):
            rows = [r for r in self.rows if (r["trace_id"], r["arm"]) == (trace, "random")]
            self.assertAlmostEqual(numbers["p_if_random"][at], measures.mean([r["p_right"] for r in rows]), delta=1e-5)
            self.assertAlmostEqual(numbers["changed_if_random"][at], measures.mean([not r["same_as_real"] for r in rows]), delta=1e-5)

    def test_refusals(self):
        run = self.copy(self.plain)
        for options, parts in ((("--arms", "blank,=1"), ("no arm '=1'", "other_question")), (("--draws", 0), ()), (("--shares", 2), ()),
                               (("--shares", "nan"), ()), (("--by", "question"), ()), (("--seed", -1), ()), (("--plan", 9), ("no plan 9",))):
            with self.subTest(options=options):
                self.assert_complains(call("ablate", run, *ONE, *options), USAGE, *parts)
        self.assert_complains(call("ablate", self.folder / "nowhere", *ONE), USAGE, "no run in this folder")
        self.assert_complains(call("export", run, "--what", "ablations"), USAGE, "there is no ablation of this plan yet")
        self.assertEqual(call("verify", run).code, DONE)

    def test_no_traces(self):
        """Every question failed: its text leaves no room to think."""
        run = self.folder / "run"
        long = write_jsonl(self.folder / "q.jsonl", question("Which " + "very " * 3000 + "long one?"))
        call(*run_arguments(run, "--no-site", questions=long))
        self.assert_complains(call("ablate", run, *ONE), USAGE, "no traces")

    def test_damage(self):
        run = self.copy(self.run_folder)
        db = sqlite3.connect(run / "thinktrace.db")
        db.execute("UPDATE outcome SET n_tokens = n_tokens + 1 WHERE rowid = 5")
        db.commit()
        db.close()
        result = call("verify", run)
        self.assertEqual(result.code, STORE)
        self.assertIn("outcome", result.out)
        for verb in (("export", run, "--what", "ablations"), ("ablate", run, *ONE, "--json", "--quiet")):
            result = call(*verb)
            self.assertEqual(result.code, STORE)
            self.assertIn("table outcome", result.err)
        self.assertEqual(call("export", run).code, DONE, "the traces are whole")

    def test_made_up(self):
        """Rows with right checksums that make no sense are refused, too."""
        run = self.copy(self.run_folder)
        for table, column, value in (("experiment", "identity", '{"arms":["unheard of"]}'), ("experiment", "identity", "[")):
            with EditedStore(run) as store:
                [row] = store.rows(table)
                store.update(table, row, **{column: value})
            result = call("export", run, "--what", "ablations")
            self.assertEqual(result.code, STORE, result.err)
            self.assert_clean(result.err)


if __name__ == "__main__":
    unittest.main()
