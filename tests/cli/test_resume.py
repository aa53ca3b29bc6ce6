# SPDX-License-Identifier: MIT
"""The same command gives the same bytes, however often it is stopped; one writer a run."""
import json
import signal
import subprocess
import sys
import time
import unittest

from support import (DONE, INTERRUPTED, STORE, CliTest, call, export, run_arguments, site_manifest, start, traces, tree,
                     units_done, wait_for_units)

PLAN = ("--subjects", "chains,beasts,fortunes", "--limit", "4", "--stride", "4")
SMALL_PLAN = ("--subjects", "chains", "--limit", "2", "--stride", "4")
N_UNITS = 12

# Changes a store, spills the change to its file and dies, as a machine does that loses its power in a commit.
DIE_IN_A_TRANSACTION = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size=1")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE trace SET think_text = '[\\"spoilt\\"]', answer_text = 'spoilt'")
db.execute("UPDATE unit SET prompt_text = hex(randomblob(20000))")
os._exit(0)
"""


class SameBytes(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole, _ = cls.finished_run(*PLAN)
        cls.bytes = export(cls.whole)

    def assert_same_as_whole(self, run):
        self.assertEqual(units_done(run), N_UNITS)
        self.assertEqual(export(run), self.bytes)
        self.assertEqual(tree(run / "site"), tree(self.whole / "site"))

    def test_twice(self):
        run = self.folder / "run"
        self.run_ok(run, *PLAN)
        self.assertEqual(len(self.bytes.split("\n")) - 1, N_UNITS)
        self.assert_same_as_whole(run)

    def test_another_seed_is_another_text(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", "1", "--stride", "4", "--seed", "2")
        [other], [mine] = traces(run), [t for t in traces(self.whole) if t["subject"] == "chains"][:1]
        self.assertEqual(other["question_id"], mine["question_id"])
        self.assertNotEqual(other["think_ids"], mine["think_ids"])
        self.assertNotEqual(other["trace_id"], mine["trace_id"])

    def test_finished_run_again_does_nothing(self):
        run = self.folder / "run"
        self.run_ok(run, *SMALL_PLAN)
        before = export(run)
        again = json.loads(self.run_ok(run, *SMALL_PLAN, "--json").out)
        self.assertEqual(again["units_here"], 0)
        self.assertEqual(again["traces"], 2)
        self.assertEqual(export(run), before)

    def test_interrupted(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=sign.name):
                run = self.folder / sign.name / "run"
                process = start(*run_arguments(run, *PLAN))
                wait_for_units(process, run, 2)
                process.send_signal(sign)
                asked = time.monotonic()
                out, err = process.communicate(timeout=30)
                self.assertLess(time.monotonic() - asked, 5, "it should stop after the pass in hand")
                self.assertEqual(process.returncode, INTERRUPTED, err)
                self.assertEqual(out, b"")
                last = err.decode().splitlines()[-1]
                self.assertRegex(last, r"\Athinktrace: interrupted.*same command")
                self.assertIn(str(run), last)
                done = units_done(run)
                self.assertTrue(2 <= done < N_UNITS, done)
                self.assertEqual(len(traces(run)), done)
                rest = json.loads(self.run_ok(run, *PLAN, "--json").out)
                self.assertEqual(rest["units_here"], N_UNITS - done)
                self.assert_same_as_whole(run)

    def test_interrupted_before_the_first_unit(self):
        run = self.folder / "run"
        process = start(*run_arguments(run, *PLAN))
        while not (run / "thinktrace.db").exists() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, INTERRUPTED, err)
        self.assertLess(units_done(run), 2)
        self.run_ok(run, *PLAN)
        self.assert_same_as_whole(run)

    def test_killed(self):
        run = self.folder / "run"
        for n in (2, 6):
            process = start(*run_arguments(run, *PLAN))
            wait_for_units(process, run, n)
            process.kill()
            process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL)
            self.assertEqual(len(traces(run)), units_done(run))
        self.run_ok(run, *PLAN)
        self.assert_same_as_whole(run)

    def test_killed_in_a_commit(self):
        """A hot journal: readers and the next run see the last whole commit."""
        for reader in ("export", "status", "site", "run"):
            with self.subTest(first=reader):
                run = self.folder / reader / "run"
                self.run_ok(run, *SMALL_PLAN)
                before = export(run)
                subprocess.run([sys.executable, "-c", DIE_IN_A_TRANSACTION, run / "thinktrace.db"], check=True)
                self.assertTrue((run / "thinktrace.db-journal").exists())
                if reader == "run":
                    self.run_ok(run, *SMALL_PLAN)
                else:
                    result = call(reader, run, *(["-o", self.folder / "gallery"] if reader == "site" else []))
                    self.assertEqual(result.code, DONE, result.err)
                self.assertEqual(export(run), before)

    def test_one_writer(self):
        run = self.folder / "run"
        first = start(*run_arguments(run, *PLAN))
        wait_for_units(first, run, 1)
        second = call(*run_arguments(run, *PLAN))
        still_running = first.poll() is None
        out, err = first.communicate(timeout=60)
        self.assertTrue(still_running, "the first ended too early for this test to say anything")
        self.assert_complains(second, STORE, run, f"process {first.pid}")
        self.assertEqual(first.returncode, DONE, err)
        self.assert_same_as_whole(run)

    def test_slow_reader_does_not_end_a_run(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "beasts", "--limit", "5", "--no-site")
        reader = start("export", run)  # Nobody reads its pipe, as with a pager that waits.
        self.addCleanup(reader.communicate)
        reader.stdout.read(1)
        result = call(*run_arguments(run, "--subjects", "beasts", "--limit", "6", "--no-site"))
        self.assertIsNone(reader.poll(), "the export fits into the pipe: nothing was tested")
        self.assertEqual(result.code, DONE, result.err)
        self.assertEqual(units_done(run), 6)

    def test_ctrl_c_ends_an_export(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "beasts", "--limit", "5", "--no-site")
        reader = start("export", run)
        self.addCleanup(reader.communicate)
        self.addCleanup(reader.kill)
        reader.stdout.read(1)
        reader.send_signal(signal.SIGINT)
        try:
            self.assertIn(reader.wait(timeout=3), (INTERRUPTED, -signal.SIGINT))
        except subprocess.TimeoutExpired:
            self.fail("the first Ctrl-C does not end an export")

    def test_site_of_its_own_is_the_same(self):
        site = self.folder / "gallery"
        for _ in range(2):  # The second replaces the first.
            result = call("site", self.whole, "-o", site, "--title", "run")
            self.assertEqual(result.code, DONE, result.err)
            self.assertIn(str(site / "index.html"), result.err)
            self.assertEqual(tree(site), tree(self.whole / "site"))
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["gallery"])

    def test_two_runs_in_one_site(self):
        other = self.folder / "other"
        self.run_ok(other, "--subjects", "capitals", "--limit", "1", "--stride", "4", "--no-site")
        self.assertFalse((other / "site").exists())
        self.assertEqual(call("site", self.whole, other, "-o", self.folder / "both").code, DONE)
        manifest, _ = site_manifest(self.folder / "both")
        self.assertEqual([r["name"] for r in manifest["runs"]], ["run", "other"])
        self.assertEqual([s["name"] for s in manifest["runs"][1]["subjects"]], ["capitals"])


if __name__ == "__main__":
    unittest.main()
