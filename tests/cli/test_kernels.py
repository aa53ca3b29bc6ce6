# SPDX-License-Identifier: MIT
"""`--kernels own`: our own products and attention in a run, what is told of it, and what they can't do."""
import json
import unittest

from support import DONE, MODEL, USAGE, CliTest, call, export, model_with, run_arguments, traces_of

SHORT = ("--subjects", "capitals,chains", "--limit", 1, "--samples", 2, "--seed", 3)


class OwnKernels(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_folder, cls.result = cls.finished_run(*SHORT, "--kernels", "own", "--no-site", "--answer-tokens", 0)

    def test_reads_what_the_engine_would(self):
        rows = traces_of(self.run_folder)
        self.assertEqual(len(rows), 4)
        for row in rows:
            self.assertEqual(row["positions"], list(range(len(row["think_ids"]) + 1)))
            self.assertGreater(min(row["mass"]), .9)
            if row["subject"] == "capitals":
                self.assertGreater(row["probs"][0][row["answer"]], .8)

    def test_the_same_command_gives_the_same_bytes(self):
        again, _ = self.finished_run(*SHORT, "--kernels", "own", "--no-site", "--answer-tokens", 0)
        lines = [json.loads(line) for run in (self.run_folder, again) for line in export(run).splitlines()]
        for row in lines:
            del row["run"]
        self.assertEqual(lines[:4], lines[4:])

    def test_who_goes_on_otherwise_is_told(self):
        result = call(*run_arguments(self.run_folder, *SHORT[:-4], "--samples", 6, "--seed", 3, "--no-site", "--answer-tokens", 0))
        self.assertEqual(result.code, DONE, result.err)
        self.assertIn("kernels was 'own", result.err)
        self.assertEqual(len(traces_of(self.run_folder)), 12)

    def test_cannot_be_what_it_is_not(self):
        for option in (("--reference",), ("--gpu-layers", "all")):
            self.assert_complains(call(*run_arguments(self.folder / "none", "--kernels", "own", *option)), USAGE, "--kernels own", "--reference")
        self.assert_complains(call("doctor", "-m", MODEL, "--kernels", "fast"), USAGE, "--kernels")

    def test_another_architecture_is_refused_by_name(self):
        other = model_with(self.folder / "other.gguf", (b"qwen2", b"qwen9"))
        self.assert_complains(call("doctor", "-m", other, "--kernels", "own"), USAGE, other, "'qwen9'", "--kernels own")

    def test_doctor_says_who_computes(self):
        for kernels in ("engine", "own"):
            result = call("doctor", "-m", MODEL, "--kernels", kernels, "--threads", "1")
            self.assertEqual(result.code, DONE, result.err)
            self.assertEqual("our own kernels" in result.out, kernels == "own")

    def test_bench_sets_them_beside_the_engines(self):
        result = call("bench", "-m", MODEL, "--threads", "1", "--rounds", "1", "--sequences", "1", "--recompute", "1", "--prompt-tokens", "20",
                      "--think-tokens", "24", "--kernels", "own", "--json")
        self.assertEqual(result.code, DONE, result.err)
        report = json.loads(result.out)
        beside = report["engine_kernels"]
        self.assertEqual(report["settings"]["kernels"], "own")
        self.assertAlmostEqual(beside["exact_to_prefill"]["median"], report["exact_tokens_a_second"]["median"] / beside["prefill_tokens_a_second"]["median"],
                               places=6)
        self.assertEqual(beside["difference"]["n_positions"], 25)
        self.assertGreater(beside["difference"]["max_abs_dp"], 0)


if __name__ == "__main__":
    unittest.main()
