# SPDX-License-Identifier: MIT
"""What an export holds, and that growing a run keeps what is there."""
import json
import math
import re
import tempfile
import unittest
from pathlib import Path

from support import DONE, MODEL, USAGE, CliTest, call, export, question, run_arguments, traces, write_jsonl

SCHEMA = {"run": str, "question_id": str, "subject": str, "question": str, "options": list, "answer": int, "sample": int, "seed": int,
          "temperature": float, "model": str, "model_sha256": str, "template": str, "think_ids": list, "think_text": list, "positions": list,
          "probs": list, "mass": list, "logprobs": list, "ended": bool, "answer_text": str, "chosen": (int, type(None)), "correct": bool,
          "status": str, "error": str}
OPTIONS = {
    "run": ["--model", "--questions", "--out", "--samples", "--limit", "--seed", "--threads", "--gpu-layers", "--json", "--quiet", "--subjects",
            "--shuffle", "--skip-bad", "--labels", "--suffix", "--layout", "--chat-template", "--think-open", "--think-close", "--system",
            "--temperature", "--top-p", "--top-k", "--min-p", "--greedy", "--budget", "--stride", "--reference", "-m", "-q", "-o"],
    "doctor": ["--model", "--questions", "--threads", "--gpu-layers", "--suffix", "--json", "-m", "-q"],
    "site": ["RUN", "--out", "--single", "--traces", "--title", "--quiet", "-o"],
    "export": ["RUN", "--format"],
    "status": ["RUN", "--json"],
}


def check_row(test: unittest.TestCase, row: dict, stride: int = 1) -> None:
    """A trace's row agrees with itself and with the documented form."""
    for key, kind in SCHEMA.items():
        test.assertIn(key, row)
        test.assertIsInstance(row[key], kind, key)
    test.assertNotIsInstance(row["answer"], bool)
    test.assertEqual((row["status"], row["error"]), ("ok", ""))
    test.assertRegex(row["model_sha256"], r"\A[0-9a-f]{64}\Z")
    n, n_options = len(row["think_ids"]), len(row["options"])
    test.assertTrue(all(isinstance(i, int) and i >= 0 for i in row["think_ids"]))
    test.assertEqual(len(row["think_text"]), n)
    test.assertEqual("".join(row["think_text"]).encode("utf-8").decode("utf-8"), "".join(row["think_text"]))
    test.assertEqual(row["positions"], sorted({*range(0, n + 1, stride), n}))
    for name in ("probs", "logprobs", "mass"):
        test.assertEqual(len(row[name]), len(row["positions"]))
    for probs, logprobs, mass in zip(row["probs"], row["logprobs"], row["mass"]):
        test.assertEqual((len(probs), len(logprobs)), (n_options, n_options))
        test.assertAlmostEqual(math.fsum(probs), mass, delta=1e-9)
        test.assertLessEqual(mass, 1 + 1e-6)
        for p, logprob in zip(probs, logprobs):
            test.assertTrue(0 <= p <= 1 + 1e-6)
            if logprob is None:  # JSON has no -inf.
                test.assertEqual(p, 0)
            else:
                test.assertTrue(math.isclose(p, math.exp(logprob), rel_tol=1e-9, abs_tol=1e-300))
                test.assertLessEqual(logprob, 1e-6)
    test.assertTrue(0 <= row["answer"] < n_options)
    test.assertTrue(row["chosen"] is None or 0 <= row["chosen"] < n_options)
    test.assertEqual(row["correct"], row["chosen"] == row["answer"])
    if not row["ended"]:
        test.assertEqual((row["answer_text"], row["chosen"]), ("", None))


def key(row: dict) -> tuple:
    return row["question_id"], row["sample"]


class Export(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        cls.run_folder = Path(holder.name) / "my run"
        result = call(*run_arguments(cls.run_folder, "--subjects", "chains,hinted", "--limit", 2, "--samples", 2, "--seed", (1 << 64) - 1, "--json"))
        assert result.code == DONE, result.err
        cls.outcome = json.loads(result.out)
        cls.rows = traces(cls.run_folder)

    def test_rows(self):
        self.assertEqual(len(self.rows), 8)
        for row in self.rows:
            check_row(self, row)
            self.assertTrue(row["ended"])
            self.assertEqual((row["run"], row["seed"], row["temperature"], row["model"]), ("my run", (1 << 64) - 1, 0.6, "Glassbox 6M"))
            self.assertTrue({row["options"][row["chosen"]], row["labels"][row["chosen"]]} & set(re.findall(r"\w+", row["answer_text"])), row["answer_text"])
        self.assertEqual([(r["subject"], r["sample"]) for r in self.rows], [("chains", 0), ("chains", 1)] * 2 + [("hinted", 0), ("hinted", 1)] * 2)
        same = sum(r["probs"][-1].index(max(r["probs"][-1])) == r["chosen"] for r in self.rows)
        self.assertGreaterEqual(same, 7, "Glassbox says at last what it would say if forced")
        self.assertEqual(len({r["question_id"] for r in self.rows}), 4)
        self.assertEqual(len({r["trace_id"] for r in self.rows}), 8)
        self.assertEqual(len({r["template"] for r in self.rows}), 1)
        for a, b in zip(self.rows[::2], self.rows[1::2]):
            self.assertEqual(a["prompt_ids"], b["prompt_ids"])
            self.assertNotEqual(a["think_ids"], b["think_ids"])
            for p, q in zip(a["probs"][0], b["probs"][0]):
                self.assertAlmostEqual(p, q, delta=0.02)  # Before any thinking there is no sample yet.

    def test_counts(self):
        status = json.loads(call("status", self.run_folder, "--json").out)
        tokens = sum(len(r["think_ids"]) for r in self.rows)
        probes = sum(len(r["positions"]) for r in self.rows)
        self.assertEqual(probes, tokens + 8)
        for told in (self.outcome, status):
            self.assertEqual((told["questions"], told["traces"], told["thinking_tokens"], told["probes"]), (4, 8, tokens, probes))
        self.assertEqual((status["run"], status["samples"], status["units_ok"], status["units_failed"], status["units_total"]), ("my run", 2, 4, 0, 4))
        self.assertEqual((self.outcome["units_here"], self.outcome["failed_units"]), (4, 0))
        self.assertEqual(status["identity"]["model_sha256"], self.rows[0]["model_sha256"])
        self.assertEqual(status["identity"]["seed"], (1 << 64) - 1)
        self.assertEqual(status["provenance"]["options"]["--samples"], "2")
        self.assertEqual(status["noise_floor"], self.outcome["noise_floor"])
        self.assertTrue(0 <= status["noise_floor"]["mean_abs_dp"] <= status["noise_floor"]["max_abs_dp"] < 0.1)
        self.assertTrue(Path(self.outcome["site"]).is_file())
        for number in (str(tokens), str(probes)):
            self.assertIn(number, call("status", self.run_folder).out)

    def test_stride(self):
        for stride in (7, 100000):
            run = self.folder / str(stride) / "my run"
            self.run_ok(run, "--subjects", "chains,hinted", "--limit", 1, "--samples", 2, "--seed", (1 << 64) - 1, "--stride", stride)
            whole = {key(r): r for r in self.rows}
            for row in traces(run):
                check_row(self, row, stride)
                same = whole[key(row)]
                self.assertEqual((row["think_ids"], row["trace_id"]), (same["think_ids"], same["trace_id"]), "probing must not change a trace")
                for k, position in enumerate(row["positions"]):
                    for p, q in zip(row["probs"][k], same["probs"][position]):
                        self.assertAlmostEqual(p, q, delta=0.06)  # The form of a batch moves quantised results a little.

    def test_unended(self):
        self.run_ok(self.folder / "run", "--subjects", "chains", "--limit", 1, "--budget", 5)
        [row] = traces(self.folder / "run")
        check_row(self, row)
        self.assertEqual((row["ended"], len(row["think_ids"])), (False, 5))

    def test_greedy(self):
        arguments = ("--subjects", "chains", "--limit", 2, "--greedy", "--samples", 3, "--stride", 50)
        self.run_ok(self.folder / "a" / "run", *arguments)
        rows = traces(self.folder / "a" / "run")
        self.assertEqual([(r["sample"], r["temperature"]) for r in rows], [(0, 0), (0, 0)])
        self.run_ok(self.folder / "b" / "run", *arguments, "--seed", 5)
        self.assertEqual([r["think_ids"] for r in traces(self.folder / "b" / "run")], [r["think_ids"] for r in rows])

    def grow(self, first: tuple, then: tuple, units: tuple[int, int]):
        run = self.folder / "run"
        common = ("--subjects", "chains,beasts", "--stride", 50)
        outcome = json.loads(self.run_ok(run, *common, *first, "--json").out)
        self.assertEqual(outcome["units_here"], units[0])
        before = export(run).split("\n")[:-1]
        grown = json.loads(self.run_ok(run, *common, *then, "--json").out)
        self.assertEqual(grown["units_here"], units[1])
        after = export(run).split("\n")[:-1]
        self.assertEqual(len(after), 2 * len(before))
        self.assertEqual([line for line in after if line in set(before)], before, "earlier lines stay, in their order")
        self.assertEqual(len({key(json.loads(line)) for line in after}), len(after))
        less = json.loads(self.run_ok(run, *common, *first, "--json").out)
        self.assertEqual(less["units_here"], 0)
        self.assertEqual(sorted(export(run).split("\n")[:-1]), sorted(after), "asking for less takes nothing away")
        return [json.loads(line) for line in after]

    def test_more_samples(self):
        rows = self.grow(("--limit", 1, "--samples", 2), ("--limit", 1, "--samples", 4), (2, 2))
        self.assertEqual([r["sample"] for r in rows], [0, 1, 2, 3] * 2)
        self.assertEqual(len({tuple(r["think_ids"]) for r in rows if r["subject"] == "chains"}), 4)

    def test_more_questions(self):
        rows = self.grow(("--limit", 2), ("--limit", 4), (4, 4))
        self.assertEqual(len({r["question_id"] for r in rows}), 8)
        whole = self.folder / "at once" / "run"
        self.run_ok(whole, "--subjects", "chains,beasts", "--stride", 50, "--limit", 4)
        # A grown run is the run that asks for all at once, but for last digits: with one sample a question other questions share its block.
        for mine, other in zip(sorted(traces(whole), key=key), sorted(rows, key=key), strict=True):
            computed = ("probs", "logprobs", "mass")
            self.assertEqual(*({k: v for k, v in row.items() if k not in computed} for row in (mine, other)))
            for a, b in zip(mine["probs"], other["probs"], strict=True):
                self.assertLess(max(abs(x - y) for x, y in zip(a, b, strict=True)), .03)

    def test_another_part(self):
        rows = self.grow(("--limit", "1-2"), ("--limit", "3-4"), (4, 4))
        self.assertEqual(len({r["question_id"] for r in rows}), 8)

    def test_many_options(self):
        short = ("--budget", 6, "--answer-tokens", 4)
        for labels, sizes, wanted in (("auto", [2, 9, 10], ["2", "9", "J"]), ("digits", [9, 10, 26], ["9", "10", "26"]), ("letters", [2, 26], ["B", "Z"])):
            questions = write_jsonl(self.folder / "many.jsonl", *(question(text=f"Pick one of {n}.", options=[f"thing {i}" for i in range(n)], answer=n - 1) for n in sizes))
            run = self.folder / labels
            self.run_ok(run, *short, "--labels", labels, questions=questions)
            rows = traces(run)
            for row in rows:
                check_row(self, row)
            self.assertEqual([row["labels"][-1] for row in rows], wanted)
            self.assertEqual([len(row["labels"]) for row in rows], sizes)

    def test_same_question_from_csv_and_jsonl(self):
        q = {"question": 'Which is "blue"?', "options": ["sky, clear", "grass"], "answer": 0, "subject": "colours"}
        sources = {"a.jsonl": json.dumps(q), "b.jsonl": json.dumps(q | {"answer": "A"}), "colours_test.csv": '"Which is ""blue""?","sky, clear",grass,A\n',
                   "d.csv": 'subject,answer,option_2,option_1,question\r\ncolours,"sky, clear",grass,"sky, clear","Which is ""blue""?"\r\n'}
        seen = set()
        for name, text in sources.items():
            (self.folder / name).write_text(text)
            run = self.folder / name.replace(".", "_") / "run"
            self.run_ok(run, "--budget", 4, "--answer-tokens", 2, "--no-site", questions=self.folder / name)
            seen.add(export(run))
        self.assertEqual(len(seen), 1)

    def test_shuffle(self):
        chosen = []
        for seed in (1, 1, 2):
            run = self.folder / str(len(chosen))
            self.run_ok(run, "--subjects", "chains", "--limit", 3, "--shuffle", seed, "--budget", 2, "--answer-tokens", 0, "--no-site")
            chosen.append([r["question_id"] for r in traces(run)])
        self.assertEqual(chosen[0], chosen[1])
        self.assertNotEqual(chosen[0], chosen[2])


class Help(CliTest):
    def test_help(self):
        program = call("--help")
        self.assertEqual((program.code, program.err), (DONE, ""))
        for verb, options in OPTIONS.items():
            self.assertRegex(program.out, rf"(?m)^  {verb} +\S")
            for flag in ("--help", "-h"):
                told = call(verb, flag)
                self.assertEqual((told.code, told.err), (DONE, ""))
                for option in options:
                    self.assertRegex(told.out, rf"(?<![\w-]){option}(?![\w-])")
        for code in (0, 1, 2, 3, 4, 130):
            self.assertRegex(program.out, rf"\b{code} ")

    def test_help_names_every_option_that_a_run_records(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", 1, "--budget", 2, "--answer-tokens", 0, "--no-site")
        told = call("run", "--help").out
        recorded = json.loads(call("status", run, "--json").out)["provenance"]["options"]
        self.assertGreater(len(recorded), 20)
        for option in recorded:
            self.assertIn(option, told)

    def test_version(self):
        self.assertRegex(call("--version").out, r"\Athinktrace \d+\.\d+\.\d+\S*\n\Z")
        self.assertEqual(call("--version").code, DONE)

    def test_doctor(self):
        told = call("doctor", "-m", MODEL, "--threads", "1", "--think-tokens", "24", "--json")
        self.assertEqual(told.code, DONE, told.err)
        report = json.loads(told.out)
        self.assertEqual(report["thinking_tags"], {"open": "<think>", "close": "</think>", "from": "chat template"})
        self.assertEqual("".join(report["suffix_pieces"]), "</think>\n\nThe answer is ")
        self.assertTrue(report["prompt"].endswith("<think>\n"))
        self.assertEqual(report["sample"]["thinking_tokens"], 24)
        self.assertTrue(0.5 < report["mass_start"] <= 1 + 1e-6)
        suffixes = report["suffixes"]
        self.assertEqual(suffixes["positions"], [0, 6, 12, 18, 24])
        self.assertEqual(suffixes["tried"][0]["suffix"], "\n\nThe answer is ")
        self.assertEqual(len({s["suffix"] for s in suffixes["tried"]}), len(suffixes["tried"]))
        text = call("doctor", "-m", MODEL, "--threads", "1", "--think-tokens", "24")
        self.assertIn('"\\n\\nAnswer: " (', text.out)
        self.assert_clean(text.out + text.err)
        self.assertIn(report["model"]["sha256"], text.out)

    def test_unknown_format(self):
        self.assert_complains(call("export", self.folder, "--format", "xml"), USAGE, "--format")


if __name__ == "__main__":
    unittest.main()
