# SPDX-License-Identifier: MIT
"""`--probe adaptive`: what is read, what is only interpolated, and where each is told."""
import csv
import io
import json
import signal
import unittest

from stores import EditedStore, status
from support import (DONE, INTERRUPTED, STORE, USAGE, CliTest, call, export, run_arguments, site_chunk, site_manifest, start, traces,
                     traces_of, tree, units_done, wait_for_units)

PLAN = ("--subjects", "chains,beasts", "--limit", "4", "--probe", "adaptive")
N_UNITS = 8


def runs(positions: list[int]) -> list[int]:
    """[start, length, ...] of neighbouring positions."""
    out: list[int] = []
    for p in positions:
        if out and out[-2] + out[-1] == p:
            out[-1] += 1
        else:
            out += [p, 1]
    return out


def n_read(trace: dict) -> int:
    return len(trace["positions"]) - len(trace.get("interpolated", []))


class AdaptiveRun(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole, result = cls.finished_run(*PLAN, "--json")
        cls.told, cls.bytes, cls.rows = json.loads(result.out), export(cls.whole), traces(cls.whole)

    def test_probes_are_what_was_read(self):
        read = sum(n_read(r) for r in self.rows)
        self.assertLess(2 * read, sum(len(r["positions"]) for r in self.rows))
        self.assertEqual(self.told["probes"], read)
        now = status(self.whole)
        self.assertEqual((now["probes"], now["read_probes"]), (read, read))
        self.assertEqual(now["readers"][0]["identity"]["probe"], {"mode": "adaptive", "tolerance": 0.05})
        self.assertNotIn("stride", now["readers"][0]["identity"])
        self.assertIn("probe adaptive:0.05", call("status", self.whole).out)

    def test_every_trace_says_which_rows_were_not_read(self):
        for r in self.rows:
            n = len(r["think_ids"])
            self.assertEqual(r["positions"], list(range(n + 1)))
            self.assertEqual(len(r["probs"]), n + 1)
            self.assertTrue(set(r["interpolated"]) < set(range(1, n)))
            self.assertEqual(r["interpolated"], sorted(r["interpolated"]))
            self.assertTrue(0 < r["mean_abs_dp"] < r["mean_abs_dp_upper"] < 0.1)

    def test_interpolated_rows_lie_between_those_that_were_read(self):
        for r in self.rows:
            read = sorted(set(r["positions"]) - set(r["interpolated"]))
            for low, high in zip(read, read[1:]):
                for t in range(low + 1, high):
                    for a, p, b in zip(r["probs"][low], r["probs"][t], r["probs"][high]):
                        self.assertTrue(min(a, b) - 1e-6 <= p <= max(a, b) + 1e-6, (t, a, p, b))

    def test_tables(self):
        table = list(csv.DictReader(io.StringIO(call("export", self.whole, "--format", "csv").out)))
        self.assertEqual([int(row["probed"]) for row in table], [n_read(r) for r in self.rows])
        self.assertEqual([float(row["mean_abs_dp_upper"]) for row in table], [r["mean_abs_dp_upper"] for r in self.rows])
        probes = list(csv.DictReader(io.StringIO(call("export", self.whole, "--format", "csv", "--what", "probes").out)))
        self.assertEqual(len(probes), sum(len(r["positions"]) for r in self.rows))
        marked = {(row["trace_id"], int(row["position"])) for row in probes if row["interpolated"] == "true"}
        self.assertEqual(marked, {(r["trace_id"], t) for r in self.rows for t in r["interpolated"]})
        self.assertEqual({row["interpolated"] for row in probes}, {"true", "false"})

    def test_the_gallery_tells_it(self):
        site = self.whole / "site"
        [run] = site_manifest(site)[0]["runs"]
        self.assertEqual(run["probe"], {"mode": "adaptive", "tolerance": 0.05})
        self.assertIn(["probe", "adaptive:0.05"], run["settings"])
        index, _ = site_chunk(site, run["index"])
        columns = index["traces"]
        self.assertEqual(columns["probed"], [n_read(r) for r in self.rows])
        for key, name in (("error_mean", "mean_abs_dp"), ("error_upper", "mean_abs_dp_upper")):
            for told, r in zip(columns[key], self.rows, strict=True):
                self.assertAlmostEqual(told, r[name], delta=1e-5 * r[name])
        texts = [t for s in index["shelves"] for q in site_chunk(site, s["texts"])[0]["questions"] for t in q["traces"]]
        self.assertEqual([t["interpolated"] for t in texts], [runs(r["interpolated"]) for r in self.rows])
        self.assertEqual([t["error"]["upper"] for t in texts], [r["mean_abs_dp_upper"] for r in self.rows])

    def test_the_export_can_be_imported(self):
        lines = self.folder / "lines.jsonl"
        lines.write_text(self.bytes, "utf-8")
        result = call("import", "jsonl", lines, "-o", self.folder / "again")
        self.assertEqual(result.code, DONE, result.err)
        for mine, again in zip(self.rows, traces(self.folder / "again"), strict=True):
            for key in ("trace_id", "positions", "logprobs", "interpolated", "mean_abs_dp", "mean_abs_dp_upper"):
                self.assertEqual(again[key], mine[key], key)

    def assert_same_as_whole(self, run):
        self.assertEqual(export(run), self.bytes)
        self.assertEqual(tree(run / "site"), tree(self.whole / "site"))

    def test_killed_and_interrupted(self):
        run = self.folder / "run"
        for n, sign in ((2, signal.SIGKILL), (4, signal.SIGINT)):
            process = start(*run_arguments(run, *PLAN))
            wait_for_units(process, run, n)
            process.send_signal(sign)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, -signal.SIGKILL if sign == signal.SIGKILL else INTERRUPTED)
            self.assertLess(units_done(run), N_UNITS)
        self.run_ok(run, *PLAN)
        self.assert_same_as_whole(run)

    def test_an_exact_reading_beside_it(self):
        run = self.folder / "run"
        plan = ("--subjects", "chains", "--limit", 1, "--no-site")
        self.run_ok(run, *plan)
        exact = export(run)
        self.run_ok(run, *plan, "--probe", "adaptive:0.2")
        self.assertEqual(export(run), exact)
        [read] = traces_of(run, "--reader", 2)
        self.assertIn("interpolated", read)
        result = call("probe", run, "--threads", 1, "--probe", "adaptive:0.2", "--json")
        self.assertEqual((json.loads(result.out)["reader"], json.loads(result.out)["units_here"]), (2, 0), result.err)
        self.assertEqual(call("site", run, "-o", self.folder / "site").code, DONE)
        [entry] = site_manifest(self.folder / "site")[0]["runs"]
        self.assertNotIn("probe", entry)
        self.assertRegex(entry["readers"][0], r"reader 2: .*probe 'adaptive:0.2'")
        index, _ = site_chunk(self.folder / "site", entry["index"])
        self.assertNotIn("probed", index["traces"])
        [reading] = site_chunk(self.folder / "site", index["shelves"][0]["readings"])[0]["readings"]
        self.assertEqual((reading["positions"], reading["interpolated"]), (None, runs(read["interpolated"])))
        self.assertEqual(call("verify", run).code, DONE)

    def test_a_time_budget_is_told(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", 1, "--no-site", "--probe", "adaptive:1", "--probe-seconds", 1000)
        self.assertNotIn("interpolated", traces(run)[0], "there was time for every position")
        now = status(run)
        self.assertEqual(now["readers"][0]["identity"]["probe"], {"mode": "adaptive", "seconds": 1000.0, "tolerance": 1.0})
        self.assertTrue(any("clock" in note for note in now["notes"]), now["notes"])
        told = call("analyze", run)
        self.assertEqual(told.code, DONE)
        self.assertIn("probed adaptively (adaptive:1, 1000 s a trace)", told.err)

    def test_interpolated_positions_that_can_not_be(self):
        run = self.folder / "run"
        self.run_ok(run, "--subjects", "chains", "--limit", 1, "--no-site", "--probe", "adaptive")
        with EditedStore(run) as store:
            [row] = store.rows("reading")
            store.update("reading", row, interpolated=(0).to_bytes(4, "little"))
        self.assert_complains(call("export", run), STORE, "damaged", "interpolated")

    def test_what_does_not_go_together(self):
        run = self.folder / "run"
        for options, *parts in ((("--stride", 4, "--probe", "adaptive"), "--stride", "--probe adaptive"), (("--probe", "fast"), "--probe 'fast'"),
                                (("--probe", "adaptive:"), "adaptive:TOLERANCE"), (("--probe", "adaptive:nan"), "adaptive:TOLERANCE"),
                                (("--probe", "adaptive:-0.1"), "adaptive:TOLERANCE"), (("--probe", "adaptive:0.1x"), "adaptive:TOLERANCE"),
                                (("--probe", "adaptive:\x1b[1m"), "adaptive:TOLERANCE"), (("--probe-share", 0.5), "need --probe adaptive"),
                                (("--probe", "exact", "--probe-seconds", 1), "need --probe adaptive"),
                                (("--probe", "adaptive", "--probe-share", 1.5), "--probe-share"),
                                (("--probe", "adaptive", "--probe-seconds", "nan"), "--probe-seconds")):
            for arguments in (run_arguments(run, *options), ["probe", self.whole, "--threads", "1", *options]):
                with self.subTest(arguments=arguments):
                    self.assert_complains(call(*arguments), USAGE, *parts)
        self.assertFalse(run.exists())


if __name__ == "__main__":
    unittest.main()
