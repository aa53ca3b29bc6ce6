# SPDX-License-Identifier: MIT
"""`site`: what a gallery holds is what an export gives, as a folder, as one file, and of a selection."""
import json
import os
import tempfile
from pathlib import Path

from bundles import folder_traces, page_chunks, run_traces
from stores import status
from support import (BUNDLE, DONE, SOME_FAILED, USAGE, CliTest, call, export, model_with, question, run_arguments, site_chunk, site_manifest, start,
                     traces, traces_of, write_jsonl)
from test_tables import table

PLAN = ("--budget", 60, "--answer-tokens", 12, "--no-site", "--quiet")


class Galleries(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        folder = Path(holder.name)
        cls.run_folder, cls.second, cls.site = folder / "run", folder / "second", folder / "site"
        result = call(*run_arguments(cls.run_folder, *PLAN, "--subjects", "chains,beasts", "--limit", 2, "--samples", 2, "--stride", 3, "--permute", 3))
        assert result.code == DONE, result.err
        # Other tokens: the same weights under another hash read the text, at other positions.
        other = model_with(folder / "other.gguf", (b"Glassbox 6M", b"Glassbox 6X"))
        result = call("probe", cls.run_folder, "--with", other, "--threads", 1, "--stride", 7, "--suffix", "So: ", "--labels", "letters", "--quiet")
        assert result.code == DONE, result.err
        questions = write_jsonl(folder / "q.jsonl", question(), question("Which " + "very " * 600 + "long one?"))
        result = call(*run_arguments(cls.second, *PLAN, questions=questions))
        assert result.code == SOME_FAILED, result.err
        result = call("site", cls.run_folder, cls.second, "-o", cls.site, "--title", "two", "--quiet")
        assert (result.code, result.err) == (DONE, "")
        cls.manifest = site_manifest(cls.site)[0]
        cls.rows = traces(cls.run_folder)

    def compare_curve(self, curve, row, positions=None):
        self.assertEqual(curve.positions, row["positions"] if positions is None else positions)
        for probs, wanted in zip(curve.probs, row["probs"], strict=True):
            for p, q in zip(probs, wanted, strict=True):
                self.assertAlmostEqual(p, q, delta=0.51 / 65535)
        for m, wanted in zip(curve.mass, row["mass"], strict=True):
            self.assertAlmostEqual(m, min(1, wanted), delta=0.51 / 65535)

    def test_it_holds_what_an_export_gives(self):
        found = folder_traces(self.site)
        self.assertEqual(len(found), len(self.rows))
        for t, r in zip(found, self.rows, strict=True):
            for key in ("question_id", "subject", "options", "answer", "sample", "prompt", "forced", "answer_text", "stop", "think_ids", "lacks"):
                self.assertEqual(t[key], r[key], key)
            self.assertEqual((t["id"], t["text"], t["tokens"], t["seed"]), (r["trace_id"], r["question"], r["think_text"], str(r["seed"])))
            self.assertEqual((t["failed"], t["n_tokens"], t["n_positions"]), (0, len(r["think_text"]), len(r["positions"])))
            self.assertEqual(t["chosen"], -1 if r["chosen"] is None else r["chosen"])
            self.compare_curve(t["curve"], r)
            for option, column in enumerate(t["strip"]):
                for p, probs in zip(column, r["probs"], strict=True):
                    self.assertAlmostEqual(p, probs[option], delta=0.51 / 255)
        self.assertEqual(self.manifest["runs"][0]["labels"], self.rows[0]["labels"])

    def test_numbers_are_those_of_the_table(self):
        classes = ("productive", "counterproductive", "right throughout", "wrong throughout", "wavering")
        names = {"length": "thinking_tokens", "order_agreement": "option_agreement"}
        points_of_all = table(self.run_folder, "ensemble")
        for t, row in zip(folder_traces(self.site), table(self.run_folder, "traces"), strict=True):
            self.assertEqual(t["id"], row["trace_id"])
            self.assertEqual((str(t["top_start"]), str(t["top_end"]), classes[t["class"]]), (row["top_start"], row["top_end"], row["class"]))
            self.assertEqual(t["known"], {"true": 1, "false": 0, "": -1}[row["known_already"]] if row["class"] == "right throughout" else -1)
            for key, value in t["numbers"].items():
                if key not in ("change", "mass_mean", "reading_spread", "reading_deviation"):
                    wanted = float(row[names.get(key, key)])
                    self.assertAlmostEqual(value, wanted, delta=1e-5 * abs(wanted), msg=key)
            self.assertAlmostEqual(t["numbers"]["change"], float(row["p_end"]) - float(row["p_start"]), delta=1e-6)
            points = [p for p in points_of_all if p["trace_id"] == t["id"]]
            for key, of_point in (("reading_spread", "spread"), ("reading_deviation", "p_right_deviation")):
                wanted = sum(float(p[of_point]) for p in points) / len(points)
                self.assertAlmostEqual(t["numbers"][key], wanted, delta=1e-5 * wanted + 1e-9, msg=key)
        self.assertIn("order_agreement", t["numbers"])

    def test_further_readings_are_by_option_of_the_question(self):
        run = self.manifest["runs"][0]
        self.assertEqual([r.split(":")[0] for r in run["readers"]], ["reader 2", "reader 3", "reader 4"])
        self.assertRegex(run["readers"][0], "order")
        self.assertRegex(run["readers"][2], "Glassbox 6X")
        found = folder_traces(self.site)
        for place in range(3):
            for t, r in zip(found, traces_of(self.run_folder, "--reader", place + 2), strict=True):
                reading = t["readings"][place]
                self.assertEqual((reading["reader"], reading["forced"]), (place, r["forced"]))
                self.assertEqual(reading["positions"] is None, place < 2)
                self.compare_curve(reading["curve"], r, r.get("writer_positions"))
        moved = traces_of(self.run_folder, "--reader", 2)
        self.assertNotEqual([r["labels"] for r in moved], [r["labels"] for r in self.rows], "nothing was moved: this test says nothing")

    def test_failed_questions(self):
        good, failed = folder_traces(self.site, 1)
        self.assertEqual((good["failed"], failed["failed"], failed["id"]), (0, 1, ""))
        self.assertRegex(failed["error"], "no room to think")
        self.assertEqual(set(failed["numbers"].values()), {None})
        run = self.manifest["runs"][1]
        self.assertEqual([(s["n_questions"], s["n_traces"], s["n_failed"]) for s in run["subjects"]], [(2, 2, 1)])
        self.assertEqual(run["readers"], [])

    def test_analysis(self):
        for run, folder in zip(self.manifest["runs"], (self.run_folder, self.second)):
            self.assertEqual(site_chunk(self.site, run["analysis"])[0]["analysis"], json.loads(call("analyze", folder, "--json").out))

    def test_one_file(self):
        file = self.folder / "new" / "two.html"
        result = call("site", self.run_folder, self.second, "-o", file, "--single", "--title", "two")
        self.assertEqual(result.code, DONE, result.err)
        self.assertIn(str(file), result.err)
        self.assertEqual([p.name for p in file.parent.iterdir()], ["two.html"])
        page = file.read_text("utf-8")
        self.assertEqual([json.loads(b) for b in BUNDLE.findall(page)], [self.manifest])
        chunks = page_chunks(page)
        self.assertEqual(set(chunks), {p.stem for p in (self.site / "data").iterdir()})
        for name, chunk in chunks.items():
            self.assertEqual(chunk, site_chunk(self.site, name))
        before = file.read_bytes()
        self.assertEqual(call("site", self.run_folder, self.second, "-o", file, "--single", "--title", "two", "--quiet"), (DONE, "", ""))
        self.assertEqual(file.read_bytes(), before)

    def test_a_selection(self):
        wanted = [self.rows[1], self.rows[6]]
        ids = [r["trace_id"] for r in wanted]
        listed = self.folder / "ids.txt"
        listed.write_text(f"\n{ids[0]}\r\n\n  {ids[1]}")
        for i, given in enumerate((",".join(ids), f" {ids[1][:8].upper()}, {ids[0][:9]},", listed)):
            site = self.folder / f"site{i}"
            result = call("site", self.run_folder, self.second, "-o", site, "--traces", given, "--quiet")
            self.assertEqual((result.code, result.err), (DONE, ""))
            manifest = site_manifest(site)[0]
            [run] = manifest["runs"]  # The other has none of them.
            self.assertEqual([t["id"] for t in folder_traces(site)], ids)
            self.assertEqual([len(t["readings"]) for t in folder_traces(site)], [3, 3])
            self.assertIsNone(run["analysis"])
            self.assertIn("A selection: 2 of 8 traces.", run["notes"])
            self.assertEqual([(s["n_questions"], s["n_traces"]) for s in run["subjects"]], [(1, 1), (1, 1)])
            self.assertEqual(run["settings"], self.manifest["runs"][0]["settings"])
        file = self.folder / "some.html"
        self.assertEqual(call("site", self.run_folder, "-o", file, "--single", "--traces", listed, "--quiet"), (DONE, "", ""))
        page = file.read_text("utf-8")
        self.assertEqual([t["id"] for t in run_traces(json.loads(BUNDLE.findall(page)[0])["runs"][0], page_chunks(page).__getitem__)], ids)

    def test_a_selection_from_a_pipe(self):
        wanted, site = [r["trace_id"] for r in self.rows[1:3]], self.folder / "site"
        reading, writing = os.pipe()
        os.write(writing, "\n".join(wanted).encode())
        os.close(writing)
        process = start("site", self.run_folder, "-o", site, "--traces", f"/dev/fd/{reading}", "--quiet", pass_fds=[reading])
        os.close(reading)
        self.assertEqual(process.communicate(timeout=60), (b"", b""))
        self.assertEqual(process.returncode, DONE)
        self.assertEqual([t["id"] for t in folder_traces(site)], wanted)

    def test_a_selection_of_everything(self):
        ids = [r["trace_id"] for run in (self.run_folder, self.second) for r in traces(run) if "trace_id" in r]
        site = self.folder / "site"
        self.assertEqual(call("site", self.run_folder, self.second, "-o", site, "--traces", ",".join(ids), "--quiet"), (DONE, "", ""))
        runs = site_manifest(site)[0]["runs"]
        self.assertEqual(runs[0], self.manifest["runs"][0])
        self.assertIsNone(runs[1]["analysis"], "its failed question has no id, and is left out")
        self.assertEqual(len(folder_traces(site, 1)), 1)

    def test_ids_that_do_not_fit(self):
        empty = self.folder / "empty.txt"
        empty.write_text(" ,\n")
        first = self.rows[0]["trace_id"]
        for given, parts in (("0123456789abcdef", ["0123456789abcdef"]),
                             (f"{first},deadbeefdeadbeef", ["deadbeefdeadbeef"]), (first[:7], [first[:7], "8 hex"]),
                             (first + "0", [first + "0"]), ("no-such-file", ["no-such-file"]), ("none.txt", ["none.txt", "no such file"]), (",", ["--traces"]), ("", ["--traces"]), (empty, [empty]), (self.folder, [self.folder, "as a file"])):
            with self.subTest(given=given):
                self.assert_complains(call("site", self.run_folder, "-o", self.folder / "site", "--traces", given), USAGE, *parts)
        self.assertFalse((self.folder / "site").exists())

    def test_a_beginning_that_two_ids_have(self):
        lines = [json.loads(line) for line in export(self.run_folder).split("\n")[:2]]
        for line, digits in zip(lines, ("00", "11")):
            line["trace_id"] = "abcdef12345678" + digits
        run = self.folder / "imported"
        self.assertEqual(call("import", "jsonl", write_jsonl(self.folder / "t.jsonl", *lines), "-o", run).code, DONE)
        self.assertEqual([r["trace_id"] for r in traces(run)], ["abcdef1234567800", "abcdef1234567811"])
        site = self.folder / "site"
        self.assert_complains(call("site", run, "-o", site, "--traces", "abcdef12"), USAGE, "abcdef1234567800", "abcdef1234567811")
        self.assertEqual(call("site", run, "-o", site, "--traces", "abcdef12345678,abcdef1234567811").code, USAGE)
        self.assertEqual(call("site", run, "-o", site, "--traces", "abcdef123456781", "--quiet"), (DONE, "", ""))
        self.assertEqual([t["id"] for t in folder_traces(site)], ["abcdef1234567811"])

    def test_names_of_files_and_folders(self):
        mine = self.folder / "mine.html"
        mine.write_text("<p>mine</p>")
        for arguments, part in (((mine, "--single"), mine), ((mine,), "--single"), ((self.folder / "site", "--single"), ".html"),
                                ((self.folder / "new.html",), "--single")):
            with self.subTest(arguments=arguments):
                self.assert_complains(call("site", self.run_folder, "-o", *arguments), USAGE, part)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["mine.html"])
        self.assertEqual(mine.read_text(), "<p>mine</p>")


class ImportsReadLater(CliTest):
    def test_readings_find_their_place_in_the_reader_s_tokens(self):
        """An import without tokens is shown as its first reader has it; the next one reads at other positions of the same tokens."""
        run, site = self.folder / "run", self.folder / "site"
        file = write_jsonl(self.folder / "t.jsonl", question(thinking="I see that sky is blue. So the sky.", output="1: sky"))
        self.assertEqual(call("import", "jsonl", file, "-o", run, "--quiet").code, DONE)
        self.assertEqual(call("site", run, "-o", site, "--quiet").code, DONE)
        [t] = folder_traces(site)
        self.assertEqual((t["n_tokens"], t["n_positions"], t["first"], t["numbers"]["length"], len(t["tokens"])), (1, 0, -1, None, 1))
        model = ("--with", run_arguments(run)[2], "--threads", 1, "--quiet")
        self.assertEqual(call("probe", run, *model).code, DONE)
        self.assertEqual(call("probe", run, *model, "--stride", 4).code, DONE)
        self.assertEqual(call("site", run, "-o", site, "--quiet").code, DONE)
        [t], [r] = folder_traces(site), traces_of(run, "--reader", 3)
        self.assertEqual(t["tokens"], r["think_text"])
        [reading] = t["readings"]
        self.assertEqual(reading["curve"].positions, r["positions"])
        self.assertEqual(len(status(run)["readers"]), 2)
