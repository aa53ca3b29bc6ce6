# SPDX-License-Identifier: MIT
"""`serve` beside a run that grows, changes, breaks or goes away; and that it only looks."""
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import unittest

from served import Served, n_traces
from support import DONE, STORE, CliTest, call, run_arguments, site_chunk, site_manifest, start, tree

PLAN = ("--subjects", "capitals", "--stride", "8", "--no-site")

# Commits nothing, and leaves a journal that the next reader would have to roll back.
DIE_IN_A_TRANSACTION = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.executescript("PRAGMA cache_size = 1; BEGIN; UPDATE plan SET samples = 99; CREATE TABLE x AS SELECT * FROM trace, trace AS more;")
os._exit(0)
"""


def state(folder) -> dict:
    """Everything that writing in a folder would change, reading times apart."""
    paths = [folder, *sorted(folder.rglob("*"))]
    return {str(p): (p.lstat().st_mtime_ns, p.lstat().st_ctime_ns, p.lstat().st_size, p.lstat().st_ino) for p in paths} | tree(folder)


class FollowsARun(CliTest):
    def test_from_nothing_to_the_site(self):
        run = self.folder / "run"
        with Served(run) as served:
            self.assertEqual(served.n_runs, 1)
            manifest = served.manifest()
            self.assertEqual(manifest["runs"], [])
            self.assertIsNone(served.live(manifest["live"]["revision"]))
            arguments = run_arguments(run, *PLAN, "--limit", 4, "--permute", 2)
            worker = start(*arguments)
            self.addCleanup(worker.communicate)
            seen = served.wait_for(lambda m: 0 < n_traces(m))
            self.assertGreater(seen["live"]["revision"], manifest["live"]["revision"])
            served.chunk(seen["runs"][0]["index"])
            self.assertEqual(worker.wait(timeout=120), DONE)
            self.assertEqual(call("site", run, "-o", self.folder / "site").code, DONE)
            [expected] = site_manifest(self.folder / "site")[0]["runs"]
            end = served.wait_for(lambda m: m["runs"] == [expected])
            served.chunk(seen["runs"][0]["index"])  # Of an older revision.
            [shelf] = served.chunk(expected["index"])[0]["shelves"]
            names = [end["app"], *(expected[k] for k in ("index", "questions", "analysis")),
                     *(shelf[k] for k in ("strips", "texts", "curves", "ids", "readings"))]
            for name in names:
                self.assertEqual(served.chunk(name), site_chunk(self.folder / "site", name))
            # More samples, then another plan.
            self.run_ok(run, *PLAN, "--limit", 4, "--permute", 2, "--samples", 2)
            served.wait_for(lambda m: n_traces(m) == 8)
            self.run_ok(run, *PLAN, "--limit", 1, "--temperature", 1)
            served.wait_for(lambda m: [r["name"] for r in m["runs"]] == ["run (plan 1)", "run (plan 2)"] and n_traces(m) == 9)
            code, err = served.stop()
        self.assertEqual(code, DONE)
        self.assertRegex(err, r"\Athinktrace: [^\n]*no run in this folder yet[^\n]*\n\Z")

    def test_several_runs(self):
        for name in ("a", "b"):
            self.run_ok(self.folder / name, *PLAN, "--limit", 1)
        with Served(self.folder / "a", self.folder / "b", "--title", "<both> & more") as served:
            manifest = served.manifest()
            self.assertEqual(served.n_runs, 2)
            self.assertEqual([r["name"] for r in manifest["runs"]], ["a", "b"])
            self.assertEqual(manifest["title"], "<both> & more")

    def test_a_page_of_a_server_before(self):
        run = self.folder / "run"
        self.run_ok(run, *PLAN, "--limit", 1)
        with Served(run) as served:
            before, second = served.manifest(), int(time.time())
        while int(time.time()) == second:  # Two servers of one second count the same revisions.
            time.sleep(0.05)
        with Served(run, port=served.port) as served:
            now = served.manifest()
            self.assertGreater(now["live"]["revision"], before["live"]["revision"])
            self.assertEqual(served.live(before["live"]["revision"]), now)
            self.assertEqual(now["runs"], before["runs"])


class OnlyLooks(CliTest):
    def setUp(self):
        super().setUp()
        self.run_folder = self.folder / "run"
        self.run_ok(self.run_folder, *PLAN, "--limit", 2)

    def test_nothing_is_written(self):
        before = state(self.run_folder)
        with Served(self.run_folder) as served:
            manifest = served.manifest()
            served.chunk(manifest["runs"][0]["index"])
            served.live(0)
            self.assertEqual(state(self.run_folder), before)
        self.assertEqual(state(self.run_folder), before)

    def test_a_folder_that_cant_be_written(self):
        for path in (self.run_folder / "thinktrace.db", self.run_folder / "run.lock", self.run_folder):
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
        self.addCleanup(self.run_folder.chmod, 0o755)
        with Served(self.run_folder) as served:
            self.assertEqual(n_traces(served.manifest()), 2)

    def test_a_killed_writers_journal_is_left(self):
        before = call("export", self.run_folder).out
        subprocess.run([sys.executable, "-c", DIE_IN_A_TRANSACTION, self.run_folder / "thinktrace.db"], check=True)
        journal = self.run_folder / "thinktrace.db-journal"
        self.assertTrue(journal.exists())
        result = call("serve", self.run_folder, "--port", 0, timeout=30)
        self.assert_complains(result, STORE, "thinktrace status RUN")
        self.assertTrue(journal.exists())
        self.assertEqual(call("status", self.run_folder).code, DONE)
        self.assertFalse(journal.exists())
        with Served(self.run_folder) as served:
            self.assertEqual(n_traces(served.manifest()), 2)
        self.assertEqual(call("export", self.run_folder).out, before)

    def test_a_writer_is_not_in_its_way(self):
        with Served(self.run_folder) as served:
            self.run_ok(self.run_folder, *PLAN, "--limit", 5)
            served.wait_for(lambda m: n_traces(m) == 5)
        self.assertEqual(call("verify", self.run_folder).code, DONE)

    def test_a_store_that_breaks_and_is_mended(self):
        store, kept = self.run_folder / "thinktrace.db", self.folder / "kept.db"
        shutil.copy(store, kept)
        with Served(self.run_folder) as served:
            before = served.manifest()
            (self.folder / "zeros.db").write_bytes(b"\0" * store.stat().st_size)
            os.replace(self.folder / "zeros.db", store)
            line = served.process.stderr.readline().decode()
            self.assertRegex(line, r"\Athinktrace: [^\n]*thinktrace\.db[^\n]*is still shown\n\Z")
            self.assertEqual(served.manifest(), before)
            served.chunk(before["runs"][0]["index"])
            shutil.copy(kept, self.folder / "mended.db")
            os.replace(self.folder / "mended.db", store)
            self.run_ok(self.run_folder, *PLAN, "--limit", 3)
            served.wait_for(lambda m: n_traces(m) == 3)
            self.assertEqual(served.stop(), (DONE, ""))  # It was said once.

    def test_a_run_that_is_removed(self):
        with Served(self.run_folder) as served:
            before = served.manifest()
            shutil.rmtree(self.run_folder)
            self.assertIn("the store is gone", served.process.stderr.readline().decode())
            self.assertEqual(served.manifest(), before)
            self.run_ok(self.run_folder, *PLAN, "--limit", 1)
            served.wait_for(lambda m: n_traces(m) == 1)

    def test_a_damaged_store_at_the_start(self):
        (self.run_folder / "thinktrace.db").write_bytes(b"no store" * 1000)
        self.assert_complains(call("serve", self.run_folder, "--port", 0, timeout=30), STORE, "thinktrace.db")


class Ends(CliTest):
    def test_by_signals(self):
        for by in (signal.SIGINT, signal.SIGTERM):
            served = Served(self.folder / "run")
            self.assertEqual(served.stop(by)[0], DONE)

    def test_in_the_middle_of_connections(self):
        served = Served(self.folder / "run")
        with socket.create_connection(("127.0.0.1", served.port)) as waiting:
            waiting.sendall(b"GET / HTTP/1.1\r\n")
            self.assertEqual(served.stop()[0], DONE)

    def test_quiet(self):
        served = Served(self.folder / "run", "--quiet")
        self.assertEqual(served.stop(), (DONE, ""))


if __name__ == "__main__":
    unittest.main()
