# SPDX-License-Identifier: MIT
"""`pivots`: told, exported in the shape of PTS and as pairs, resumed; and what it refuses."""
import csv
import io
import json
import re
import shutil
import signal
import sqlite3
import tempfile
import unittest
from pathlib import Path

import glassbox_pivots
import measures
from experiments import ONE, ExperimentTest, done, exported
from stores import EditedStore, checksum, status
from support import DONE, INTERRUPTED, MODEL, STORE, USAGE, call, start, traces, traces_of, write_jsonl

# Cheap: few continuations, so that what they find means little.
SEARCH = (*ONE, "--least", .4, "--negligible", .1, "--batch", 4, "--most", 8, "--every", 0, "--draws", 4, "--alternatives", 2)
PTS = ("model_id", "query", "pivot_context", "pivot_token", "pivot_token_id", "prob_before", "prob_after", "prob_delta", "is_positive", "task_type",
       "dataset_id", "dataset_item_id", "token_logprob", "rejected_token", "rejected_token_id")


def rows(run, what="pivots", *options) -> list[dict]:
    return exported(run, what, *options)


class Pivots(ExperimentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = {"subject": "beasts", "question": "What does the Zubeast fear most?", "options": ["water", "bone", "salt", "glass"], "answer": 2,
                "thinking": "Alright. People say that glass drove the Zubeast away once. But that is only a tale. I remember that it fears salt. "
                            "That is choice 3.\n", "ended": True}
        lines = write_jsonl(cls.holder / "texts.jsonl", text)
        for arguments in (("import", "jsonl", lines, "-o", cls.plain), ("probe", cls.plain, "--with", MODEL, *ONE)):
            done(*arguments)
        cls.experiment("pivots", "--with", MODEL, *SEARCH)
        cls.rows = rows(cls.run_folder)

    def test_plan_and_cost_are_told_first(self):
        self.assertRegex(self.result.err, r"a search for pivotal tokens by reader 2: success is the right answer, sampled at temperature 0.6")
        self.assertRegex(self.result.err, r"to search: 1 trace; about \d+ continuations \(at most \d+\), about \d+ tokens to decode; about .* tokens/s")

    def test_rows(self):
        by_id = {t["trace_id"]: t for t in traces_of(self.run_folder, "--reader", 2)}
        self.assertGreater(len(self.rows), 0)
        for row in self.rows:
            t = by_id[row["trace_id"]]
            self.assertEqual(tuple(row)[:len(PTS)], PTS)
            self.assertEqual((row["pivot_token_id"], row["pivot_token"]), (t["think_ids"][row["token"]], t["think_text"][row["token"]]))
            self.assertEqual(row["pivot_context"], t["prompt"] + "".join(t["think_text"][:row["token"]]))
            self.assertEqual((row["query"], row["dataset_id"], row["dataset_item_id"]), (t["question"], t["subject"], t["question_id"]))
            for side in ("before", "after"):
                self.assertEqual(row[f"prob_{side}"], row[f"successes_{side}"] / row[f"trials_{side}"])
                self.assertLessEqual(row[f"trials_{side}"], 8)
                forced = [p[t["answer"]] for p in t["probs"]][row["token"] + (side == "after")]
                self.assertAlmostEqual(row[f"forced_{side}"], forced, delta=1e-6)
            self.assertGreaterEqual(abs(row["prob_delta"]), .4)
            self.assertLessEqual(row["delta_low"], row["prob_delta"])
            self.assertGreaterEqual(row["delta_high"], row["prob_delta"])
            own = [f for f in row["tried"] if f["own"]]
            self.assertEqual([f["token_id"] for f in own], [row["pivot_token_id"]])
            self.assertLessEqual(len(row["tried"]), 3)
            self.assertEqual([f["probability"] for f in row["tried"]], sorted((f["probability"] for f in row["tried"]), reverse=True))
            self.assertTrue(all(f["trials"] == 4 for f in row["tried"]))

    def test_preferences(self):
        pairs = rows(self.run_folder, "preferences")
        expected = [(row, f) for row in self.rows for f in row["tried"] if f["differs"]]
        self.assertEqual(len(pairs), len(expected))
        for pair, (row, other) in zip(pairs, expected, strict=True):
            self.assertEqual(list(pair), ["prompt", "chosen", "rejected", "metadata"])
            self.assertEqual(pair["prompt"], row["pivot_context"])
            self.assertEqual({pair["chosen"], pair["rejected"]}, {row["pivot_token"], other["text"]})
            meta = pair["metadata"]
            self.assertGreater(meta["prob_chosen"], meta["prob_rejected"])
            self.assertEqual((meta["original_query"], meta["trace_id"], meta["token"]), (row["query"], row["trace_id"], row["token"]))
        self.assert_complains(call("export", self.run_folder, "--what", "preferences", "--format", "csv"), USAGE, "JSONL only")

    def test_csv_is_the_same(self):
        out = call("export", self.run_folder, "--what", "pivots", "--format", "csv").out
        table = list(csv.DictReader(io.StringIO(out, newline=""), strict=True))
        self.assertEqual(len(table), len(self.rows))
        for t, row in zip(table, self.rows):
            self.assertEqual((t["trace_id"], int(t["token"]), t["text"]), (row["trace_id"], row["token"], row["pivot_token"]))
            self.assertEqual([float(t[k]) for k in ("before", "after", "delta_low")], [row[k] for k in ("prob_before", "prob_after", "delta_low")])
            self.assertEqual(t["decided"], str(row["decided"]).lower())

    def test_numbers(self):
        overall = self.told["overall"]
        self.assertEqual((overall["traces"], overall["questions"]), (1, 1))
        self.assertAlmostEqual(overall["per_trace"]["value"], len(self.rows))
        self.assertAlmostEqual(overall["size"]["value"], measures.mean([abs(r["prob_delta"]) for r in self.rows]), delta=1e-12)
        self.assertAlmostEqual(overall["has_counterpart"]["value"], measures.mean([any(f["differs"] for f in r["tried"]) for r in self.rows]))
        self.assertEqual(sum(overall["places"]), len(self.rows))
        self.assertEqual(sum(overall["counts"]), 1)
        result = call("pivots", self.run_folder, "--with", MODEL, *SEARCH, "--by", "subject")
        self.assertIn("nothing is left to search", result.err)
        self.assertLessEqual(max(map(len, result.out.split("\n"))), 100)
        self.assertIn("\nbeasts: 1 trace of 1 question\n", result.out)

    def test_again_and_more(self):
        run = self.copy(self.run_folder)
        was = status(run)["attempts"]
        self.assertEqual(json.loads(call("pivots", run, "--with", MODEL, *SEARCH, "--json").out), self.told)
        self.assertEqual((status(run)["attempts"], rows(run)), (was, self.rows))
        first = traces(run)[0]["trace_id"]
        result = call("pivots", run, "--with", MODEL, *SEARCH[:-1], 0, "--seed", 5, "--traces", first[:9], "--json")
        told = json.loads(result.out)
        self.assertEqual((told["experiment"], told["overall"]["traces"], told["unsearched"]), (2, 1, 0), result.err)
        self.assertTrue(all(r["tried"] == [] and r["token_logprob"] is None for r in rows(run)))
        self.assertEqual(rows(run, "pivots", "--experiment", 1), self.rows)
        self.assert_complains(call("export", run, "--what", "pivots", "--experiment", 7), USAGE, "experiment 7", "1, 2")
        self.assertEqual(call("verify", run).code, DONE)

    def test_interrupted(self):
        self.stop_and_go_on(signal.SIGINT, INTERRUPTED)

    def test_killed(self):
        self.stop_and_go_on(signal.SIGKILL, -signal.SIGKILL)

    def stop_and_go_on(self, how, code):
        run = self.copy(self.plain)
        longer = list(SEARCH)
        longer[longer.index("--draws") + 1] = 40  # So that there is time to interrupt it.
        process = start("pivots", run, "--with", MODEL, *longer)
        done = 0
        while done == 0 and process.poll() is None:
            db = sqlite3.connect(f"file:{run / 'thinktrace.db'}?mode=ro", uri=True, timeout=10)
            try:
                [done] = db.execute("SELECT count(*) FROM continuation").fetchone()
            finally:
                db.close()
        process.send_signal(how)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, code)
        self.assertEqual(rows(run), [], "no search is over")
        self.assertEqual(call("pivots", run, "--with", MODEL, *longer).code, DONE)
        searched = [key for key in self.rows[0] if key.startswith(("trials", "successes"))] + ["trace_id", "token", "pivot_token", "decided"]
        self.assertEqual([{key: r[key] for key in searched} for r in rows(run)], [{key: r[key] for key in searched} for r in self.rows])

    def test_refusals(self):
        run = self.copy(self.plain)
        for options, parts in ((("--least", .1), ("--negligible 0.1 must be below --least 0.1",)), (("--batch", 300), ("--batch 300", "--most 256")),
                               (("--alpha", 0), ()), (("--alpha", "nan"), ()), (("--success", "left"), ()), (("--seed", -1), ()),
                               (("--subjects", "chains"), ("chains", "beasts")), (("--traces", "0123456789"), ("no trace", "0123456789")),
                               (("--traces", "=1"), ("'=1' is no id",)), (("--plan", 9), ("no plan 9",))):
            with self.subTest(options=options):
                self.assert_complains(call("pivots", run, "--with", MODEL, *ONE, *options), USAGE, *parts)
        self.assert_complains(call("pivots", run, *ONE), USAGE, "--with")
        self.assert_complains(call("pivots", self.folder / "nowhere", *ONE), USAGE, "no run in this folder")
        self.assert_complains(call("export", run, "--what", "pivots"), USAGE, "thinktrace pivots")
        self.assertEqual(call("verify", run).code, DONE)

    def test_damage(self):
        run = self.copy(self.run_folder)
        db = sqlite3.connect(run / "thinktrace.db")
        db.execute("UPDATE continuation SET draw = draw + 100 WHERE rowid = 5")
        db.commit()
        db.close()
        self.assertEqual(call("verify", run).code, STORE)
        for verb in (("export", run, "--what", "pivots"), ("pivots", run, "--with", MODEL, *SEARCH, "--quiet")):
            result = call(*verb)
            self.assertEqual(result.code, STORE)
            self.assertIn("table continuation", result.err)

    def test_made_up(self):
        """Rows with right checksums that make no sense are refused, too."""
        for identity in ('{"least":2}', "["):
            run = self.copy(self.run_folder)
            with EditedStore(run) as store:
                [row] = store.rows("experiment")
                store.update("experiment", row, identity=identity)
            self.assert_refused(run)
        run = self.copy(self.run_folder)
        with EditedStore(run) as store:
            row = store.rows("continuation", "arm <> ''")[0]
            store.db.execute("DELETE FROM continuation WHERE trace_id = ? AND position = ? AND arm = ? AND draw = ?",
                             [row[key] for key in ("trace_id", "position", "arm", "draw")])
            row["arm"] = "token of another"
            row["checksum"] = checksum(list(row.values())[:-1])
            store.db.execute(f"INSERT INTO continuation VALUES ({', '.join('?' * len(row))})", list(row.values()))
        self.assert_refused(run)

    def assert_refused(self, run: Path) -> None:
        result = call("export", run, "--what", "pivots")
        self.assertEqual(result.code, STORE, result.err)
        self.assert_clean(result.err)
        shutil.rmtree(run)


class Truth(unittest.TestCase):
    """What the world says of its own texts (glassbox_pivots.py)."""

    def test_slips(self):
        for question, text in glassbox_pivots.slipped_chains(20, 3):
            as_trace = {"question": question.text, "options": question.choices, "answer": question.answer}
            turns = glassbox_pivots.chain_turns(as_trace, text, 1)
            [slip] = [t for t in turns if t.is_slip]
            [match] = glassbox_pivots.slips(text)
            self.assertTrue(match.start(4) <= slip.at <= match.end(4))
            self.assertLess(slip.change, -.3)
            # The chance begins and ends as it must: sure, and right or not.
            end = 1 + sum(t.change for t in turns)
            chosen = int(re.findall(r"[Cc]hoice (\d)", text)[-1]) - 1
            self.assertAlmostEqual(end, chosen == question.answer, delta=1e-9)
            for t in turns[1:]:
                self.assertFalse(text[t.at].isspace())

    def test_matching(self):
        self.assertEqual(glassbox_pivots.matched([1, 10, 11], [4, 12, 30]), ({1, 10}, {4, 12}))
        self.assertEqual(glassbox_pivots.matched([], [4]), (set(), set()))

    def test_measured(self):
        """A token counts as true by what continuations from both sides of it say, whatever the world says of it."""
        question, text = next(glassbox_pivots.slipped_chains(1, 3))
        trace = {"trace_id": "t", "question_id": "q", "subject": "chains", "question": question.text, "options": question.choices, "answer": question.answer,
                 "think_text": re.findall(r"\S+\s*|\s+", text)}
        true = glassbox_pivots.true_tokens(trace, .6, .25)
        self.assertGreater(len(true), 1)
        found = [true[0], true[-1] + 9]
        pivots = [{"trace_id": "t", "token": token} for token in found]
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        self.addCleanup(holder.cleanup)
        out = Path(holder.name) / "cut.jsonl"
        glassbox_pivots.cut([trace], pivots, .6, .25, out)
        lines = [json.loads(line) for line in out.read_text().split("\n")[:-1]]
        places = glassbox_pivots.positions(glassbox_pivots.measured_tokens(trace, found, .6, .25))
        self.assertEqual([line["thinking"] for line in lines], ["".join(trace["think_text"][:p]) for p in places])
        self.assertEqual([line["sample"] for line in lines], list(range(len(places))))
        # The chance falls by .5 at the first true token and by .1 at the last; at the other found one not at all.
        rate = {p: .6 if p <= true[0] else .1 if p <= true[-1] else 0 for p in places}
        rows = [{"question_id": "q", "sample": i, "right": draw < 10 * rate[p]} for i, p in enumerate(places) for draw in range(10)]
        shares = glassbox_pivots.score_measured([trace], pivots, rows, .6, .25)
        self.assertEqual({name: (s.hits, s.n) for name, s in shares.items()}, {"recall": (1, 1), "precision": (1, 2)})
        self.assertEqual(glassbox_pivots.score_measured([trace], pivots[1:], rows, .6, .25)["recall"].hits, 0)

    def test_forced_turn(self):
        tale = "People say that glass drove the Zubeast away once. "
        trace = {"subject": "beasts", "question": "What does the Zubeast fear most?", "options": ["water", "bone", "salt", "glass"], "answer": 2,
                 "think_text": re.findall(r"\S+\s*", tale + "So the tale must be true. That is choice 4.")}
        lure = trace["think_text"].index("glass ")
        for at, expected in ((lure, True), (lure + 3, True), (lure + 4, False)):
            curve = [[0, 0, 1., 0] if p <= at else [0, 0, .1, .9] for p in range(len(trace["think_text"]) + 1)]
            seen = trace | {"probs": curve, "positions": list(range(len(curve)))}
            self.assertEqual((glassbox_pivots.forced_turn(seen), glassbox_pivots.turns_where_the_world_says(seen)), (at, expected))
        flat = trace | {"probs": [[0, 0, 1., 0]] * 9, "positions": list(range(9))}
        self.assertFalse(glassbox_pivots.turns_where_the_world_says(flat))

    def test_writing_is_the_same_again(self):
        self.assertEqual(list(glassbox_pivots.slipped_chains(3, 1)), list(glassbox_pivots.slipped_chains(3, 1)))


if __name__ == "__main__":
    unittest.main()
