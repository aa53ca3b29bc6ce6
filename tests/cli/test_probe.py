# SPDX-License-Identifier: MIT
"""`probe`: stored traces read once more, by the model that wrote them or by another one."""
import itertools
import json
import signal
import tempfile
import time
import unittest
from pathlib import Path

from stores import status
from support import (DONE, INTERRUPTED, MODEL, SOME_FAILED, USAGE, CliTest, call, export, model_with, question, run_arguments, start,
                     traces, traces_of, tree, write_jsonl)

PLAN = ("--subjects", "chains,beasts,digit_sums", "--limit", 2, "--no-site")


def aligned(writer: list[str], reader: list[str], positions: list[int]) -> list[int]:
    """After how many whole tokens of the writer's text each position of the reader's text stands."""
    written, read = "".join(writer), "".join(reader)
    front = len(read) - len(written)  # A space that the reader's tokenizer puts in front.
    ends = list(itertools.accumulate((len(t) for t in writer), initial=0))
    out = []
    for p in positions:
        offset = max(0, len("".join(reader[:p])) - front)
        out.append(max(k for k, end in enumerate(ends) if end <= offset))
    return out


class AnotherModel(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        folder = Path(holder.name)
        # The same weights and tokenizer in a file with another hash.
        cls.other = model_with(folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        cls.run_folder = folder / "run"
        result = call(*run_arguments(cls.run_folder, *PLAN, "--budget", 50))
        assert result.code == DONE, result.err
        cls.before = export(cls.run_folder)
        result = call("probe", cls.run_folder, "--with", cls.other, "--threads", 1, "--json")
        assert result.code == DONE, result.err
        cls.told = json.loads(result.out)
        cls.rows, cls.read = traces(cls.run_folder), traces_of(cls.run_folder, "--reader", cls.told["reader"])

    def test_it_reads_what_the_writer_reads(self):
        self.assertEqual((self.told["reader"], self.told["units_here"], self.told["units_failed"]), (2, 6, 0))
        self.assertEqual(export(self.run_folder), self.before, "the plan's own reading stays as it is")
        for mine, other in zip(self.rows, self.read, strict=True):
            self.assertEqual(other["read_by"]["model"], "Glassbox 6X")
            self.assertNotEqual(other["read_by"]["model_sha256"], mine["model_sha256"])
            self.assertEqual((other["trace_id"], other["model"], other["model_sha256"]), (mine["trace_id"], mine["model"], mine["model_sha256"]))
            self.assertNotIn("read_by", mine)
            self.assertEqual(other["think_ids"], mine["think_ids"], "such text is tokenised as it was written")
            self.assertEqual(other["writer_positions"], mine["positions"])
            self.assertEqual(other["writer_tokens"], len(mine["think_ids"]))
            self.assertEqual(other["lacks"], [])
            for p, q in zip(mine["probs"], other["probs"], strict=True):
                for a, b in zip(p, q, strict=True):
                    self.assertAlmostEqual(a, b, delta=.03)  # Last digits: the writer read it where it was sampled.

    def test_again_does_nothing(self):
        was = status(self.run_folder)
        result = call("probe", self.run_folder, "--with", self.other, "--threads", 1, "--json")
        self.assertEqual(json.loads(result.out)["units_here"], 0)
        now = status(self.run_folder)
        for key in ("attempts", "read_probes", "readers"):
            self.assertEqual(now[key], was[key], key)
        self.assertEqual(traces_of(self.run_folder, "--reader", 2), self.read)

    def test_the_writer_itself(self):
        """Without --with the writer reads; as it has read already there is nothing to do, and its own ids are kept otherwise."""
        result = call("probe", self.run_folder, "--threads", 1, "--json")
        told = json.loads(result.out)
        self.assertEqual((told["reader"], told["units_here"]), (1, 0), result.err)
        self.assertIn("nothing is left to read", result.err)
        result = call("probe", self.run_folder, "--threads", 1, "--stride", 9, "--labels", "letters", "--json")
        told = json.loads(result.out)
        self.assertEqual(told["units_here"], 6, result.err)
        self.assertRegex(result.err, r"to read: \d+ readings of traces by 1 reader, about \d+ probes, \d+ tokens to decode; .* tokens/s")
        for mine, again in zip(self.rows, traces_of(self.run_folder, "--reader", told["reader"]), strict=True):
            self.assertEqual((again["think_ids"], again["labels"]), (mine["think_ids"], ["A", "B", "C", "D"]))
            self.assertNotIn("writer_positions", again)
            self.assertEqual(again["positions"], sorted({*range(0, len(mine["think_ids"]) + 1, 9), len(mine["think_ids"])}))

    def test_status_counts_the_probes_of_its_reader(self):
        told = json.loads(call("probe", self.run_folder, "--threads", 1, "--stride", 20, "--json").out)
        probes = sum(len(r["positions"]) for r in traces_of(self.run_folder, "--reader", told["reader"]))
        self.assertEqual(status(self.run_folder, "--reader", told["reader"])["probes"], probes)

    def test_what_follows_works(self):
        for verb, more in (("analyze", ("--json",)), ("status", ("--json",)), ("export", ("--format", "csv"))):
            self.assertEqual(call(verb, self.run_folder, "--reader", 2, *more).code, DONE)
        own, other = (json.loads(call("analyze", self.run_folder, "--reader", n, "--json").out)["overall"] for n in (1, 2))
        for name in ("forced", "thinking_length", "commitment", "classes"):
            self.assertEqual(own[name].keys(), other[name].keys())
        self.assertEqual(own["thinking_length"], other["thinking_length"], "the length is that of the writer's tokens")
        self.assertEqual(call("verify", self.run_folder).code, DONE)


class OtherTokens(CliTest):
    def test_alignment(self):
        """A hot sampler writes pieces that the tokenizer would join: the reader has other tokens of the same text."""
        run, other = self.folder / "run", model_with(self.folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        self.run_ok(run, *PLAN, "--temperature", 2, "--top-p", 1, "--budget", 50)
        for stride in (1, 7):
            with self.subTest(stride=stride):
                result = call("probe", run, "--with", other, "--threads", 1, "--stride", stride, "--json")
                self.assertEqual(result.code, DONE, result.err)
                read = traces_of(run, "--reader", json.loads(result.out)["reader"])
                differing = unaligned = 0
                for mine, r in zip(traces(run), read, strict=True):
                    n = len(r["think_ids"])
                    self.assertEqual(r["positions"], sorted({*range(0, n + 1, stride), n}))
                    self.assertEqual(len(r["think_text"]), n)
                    self.assertEqual(r["writer_tokens"], len(mine["think_ids"]))
                    differing += r["think_ids"] != mine["think_ids"]
                    same_text = "".join(r["think_text"]) == "".join(mine["think_text"])
                    unaligned += not same_text
                    if same_text:
                        self.assertEqual(r["writer_positions"], aligned(mine["think_text"], r["think_text"], r["positions"]))
                        self.assertEqual((r["writer_positions"][0], r["writer_positions"][-1]), (0, len(mine["think_ids"])))
                    # Up to the first token that differs the reader sees what the writer saw.
                    first = next((i for i, (a, b) in enumerate(zip(mine["think_ids"], r["think_ids"])) if a != b), min(n, len(mine["think_ids"])))
                    for k, t in enumerate(r["positions"]):
                        if t <= first and same_text:
                            self.assertEqual(r["writer_positions"][k], t)
                            for a, b in zip(mine["probs"][t], r["probs"][k], strict=True):
                                self.assertAlmostEqual(a, b, delta=0.06)  # The form of a batch moves quantised results a little.
                self.assertGreater(differing, 2, "too few for this test to say anything")
                self.assertLess(unaligned, 6)

    def test_tokens_of_an_import(self):
        """The writer's tokens are known by their texts alone."""
        tokens = ["The ", "sk", "y i", "s bl", "ue", "", ". So", " the sky\u00e9", "\u6f22", "."]
        run = self.folder / "run"
        call("import", "jsonl", write_jsonl(self.folder / "t.jsonl", question(thinking=tokens, output="1: sky", ended=True)), "-o", run)
        result = call("probe", run, "--with", MODEL, "--threads", 1, "--quiet")
        self.assertEqual(result.code, DONE, result.err)
        [r] = traces_of(run, "--reader", 2)
        self.assertEqual("".join(r["think_text"]).lstrip(), "".join(tokens))
        self.assertEqual(r["writer_tokens"], len(tokens))
        self.assertEqual(r["writer_positions"], aligned(tokens, r["think_text"], r["positions"]))


class Stopped(CliTest):
    def test_killed_and_repeated(self):
        other = model_with(self.folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        plan = ("--subjects", "chains,beasts", "--limit", 4, "--budget", 60, "--no-site")
        whole, killed = self.folder / "whole" / "run", self.folder / "killed" / "run"
        for run in (whole, killed):
            self.run_ok(run, *plan)
        command = ("--with", other, "--threads", 1, "--quiet")
        self.assertEqual(call("probe", whole, *command).code, DONE)
        for n, sign, code in ((1, signal.SIGKILL, -signal.SIGKILL), (3, signal.SIGINT, INTERRUPTED), (5, signal.SIGKILL, -signal.SIGKILL)):
            process = start("probe", killed, *command)
            while sum(r["traces"] for r in status(killed)["readers"]) < 8 + n and process.poll() is None:
                time.sleep(0.005)
            process.send_signal(sign)
            out, err = process.communicate()
            self.assertEqual((process.returncode, out), (code, b""), err)
            if sign == signal.SIGINT:
                self.assertRegex(err.decode(), r"\Athinktrace: interrupted.*same command[^\n]*\n\Z")
            self.assertEqual(export(killed), export(whole))
        self.assertLess(sum(r["traces"] for r in status(killed)["readers"]), 16, "it ended too early for this test to say anything")
        self.assertEqual(call("probe", killed, *command).code, DONE)
        for reader in (1, 2):
            self.assertEqual(call("export", killed, "--reader", reader).out, call("export", whole, "--reader", reader).out)
            a, b = (status(r, "--reader", reader) for r in (killed, whole))
            for key in ("attempts", "read_probes", "readers", "noise_floor", "prior"):
                self.assertEqual(a[key], b[key], key)


class Refused(CliTest):
    def test_what_is_missing(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", 1, "--budget", 8, "--stride", 8, "--answer-tokens", 2, "--no-site")
        before = tree(self.folder)
        broken = self.folder.parent / (self.folder.name + "-broken.gguf")
        self.addCleanup(broken.unlink)
        broken.write_bytes(MODEL.read_bytes()[:5000])
        for arguments, code, parts in (((self.folder / "none", "--with", MODEL), USAGE, [self.folder / "none"]),
                                       ((MODEL, "--with", MODEL), USAGE, [MODEL]),
                                       ((run, "--with", self.folder / "none.gguf"), USAGE, [self.folder / "none.gguf", "no such file"]),
                                       ((run, "--with", broken), USAGE, [broken]), ((run, "--with", self.folder), USAGE, [self.folder]),
                                       ((run, "--with", MODEL, "--plan", 7), USAGE, ["no plan 7"]), ((run, "--permute", 0), USAGE, ["--permute"]),
                                       ((run, "--stride", 0), USAGE, ["--stride"]), ((run, "--layout", self.folder / "none.jinja"), USAGE, ["none.jinja"]),
                                       ((), USAGE, ["RUN"])):
            with self.subTest(arguments=arguments):
                self.assert_complains(call("probe", *arguments, "--threads", 1), code, *parts)
        self.assertEqual({name for name in tree(self.folder)}, set(before))
        self.assertEqual(tree(run)["thinktrace.db"], before["run/thinktrace.db"], "what was refused left no trace")

    def test_an_import_without_a_model(self):
        run = self.folder / "run"
        call("import", "jsonl", write_jsonl(self.folder / "t.jsonl", question(thinking="so", output="sky")), "-o", run)
        self.assert_complains(call("probe", run, "--threads", 1), USAGE, run, "--with")

    def test_the_writer_has_changed_or_gone(self):
        run, model = self.folder / "run", model_with(self.folder / "model.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        self.run_ok(run, "--subjects", "chains", "--limit", 1, "--budget", 8, "--stride", 8, "--answer-tokens", 2, "--no-site", model=model)
        model_with(model, (b"Glassbox 6M", b"Glassbox 6Y"))
        self.assert_complains(call("probe", run, "--threads", 1), USAGE, model, "--with")
        model.unlink()
        self.assert_complains(call("probe", run, "--threads", 1), USAGE, model)

    def test_a_run_without_traces(self):
        run, questions = self.folder / "run", write_jsonl(self.folder / "q.jsonl", question("Which " + "very " * 600 + "long one?"))
        self.assertEqual(call(*run_arguments(run, "--no-site", questions=questions)).code, SOME_FAILED)
        result = call("probe", run, "--threads", 1, "--suffix", "So: ", "--json")
        self.assertEqual(result.code, DONE, result.err)
        self.assertEqual(json.loads(result.out)["units_here"], 0)


class Unreadable(CliTest):
    """A layout with which prompt and thinking do not fit into the reader's context."""

    def sample(self, *plan) -> None:
        self.run_folder = self.folder / "run"
        self.run_ok(self.run_folder, *plan, "--no-site")

    def read(self, n_words: int) -> int:
        layout = self.folder / "long.jinja"
        layout.write_text("very " * n_words + "{{ question }}{% for o in options %} {{ o.label }} {{ o.text }}{% endfor %}")
        return call("probe", self.run_folder, "--layout", layout, "--threads", 1, "--stride", 50, "--quiet").code

    def read_too_long(self, times: int) -> list[int]:
        self.sample("--subjects", "chains", "--limit", 1, "--budget", 8, "--stride", 8, "--answer-tokens", 2)
        return [self.read(600) for _ in range(times)]

    def test_exit_code(self):
        self.assertEqual(self.read_too_long(1), [SOME_FAILED])

    def test_exit_code_of_the_same_command(self):
        self.assertEqual(self.read_too_long(2), [SOME_FAILED] * 2)

    def test_status_tells_of_it(self):
        self.read_too_long(1)
        self.assertEqual([r["number"] for r in status(self.run_folder)["readers"]], [1, 2])

    def read_some(self) -> list[tuple[dict, dict]]:
        """Three samples of a question with their readings; the prompt leaves room for the shortest but not for the longest."""
        self.sample("--subjects", "beasts", "--limit", 1, "--samples", 3, "--stride", 50)
        lengths = sorted(len(r["think_ids"]) for r in traces(self.run_folder))
        self.assertGreater(lengths[-1], lengths[0] + 10, "too much alike for this test to say anything")
        short = []
        for reader, n in ((2, 10), (3, 30)):
            self.assertEqual(self.read(n), DONE)
            short.append(len(traces_of(self.run_folder, "--reader", reader)[0]["prompt_ids"]))
        a_word, suffix = (short[1] - short[0]) / 20, 8
        n_words = 30 + int((512 - suffix - (lengths[0] + lengths[-1]) / 2 - short[1]) / a_word)
        self.assertEqual(self.read(n_words), SOME_FAILED)
        return sorted(zip(traces(self.run_folder), traces_of(self.run_folder, "--reader", 4), strict=True), key=lambda p: len(p[0]["think_ids"]))

    def test_a_long_sample_leaves_the_others_readable(self):
        pairs = self.read_some()
        self.assertEqual((pairs[0][1]["status"], pairs[-1][1]["status"]), ("ok", "failed"))

    def test_the_trace_itself_stays_known(self):
        mine, read = self.read_some()[-1]
        self.assertEqual(read["status"], "failed")
        for key in ("think_ids", "ended", "stop", "chosen", "correct", "answer_text"):
            self.assertEqual(read[key], mine[key], key)


if __name__ == "__main__":
    unittest.main()
