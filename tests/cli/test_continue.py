# SPDX-License-Identifier: MIT
"""`continue`: the model goes on freely from beginnings of its thinking; told, exported, resumed; and what it refuses."""
import csv
import io
import json
import signal
import sqlite3
import unittest

import measures
from experiments import ONE, ExperimentTest, exported
from stores import EditedStore, status
from support import DONE, INTERRUPTED, MODEL, STORE, USAGE, call, question, site_chunk, site_manifest, start, traces, write_jsonl

PLAN = ("--subjects", "chains,beasts", "--limit", 1, "--stride", 1000, "--no-site")
SAMPLED = ("--at", "0,0.5,1", "--at-tokens", "5", "--samples", 2, "--most", 4, "--least", "0.9")


def continuations(run, *options) -> list[dict]:
    return exported(run, "continuations", *options)


class Continue(ExperimentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sample(PLAN)
        cls.experiment("continue", *ONE, *SAMPLED)
        cls.rows = continuations(cls.run_folder)

    def test_plan_and_cost_are_told_first(self):
        self.assertRegex(self.result.err, r"free continuations: 4 places in each trace, 2 continuations and up to 4")
        self.assertRegex(self.result.err, r"to sample: 16 to 32 continuations of 8 beginnings of 2 traces, about \d+ to \d+ tokens after \d+ .*; about .* tokens/s")

    def test_gallery(self):
        """What the gallery shows of continuations and pivots is what the exports have."""
        run, site = self.copy(self.run_folder), self.folder / "site"
        self.assertEqual(call("pivots", run, *ONE, "--least", .5, "--negligible", .1, "--batch", 2, "--most", 4, "--every", 100, "--draws", 2,
                              "--alternatives", 1).code, DONE)
        self.assertEqual(call("site", run, "-o", site).code, DONE)
        [entry] = site_manifest(site)[0]["runs"]
        self.assertEqual([e["kind"] for e in entry["experiments"]], ["continuation", "pivots"])
        free, pivotal = site_chunk(site, entry["tables"])[0]["tables"]
        self.assertEqual((free["experiment"], pivotal["experiment"]), (0, 1))
        for rows, block in ((free["rows"], self.told["overall"]), *((s["rows"], b) for s, b in zip(free["subjects"], self.told["subjects"], strict=True))):
            self.assertEqual([row["cells"] for row in rows],
                             [[place[key] for key in ("forced_right", "free_right", "more_right", "beyond_chance")] for place in block["places"]])
        searched = json.loads(call("pivots", run, *ONE, "--least", .5, "--negligible", .1, "--batch", 2, "--most", 4, "--every", 100, "--draws", 2,
                                   "--alternatives", 1, "--json").out)["overall"]
        self.assertEqual([row["cells"][0] for row in pivotal["rows"]],
                         [searched[key] for key in ("per_trace", "rises", "falls", "has_one", "size", "has_counterpart")]
                         + [searched["forced_answer"][key] for key in ("recall", "precision")])
        index = site_chunk(site, entry["index"])[0]
        [shelf], ids = index["shelves"], index["traces"]["id"]
        prefixes, pivots = {}, {}
        for result in site_chunk(site, shelf["experiments"])[0]["results"]:
            trace = ids[result["trace"]]
            prefixes |= {(trace, p["position"]): p for p in result.get("prefixes", [])}
            pivots |= {(trace, p["token"]): p for p in result.get("pivots", [])}
        for (trace, position), shown in prefixes.items():
            rows = [r for r in self.rows if (r["trace_id"], r["position"]) == (trace, position) and r["counts"]]
            self.assertEqual(shown["free"], [sum(r["chosen"] == o for r in rows) for o in range(4)])
            self.assertEqual(shown["none"], sum(r["chosen"] is None for r in rows))
            self.assertAlmostEqual(shown["forced"][rows[0]["answer"]], rows[0]["p_right"], delta=5.1e-5)
        self.assertEqual(len(prefixes), len({(r["trace_id"], r["position"]) for r in self.rows}))
        told = [json.loads(line) for line in call("export", run, "--what", "pivots").out.split("\n")[:-1]]
        self.assertEqual(set(pivots), {(r["trace_id"], r["token"]) for r in told})
        for row in told:
            shown = pivots[row["trace_id"], row["token"]]
            self.assertEqual([shown["before"], shown["after"]], [[row["successes_before"], row["trials_before"]], [row["successes_after"], row["trials_after"]]])
            self.assertEqual([a["text"] for a in shown["alternatives"]], [t["text"] for t in row["tried"] if not t["own"]])
        numbers = {n["key"]: n["values"] for n in index["numbers"]}
        self.assertEqual(numbers["pivots"], [sum(t == trace for t, _ in pivots) for trace in ids])

    def test_rows(self):
        by_id = {t["trace_id"]: t for t in traces(self.run_folder)}
        self.assertEqual(list(dict.fromkeys(r["trace_id"] for r in self.rows)), list(by_id))
        beginnings = {}
        for row in self.rows:
            t = by_id[row["trace_id"]]
            self.assertEqual([row[key] for key in ("question_id", "subject", "sample", "answer")], [t[key] for key in ("question_id", "subject", "sample", "answer")])
            self.assertEqual(row["right"], row["chosen"] == row["answer"])
            self.assertEqual(row["p_right"], row[f"p_{row['answer'] + 1}"])
            self.assertEqual(row["thinking_tokens"], len(t["think_ids"]))
            self.assertEqual(row["counts"], row["draw"] < 2)
            beginnings.setdefault((row["trace_id"], row["position"]), []).append(row)
        for (trace, position), rows in beginnings.items():
            n = len(by_id[trace]["think_ids"])
            self.assertIn(position, (0, 5, n // 2, (n + 1) // 2, n))
            self.assertEqual([r["draw"] for r in rows], list(range(len(rows))))
            self.assertIn(len(rows), (2, 4))
            self.assertEqual(len({(r["verdict"], r["p_right"]) for r in rows}), 1)
            if len(rows) == 2:
                self.assertNotEqual(rows[0]["verdict"], "undecided")
            if position in (0, n):
                curve = by_id[trace]
                self.assertAlmostEqual(rows[0]["p_right"], curve["probs"][curve["positions"].index(position)][curve["answer"]], delta=1e-6)
        self.assertEqual(len(beginnings), 8)

    def test_prefixes(self):
        """What is told of each beginning is what its continuations say."""
        prefixes = exported(self.run_folder, "prefixes")
        self.assertEqual(len(prefixes), 8)
        for prefix in prefixes:
            rows = [r for r in self.rows if (r["trace_id"], r["position"]) == (prefix["trace_id"], prefix["position"])]
            first = [r for r in rows if r["counts"]]
            self.assertEqual((prefix["continuations"], prefix["all_continuations"]), (len(first), len(rows)))
            self.assertEqual((prefix["verdict"], prefix["all_right"]), (rows[0]["verdict"], sum(r["right"] for r in rows)))
            free = [sum(r["chosen"] == o for r in first) / len(first) for o in range(4)]
            self.assertEqual([prefix[f"free_{o + 1}"] for o in range(4)], free)
            self.assertEqual((prefix["free_right"], prefix["free_none"]), (free[prefix["answer"]], 1 - sum(free)))
            forced = [prefix[f"p_{o + 1}"] for o in range(4)]
            self.assertEqual((forced, prefix["p_right"]), ([rows[0][f"p_{o + 1}"] for o in range(4)], rows[0]["p_right"]))
            distance = sum(abs(p - f) for p, f in zip(forced + [max(0, 1 - sum(forced))], free + [1 - sum(free)])) / 2
            self.assertAlmostEqual(prefix["distance"], distance, delta=1e-6)
            self.assertTrue(0 <= prefix["rate_low"] <= prefix["all_right"] / len(rows) <= prefix["rate_high"] <= 1)
        table = list(csv.DictReader(io.StringIO(call("export", self.run_folder, "--what", "prefixes", "--format", "csv").out, newline=""), strict=True))
        self.assertEqual([list(table[0]), [float(t["rate_low"]) for t in table]], [list(prefixes[0]), [p["rate_low"] for p in prefixes]])

    def test_csv_is_the_same(self):
        out = call("export", self.run_folder, "--what", "continuations", "--format", "csv").out
        table = list(csv.DictReader(io.StringIO(out, newline=""), strict=True))
        self.assertEqual(list(table[0]), list(self.rows[0]))
        for t, row in zip(table, self.rows, strict=True):
            for key, value in row.items():
                if isinstance(value, (bool, type(None))):
                    self.assertEqual(t[key], "" if value is None else str(value).lower())
                elif not isinstance(value, str):
                    self.assertEqual(float(t[key]), value)

    def test_numbers(self):
        for block in (self.told["overall"], *self.told["subjects"]):
            mine = [r for r in self.rows if block.get("subject") in (None, r["subject"]) and r["counts"]]
            self.assertEqual([(p["share"], p["tokens"]) for p in block["places"]], [(0, None), (.5, None), (1, None), (None, 5)])
            for place, at in zip(block["places"], (lambda r: 0, None, lambda r: r["thinking_tokens"], lambda r: 5)):
                if at is None:
                    continue
                rows = [r for r in mine if r["position"] == at(r)]
                free, forced = measures.mean([r["right"] for r in rows]), measures.mean([r["p_right"] for r in rows])
                self.assertAlmostEqual(place["free_right"]["value"], free, delta=1e-12)
                self.assertAlmostEqual(place["forced_right"]["value"], forced, delta=1e-6)
                self.assertAlmostEqual(place["more_right"]["value"], free - forced, delta=1e-6)
                self.assertAlmostEqual(place["none"]["value"], measures.mean([r["chosen"] is None for r in rows]), delta=1e-12)
                self.assertAlmostEqual(sum(place[key]["value"] for key in ("alike", "more", "less", "undecided")), 1, delta=1e-12)

    def test_table(self):
        result = call("continue", self.run_folder, *ONE, *SAMPLED)
        self.assertIn("nothing is left to continue", result.err)
        self.assertLessEqual(max(map(len, result.out.split("\n"))), 100)
        for name in ("start", ".50", "end", "t=5"):
            self.assertEqual(result.out.count(f"\n{name} "), 2, result.out)
        self.assertEqual(call("continue", self.run_folder, *ONE, *SAMPLED, "--by", "subject").out.count("\nt=5 "), 6)

    def test_again_and_others(self):
        run = self.copy(self.run_folder)
        was = status(run)["attempts"]
        self.assertEqual(json.loads(call("continue", run, *ONE, *SAMPLED, "--json").out), self.told)
        self.assertEqual((status(run)["attempts"], continuations(run)), (was, self.rows))
        result = call("continue", run, *ONE, "--at-tokens", 3, "--samples", 1, "--subjects", "beasts", "--json")
        told = json.loads(result.out)
        self.assertEqual((told["experiment"], told["left"], told["most"]), (2, 1, 1), result.err)
        self.assertEqual({r["position"] for r in continuations(run)}, {3})
        self.assertEqual(continuations(run, "--experiment", 1), self.rows)
        self.assert_complains(call("export", run, "--what", "continuations", "--experiment", 7), USAGE, "experiment 7", "1, 2")
        self.assertEqual(call("verify", run).code, DONE)

    def test_killed(self):
        run = self.copy(self.plain)
        process = start("continue", run, *ONE, *SAMPLED)
        done = 0
        while done == 0 and process.poll() is None:
            db = sqlite3.connect(f"file:{run / 'thinktrace.db'}?mode=ro", uri=True, timeout=10)
            try:
                [done] = db.execute("SELECT count(*) FROM continuation").fetchone()
            except sqlite3.OperationalError:
                pass  # Not brought forward yet.
            db.close()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertLess(len(continuations(run)), len(self.rows))
        self.assertEqual(call("continue", run, *ONE, *SAMPLED).code, DONE)
        self.assertEqual(continuations(run), self.rows)
        self.assertEqual(call("export", run, "--what", "continuations").out, call("export", self.run_folder, "--what", "continuations").out)

    def test_interrupted(self):
        run = self.copy(self.plain)
        process = start("continue", run, *ONE, "--samples", 500)
        for line in process.stderr:
            if "to sample" in (line.decode() if isinstance(line, bytes) else line):
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertEqual(call("verify", run).code, DONE)

    def test_refusals(self):
        run = self.copy(self.plain)
        for options, parts in ((("--at", "1.5"), ()), (("--at", "nan"), ()), (("--at", "x"), ()), (("--at-tokens", -1), ()), (("--samples", 0), ()),
                               (("--most", 0), ()), (("--samples", 4, "--most", 2), ("--most 2", "--samples 4")), (("--least", 0), ()), (("--by", "question"), ()), (("--seed", -1), ()), (("--plan", 9), ("no plan 9",)),
                               (("--subjects", "=1"), ("=1", "chains")), (("--limit", "5-3"), ())):
            with self.subTest(options=options):
                self.assert_complains(call("continue", run, *ONE, *options), USAGE, *parts)
        self.assert_complains(call("continue", self.folder / "nowhere", *ONE), USAGE, "no run in this folder")
        self.assert_complains(call("export", run, "--what", "continuations"), USAGE, "there is no continuation of this plan yet")
        self.assertEqual(call("verify", run).code, DONE)

    def test_import(self):
        """The model goes on with imported thinking as it does with the same thinking of its own."""
        mine, run = self.copy(self.plain), self.folder / "run"
        own = traces(mine)
        lines = write_jsonl(self.folder / "t.jsonl", *({key: t[key] for key in ("subject", "question", "options", "answer")}
                                                      | {"thinking": "".join(t["think_text"]), "ended": True} for t in own))
        self.assertEqual(call("import", "jsonl", lines, "-o", run).code, DONE)
        self.assert_complains(call("continue", run, *ONE), USAGE, "--with")
        self.assert_complains(call("continue", run, *ONE, "--with", MODEL), USAGE, "was not read by this model yet", "thinktrace probe", str(run))
        self.assertEqual(call("probe", run, *ONE, "--with", MODEL, "--stride", 1000).code, DONE)
        greedy = (*ONE, "--at", "0.5", "--samples", 2, "--temperature", 0, "--sequences", 1)
        for folder, options in ((mine, ()), (run, ("--with", MODEL))):
            self.assertEqual(call("continue", folder, *greedy, *options).code, DONE)
        compared = ("subject", "position", "draw", "answer", "chosen", "stop", "thinking", "answer_text", "thinking_tokens")
        rows = [sorted([r[key] for key in compared] for r in continuations(folder)) for folder in (mine, run)]
        self.assertEqual(len(rows[0]), 4)
        self.assertEqual(rows[0], rows[1])
        for row, other in zip(*(sorted(continuations(folder), key=lambda r: (r["subject"], r["draw"])) for folder in (mine, run)), strict=True):
            self.assertAlmostEqual(row["p_right"], other["p_right"], delta=1e-3)
        # Other ways to sample are other experiments; as the run does it is what it says nothing about.
        self.assertEqual(call("continue", run, *ONE, "--with", MODEL, "--at", "0.5", "--samples", 2).code, DONE)
        self.assertEqual([e["experiment"] for e in (json.loads(call("continue", run, *ONE, "--with", MODEL, "--at", "0.5", "--samples", 2, *more, "--json").out)
                                                    for more in ((), ("--temperature", 0.6), ("--temperature", 0.7), ("--sequences", 4)))], [2, 2, 3, 4])
        self.assertEqual(call("verify", run).code, DONE)

    def test_import_that_was_read_in_part(self):
        run = self.folder / "run"
        lines = write_jsonl(self.folder / "t.jsonl", *(question(f"{text}?", thinking="So it is salt.", ended=True) for text in ("one", "two")))
        for verb in (("import", "jsonl", lines, "-o", run, "--limit", 1), ("probe", run, *ONE, "--with", MODEL), ("import", "jsonl", lines, "-o", run)):
            self.assertEqual(call(*verb).code, DONE)
        first = next(t for t in traces(run) if t["question"] == "one?")
        result = call("continue", run, *ONE, "--with", MODEL, "--at", 1, "--samples", 2, "--budget", 16)
        self.assertEqual(result.code, DONE, result.err)
        self.assertIn("1 of the traces were not read by this model", result.err)
        self.assertEqual({r["trace_id"] for r in continuations(run)}, {first["trace_id"]})

    def test_damage(self):
        run = self.copy(self.run_folder)
        db = sqlite3.connect(run / "thinktrace.db")
        db.execute("UPDATE continuation SET chosen = 1 - ifnull(chosen, 0) WHERE rowid = 3")
        db.commit()
        db.close()
        result = call("verify", run)
        self.assertEqual(result.code, STORE)
        self.assertIn("continuation", result.out)
        for verb in (("export", run, "--what", "continuations"), ("continue", run, *ONE, *SAMPLED, "--json", "--quiet")):
            result = call(*verb)
            self.assertEqual(result.code, STORE)
            self.assertIn("table continuation", result.err)
        self.assertEqual(call("export", run).code, DONE, "the traces are whole")

    def test_made_up(self):
        """Rows with right checksums that make no sense are refused, too."""
        run = self.copy(self.run_folder)
        for value in ('{"shares":[2]}', "[", '{"kind":"continuation","shares":[0,7],"tokens":[],"samples":2,"most":2,"least":0.2,"seed":1}'):
            with EditedStore(run) as store:
                [row] = store.rows("experiment")
                store.update("experiment", row, identity=value)
            result = call("export", run, "--what", "continuations")
            self.assertEqual(result.code, STORE, result.err)
            self.assert_clean(result.err)


if __name__ == "__main__":
    unittest.main()
