# SPDX-License-Identifier: MIT
"""The program finds in Glassbox what its world put there; the check itself is checked on spoilt exports."""
import json
import math
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import glassbox_table
from experiments import done
from glassbox_table import EXPECTED, Share, agrees, disagreements, read_shares, wilson
from support import CliTest, export

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import ablate_table  # noqa: E402

N = 12
GENEROUS = 3.3  # Standard errors: with 14 shares, chance alone passes them once in some thousand runs.


class GlassboxTable(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the two positions that the table needs are probed.
        run, _ = cls.finished_run("--limit", N, "--stride", 1000, "--answer-tokens", 0, "--no-site")
        cls.run_folder = run
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

    def test_ablations(self):
        run = shutil.copytree(self.run_folder, self.folder / "ablated" / "run")
        done("ablate", run, "--arms", "blank,filler,random,shuffled,other_question", "--draws", 1, "--quiet")
        rows = [json.loads(line) for line in done("export", run, "--what", "ablations").out.split("\n")[:-1]]

        def table(change=lambda row: row):
            hits = ablate_table.read_hits(self.lines, (json.dumps(change(row)) for row in rows))
            return hits, ablate_table.table(hits, GENEROUS)[1]

        hits, wrong = table()
        self.assertEqual(wrong, [])
        # What the intervals exclude, whatever the card says: that the text is not needed, that it is, and that it does no harm.
        def interval(subject, arm):
            values = [draw for draws in hits[subject, arm].values() for draw in draws]
            self.assertEqual(len(values), N)
            return wilson(sum(values) / N, N)
        for subject in ("chains", "expressions"):
            for arm in ("none", "blank", "filler", "random", "other_question"):
                self.assertLess(interval(subject, arm)[1], interval(subject, "real")[0], (subject, arm))
        for subject in ("digit_sums", "capitals", "hinted"):
            for arm in ("none", "blank", "filler"):
                self.assertGreater(interval(subject, arm)[0], .5, (subject, arm))
        self.assertLess(interval("beasts", "real")[1], interval("beasts", "none")[0])
        self.assertLess(interval("capitals", "other_question")[1], interval("capitals", "none")[0])
        # And the check finds exchanged arms.
        names = {"real": "none", "none": "real"}
        wrong = table(lambda row: row | {"arm": names.get(row["arm"], row["arm"])})[1]
        for cell in ("chains, real", "chains, none", "expressions, none", "beasts, real", "beasts, none"):
            self.assertTrue(any(w.startswith(cell) for w in wrong), wrong)

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
