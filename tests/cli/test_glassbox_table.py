# SPDX-License-Identifier: MIT
"""The program finds in Glassbox what its world put there; the check itself is checked on spoilt exports."""
import json
import math
import subprocess
import sys
import unittest

import glassbox_table
from glassbox_table import EXPECTED, Share, agrees, disagreements, read_shares, wilson
from support import CliTest, export

N = 12
GENEROUS = 3.3  # Standard errors: with 14 shares, chance alone passes them once in some thousand runs.


class GlassboxTable(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the two positions that the table needs are probed.
        run, _ = cls.finished_run("--limit", N, "--stride", 1000, "--answer-tokens", 0, "--no-site")
        cls.lines = export(run).split("\n")[:-1]
        cls.rows = [json.loads(line) for line in cls.lines]

    def spoilt(self, change) -> list[str]:
        return disagreements(read_shares(json.dumps(change(dict(row))) for row in self.rows), GENEROUS)

    def test_shares(self):
        shares = read_shares(self.lines)
        self.assertEqual({s: (real.n, none.n) for s, (real, none) in shares.items()}, {s: (N, N) for s in EXPECTED})
        self.assertEqual(disagreements(shares, GENEROUS), [], shares)

    def test_start_and_end_exchanged(self):
        wrong = self.spoilt(lambda row: row | {"probs": row["probs"][::-1]})
        self.assertTrue({"chains, real thinking", "chains, none", "expressions, none", "beasts, real thinking", "beasts, none"} <= set(wrong), wrong)

    def test_options_exchanged(self):
        wrong = self.spoilt(lambda row: row | {"probs": [p[1:] + p[:1] for p in row["probs"]]})
        self.assertTrue({"chains, real thinking", "digit_sums, none", "capitals, none", "hinted, real thinking"} <= set(wrong), wrong)

    def test_wrong_answers(self):
        wrong = self.spoilt(lambda row: row | {"answer": (row["answer"] + 1) % 4})
        self.assertIn("chains, real thinking", wrong)
        self.assertNotIn("hinted, real thinking", wrong)

    def test_missing_subject(self):
        shares = read_shares(line for line, row in zip(self.lines, self.rows) if row["subject"] != "beasts")
        self.assertEqual(disagreements(shares, GENEROUS), ["beasts, real thinking", "beasts, none"])

    def test_script(self):
        path = self.folder / "export.jsonl"
        path.write_text("\n".join(self.lines) + "\n", "utf-8")
        script = [sys.executable, glassbox_table.__file__]
        done = subprocess.run([*script, path], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1 if disagreements(read_shares(self.lines)) else 0, done.stdout)
        for subject in EXPECTED:
            self.assertRegex(done.stdout, rf"(?m)^{subject} +{N} +{N}  \d\.\d\d \[\d\.\d\d, \d\.\d\d\] of \d\.\d\d")
        path.write_text("\n".join(json.dumps(row | {"probs": row["probs"][::-1]}) for row in self.rows), "utf-8")
        self.assertEqual(subprocess.run([*script, path], capture_output=True).returncode, 1)
        self.assertEqual(subprocess.run(script, capture_output=True).returncode, 2)

    def test_intervals(self):
        for share, n, low, high in ((0.5, 10, 0.2366, 0.7634), (1.0, 20, 0.8389, 1.0), (0.0, 50, 0.0, 0.0713)):
            for got, want in zip(wilson(share, n), (low, high)):
                self.assertTrue(math.isclose(got, want, abs_tol=5e-5), (share, n, got, want))
        self.assertTrue(agrees(Share(99, 100), 1.00))
        self.assertTrue(agrees(Share(30, 100), 0.24))
        self.assertFalse(agrees(Share(90, 100), 0.99))
        self.assertFalse(agrees(Share(45, 100), 0.26))
        self.assertFalse(agrees(Share(5, 100), 0.24))


if __name__ == "__main__":
    unittest.main()
