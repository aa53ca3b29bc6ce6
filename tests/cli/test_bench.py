# SPDX-License-Identifier: MIT
"""`bench` measures what it says it measures, and complains about tokens it can't take."""
import json
import unittest

from support import DONE, FAILED, MODEL, USAGE, CliTest, call

SHORT = ("--threads", "1", "--rounds", "1", "--sequences", "1,2", "--recompute", "2")


class Bench(CliTest):
    def test_made_up_trace(self):
        result = call("bench", "-m", MODEL, *SHORT, "--prompt-tokens", "20", "--think-tokens", "24", "--suffix-tokens", "4", "--json")
        self.assertEqual(result.code, DONE, result.err)
        report = json.loads(result.out)
        self.assertEqual([report[key] for key in ("traces", "prefilled_tokens", "probes", "suffix_tokens")], [1, 44, 25, 4])
        self.assertEqual([g["sequences"] for g in report["generation"]], [1, 2])
        rates = ("prefill_tokens_a_second", "exact_tokens_a_second", "probes_a_second", "recomputed_probes_a_second")
        for key in rates:
            self.assertGreater(report[key]["median"], 0, key)
        adaptive = report["adaptive"]
        self.assertGreater(adaptive["positions_a_second"]["median"], 0)
        self.assertAlmostEqual(adaptive["to_exact"]["median"], adaptive["positions_a_second"]["median"] / report["probes_a_second"]["median"], places=6)
        self.assertTrue(2 / 25 <= adaptive["probed_share"] <= 1 and 0 <= adaptive["mean_abs_dp"] < 1 and 0 <= adaptive["same_top_share"] <= 1, adaptive)
        prefill, exact = (report[key]["median"] for key in rates[:2])
        self.assertAlmostEqual(report["exact_to_prefill"]["median"], exact / prefill, places=6)

    def test_tokens_of_a_file(self):
        tokens = self.folder / "tokens.txt"
        tokens.write_text("2 7 8 11 12\n3 4 1 2 3 4 5 6 7\n2 2 1 2 3 4\n")
        result = call("bench", "-m", MODEL, *SHORT, "--tokens", tokens)
        self.assertEqual(result.code, DONE, result.err)
        self.assertIn("2 traces, 11 tokens and 8 probes a round, suffix of 2 tokens", result.out)

    def test_curves_are_what_was_probed(self):
        curves = self.folder / "curves.csv"
        result = call("bench", "-m", MODEL, *SHORT, "--prompt-tokens", "9", "--think-tokens", "5", "--curves", curves)
        self.assertEqual(result.code, DONE, result.err)
        rows = [[float(value) for value in line.split(",")] for line in curves.read_text().splitlines()]
        self.assertEqual([row[:2] for row in rows], [[0, t] for t in range(6)])
        for row in rows:
            self.assertEqual(len(row), 2 + 4)
            self.assertGreater(min(row[2:]), 0)
            self.assertLessEqual(sum(row[2:]), 1)
        self.assert_complains(call("bench", "-m", MODEL, *SHORT, "--think-tokens", "5", "--curves", self.folder / "no" / "where"), FAILED, "where")

    def test_wrong_tokens(self):
        tokens = self.folder / "tokens.txt"
        tokens.write_text("2 7 8 11 12\n3 4 1 2 three\n")
        self.assert_complains(call("bench", "-m", MODEL, "--tokens", tokens), USAGE, tokens, "line 2")
        self.assert_complains(call("bench", "-m", MODEL, "--tokens", self.folder / "none"), USAGE, "none")

    def test_a_trace_that_does_not_fit(self):
        self.assert_complains(call("bench", "-m", MODEL, "--think-tokens", "100000"), USAGE, "context")

    def test_numbers_out_of_range(self):
        for option, value in (("--rounds", "0"), ("--sequences", "0"), ("--sequences", "256"), ("--think-tokens", "-1"), ("--recompute", "x")):
            self.assert_complains(call("bench", "-m", MODEL, option, value), USAGE, option)


if __name__ == "__main__":
    unittest.main()
