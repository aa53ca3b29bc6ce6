# SPDX-License-Identifier: MIT
"""The world still is what the released weights and questions were made with, draw by draw and letter by letter."""
import hashlib
import tempfile
import unittest
from pathlib import Path

import streams
from streams import GLASSBOX

import questions

MODEL_SHA256 = "ab940a445b6bea260b6288d2017f6db2cc7b3d192773f183a69c15e9b91840ea"
LARGER_TRUTH_SHA256 = "aab9a3b2e3baa3ea3f35c05c6238e3ef7820ca861c0e656055445767755fe12e"     # 250 a subject, same seed


class Streams(unittest.TestCase):
    def check(self, records, expected):
        self.assertEqual(streams.digest(records), expected)

    def test_wording(self):
        self.check(streams.wording(), "d9c7d4fa6b171dc212d06b94a568c69bc1980e6a47c2d208ba143fd849921da4")

    def test_facts(self):
        self.check(streams.facts(), "d67e0a46cd8841788b9c5b2d94b20a0b8542f71a3fe5294f5ac78665056af2e1")

    def test_questions_and_texts(self):
        self.check(streams.questions_and_texts(), "0fbf4a0c19ad1cbe8902e2887e2cbbdb3432e4b858f5fc16d508b49f3b0d39a0")

    def test_asked_for(self):
        self.check(streams.asked_for(), "39d0b626842f1f91b8ff93561812cd6744c35e8c2406a1e14408e7451970cf83")

    def test_training_examples(self):
        self.check(streams.training_examples(), "d263bc50bcd1f64e2d6d7420c76f500d3f74f903eba6b298a290c671694ab8fa")

    def test_stopped_examples(self):
        self.check(streams.stopped_examples(), "4adfed87dca7fa27387fe3fa2aeea7cbd22e75ab07badcc1bc771901d3061f47")


class Files(unittest.TestCase):
    def test_questions_are_reproduced(self):
        with tempfile.TemporaryDirectory() as folder:
            made, kept = Path(folder) / "new" / "set", GLASSBOX / "questions"
            questions.write_set(made)
            names = sorted(path.name for path in kept.iterdir())
            self.assertEqual(len(names), 8)
            self.assertEqual(sorted(path.name for path in made.iterdir()), names)
            for name in names:
                self.assertEqual((made / name).read_bytes(), (kept / name).read_bytes(), name)

    def test_larger_set(self):
        with tempfile.TemporaryDirectory() as folder:
            questions.write_set(Path(folder), per_subject=250)
            truth = (Path(folder) / "truth.jsonl").read_bytes()
            self.assertEqual(truth.count(b"\n"), 7 * 250)
            self.assertEqual(hashlib.sha256(truth).hexdigest(), LARGER_TRUTH_SHA256)

    def test_model_file(self):
        model = (GLASSBOX / "glassbox-q8_0.gguf").read_bytes()
        self.assertEqual(hashlib.sha256(model).hexdigest(), MODEL_SHA256)


if __name__ == "__main__":
    unittest.main()
