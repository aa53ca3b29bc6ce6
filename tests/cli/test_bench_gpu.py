# SPDX-License-Identifier: MIT
"""The GPU bench in its dry run: a model of random weights that the program loads, quantises and measures."""
import os
import re
import subprocess
import unittest
from pathlib import Path

from support import MODEL, PROGRAM, ROOT, CliTest, environment

BUILD = Path(PROGRAM).parent
TINY = ("layers=2", "width=64", "ff=96", "heads=4", "kv_heads=2")


def make_model(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([BUILD / "random_model", *arguments], capture_output=True, text=True, timeout=60)


@unittest.skipUnless((BUILD / "random_model").exists(), "not built beside the program")
class GpuBench(CliTest):
    def test_dry_run(self):
        done = subprocess.run([ROOT / "bench" / "gpu" / "run.sh", "--dry-run"], capture_output=True, text=True, timeout=120,
                              env=environment(THINKTRACE_BUILD=str(BUILD)))
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if re.match(r"\| (Q8_0|F16) ", line)]
        self.assertEqual([row[:2] for row in rows], [["Q8_0", "8"], ["Q8_0", "16"], ["F16", "8"], ["F16", "16"]])
        for row in rows:
            for cell in row[2:6]:
                self.assertGreater(float(cell.split()[0]), 0, row)

    def test_vocabulary_is_filled_up(self):
        model = self.folder / "wide.gguf"
        done = make_model(MODEL, model, *TINY, "n_vocab=5000")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"<never_used_4999>", model.read_bytes())
        # Embedding and output of 5,000 tokens alone take so much.
        self.assertGreater(os.path.getsize(model), 2 * 5000 * 64 * 2)

    def test_shapes_that_are_none(self):
        for wrong in ("heads=3", "layers=0", "depth=2", "layers"):
            done = make_model(MODEL, self.folder / "none.gguf", *TINY, wrong)
            self.assertEqual(done.returncode, 1, wrong)
            self.assertIn("random_model:", done.stderr)


if __name__ == "__main__":
    unittest.main()
