# SPDX-License-Identifier: MIT
"""Traces that others published or wrote down, and our own exports: what comes in, what is marked as lacking, what is told."""
import gzip
import json
import random
import signal
import tempfile
import time
import unittest
from pathlib import Path

import published_pages as published
from stores import status
from support import (DONE, FAILED, INTERRUPTED, MODEL, ROOT, USAGE, CliTest, call, export, question, run_arguments, start, traces,
                     traces_of, write_jsonl)

DATA = ROOT.parent / "shared" / "data"


def some_traces(n: int = 3, subjects=("colours", "animals"), tokens: int = 6) -> list[dict]:
    """Published traces, n a subject, that end right or wrong and hold a broken character."""
    draw = random.Random(1)
    made = []
    for subject in subjects:
        for number in range(n):
            think = [f" {subject}{number}.{i}" for i in range(tokens)]
            think[tokens // 2] = "Wait\ufffd,"
            rows = [[draw.randrange(0, 25) for _ in range(4)] for _ in think]
            made.append({"subject": subject, "number": number, "question": f"Which of these is one of the {subject}? ({number})",
                         "answer": number % 4, "think_tokens": think, "probs": rows})
    return made


def import_json(*arguments) -> dict:
    result = call("import", *arguments, "--json")
    if result.code != DONE:
        raise AssertionError(f"exit {result.code}, {result.err!r}")
    return json.loads(result.out)


def without(rows: list[dict], *keys: str) -> list[dict]:
    return [{k: v for k, v in r.items() if k not in keys} for r in rows]


class Published(CliTest):
    def setUp(self):
        super().setUp()
        self.made = some_traces()
        published.write_jsonl(self.folder / "jsonl", self.made)
        published.write_site(self.folder / "pages", self.made)

    def test_both_forms(self):
        rows = {}
        for form in ("jsonl", "pages"):
            told = import_json("arbor", self.folder / form, "-o", self.folder / form / "run")
            self.assertEqual((told["imported"], told["there_already"], told["skipped"]), (6, 0, 0))
            rows[form] = sorted(traces(self.folder / form / "run"), key=lambda r: (r["subject"], r["question"]))
        # The pages alone hold the prompt's text; neither holds its ids.
        self.assertEqual(without(rows["jsonl"], "prompt"), without(rows["pages"], "prompt"))
        self.assertEqual({r["prompt"] for r in rows["jsonl"]}, {""})
        made = sorted(map(published.complete, self.made), key=lambda t: (t["subject"], t["question"]))
        for row, trace in zip(rows["pages"], made, strict=True):
            self.assertEqual((row["subject"], row["question"], row["options"], row["answer"]),
                             (trace["subject"], trace["question"], trace["choices"], trace["answer"]))
            self.assertIn(trace["question"], row["prompt"])
            self.assertEqual(row["think_text"], trace["think_tokens"])
            self.assertIn("Wait\ufffd,", row["think_text"])
            self.assertEqual(row["lacks"], ["token_ids", "position_0", "exact_probabilities", "seed", "prompt"])
            self.assertEqual((row["seed"], row["temperature"], row["think_ids"], row["prompt_ids"], row["resolution"]), (None, None, [], [], 0.01))
            self.assertEqual(row["positions"], list(range(1, len(trace["think_tokens"]) + 1)))
            for p, hundredths in zip(row["probs"], trace["probs"], strict=True):
                for x, h in zip(p, hundredths, strict=True):
                    self.assertAlmostEqual(x, h / 100, delta=1e-7)
            self.assertEqual((row["model"], row["ended"], row["chosen"]), ("DeepSeek-R1-Distill-Qwen-7B", True, trace["answer"]))

    def test_parts(self):
        run = self.folder / "run"
        self.assertEqual(import_json("arbor", self.folder / "jsonl", "-o", run, "--subjects", "animals", "--limit", 2)["imported"], 2)
        first = export(run)
        self.assertEqual([r["subject"] for r in traces(run)], ["animals"] * 2)
        again = import_json("arbor", self.folder / "jsonl", "-o", run, "--subjects", "animals", "--limit", 2)
        self.assertEqual((again["imported"], again["there_already"]), (0, 2))
        self.assertEqual(export(run), first, "twice adds nothing")
        more = import_json("arbor", self.folder / "jsonl", "-o", run, "--subjects", "animals,colours")
        self.assertEqual((more["imported"], more["there_already"]), (4, 2))
        self.assertTrue(export(run).startswith(first))
        from_pages = import_json("arbor", self.folder / "pages", "-o", run)
        self.assertEqual((from_pages["imported"], from_pages["there_already"], from_pages["plan"]), (0, 6, 1), "the same traces in another form")
        self.assertEqual(status(run)["traces"], 6)
        self.assert_complains(call("import", "arbor", self.folder / "jsonl", "-o", run, "--subjects", "stones"), USAGE, "stones", "animals")
        for bad in ("0", "-1", "x"):
            self.assert_complains(call("import", "arbor", self.folder / "jsonl", "-o", run, "--limit", bad), USAGE, bad)

    def test_two_samples_of_a_question(self):
        published.write_jsonl(self.folder / "twice", [t | {"think_tokens": t["think_tokens"][:-1] + [end]} for t in some_traces(1, ("colours",))
                                                      for end in (" so", " or")])
        import_json("arbor", self.folder / "twice", "-o", self.folder / "run")
        self.assertEqual([(r["sample"], r["think_text"][-1]) for r in traces(self.folder / "run")], [(0, " so"), (1, " or")])
        self.assertEqual(call("verify", self.folder / "run").code, DONE)

    def test_nothing_usable(self):
        (self.folder / "empty").mkdir()
        bad = write_jsonl(self.folder / "bad.jsonl", {"question": "Which?"})
        for path in (self.folder / "empty", self.folder / "none", bad):
            with self.subTest(path=path.name):
                result = call("import", "arbor", path, "-o", self.folder / "run")
                self.assertEqual((result.code, result.out), (USAGE, ""))
                self.assertIn(str(path), result.err.split("\n")[-2])
                self.assertFalse((self.folder / "run").exists())


class Stopped(CliTest):
    def test_killed_and_repeated(self):
        draw, source = random.Random(3), self.folder / "jsonl"
        published.write_jsonl(source, some_traces(500, tokens=8))
        begin = time.monotonic()
        import_json("arbor", source, "-o", self.folder / "whole" / "run")
        took, whole = time.monotonic() - begin, export(self.folder / "whole" / "run")
        for sign, codes in ((signal.SIGKILL, (-signal.SIGKILL, DONE)), (signal.SIGINT, (INTERRUPTED, -signal.SIGINT, DONE))):
            with self.subTest(signal=sign.name):
                run, stopped = self.folder / sign.name / "run", 0
                for _ in range(5):
                    process = start("import", "arbor", source, "-o", run)
                    time.sleep(draw.uniform(0.05, 0.9) * took)
                    process.send_signal(sign)
                    err = process.communicate(timeout=30)[1].decode()
                    self.assertIn(process.returncode, codes, err)
                    if process.returncode == INTERRUPTED:
                        self.assertRegex(err, "interrupted.*same command")
                    if (run / "thinktrace.db").exists() and call("status", run).code == DONE:
                        self.assertTrue(whole.startswith(export(run)), "whole traces, in their order")
                        stopped += status(run)["traces"] < 1000
                self.assertGreater(stopped, 0, "it always ended too early for this test to say anything")
                import_json("arbor", source, "-o", run)
                self.assertEqual(export(run), whole)
                self.assertEqual(status(run)["notes"], status(self.folder / "whole" / "run")["notes"])
                self.assertEqual(call("verify", run).code, DONE)


class Jsonl(CliTest):
    def test_our_own_export(self):
        """export(import(export(R))) is export(R), where R was read by the plan's own reader and has a failed question."""
        questions = write_jsonl(self.folder / "q.jsonl", question(), question("Which " + "very " * 600 + "long one?"),
                                question("\u202e=1+1\x00\ufffd", options=("a\n", "=b", "\x1b[31m")))
        run = self.folder / "a" / "run"
        self.run_ok(run, "--budget", 60, "--stride", 7, "--samples", 2, "--seed", (1 << 64) - 1, "--no-site", questions=questions, code=3)
        self.check_round_trip(run)

    def check_round_trip(self, run: Path, *options) -> None:
        before = call("export", run, *options).out.replace('"reader":2', '"reader":1')  # In the copy it is the only one.
        file = self.folder / "export.jsonl"
        file.write_text(before, "utf-8")
        copy = self.folder / "copy" / run.name
        told = import_json("jsonl", file, "-o", copy)
        self.assertEqual(told["skipped"], 0)
        self.assertEqual(export(copy), before)
        self.assertEqual(import_json("jsonl", file, "-o", copy)["imported"], 0)
        self.assertEqual(call("verify", copy).code, DONE)
        # Another name is the only difference that another folder makes.
        other = self.folder / "copy" / "other"
        import_json("jsonl", file, "-o", other)
        self.assertEqual(without(traces(other), "run"), without([json.loads(line) for line in before.split("\n")[:-1]], "run"))

    def test_our_own_export_of_an_import(self):
        published.write_jsonl(self.folder / "jsonl", some_traces())
        import_json("arbor", self.folder / "jsonl", "-o", self.folder / "a" / "run")
        self.check_round_trip(self.folder / "a" / "run")

    def test_our_own_export_of_a_question_without_a_prompt(self):
        layout = self.folder / "layout.jinja"
        layout.write_text("{% if subject == 'x' %}{{ raise_exception('not this one') }}{% endif %}{{ question }}"
                          "{% for o in options %} {{ o.label }} {{ o.text }}{% endfor %}")
        questions = write_jsonl(self.folder / "q.jsonl", question(), question("Which?", subject="x"))
        run = self.folder / "a" / "run"
        self.run_ok(run, "--budget", 8, "--stride", 8, "--no-site", "--layout", layout, questions=questions, code=3)
        self.check_round_trip(run)

    def test_our_own_export_of_another_reader(self):
        run = self.folder / "a" / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", 1, "--budget", 20, "--stride", 8, "--no-site", "--permute", 2)
        self.check_round_trip(run, "--reader", 2)

    def test_an_export_beside_what_it_was_made_of(self):
        """Two samples of one content, then the same once more as our export has them: what comes again within one commit is known."""
        row = {"question": "Which?", "options": ["a", "b"], "answer": 0, "thinking": "Hm, a.", "output": "1"}
        both = self.folder / "both"
        both.mkdir()
        write_jsonl(both / "original.jsonl", row | {"sample": 0}, row | {"sample": 1})
        import_json("jsonl", both / "original.jsonl", "-o", self.folder / "first")
        (both / "export.jsonl").write_text(export(self.folder / "first"))
        told = import_json("jsonl", both, "-o", self.folder / "run")
        self.assertEqual((told["imported"], told["there_already"], told["skipped"]), (3, 1, 0))
        self.assertEqual(import_json("jsonl", both, "-o", self.folder / "run")["imported"], 0)
        self.assertEqual(call("verify", self.folder / "run").code, DONE)

    def test_a_foreign_file(self):
        rows = [{"prompt_x": "Which is blue?", "choices": ["sky", "grass"], "gold": "A", "message": {"reasoning": "The sky is."}, "output": "1: sky",
                 "category": "c\x1b[31m"},
                {"prompt_x": "Which is green?", "choices": {"a": "sky", "b": "grass"}, "gold": "b", "message": {"reasoning": ["Grass", " is."]},
                 "output": "b", "probs": [[0.5, 0.25], [0.125, 0.75]], "sample": 3}]
        file = self.folder / "foreign.jsonl"
        lines = [json.dumps(rows[0]), "not json", "", json.dumps({"choices": ["a", "b"], "gold": 1}), json.dumps(rows[1]),
                 json.dumps(rows[1] | {"probs": [[0.9, 0.9], [1, 0]], "prompt_x": "Which?"})]
        file.write_text("\n".join(lines) + "\n")
        run = self.folder / "run"
        result = call("import", "jsonl", file, "-o", run, "--map", "question=prompt_x,thinking=message.reasoning", "--json")
        self.assertEqual(result.code, DONE, result.err)
        told = json.loads(result.out)
        self.assertEqual((told["imported"], told["skipped"]), (2, 3))
        for line in (2, 4, 6):
            self.assertRegex(result.err, rf"(?m)^thinktrace: skipped {file}:{line}: .+$")
        self.assertEqual(len(result.err.split("\n")) - 1, 3)
        self.assert_clean(result.err)
        first, second = traces(run)
        self.assertEqual((first["subject"], first["answer"], first["think_text"], first["chosen"]), ("c\x1b[31m", 0, ["The sky is."], 0))
        self.assertEqual(first["lacks"], ["tokens", "token_ids", "probes", "seed", "prompt"])
        self.assertEqual((first["positions"], first["probs"], first["ended"], first["stop"]), ([], [], None, "unknown"))
        self.assertEqual((second["subject"], second["answer"], second["labels"], second["sample"]), ("foreign", 1, ["a", "b"], 3))
        self.assertEqual((second["positions"], second["resolution"]), ([1, 2], None))
        self.assertEqual([[round(p, 6) for p in row] for row in second["probs"]], [[0.5, 0.25], [0.125, 0.75]])
        for verb, more in (("status", ()), ("analyze", ()), ("site", ("-o", self.folder / "site"))):
            result = call(verb, run, *more)
            self.assertEqual(result.code, DONE, result.err)
            self.assert_clean(result.out + result.err)

    def test_refused(self):
        run, good = self.folder / "run", question(thinking="so", output="sky")
        file = write_jsonl(self.folder / "t.jsonl", good)
        for bad in ("question", "question=", "=prompt", "colour=prompt"):
            self.assert_complains(call("import", "jsonl", file, "-o", run, "--map", bad), USAGE, bad.strip("=").split("=")[0])
        nowhere = call("import", "jsonl", file, "-o", run, "--map", "question=nowhere")
        self.assertEqual(nowhere.code, USAGE)
        self.assertRegex(nowhere.err, "no line has the key 'nowhere'")
        two_models = write_jsonl(self.folder / "two.jsonl", good | {"model": "a"}, good | {"question": "Which?", "model": "b"})
        self.assert_complains(call("import", "jsonl", two_models, "-o", run), FAILED, f"{two_models}:2", "model", "1 traces before that are imported and kept")
        for arguments in (("import",), ("import", "jsonl"), ("import", "jsonl", file), ("import", "mystery", file, "-o", run)):
            self.assert_complains(call(*arguments), USAGE)
        cut = self.folder / "cut.jsonl.gz"
        cut.write_bytes(gzip.compress((json.dumps(good) + "\n").encode() * 200, mtime=0)[:60])
        self.assertEqual(call("import", "jsonl", cut, "-o", run).code, USAGE)

    def read_text_only(self) -> Path:
        run = self.folder / "run"
        file = write_jsonl(self.folder / "t.jsonl", question(thinking="I see that sky is blue. So the sky.", output="1: sky", model="Somebody"),
                           question("Which is green?", answer=1, thinking="Grass is.", output="2", model="Somebody"))
        import_json("jsonl", file, "-o", run)
        for _ in range(2):  # Before and after it is read.
            for verb, more in (("analyze", ("--json",)), ("site", ("-o", self.folder / "site"))):
                self.assertEqual(call(verb, run, *more).code, DONE)
            result = call("probe", run, "--with", MODEL, "--threads", 1, "--quiet")
            self.assertEqual(result.code, DONE, result.err)
        return run

    def test_text_only_thinking_is_read(self):
        rows = traces(self.read_text_only())
        self.assertEqual([r["think_text"][0].lstrip() for r in rows], ["I", "G"])
        for r in rows:
            self.assertEqual("".join(r["think_text"]).lstrip(), {0: "I see that sky is blue. So the sky.", 1: "Grass is."}[r["answer"]])
            self.assertEqual(len(r["think_ids"]), len(r["think_text"]))
            self.assertEqual(r["positions"], list(range(len(r["think_ids"]) + 1)))
            self.assertTrue(all(0 < m <= 1 for m in r["mass"]))
            self.assertNotIn("writer_positions", r)  # The writer's tokens are not known.
        analysis = json.loads(call("analyze", self.folder / "run", "--json").out)
        self.assertEqual(analysis["overall"]["traces_read"], 2)

    def test_it_is_told_who_read_them(self):
        for r in traces(self.read_text_only()):
            self.assertEqual((r["model"], r["read_by"]["model"]), ("Somebody", "Glassbox 6M"))

    def test_notes_after_reading(self):
        self.assertNotIn("any probabilities", " ".join(status(self.read_text_only())["notes"]))


@unittest.skipUnless(DATA.is_dir(), f"the published traces are not at {DATA}")
class RealData(CliTest):
    def test_numbers_that_were_published(self):
        run = self.folder / "run"
        told = import_json("arbor", DATA / "arbor-mmlu", "-o", run)
        self.assertEqual((told["imported"], told["skipped"]), (1510, 0))
        overall = json.loads(call("analyze", run, "--json", "--resamples", 10).out)["overall"]
        self.assertEqual((overall["traces"], overall["traces_read"]), (1510, 1510))
        self.assertEqual(f"{overall['thinking_length']['mean']['value']:.1f}", "554.7")
        self.assertEqual(f"{overall['thinking_length']['median']['value']:.1f}", "435.5")
        self.assertEqual(f"{100 * overall['forced']['right_at_start']['value']:.1f}", "55.8")
        self.assertEqual(f"{100 * overall['forced']['right_at_end']['value']:.1f}", "78.1")
        self.assertEqual(overall["first_position"], {"lowest": 1, "highest": 1})
        text = call("analyze", run, "--resamples", 10).out
        self.assertIn("after 1 token", text)
        self.assertNotIn("at the start", text.split("subject   ")[0])

    def test_pages(self):
        told = import_json("arbor", DATA / "arbor-site", "-o", self.folder / "run")
        self.assertEqual((told["imported"], told["skipped"]), (9, 0))
        import_json("arbor", DATA / "arbor-mmlu", "-o", self.folder / "jsonl", "--subjects", "abstract_algebra,anatomy,astronomy")
        known = {r["trace_id"]: r for r in traces(self.folder / "jsonl")}
        for r in traces(self.folder / "run"):
            self.assertEqual(without([known[r["trace_id"]]], "run", "prompt", "sample"), without([r], "run", "prompt", "sample"))


if __name__ == "__main__":
    unittest.main()
