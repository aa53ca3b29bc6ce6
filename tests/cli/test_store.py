# SPDX-License-Identifier: MIT
"""A run's store: it grows without touching what is there, keeps plans and readers apart, and counts what was spent."""
import json
import shutil
import signal
import sqlite3
import tempfile
import time
import unittest
from pathlib import Path

from stores import EditedStore, status
from support import (DONE, MODEL, ROOT, SOME_FAILED, STORE, USAGE, CliTest, call, export, model_with, question, run_arguments,
                     start, traces, traces_of, tree, wait_for_units, write_jsonl)

SMALL = ("--budget", "20", "--stride", "5", "--answer-tokens", "8", "--no-site")
GOLDEN = ROOT / "tests" / "golden"


def lines(run, *options) -> list[str]:
    return call("export", run, *options).out.split("\n")[:-1]


def spent_tokens(rows) -> int:
    return sum(len(r["think_ids"]) + len(r["answer_ids"]) for r in rows)


class Growth(CliTest):
    def grow(self, first: tuple, then: tuple, new_units: int, prefix: bool):
        run = self.folder / "run"
        self.run_ok(run, *SMALL, *first)
        before, was = lines(run), status(run)
        grown = json.loads(self.run_ok(run, *SMALL, *then, "--json").out)
        after, now = lines(run), status(run)
        self.assertEqual(grown["units_here"], new_units)
        self.assertEqual(len(after), 2 * len(before))
        if prefix:
            self.assertEqual(after[:len(before)], before)
        self.assertEqual([line for line in after if line in set(before)], before, "earlier lines stay, in their order")
        self.assertEqual(now["attempts"] - was["attempts"], new_units)
        self.assertEqual(now["units_ok"] - was["units_ok"], new_units)
        new = [json.loads(line) for line in after if line not in set(before)]
        self.assertTrue(all(r["stop"] == "budget" for r in new))
        self.assertEqual(now["sampled_tokens"] - was["sampled_tokens"], spent_tokens(new))
        self.assertEqual(now["read_probes"] - was["read_probes"], sum(len(r["positions"]) for r in new))
        self.assertGreater(now["seconds_sampling"], was["seconds_sampling"])
        self.run_ok(run, *SMALL, *then, "--json")
        self.assertEqual(status(run), now, "nothing was done, so nothing was spent")

    def test_more_samples(self):
        self.grow(("--subjects", "chains,beasts", "--limit", 2, "--samples", 2), ("--subjects", "chains,beasts", "--limit", 2, "--samples", 4),
                  4, prefix=False)

    def test_more_questions(self):
        self.grow(("--subjects", "fortunes", "--limit", 10), ("--subjects", "fortunes", "--limit", 20), 10, prefix=True)

    def test_more_subjects(self):
        self.grow(("--subjects", "hinted", "--limit", 2), ("--subjects", "hinted,capitals", "--limit", 2), 2, prefix=False)

    def test_fewer_samples_take_nothing_away(self):
        run = self.folder / "run"
        self.run_ok(run, *SMALL, "--subjects", "chains", "--limit", 1, "--samples", 3)
        before = export(run)
        self.assertEqual(json.loads(self.run_ok(run, *SMALL, "--subjects", "chains", "--limit", 1, "--json").out)["units_here"], 0)
        self.assertEqual(export(run), before)


class Readers(CliTest):
    def test_other_readings_of_the_same_traces(self):
        run, sampled = self.folder / "run", ("--subjects", "chains,capitals", "--limit", 2, "--samples", 2, "--budget", 20, "--no-site")
        plan = (*sampled, "--stride", 5)
        self.run_ok(run, *plan)
        before, was = export(run), status(run)
        ids = [(r["trace_id"], r["think_ids"]) for r in traces(run)]
        seen = {}
        for number, more in enumerate((("--suffix", "So: ", "--stride", 5), ("--labels", "letters", "--stride", 5),
                                       ("--stride", 3)), 2):
            with self.subTest(more=more):
                told = json.loads(self.run_ok(run, *sampled, *more, "--json").out)
                self.assertEqual((told["units_here"], told["readings_here"]), (0, 4))
                self.assertEqual(export(run), before, "the plan's own reading is shown until another is asked for")
                rows = traces_of(run, "--reader", number)
                self.assertEqual([(r["trace_id"], r["think_ids"]) for r in rows], ids)
                self.assertEqual({r["reader"] for r in rows}, {number})
                seen[more[0]] = rows
        self.assertTrue(all(r["forced"].endswith("So: ") for r in seen["--suffix"]))
        self.assertTrue(all(r["labels"] == ["A", "B", "C", "D"] for r in seen["--labels"]))
        self.assertTrue(all(r["positions"] == [*range(0, 20, 3), 20] for r in seen["--stride"]))
        self.run_ok(run, *plan, "--permute", 3)
        self.assertEqual(export(run), before)
        orders = [traces_of(run, "--reader", n) for n in (1, 5, 6)]
        for of_trace in zip(*orders):
            # Over the first orders every option stands at another label each time.
            self.assertEqual([len({r["labels"][i] for r in of_trace}) for i in range(4)], [3] * 4)
            self.assertEqual(len({tuple(r["think_ids"]) for r in of_trace}), 1)
        now = status(run)
        self.assertEqual([(r["number"], r["traces"]) for r in now["readers"]], [(n, 8) for n in range(1, 7)])
        self.assertEqual(now["sampled_tokens"], was["sampled_tokens"], "reading once more samples nothing")
        self.assertEqual(now["attempts"], was["attempts"] + 5 * 4)
        self.assertEqual(call("verify", run).code, DONE)

    def test_killed_while_reading_once_more(self):
        plan = ("--subjects", "chains,beasts", "--limit", 2, "--budget", 30, "--answer-tokens", 4, "--no-site")
        more = (*plan, "--permute", 3)
        runs = [self.folder / name / "run" for name in ("whole", "killed", "interrupted")]
        for run in runs:
            self.run_ok(run, *plan)
        self.run_ok(runs[0], *more)
        for run, sign, code, moments in ((runs[1], signal.SIGKILL, -signal.SIGKILL, (5, 8)), (runs[2], signal.SIGINT, 130, (7,))):
            for n in moments:  # Of 12 readings in all.
                process = start(*run_arguments(run, *more))
                while sum(r["traces"] for r in status(run)["readers"]) < n and process.poll() is None:
                    time.sleep(0.01)
                process.send_signal(sign)
                self.assertEqual(process.wait(), code, process.communicate()[1])
                self.assertEqual(export(run), export(runs[0]))
            self.assertLess(sum(r["traces"] for r in status(run)["readers"]), 12, "it ended too early for this test to say anything")
            self.run_ok(run, *more)
            for n in range(1, 4):
                self.assertEqual(call("export", run, "--reader", n).out, call("export", runs[0], "--reader", n).out)
                mine, theirs = (status(r, "--reader", n) for r in (run, runs[0]))
                for key in ("noise_floor", "prior", "readers", "attempts", "read_probes"):
                    self.assertEqual(mine[key], theirs[key], key)


class Plans(CliTest):
    def test_another_plan(self):
        run, plan = self.folder / "run", ("--subjects", "chains", "--limit", 1, "--budget", 8, "--answer-tokens", 2, "--stride", 8, "--no-site")
        chat, layout = self.folder / "chat.jinja", self.folder / "layout.jinja"
        chat.write_text("{% for m in messages %}<｜User｜>{{ m['content'] }}{% endfor %}<｜Assistant｜><think>\n", "utf-8")
        layout.write_text("{{ question }}{% for o in options %} {{ o.label }}) {{ o.text }}{% endfor %}")
        other = model_with(self.folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        variants = [((), MODEL), (("--top-p", "0.5"), MODEL), (("--chat-template", chat), MODEL), (("--layout", layout), MODEL), ((), other)]
        first = []
        for number, (more, model) in enumerate(variants, 1):
            self.assertEqual(json.loads(self.run_ok(run, *plan, *more, "--json", model=model).out)["plan"], number)
            first.append(call("export", run).out)
        self.assertEqual(len(set(first)), len(variants))
        for number, (more, model) in enumerate(variants, 1):
            told = json.loads(self.run_ok(run, *plan, *more, "--json", model=model).out)
            self.assertEqual((told["plan"], told["units_here"]), (number, 0), "the same command finds its own plan")
            self.assertEqual(call("export", run, "--plan", number).out, first[number - 1])
            self.assertEqual(status(run, "--plan", number)["plan"], number)
            self.assertEqual(call("analyze", run, "--plan", number, "--json").code, DONE)
        self.assertIn(f"holds {len(variants)} plans", call("export", run).err)

    def test_bad_numbers(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", 1, *SMALL)
        for verb in ("export", "status", "analyze"):
            for option in ("--plan", "--reader"):
                for bad in ("0", "-1", "two", "1.5", "99", "99999999999999999999", ""):
                    with self.subTest(verb=verb, option=option, bad=bad):
                        self.assert_complains(call(verb, run, option, bad), USAGE, bad)
        for bad in ("0", "99", "x"):
            self.assert_complains(call("probe", run, "--plan", bad, "--threads", 1, "--quiet"), USAGE, bad)


class Failures(CliTest):
    def setUp(self):
        super().setUp()
        self.run_folder = self.folder / "run"
        self.questions = write_jsonl(self.folder / "q.jsonl", question("Which one?"), question("Which " + "very " * 600 + "long one?"),
                                     question("And which one?"))

    def again(self, *more, code=SOME_FAILED, **options):
        return self.run_ok(self.run_folder, *SMALL, *more, "--json", code=code, **options)

    def test_a_question_that_does_not_fit(self):
        result = self.again("--samples", 2, questions=self.questions)
        self.assertEqual(json.loads(result.out)["failed_units"], 1)
        rows = traces(self.run_folder)
        self.assertEqual([r["status"] for r in rows], ["ok", "ok", "failed", "failed", "ok", "ok"])
        self.assertEqual([r["sample"] for r in rows], [0, 1] * 3)
        for r in rows[2:4]:
            self.assertRegex(r["error"], "512.*no room to think")
            self.assertEqual((r["think_ids"], r["positions"], r["probs"], r["correct"], r["stop"]), ([], [], [], None, None))
        before, was = export(self.run_folder), status(self.run_folder)
        self.assertEqual((was["units_failed"], was["units_ok"], was["attempts"]), (1, 2, 3))
        # Left alone unless asked for, and still told by the exit code.
        self.assertEqual(json.loads(self.again("--samples", 2, questions=self.questions).out)["units_here"], 0)
        self.assertEqual(status(self.run_folder), was)
        self.assertEqual(json.loads(self.again("--samples", 2, "--retry-failed", questions=self.questions).out)["units_here"], 1)
        now = status(self.run_folder)
        self.assertEqual(now["attempts"], 4)
        for key in ("units_failed", "units_ok", "sampled_tokens", "read_probes", "traces", "thinking_tokens", "readers"):
            self.assertEqual(now[key], was[key], key)
        self.assertEqual(export(self.run_folder), before)
        self.assertEqual(call("verify", self.run_folder).code, DONE)
        for verb in ("analyze", "site"):
            self.assertEqual(call(verb, self.run_folder, *(["-o", self.folder / "s"] if verb == "site" else [])).code, DONE)

    def test_analyze_tells_what_it_leaves_out(self):
        self.again(questions=self.questions)
        self.assertIn("failed", call("analyze", self.run_folder).out)

    def test_what_failed_once_and_then_works(self):
        """No unit of this program fails by chance, so one is written into the store as if it had."""
        run, plan = self.run_folder, ("--subjects", "chains", "--limit", 2, *SMALL)
        self.run_ok(run, *plan)
        before, was = export(run), status(run)
        with EditedStore(run) as store:
            store.fail_unit(store.rows("unit")[0], "out of memory")
        self.assertEqual(call("verify", run).code, DONE, call("verify", run).out)
        self.assertEqual([r["error"] for r in traces(run)], ["out of memory", ""])
        self.assertEqual(json.loads(self.run_ok(run, *plan, "--json", code=SOME_FAILED).out)["units_here"], 0)
        self.assertEqual(json.loads(self.run_ok(run, *plan, "--retry-failed", "--json").out)["units_here"], 1)
        self.assertEqual(export(run), before)
        now = status(run)
        self.assertEqual((now["attempts"], now["units_ok"], now["units_failed"]), (was["attempts"] + 1, 2, 0))
        self.assertEqual(now["sampled_tokens"], was["sampled_tokens"] + len(traces(run)[0]["think_ids"]), "the attempt that failed was paid for, too")
        self.run_ok(run, *plan, "--retry-failed")
        self.assertEqual(status(run)["attempts"], now["attempts"], "nothing failed is left")

    def test_readings_that_fail(self):
        """A layout with which the prompt does not fit fails every time; one that failed by chance is read again."""
        run, plan = self.run_folder, ("--subjects", "chains", "--limit", 2, *SMALL)
        self.run_ok(run, *plan)
        before = export(run)
        layout = self.folder / "long.jinja"
        layout.write_text("very " * 600 + "{{ question }}{% for o in options %} {{ o.label }} {{ o.text }}{% endfor %}")
        reading = ("probe", run, "--layout", layout, "--threads", 1, "--json")
        for attempts, more in ((4, ()), (4, ()), (6, ("--retry-failed",))):
            with self.subTest(more=more, attempts=attempts):
                result = call(*reading, *more)
                self.assertEqual(status(run)["attempts"], attempts)
                self.assertIn(result.code, (DONE, SOME_FAILED) if attempts == 4 and not more else (SOME_FAILED,))
        rows = traces_of(run, "--reader", 2)
        self.assertEqual({r["status"] for r in rows}, {"failed"})
        self.assertRegex(rows[0]["error"], "context of 512")
        self.assertEqual(export(run), before)

        self.run_ok(run, *plan, "--suffix", "So: ")
        good, was = call("export", run, "--reader", 3).out, status(run)
        with EditedStore(run) as store:
            self.assertEqual(len(store.fail_reading(3, "out of memory")), 2)
        self.assertEqual({r["error"] for r in traces_of(run, "--reader", 3)}, {"out of memory"})
        told = json.loads(self.run_ok(run, *plan, "--suffix", "So: ", "--retry-failed", "--json").out)
        self.assertEqual(told["readings_here"], 2)
        self.assertEqual(call("export", run, "--reader", 3).out, good)
        self.assertEqual(status(run)["attempts"], was["attempts"] + 2)
        self.assertEqual(call("verify", run).code, DONE)

    def test_exit_code_of_a_run_whose_extra_readings_fail(self):
        run, plan = self.run_folder, ("--subjects", "chains", "--limit", 1, *SMALL)
        self.run_ok(run, *plan)
        result = call(*run_arguments(run, *plan, "--suffix", "very " * 600))
        self.assertEqual(result.code, SOME_FAILED, result.err)


class Writers(CliTest):
    def test_a_second_writer_is_refused(self):
        run, plan = self.folder / "run", ("--subjects", "chains,beasts", "--limit", 8, "--no-site")
        jsonl = write_jsonl(self.folder / "t.jsonl", question(thinking="so", output="sky"))
        first = start(*run_arguments(run, *plan))
        self.addCleanup(first.communicate)
        self.addCleanup(first.kill)
        wait_for_units(first, run, 1)
        for second in (run_arguments(run, *plan), ["probe", run, "--threads", 1], ["import", "jsonl", jsonl, "-o", run]):
            with self.subTest(verb=second[0]):
                self.assert_complains(call(*second), STORE, run, f"process {first.pid} ")
        for reader in ("export", "status", "analyze"):
            self.assertEqual(call(reader, run).code, DONE, reader)
        self.assertIsNone(first.poll(), "the first ended too early for this test to say anything")
        first.kill()
        first.wait()
        self.assertTrue((run / "run.lock").exists(), "a lock that nobody holds")
        self.run_ok(run, "--subjects", "chains,beasts", "--limit", 1, "--no-site")
        self.assertEqual(call("verify", run).code, DONE)


class Version1(CliTest):
    OLD, PLAN, READERS = "store_v1", ("--samples", 3, "--budget", 60), (1,)

    def setUp(self):
        super().setUp()
        golden = [json.loads(line) for line in (GOLDEN / self.OLD / "export.jsonl").read_text("utf-8").split("\n")[:-1]]
        self.golden = golden
        self.run_folder = self.folder / golden[0]["run"]
        self.run_folder.mkdir()
        shutil.copyfile(GOLDEN / self.OLD / "thinktrace.db", self.run_folder / "thinktrace.db")

    def test_an_older_store_is_read_as_it_is(self):
        before = tree(self.run_folder)
        rows = [r for reader in self.READERS for r in traces_of(self.run_folder, "--reader", reader)]
        self.assertEqual(len(rows), len(self.golden))
        for row, golden in zip(rows, self.golden):
            self.assertEqual({key: row.get(key) for key in golden}, golden)
        for verb in ("status", "analyze", "verify"):
            self.assertEqual(call(verb, self.run_folder).code, DONE, verb)
        self.assertEqual(call("site", self.run_folder, "-o", self.folder / "s").code, DONE)
        self.assertEqual(tree(self.run_folder), before)

    def test_a_run_continues_an_older_store(self):
        before = lines(self.run_folder)
        plan = ("--subjects", "chains,beasts", *self.PLAN, "--no-site", "--json")
        told = json.loads(self.run_ok(self.run_folder, "--limit", 1, *plan).out)
        self.assertEqual((told["plan"], told["units_here"], told["readings_here"]), (1, 0, 0))
        self.assertEqual(lines(self.run_folder), before)
        told = json.loads(self.run_ok(self.run_folder, "--limit", 2, *plan).out)
        self.assertEqual((told["plan"], told["units_here"]), (1, 2))
        self.assertEqual([line for line in lines(self.run_folder) if line in set(before)], before)
        self.assertEqual(call("verify", self.run_folder).code, DONE)

    def test_a_newer_store_is_refused(self):
        db = sqlite3.connect(self.run_folder / "thinktrace.db")
        db.execute("PRAGMA user_version = 99")
        db.close()
        before = tree(self.run_folder)["thinktrace.db"]
        run, jsonl = self.run_folder, write_jsonl(self.folder / "t.jsonl", question(thinking="so", output="sky"))
        for arguments in (["export", run], ["status", run], ["analyze", run], ["site", run, "-o", self.folder / "s"],
                          ["probe", run, "--threads", 1], ["import", "jsonl", jsonl, "-o", run],
                          run_arguments(run, "--subjects", "chains", "--limit", 1, *SMALL)):
            with self.subTest(verb=arguments[0]):
                self.assert_complains(call(*arguments), STORE, "newer thinktrace", run)
        verify = call("verify", run)
        self.assertEqual(verify.code, STORE)
        self.assertIn("newer thinktrace", verify.out + verify.err)
        self.assertEqual(tree(run)["thinktrace.db"], before)


class Version2(Version1):
    OLD, PLAN, READERS = "store_v2", ("--samples", 2, "--budget", 30), (1, 2)


class Version3(Version2):
    OLD = "store_v3"

    def test_an_older_store_keeps_its_experiments(self):
        rows = call("export", self.run_folder, "--what", "ablations").out.split("\n")[:-1]
        self.assertEqual(len(rows), 28)


if __name__ == "__main__":
    unittest.main()
