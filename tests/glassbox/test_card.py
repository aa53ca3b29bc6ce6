# SPDX-License-Identifier: MIT
"""The model card says what is so."""
import re
import unittest

from streams import GLASSBOX
from test_provenance import MODEL_SHA256

import questions
import show


class Card(unittest.TestCase):
    card = (GLASSBOX / "README.md").read_text(encoding="utf-8")

    def test_examples_are_made_by_the_code(self):
        for example in show.show(show.CARD_SEED).strip().split("\n\n"):
            self.assertIn(example, self.card)

    def test_model_file(self):
        self.assertIn(MODEL_SHA256, self.card)
        self.assertIn(f"{(GLASSBOX / 'glassbox-q8_0.gguf').stat().st_size:,} bytes", self.card)

    def test_seed(self):
        self.assertIn(f"seed {questions.SEED}", self.card)

    def test_files_are_listed(self):
        named = set(re.findall(r"`(\w+\.py)`", self.card))
        self.assertEqual(named, {path.name for path in GLASSBOX.glob("*.py")})


if __name__ == "__main__":
    unittest.main()
