# SPDX-License-Identifier: MIT
"""Plans of one folder that come close to each other, and imports beside what they came from: nothing collides or mixes."""
import json
import os
import unittest

from support import DONE, MODEL, CliTest, call, question, run_arguments, status_of, traces, traces_of, write_jsonl

SHORT = ("--budget", "6", "--answer-tokens", "2", "--stride", "3", "--no-site", "--quiet")


class ClosePlans(CliTest):
    def setUp(self):
        super().setUp()
        self.run_folder, self.questions = self.folder / "run", self.folder / "q.jsonl"
        self.write()
        self.go()

    def write(self, answer=0):
        write_jsonl(self.questions, question("Which is it?"), question("Which is the other?", answer=answer))

    def go(self, *more, **where):
        result = call(*run_arguments(self.run_folder, *SHORT, *more, questions=where.pop("questions", self.questions)), **where)
        self.assertEqual(result.code, DONE, result.err)

    def check(self):
        self.assertEqual(call("verify", self.run_folder).code, DONE)

    def test_an_edited_question_and_more_samples(self):
        self.write(answer=1)
        self.go("--samples", "4")
        self.assertEqual([len(traces_of(self.run_folder, "--plan", n)) for n in (1, 2)], [2, 8])
        self.check()

    def test_an_edited_question_and_fewer_samples(self):
        self.go("--samples", "6")
        self.write(answer=1)
        self.go("--samples", "2")
        self.assertEqual(len(traces_of(self.run_folder, "--plan", 2)), 4)
        self.check()

    def test_a_path_spelt_in_another_way(self):
        self.write(answer=1)
        self.go(questions="./" + os.path.basename(self.questions), cwd=self.folder)
        self.assertEqual(sorted(t["answer"] for t in traces_of(self.run_folder, "--plan", 2)), [0, 1])
        self.assertEqual(len(status_of(self.run_folder)["plans"]), 2)

    def test_a_layout_that_says_the_same(self):
        layout = self.folder / "layout.jinja"
        layout.write_text("{# the same #}Question: {{ question }}\nChoices:\n\n{% for option in options %}{{ option.label }}: {{ option.text }}"
                          "{% if not loop.last %}{{ '\\n' }}{% endif %}{% endfor %}.\n\nAnswer.")
        again = self.folder / "again.jinja"
        again.write_text("{# once more #}" + layout.read_text())
        self.go("--layout", layout)
        self.go("--layout", again)
        self.assertEqual(len(status_of(self.run_folder)["plans"]), 3)
        self.check()

    def test_imported_into_itself(self):
        file = self.folder / "export.jsonl"
        file.write_text(call("export", self.run_folder).out)
        told = json.loads(call("import", "jsonl", file, "-o", self.run_folder, "--json").out)
        self.assertEqual((told["imported"], told["there_already"]), (0, 2))
        self.check()

    def test_orders_that_say_nothing_new_are_not_counted(self):
        """Two options have one other order: the most likely option or its label stays, never both."""
        write_jsonl(self.questions, *(question(f"Which is {i}?", ("a", "b"), i % 2) for i in range(4)))
        self.go("--permute", "6", "--seed", "3")
        agreement = json.loads(call("analyze", self.run_folder, "--json").out)["overall"]["order_agreement"]
        self.assertEqual(agreement["option"]["n_traces"], 4)
        self.assertAlmostEqual(agreement["option"]["value"] + agreement["label"]["value"], 1)

    def test_measurements_belong_to_their_plan(self):
        before = status_of(self.run_folder)
        write_jsonl(self.questions, question("Which of two?", ("a", "b"), 1))
        self.go("--seed", "2")
        after = status_of(self.run_folder, "--plan", 1)
        self.assertEqual(after["noise_floor"], before["noise_floor"])
        self.assertEqual([len(p["p"]) for p in after["prior"]], [2, 3])


class OddImports(CliTest):
    def test_a_failed_question_that_worked_later_is_replaced(self):
        run, line = self.folder / "run", question("Which?", ("a", "b"), subject="s") | {
            "run": "r", "sample": 0, "labels": ["1", "2"], "positions": [], "probs": [], "think_text": [], "think_ids": []}
        failed = write_jsonl(self.folder / "failed.jsonl", line | {"status": "failed", "error": "too long"})
        works = write_jsonl(self.folder / "works.jsonl", line | {"status": "ok", "think_text": ["so"], "think_ids": [1], "stop": "closed"})
        for file in (failed, works):
            self.assertEqual(call("import", "jsonl", file, "-o", run).code, DONE)
        self.assertEqual([(t["sample"], t["status"]) for t in traces(run)], [(0, "ok")])

    def test_positions_need_tokens_and_samples_have_a_limit(self):
        file = write_jsonl(self.folder / "t.jsonl", question("Why?", ("a", "b"), thinking="one long text", positions=[0, 2], probs=[[.5, .4], [.6, .3]]),
                           question("Which?", thinking=["a"], sample=2147483647), question("Who?", thinking=["a"]))
        told = json.loads(call("import", "jsonl", file, "-o", self.folder / "run", "--json").out)
        self.assertEqual((told["imported"], told["skipped"]), (1, 2))
        self.assertEqual(call("verify", self.folder / "run").code, DONE)

    def test_each_reader_keeps_to_its_own(self):
        run = self.folder / "run"
        text = write_jsonl(self.folder / "text.jsonl", question("Which?", ("a", "b"), thinking="I see."))
        read = write_jsonl(self.folder / "read.jsonl", question("Who?", ("a", "b"), thinking=["I", " see"], positions=[1, 2], probs=[[.5, .4], [.6, .3]]))
        call("import", "jsonl", text, "-o", run)
        for suffix in ("So: ", "X "):
            self.assertEqual(call("probe", run, "--with", MODEL, "--threads", 1, "--suffix", suffix).code, DONE)
        call("import", "jsonl", read, "-o", run)
        for reader in status_of(run)["readers"]:
            rows = traces_of(run, "--reader", reader["number"])
            self.assertNotIn("writer_tokens", rows[0])  # The source has no tokens.
            by_import = "import" in reader["identity"]
            self.assertEqual(bool(rows[1]["probs"]), by_import)


if __name__ == "__main__":
    unittest.main()
