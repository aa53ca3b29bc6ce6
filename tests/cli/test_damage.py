# SPDX-License-Identifier: MIT
"""A store in which single bits have flipped: `verify` says so, or nothing that anyone reads has changed.

THINKTRACE_FULL=1 flips 1000 bits in each of two stores and every bit of the file's header, and prints what came of it."""
import collections
import os
import random
import sqlite3
import sys
import tempfile
import unittest
from pathlib import Path

from support import DONE, FAILED, STORE, USAGE, CliTest, call, export, run_arguments, tree

FULL = os.environ.get("THINKTRACE_FULL") == "1"
CODES = (DONE, FAILED, USAGE, STORE)
BROKEN = ("terminate", "Traceback", "nlohmann", "json.exception", "std::", "Assertion", "basic_string", "vector::", "unexpected:")
HEADER = 100  # Bytes.
USER_VERSION = range(60, 64)


class Damage(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        cls.small, cls.large = Path(holder.name) / "small" / "run", Path(holder.name) / "large" / "run"
        plans = {cls.small: ("--subjects", "chains,capitals", "--limit", 2, "--samples", 2, "--permute", 2)}
        if FULL:
            plans[cls.large] = ("--limit", 8, "--samples", 2, "--stride", 1)
        for run, plan in plans.items():
            result = call(*run_arguments(run, "--budget", 20, "--stride", 8, "--answer-tokens", 4, "--no-site", *plan) if run == cls.small
                          else run_arguments(run, "--budget", 60, "--no-site", *plan))
            assert result.code == DONE, result.err

    def flip(self, run: Path, bits: list[int]) -> collections.Counter:
        """Flips these bits of a run's store one at a time; gives how many were found, harmless, …"""
        name = self.folder / run.parent.name / "run"
        name.mkdir(parents=True)
        store, good, outcome = name / "thinktrace.db", (run / "thinktrace.db").read_bytes(), collections.Counter()
        whole = export(run)
        for bit in bits:
            with self.subTest(store=run.parent.name, byte=bit // 8, bit=bit % 8):
                damaged = bytearray(good)
                damaged[bit // 8] ^= 1 << bit % 8
                store.write_bytes(damaged)
                verify = call("verify", name)
                self.assertIn(verify.code, (DONE, STORE), verify)
                self.assert_polite("verify", verify.out + verify.err)
                if verify.code == STORE:
                    self.assertTrue(verify.out + verify.err, "it says what is wrong")
                    self.assertNotIn("nothing wrong", verify.out)
                verbs = {"export": (), "status": ("--json",), "analyze": ("--json",), "site": ("-o", self.folder / "gallery", "--quiet")}
                # Where nothing that is read has changed, the export says so for all of them.
                results = {verb: call(verb, name, *verbs[verb]) for verb in (verbs if FULL or verify.code != DONE else ["export"])}
                for verb, result in results.items():
                    self.assertIn(result.code, CODES, (verb, result.err))
                    self.assert_polite(verb, result.err)
                    if result.code != DONE:
                        self.assertRegex(result.err, r"(\A|\n)thinktrace: [^\n]+\n\Z", verb)
                if verify.code == DONE:
                    self.assertEqual((results["export"].code, results["export"].out), (DONE, whole), "damage that verify did not find")
                    outcome["harmless"] += 1
                else:
                    outcome["found"] += 1
                    outcome["found, and the export refuses"] += results["export"].code != DONE
                    outcome["found, and the export is the same"] += results["export"].code == DONE and results["export"].out == whole
                    # An index that lost a row hides it from an export; only verify looks for that.
                    outcome["found, but the export lacks something"] += results["export"].code == DONE and results["export"].out != whole
                for leftover in name.iterdir():
                    self.assertEqual(leftover.name, "thinktrace.db", "looking at a store leaves nothing beside it")
        return outcome

    def assert_polite(self, verb: str, text: str) -> None:
        self.assert_clean(text)
        for word in BROKEN:
            self.assertNotIn(word, text, verb)

    def flip_at_random(self, run: Path, n: int) -> None:
        size = 8 * (run / "thinktrace.db").stat().st_size
        outcome = self.flip(run, random.Random(20).sample(range(size), n))
        if FULL:
            print(f"{size // 8} bytes, {n} flips: {dict(outcome)}", file=sys.stderr)

    def test_good(self):
        before = tree(self.small)
        result = call("verify", self.small)
        self.assertEqual((result.code, result.err), (DONE, ""))
        self.assertIn("nothing wrong was found", result.out)
        self.assertEqual(tree(self.small), before)

    def test_flips(self):
        self.flip_at_random(self.small, 1000 if FULL else 200)

    def test_version(self):
        """The version is one number in the file's header, which no checksum covers. Version 0 is that of an empty file."""
        bits = [8 * byte + bit for byte in (USER_VERSION if FULL else [63]) for bit in range(8) if (byte, bit) != (63, 1)]
        self.assertEqual(self.flip(self.small, bits)["harmless"], 0)

    def test_version_0(self):
        self.flip(self.small, [8 * 63 + 1])

    @unittest.skipUnless(FULL, "THINKTRACE_FULL=1 does it")
    def test_header(self):
        outcome = self.flip(self.small, [b for b in range(8 * HEADER) if b // 8 not in USER_VERSION])
        print(f"header: {dict(outcome)}", file=sys.stderr)

    @unittest.skipUnless(FULL, "THINKTRACE_FULL=1 does it")
    def test_flips_in_a_larger_store(self):
        self.flip_at_random(self.large, 1000)

    def test_cut_within_the_header(self):
        run = self.folder / "run"
        run.mkdir()
        (run / "thinktrace.db").write_bytes((self.small / "thinktrace.db").read_bytes()[:50])
        self.assertEqual(call("verify", run).code, STORE)

    def test_an_export_does_not_hide_what_an_index_lost(self):
        good = (self.small / "thinktrace.db").read_bytes()
        db = sqlite3.connect(self.small / "thinktrace.db")
        [page] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_reading_2'").fetchone()
        [size], [entry] = (db.execute(sql).fetchone() for sql in (
            "PRAGMA page_size", "SELECT trace_id || reader_id FROM reading WHERE reader_id = (SELECT reader_id FROM plan)"))
        db.close()
        damaged, key = bytearray(good), good.index(entry.encode(), (page - 1) * size)
        self.assertLess(key, page * size, "the index has grown beyond a page")
        damaged[key + 15] ^= 1
        run = self.folder / "run"
        run.mkdir()
        (run / "thinktrace.db").write_bytes(damaged)
        self.assertEqual(call("verify", run).code, STORE)
        result = call("export", run)
        self.assertTrue(result.code == STORE or result.out == export(self.small), result.err)

    def test_cut(self):
        good = (self.small / "thinktrace.db").read_bytes()
        run = self.folder / "run"
        run.mkdir()
        for length in (100, 4095, 4096, len(good) // 2, len(good) - 4096, len(good) - 1):
            with self.subTest(length=length):
                (run / "thinktrace.db").write_bytes(good[:length])
                self.assertEqual(call("verify", run).code, STORE)
                for verb in ("export", "status", "analyze"):
                    result = call(verb, run)
                    self.assertIn(result.code, CODES)
                    self.assert_polite(verb, result.err)
                    self.assertFalse(verb == "export" and result.code == DONE and result.out != export(self.small))


if __name__ == "__main__":
    unittest.main()
