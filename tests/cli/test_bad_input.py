# SPDX-License-Identifier: MIT
"""What is wrong with a command or a file is said in one line that names it, before anything is run or made."""
import json
import unittest

from support import (DONE, MODEL, SOME_FAILED, STORE, USAGE, CliTest, call, export, model_with, question, run_arguments, start,
                     traces, traces_of, tree, write_jsonl)

GOOD = question()
# Few and short traces: what is tested here is whether they are made at all.
SHORT = ("--budget", "4", "--answer-tokens", "2", "--stride", "8")


class BadModel(CliTest):
    def refuse(self, model, *parts):
        out = self.folder / "run"
        result = call(*run_arguments(out, "--limit", "1", *SHORT, model=model))
        self.assert_complains(result, USAGE, model, *parts)
        self.assertFalse(out.exists())
        self.assert_complains(call("doctor", "-m", model, "--threads", "1"), USAGE, model, *parts)

    def test_missing(self):
        self.refuse(self.folder / "none.gguf", "no such file")

    def test_folder(self):
        self.refuse(self.folder, "folder")

    def test_path_through_a_file(self):
        self.refuse(MODEL / "model.gguf")

    def test_text(self):
        path = self.folder / "readme.gguf"
        path.write_text("This is not a model.\n" * 100)
        self.refuse(path, "not a GGUF")

    def test_empty(self):
        path = self.folder / "empty.gguf"
        path.touch()
        self.refuse(path)

    def test_truncated(self):
        data = MODEL.read_bytes()
        path = self.folder / "cut.gguf"
        for length in (3, 4, 23, 100, 20000, len(data) // 2, len(data) - 1000, len(data) - 1):
            with self.subTest(length=length):
                path.write_bytes(data[:length])
                self.refuse(path)

    def test_without_chat_template(self):
        path = model_with(self.folder / "plain.gguf", (b"tokenizer.chat_template", b"tokenizer.chat_tEmplate"))
        self.refuse(path, "chat template", "--chat-template")
        jinja = self.folder / "chat.jinja"
        jinja.write_text("{% for m in messages %}<｜User｜>{{ m['content'] }}{% endfor %}<｜Assistant｜><think>\n", "utf-8")
        self.run_ok(self.folder / "run", "--limit", "1", "--subjects", "chains", *SHORT, "--chat-template", jinja, model=path)

    def test_without_thinking_tags(self):
        path = model_with(self.folder / "thoughtless.gguf", (b"<think>", b"<thonk>"), (b"</think>", b"</thonk>"))
        result = self.run_ok(self.folder / "run", "--limit", "1", "--subjects", "chains", *SHORT, model=path)
        notes = [line for line in result.err.split("\n") if "no thinking tags" in line]
        self.assertEqual(len(notes), 1, result.err)
        self.assertTrue(notes[0].startswith("thinktrace: "))
        self.assertIn(str(path), notes[0])
        with_tags = self.run_ok(self.folder / "run2", "--limit", "1", "--subjects", "chains", *SHORT, "--think-open", "<thonk>", "--think-close",
                                "</thonk>", model=path)
        self.assertNotIn("no thinking tags", with_tags.err)
        doctor = json.loads(call("doctor", "-m", path, "--threads", "1", "--think-tokens", "8", "--json").out)
        self.assertEqual(doctor["thinking_tags"]["from"], "none")
        self.assertIn(str(path), " ".join(doctor["warnings"]))


class BadQuestions(CliTest):
    def refuse(self, path, *parts):
        out = self.folder / "run"
        self.assert_complains(call(*run_arguments(out, *SHORT, questions=path)), USAGE, *parts)
        self.assertFalse(out.exists())

    def refuse_text(self, name: str, text: str | bytes, line: int | None, *parts):
        with self.subTest(file=name, text=text[:60]):
            path = self.folder / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            self.refuse(path, f"{path}:{line}: " if line else path, *parts)

    def test_path(self):
        self.refuse(self.folder / "none.csv", self.folder / "none.csv")
        empty = self.folder / "nothing here"
        empty.mkdir()
        self.refuse(empty, empty)
        self.refuse_text("questions.txt", "What?,a,b,A\n", None)

    def test_csv(self):
        good = "Which is blue?,sky,grass,A\n"
        self.refuse_text("a.csv", "", None)
        self.refuse_text("a.csv", "\n\n", None)
        self.refuse_text("a.csv", "question,A,B,answer\n", None)
        self.refuse_text("a.csv", good + good.replace("sky", "sea") + "Which is green?,grass,A\n", 3, "3 fields", "4")
        self.refuse_text("a.csv", good + '"Which\nis green?",sky,grass,snow,B\n', 2, "5 fields")
        self.refuse_text("a.csv", good + '"Two\nlines",sky,grass,B\n\n"Not closed,sky,grass,B\nmore,a,b,A\n', 5, "quote")
        self.refuse_text("a.csv", good + 'Which?,"sky" blue,grass,B\n', 2, "quote")
        self.refuse_text("a.csv", "Which is blue?,sky,A\n", 1, "1 option;")
        self.refuse_text("a.csv", "Which is blue?," + ",".join(f"o{i}" for i in range(27)) + ",A\n", 1, "27 options")
        self.refuse_text("a.csv", good + "Which is green?,sky,grass,C\n", 2, "answer 'C'")
        self.refuse_text("a.csv", good + "Which is green?,sky,grass,\n", 2, "answer ''")
        self.refuse_text("a.csv", good + "Which is green?,,grass,B\n", 2, "option 1 is empty")
        self.refuse_text("a.csv", good + ",sky,grass,B\n", 2, "question is empty")
        self.refuse_text("a.csv", good.encode() + b"Caf\xe9?,sky,grass,B\n", 2, "UTF-8")
        self.refuse_text("a.csv", good.encode() + b"Which?,sk\xffy,grass,B\n", 2, "UTF-8")
        self.refuse_text("a.csv", "question,A,B,answer\r\nWhich?,sky,grass,A\r\nWhat?,sky,grass\r\n", 3, "3 fields")
        self.refuse_text("a.csv", b"\xff\xfe" + good.encode("utf-16-le"), 1)

    def test_jsonl(self):
        good = json.dumps(GOOD) + "\n"
        self.refuse_text("a.jsonl", "", None)
        self.refuse_text("a.jsonl", good + '{"question": "Which', 2, "JSON")
        self.refuse_text("a.jsonl", good + "[1, 2]\n", 2, "object")
        self.refuse_text("a.jsonl", good + '{"question": "\\ud800", "options": ["a", "b"], "answer": 0}\n', 2)
        self.refuse_text("a.jsonl", good.encode() + b'{"question": "\xff", "options": ["a", "b"], "answer": 0}\n', 2)
        self.refuse_text("a.jsonl", good + "[" * 100000 + "\n", 2)
        for key in GOOD:
            lacking = {k: v for k, v in GOOD.items() if k != key}
            self.refuse_text("a.jsonl", good + "\n" + json.dumps(lacking) + "\n", 3, f"'{key}'")
        for change, part in (({"options": ["one"]}, "1 option;"), ({"options": [f"o{i}" for i in range(27)]}, "27 options"), ({"options": "ab"}, "options"),
                             ({"options": ["a", 2]}, "options"), ({"question": 7}, "question"), ({"answer": 3}, "answer 3"), ({"answer": -1}, "answer -1"),
                             ({"answer": 1 << 40}, "answer"), ({"answer": "D"}, "answer 'D'"), ({"answer": 1.5}, "answer"), ({"answer": None}, "answer")):
            self.refuse_text("a.jsonl", good + json.dumps(GOOD | change) + "\n", 2, part)

    def test_in_a_folder(self):
        folder = self.folder / "questions"
        folder.mkdir()
        (folder / "good_test.csv").write_text("Which is blue?,sky,grass,A\n")
        (folder / "worse_test.csv").write_text("Which is blue?,sky,grass,A\nWhich is blue?,sky,grass,Z\n")
        self.refuse(folder, f"{folder / 'worse_test.csv'}:2: ")

    def test_skip_bad_runs_the_others(self):
        path = self.folder / "mixed.csv"
        path.write_text("Which is blue?,sky,grass,A\nWhich is green?,sky,A\nWhich is white?,sky,snow,B\nWhich is red?,sky,grass,Z\n")
        self.refuse(path, f"{path}:2: ", f"{path}:4: ", "--skip-bad")
        result = self.run_ok(self.folder / "run", *SHORT, "--skip-bad", questions=path)
        for line in (2, 4):
            self.assertRegex(result.err, rf"(?m)^thinktrace: .*mixed\.csv:{line}: ")
        self.assertEqual([t["question"] for t in traces(self.folder / "run")], ["Which is blue?", "Which is white?"])
        path.write_text("Which is green?,sky,A\n")
        self.assert_complains(call(*run_arguments(self.folder / "run3", *SHORT, "--skip-bad", "--quiet", questions=path)), USAGE, path)

    def test_same_question_twice(self):
        path = self.folder / "twice.jsonl"
        write_jsonl(path, GOOD, GOOD)
        result = self.run_ok(self.folder / "run", *SHORT, questions=path)
        self.assertRegex(result.err, r"twice\.jsonl:2: .*twice\.jsonl:1")
        self.assertEqual(len(traces(self.folder / "run")), 1)

    def test_longer_than_the_context(self):
        long = "word " * 1000
        path = write_jsonl(self.folder / "long.jsonl", GOOD, question(text=long, subject="long"), question(text="Which is white?"))
        for again in (False, True):
            result = self.run_ok(self.folder / "run", *SHORT, "--json", "--samples", "2", questions=path, code=SOME_FAILED)
            outcome = json.loads(result.out)
            self.assertEqual((outcome["failed_units"], outcome["traces"], outcome["units_here"]), (1, 4, 0 if again else 3))
        rows = traces(self.folder / "run")
        self.assertEqual([r["status"] for r in rows], ["ok"] * 2 + ["failed"] * 2 + ["ok"] * 2)
        for row in rows[2:4]:
            self.assertEqual((row["question"], row["think_ids"], row["positions"], row["probs"]), (long, [], [], []))
            self.assertIn("512", row["error"])
            self.assertEqual((row["ended"], row["chosen"], row["correct"]), (False, None, None))
        self.assertEqual([r["sample"] for r in rows], [0, 1] * 3)
        self.assertIn("failed", call("status", self.folder / "run").out)


class BadCommand(CliTest):
    count = 0

    def refuse(self, *more, part):
        with self.subTest(options=more):
            self.count += 1
            out = self.folder / f"run{self.count}"
            few = () if str(more[0]).startswith("--limit") or "--limit" in more else ("--limit", "1")
            result = call(*run_arguments(out, "--subjects", "beasts", *few, *SHORT, *more))
            self.assert_complains(result, USAGE, part)
            self.assertFalse(out.exists())

    def test_values(self):
        for limit in ("0", "none", "5-2", "-3", "1-", "-", "1-2-3", "1.5", "99999999999999999999", " 1", ""):
            self.refuse(f"--limit={limit}", part="--limit")
        self.refuse("--limit", "100000-100001", part="--limit")
        for option, values in {"--labels": ("roman", ""), "--samples": ("0", "-1", "x", "1e3"), "--stride": ("0",), "--threads": ("-1",), "--seed": ("-1", "x"),
                               "--temperature": ("-1", "hot", "nan"), "--top-p": ("1.5", "nan"), "--min-p": ("-0.1", "nan"), "--top-k": ("-2",),
                               "--gpu-layers": ("some", "-1", ""), "--branches": ("256",), "--budget": ("0",), "--shuffle": ("x",)}.items():
            for value in values:
                self.refuse(f"{option}={value}", part=option)

    def test_options(self):
        self.refuse("--tempurature", "1", part="--tempurature")
        self.refuse("stray", part="stray")
        self.refuse("--think-open", "<t>", part="--think-close")
        self.refuse("--system", b"\xff\xfe", part="--system")
        self.refuse("--suffix", b"\xff", part="--suffix")

    def test_subjects(self):
        result = call(*run_arguments(self.folder / "run", "--subjects", "chains,alchemy", *SHORT))
        self.assert_complains(result, USAGE, "alchemy", "chains", "fortunes")
        self.assertFalse((self.folder / "run").exists())

    def test_files(self):
        jinja = self.folder / "broken.jinja"
        for option in ("--layout", "--chat-template"):
            for text in (None, "", "{% if question %}", "no question", "{{ question | no_such_filter }}"):
                if text == "no question" and option == "--chat-template":
                    continue
                jinja.unlink(missing_ok=True)
                if text is not None:
                    jinja.write_text(text)
                self.refuse(option, jinja, "--limit", "1", part=jinja)

    def test_missing(self):
        whole = run_arguments(self.folder / "run")
        for option in ("-m", "-q", "-o"):
            i = whole.index(option)
            result = call(*whole[:i], *whole[i + 2:])
            self.assert_complains(result, USAGE, {"-m": "--model", "-q": "--questions", "-o": "--out"}[option])
        for arguments in ((), ("fly",), ("--fly",), ("export",), ("status",), ("site",), ("site", "run"), ("doctor",), ("export", "run", "--format", "xml")):
            with self.subTest(arguments=arguments):
                self.assert_complains(call(*arguments), USAGE)

    def test_no_run(self):
        for arguments in (("export", self.folder), ("status", self.folder), ("site", self.folder, "-o", self.folder / "gallery"),
                          ("status", self.folder / "none"), ("export", MODEL), ("site", self.folder / "none", "-o", self.folder / "gallery")):
            with self.subTest(verb=arguments[0]):
                self.assert_complains(call(*arguments), USAGE, arguments[1])
        self.assertEqual(list(self.folder.iterdir()), [])


class BadPlace(CliTest):
    def test_out_is_a_file(self):
        out = self.folder / "taken"
        out.write_text("mine")
        for place in (out, out / "below", out / "a" / "b"):
            self.assert_complains(call(*run_arguments(place, "--limit", "1", *SHORT)), STORE, place)
        self.assertEqual(tree(self.folder), {"taken": b"mine"})

    def test_empty_out(self):
        self.assertIn(call(*run_arguments("", "--limit", "1", *SHORT), cwd=self.folder).code, (USAGE, STORE))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_not_a_store(self):
        run = self.folder / "run"
        run.mkdir()
        for content in (b"this is no database" * 100, b""):
            (run / "thinktrace.db").write_bytes(content)
            for verb in ("status", "export"):
                with self.subTest(verb=verb, content=content[:10]):
                    result = call(verb, run)
                    self.assertIn(result.code, (USAGE, STORE))
                    self.assert_complains(result, result.code, run)
                    self.assertNotIn("no such table", result.err)
        (run / "thinktrace.db").write_bytes(b"this is no database" * 100)
        self.assert_complains(call(*run_arguments(run, "--limit", "1", *SHORT)), STORE, run / "thinktrace.db")

    def test_site_spares_what_is_not_a_gallery(self):
        run, photos = self.folder / "run", self.folder / "photos"
        self.run_ok(run, "--limit", "1", "--subjects", "chains", *SHORT)
        photos.mkdir()
        (photos / "cat.jpg").write_bytes(b"cat")
        before = tree(self.folder)
        self.assert_complains(call("site", run, "-o", photos), USAGE, photos)
        self.assert_complains(call("site", run, "-o", photos / "cat.jpg"), USAGE, photos / "cat.jpg")
        below = call("site", run, "-o", photos / "cat.jpg" / "below")
        self.assertIn(below.code, (1, USAGE))
        self.assert_complains(below, below.code, photos / "cat.jpg" / "below")
        self.assertEqual(tree(self.folder), before)

    def test_site_spares_its_neighbours(self):
        run = self.folder / "run"
        self.run_ok(run, "--limit", "1", "--subjects", "chains", *SHORT, "--no-site")
        for name in ("gallery.old", "gallery.new"):
            (self.folder / name).mkdir()
            (self.folder / name / "cat.jpg").write_bytes(b"cat")
        for _ in range(2):
            self.assertEqual(call("site", run, "-o", self.folder / "gallery").code, 0)
            for name in ("gallery.old", "gallery.new"):
                self.assertEqual(tree(self.folder / name), {"cat.jpg": b"cat"})

    def test_run_whose_site_is_something_else(self):
        run = self.folder / "run"
        (run / "site").mkdir(parents=True)
        (run / "site" / "cat.jpg").write_bytes(b"cat")
        result = call(*run_arguments(run, "--limit", "1", "--subjects", "chains", *SHORT))
        self.assertIn(result.code, (1, USAGE))
        self.assertIn(str(run / "site"), result.err)
        self.assertEqual(tree(run / "site"), {"cat.jpg": b"cat"})
        if result.code == USAGE:
            self.assertFalse((run / "thinktrace.db").exists(), "exit code 2 says that nothing was run")

    def test_standard_output_full(self):
        run = self.folder / "run"
        self.run_ok(run, "--limit", "1", "--subjects", "chains", *SHORT)
        for verb in (("export", run), ("status", run), ("status", run, "--json")):
            with self.subTest(verb=verb), open("/dev/full", "w") as full:
                process = start(*verb, stdout=full)
                err = process.communicate()[1].decode()
                self.assertEqual(process.returncode, 1)
                self.assertRegex(err, r"\Athinktrace: [^\n]+\n\Z")

    def test_changed_settings(self):
        run = self.folder / "run"
        plan = ("--limit", "1", "--subjects", "chains", *SHORT)
        self.run_ok(run, *plan)
        before = export(run)
        layout = self.folder / "layout.jinja"
        layout.write_text("{{ question }}{% for o in options %} {{ o.label }}) {{ o.text }}{% endfor %}")
        plans = 1
        for more, name in ((("--temperature", "0.7"), "temperature"), (("--seed", "2"), "seed"), (("--top-k", "5"), "top_k"), (("--system", "Be quick."), "system"),
                           (("--layout", layout), "layout"), (("--min-p", "0.1"), "min_p"), (("--greedy",), "temperature"), (("--reference",), "precision")):
            with self.subTest(more=more):
                result = call(*run_arguments(run, *plan, "--no-site", *more))
                plans += 1
                self.assertEqual(result.code, DONE, result.err)
                first = result.err.split("\n")[0]
                self.assertRegex(first, f"another plan .*{name} was .* becomes plan {plans} of it")
        other = model_with(self.folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        self.assertRegex(call(*run_arguments(run, *plan, "--no-site", model=other)).err, "another plan .*model_sha256 was")
        for more, name in ((("--suffix", "So: "), "suffix"), (("--labels", "letters"), "labels")):
            with self.subTest(more=more):
                result = call(*run_arguments(run, *plan, "--no-site", *more))
                self.assertEqual(result.code, DONE, result.err)
                self.assertRegex(result.err, f"read the same traces in another way .*{name} was .*reader")
        self.run_ok(run, *plan)
        self.assertEqual(call("export", run, "--plan", "1").out, before)
        self.assertEqual(call("export", run).out, before)  # The plan that was worked on last.
        self.assert_complains(call("export", run, "--plan", "99"), USAGE, run, "no plan 99")
        self.assert_complains(call("export", run, "--plan", "1", "--reader", "99"), USAGE, run, "no reader 99")

    def test_a_changed_question_is_another_plan(self):
        questions = self.folder / "q.jsonl"
        rows = [{"question": f"What is {i}?", "options": ["a", "b"], "answer": 0, "subject": "s"} for i in range(2)]
        questions.write_text("".join(json.dumps(r) + "\n" for r in rows))
        run = self.folder / "run"
        self.assertEqual(call(*run_arguments(run, *SHORT, "--no-site", questions=questions)).code, DONE)
        before = export(run)
        rows[1]["answer"] = 1
        questions.write_text("".join(json.dumps(r) + "\n" for r in rows))
        result = call(*run_arguments(run, *SHORT, "--no-site", "--json", questions=questions))
        self.assertRegex(result.err, "another plan .*right answer of 'What is 1\\?' changed.*plan 2")
        self.assertEqual(json.loads(result.out)["units_here"], 1)  # The other question's unit is shared.
        self.assertEqual([t["answer"] for t in traces_of(run, "--plan", "2")], [0, 1])
        self.assertEqual(call("export", run, "--plan", "1").out, before)


if __name__ == "__main__":
    unittest.main()
