// SPDX-License-Identifier: MIT
// Traces that were probed adaptively: what the bundle tells of them, and what pages say and draw of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BundleError } from "../../src/bundle/check.ts";
import { question_at, parse_index_chunk, trace_at } from "../../src/bundle/index.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { parse_readings_chunk, parse_texts_chunk } from "../../src/bundle/shelf.ts";
import { count_read, is_end, mark_rows, rows_around, stretches_in_lines } from "../../src/curve/interpolated.ts";
import { part_line } from "../../src/curve/lines.ts";
import { probe_text } from "../../src/front/run_facts.ts";
import { make_csv } from "../../src/save/csv.ts";
import { svg_surface } from "../../src/save/surface.ts";
import { draw_trace, picture_size } from "../../src/save/trace_picture.ts";
import { compile_expression } from "../../src/table/expression.ts";
import { make_table } from "../../src/table/table.ts";
import { small_number } from "../../src/text/numbers.ts";
import { explain_exit } from "../../src/trace_page/commitment.ts";
import { make_model } from "../../src/trace_page/model.ts";
import type { TraceModel } from "../../src/trace_page/model.ts";
import { probing_text, tell_row, tokens_between_probes } from "../../src/trace_page/probing.ts";
import type { Run, RunIndex, Shelf } from "../../src/types.ts";
import { kAdaptive, probed_adaptively } from "../adaptive.ts";
import { kFixture } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { write_bundle } from "../make_bundle.ts";
import type { RunData } from "../make_bundle.ts";
import { read_manifest_text, read_run, read_site } from "../read_site.ts";
import type { ReadRun } from "../read_site.ts";

const kName = "0".repeat(32);
const manifest_of = (probe: unknown): string => JSON.stringify({ format: "thinktrace-bundle", version: 2, generator: "g", title: "t", runs: [{
  name: "r", model: { name: "m", architecture: "", sha256: "" }, settings: [], notes: [], noise_floor: null, labels: ["1", "2"], readers: ["another"],
  index: kName, questions: kName, subjects: [{ name: "s", n_questions: 1, n_traces: 3, n_failed: 1 }], probe }] });
const run_of = (probe?: unknown): Run => parse_manifest(manifest_of(probe)).runs[0] as Run;

describe("the manifest", () => {
  test("tells how the run was probed", () => {
    expect(run_of().probe).toBeNull();
    expect(run_of({ mode: "adaptive", tolerance: 0.05 }).probe).toEqual({ mode: "adaptive", tolerance: 0.05, share: null, seconds: null });
    expect(probe_text(run_of({ mode: "adaptive", tolerance: 0.05 }))).toBe("adaptively, tolerance .05");
    expect(probe_text(run_of({ mode: "adaptive", tolerance: 1, share: 0.255, seconds: 2.5 })))
      .toBe("adaptively, tolerance 1, at most 25.5 % of the positions, at most 2.5 s a trace");
  });
  test.each<[unknown, string]>([
    ["adaptive", "runs[0].probe"], [[], "runs[0].probe"], [{ tolerance: 0.05 }, "probe.mode"], [{ mode: "clever", tolerance: 0.05 }, "probe.mode"],
    [{ mode: "adaptive" }, "probe.tolerance"], [{ mode: "adaptive", tolerance: "<b>" }, "probe.tolerance"], [{ mode: "adaptive", tolerance: -1 }, "probe.tolerance"],
    [{ mode: "adaptive", tolerance: 0, share: {} }, "probe.share"], [{ mode: "adaptive", tolerance: 0, seconds: -1 }, "probe.seconds"],
  ])("%j is refused with its place", (probe, place) => {
    expect(() => run_of(probe)).toThrow(BundleError);
    expect(() => run_of(probe)).toThrow(place);
  });
});

// One question with a trace of six tokens, one that failed and one that was not read.
const shelf = { n_questions: 1, strips: kName, texts: kName, curves: kName, ids: null, readings: null };
const index_of = (change: object = {}): RunIndex => parse_index_chunk(JSON.stringify({
  kind: "index", shelves: [shelf], questions: { id: ["q"], subject: [0], answer: [1], n_options: [2], n_traces: [3] },
  traces: { id: ["a", "b", "c"], sample: [0, 1, 2], failed: [0, 1, 0], n_tokens: [6, -1, 2], first: [0, -1, -1], n_positions: [7, -1, 0], stop: [0, -1, 0],
    chosen: [1, -1, -1], top_start: [0, -1, -1], top_end: [1, -1, -1], class: [0, -1, -1], known: [-1, -1, -1], cluster: [-1, -1, -1], ...change },
  clusters: [], errors: [[1, "no"]], numbers: [] }), run_of());
const kColumns = { probed: [3, null, null], error_mean: [0.004, null, null], error_upper: [0.009, null, null] };

describe("the columns of the index", () => {
  test("are three numbers like the others, or are not there", () => {
    expect(index_of().probing).toEqual([]);
    const { probing } = index_of(kColumns);
    expect(probing.map(({ key, values }) => [key, [...values]]))
      .toEqual([["probed", [3, NaN, NaN]], ["error_mean", [0.004, NaN, NaN]], ["error_upper", [0.009, NaN, NaN]]]);
    expect([...(index_of({ ...kColumns, probed: [3, 99, null] }).probing[0]?.values ?? [])]).toEqual([3, NaN, NaN]); // Of a failed trace nothing counts.
  });
  test.each<[object, string]>([
    [{ probed: [3, null, null] }, "error_mean"], [{ ...kColumns, probed: undefined }, "index.traces.probed"], [{ ...kColumns, error_upper: {} }, "error_upper"],
    [{ ...kColumns, probed: [3, null] }, "index.traces.probed: 2 values, expected 3"], [{ ...kColumns, probed: [8, null, null] }, "probed[0]"],
    [{ ...kColumns, probed: [0, null, null] }, "probed[0]"], [{ ...kColumns, probed: [2.5, null, null] }, "probed[0]"],
    [{ ...kColumns, probed: [null, null, null] }, "probed[0]"], [{ ...kColumns, probed: [3, null, 1] }, "probed[2]"],
    [{ ...kColumns, probed: ["3", null, null] }, "probed[0]"], [{ ...kColumns, error_mean: [-0.1, null, null] }, "error_mean[0]"],
    [{ ...kColumns, error_mean: [0.01, null, null] }, "error_upper[0]"], [{ ...kColumns, error_mean: [null, null, null] }, "error_upper[0]"],
  ])("%j is refused with its place", (change, place) => {
    expect(() => index_of(change)).toThrow(BundleError);
    expect(() => index_of(change)).toThrow(place);
  });
});

const line = (head: object, body: number[] = []): Uint8Array => Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(body)]);
const kOdd: [unknown, string][] = [
  [[0, 2], "[0]"], [[1, 6], "[0]"], [[6, 1], "[0]"], [[1, 1, 2, 1], "[2]"], [[4, 1, 1, 1], "[2]"], [[2, 3, 3, 1], "[2]"], [[1, 0], "[0]"],
  [[1], "a start without its length"], [[1, 2 ** 52], "[0]"], [[1, -1], "[1]"], [[1.5, 1], "[0]"], [["1", 1], "[0]"], [[null, 1], "[0]"], ["1,2", "expected a list"], [{}, "expected a list"],
];

describe("runs of interpolated positions", () => {
  const text = { seed: null, lacks: [], tokens: ["a", "b", "c", "d", "e", "f"], forced: "", answer_text: "" };
  const read = (more: object, index = index_of()) => parse_texts_chunk(line({ kind: "texts", questions: [{ prompt: "", traces: [{ ...text, ...more }, null, null] }] }),
    index, index.shelves[0] as Shelf)[0]?.traces[0];
  test("are read as they are", () => {
    expect(read({})).toMatchObject({ interpolated: [], error: null });
    expect(read({ interpolated: [1, 2, 4, 2], error: { mean: 0.004, upper: 0.009 } })).toMatchObject({ interpolated: [1, 2, 4, 2], error: { mean: 0.004, upper: 0.009 } });
  });
  test.each(kOdd)("%j is refused with its place", (interpolated, place) => {
    expect(() => read({ interpolated })).toThrow(BundleError);
    expect(() => read({ interpolated })).toThrow(`questions[0].traces[0].interpolated${place.startsWith("[") ? place : ""}`);
    expect(() => read({ interpolated })).toThrow(place);
  });
  test("are of traces with a row at every position from 0 on", () => {
    for (const change of [{ n_positions: [6, -1, 0], first: [1, -1, -1] }, { n_positions: [5, -1, 0] }, { n_positions: [0, -1, 0], first: [-1, -1, -1] }]) {
      expect(() => read({ interpolated: [2, 2] }, index_of(change)), JSON.stringify(change)).toThrow("positions without a row");
    }
  });
  test.each<[unknown, string]>([[7, "error"], [{ mean: 0.1 }, "error.upper"], [{ mean: "0", upper: 1 }, "error.mean"], [{ mean: -1, upper: 1 }, "error.mean"],
    [{ mean: 0.2, upper: 0.1 }, "error.upper"]])("the error %j is refused", (error, place) => {
    expect(() => read({ interpolated: [1, 2], error })).toThrow(`questions[0].traces[0].${place}`);
  });
  const again = (interpolated: unknown) => {
    const index = index_of(), head = { kind: "readings", readings: [{ trace: 0, reader: 0, positions: [0, 0, 2, 2, 4, 5, 6], forced: "", interpolated }] };
    return parse_readings_chunk(line(head, new Array<number>(42).fill(0)), index, index.shelves[0] as Shelf, [])[0];
  };
  test("of a further reader count its rows", () => {
    expect(again(undefined)?.interpolated).toEqual([]);
    expect(again([1, 2, 4, 2])?.interpolated).toEqual([1, 2, 4, 2]);
    for (const [interpolated, place] of kOdd) expect(() => again(interpolated), JSON.stringify(interpolated)).toThrow(place);
  });
});

describe("rows", () => {
  const marks = mark_rows([2, 2, 5, 1], 0, 7); // 0 0 1 1 0 1 0
  test("are marked by their place", () => {
    expect([...marks]).toEqual([0, 0, 1, 1, 0, 1, 0]);
    expect(count_read(marks)).toBe(4);
    expect([0, 1, 2, 3, 4, 5, 6].map((k) => rows_around(marks, k))).toEqual([null, null, { before: 1, after: 4 }, { before: 1, after: 4 }, null, { before: 4, after: 6 }, null]);
    expect([...marks.keys()].filter((k) => is_end(marks, k))).toEqual([1, 4, 6]);
    expect(rows_around(marks, -1)).toBeNull();
  });
  test("part a line where they were not read", () => {
    const whole = { positions: [0, 1, 2, 3, 4, 5, 6], values: [0, 1, 2, 3, 4, 5, 6] }, { read, between } = part_line(whole, marks);
    expect(read.values).toEqual([0, 1, null, null, 4, null, 6]);
    expect(between?.values).toEqual([null, 1, 2, 3, 4, 5, 6]);
    expect(part_line(whole, new Uint8Array(7))).toEqual({ read: whole, between: null });
  });
  test("stand in the lines of a matrix", () => {
    expect(stretches_in_lines(marks, 2)).toEqual([{ line: 0, begin: 1, end: 2 }, { line: 1, begin: 0, end: 1 }, { line: 2, begin: 0, end: 1 }]);
    expect(stretches_in_lines(marks, 10)).toEqual([{ line: 0, begin: 1, end: 3 }, { line: 0, begin: 4, end: 5 }]);
    expect(stretches_in_lines(new Uint8Array(7), 3)).toEqual([]);
  });
});

test.each([[0, ".000"], [0.004, ".004"], [0.0094, ".009"], [0.125, ".125"], [1.5, "1.500"], [0.001, ".001"], [0.00031, ".0003"], [0.00096, ".0010"], [1e-30, ".000000"]])(
  "%d is written %s", (x, text) => expect(small_number(x)).toBe(text));

describe("a site", () => {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-adaptive-"));
  let run: ReadRun;
  const model = (place: number): TraceModel => {
    const { index, questions, shelves } = run, trace = trace_at(index, place), question = question_at(index, questions, index.traces.question[place] as number);
    const [of] = shelves as [ReadRun["shelves"][number]], text = of.texts[question.place], own = text?.traces[place - (index.questions.first_trace[question.place] as number)];
    if (!own) throw new Error("no text");
    return make_model({ run: run.run, index, question, trace }, { ...own, prompt: "",
      curve: { positions: Array.from({ length: trace.n_positions }, (_, k) => k), ...(of.curves[place] as ReadRun["shelves"][number]["curves"][number]) } });
  };
  beforeAll(() => {
    const [demo] = make_demo({ questions: 3 }).runs as [RunData];
    write_bundle(folder, { title: "", runs: [kAdaptive, ...kFixture.runs, probed_adaptively(demo, "demo")] });
    run = read_run(folder, parse_manifest(read_manifest_text(folder)).runs[0] as Run);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("has numbers that fit its texts", () => expect(read_site(folder).traces).toBeGreaterThan(40));
  test("gives the rows between probes as they were written", () => {
    expect(run.shelves[0]?.texts.flatMap((q) => q.traces.map((t) => t?.interpolated))).toEqual([[1, 3, 6, 2, 9, 3], [1, 7], [1, 5], [], undefined, []]);
    expect(run.shelves[0]?.readings.map((r) => r.interpolated)).toEqual([[1, 2]]);
  });
  test("tells each row, and the whole", () => {
    const of = model(0);
    expect([0, 1, 4, 5, 6, 12].map((t) => tell_row(of, t)))
      .toEqual(["read", "interpolated between t = 0 and t = 4", "read", "read", "interpolated between t = 5 and t = 8", "read"]);
    expect(probing_text(of)).toBe("5 of 13 positions read; estimated mean error of a probability .004 (below .009 for 9 traces of 10)");
    expect(probing_text(model(1))).toBe("2 of 9 positions read; estimated mean error of a probability .0003 (below .042 for 9 traces of 10)");
    expect(tokens_between_probes(of)).toEqual([{ from: 0, to: 3 }, { from: 5, to: 7 }, { from: 8, to: 11 }]);
    expect([tell_row(model(3), 1), tokens_between_probes(model(3))]).toEqual([null, []]);
  });
  test("has three more fields, to sort and ask by, in tables too", () => {
    const table = make_table({ indexes: [run.index], subject: null }), keys = ["probed", "error_mean", "error_upper"];
    expect(keys.map((key) => Array.from(table.fields.find((f) => f.key === key)?.values ?? []))).toEqual(
      [[5, 2, 2, 2, NaN, NaN], [0.004, 0.00031, 0, NaN, NaN, NaN], [0.009, 0.0421, 0.0005, NaN, NaN, NaN]]);
    const test_of = compile_expression("error_mean < 0.004 and probed / (length + 1) < 0.25", table);
    expect(test_of.ok && [0, 1, 2, 3, 4, 5].map((row) => test_of.test(row))).toEqual([false, true, false, false, false, false]);
    const [head, first, , , exact] = make_csv(table, [0, 1, 2, 3], () => null).split("\r\n").map((text) => text.split(","));
    const place = (key: string): number => (head as string[]).indexOf(key);
    expect(keys.map((key) => [first?.[place(key)], exact?.[place(key)]])).toEqual([["5", "2"], ["0.004", ""], ["0.009", ""]]);
  });
  test("is drawn with a dot at each probe, thin lines and cut cells", () => {
    const draw = (place: number): string => {
      const { surface, finish } = svg_surface(100, 100);
      draw_trace(surface, model(place), { colouring: "mix", palette: "published" }, "g");
      return finish();
    };
    const drawing = draw(0), n = (pattern: RegExp): number => drawing.match(pattern)?.length ?? 0;
    expect(drawing).toContain("5 of 13 positions were read");
    expect(n(/width="4" height="4"/g)).toBe(3 * 5 + 1); // Both options and the mass, and the one that explains.
    expect(n(/stroke-width="1.25"/g)).toBeGreaterThan(0);
    expect(n(/fill="#ffffff"/g)).toBe(1 + 3); // Paper, and three stretches of cells.
    expect(picture_size(model(0)).height - picture_size({ ...model(0), interpolated: new Uint8Array(13) }).height).toBe(15);
    expect(draw(3)).not.toMatch(/positions were read|width="4" height="4"/);
  });
});

describe("t_exit", () => {
  const facts = { exit: { place: 5, t: 5, low: 5 }, n_tokens: 10, stop: "closed", answer: "B", p_answer: 0.6, p_right: 0.6, is_right: true, agreement: null } as const;
  test.each<[readonly ("t_exit" | "before")[], string]>([
    [[], "came after that."],
    [["t_exit"], "came after that. t_exit was not read but interpolated."],
    [["before"], "came after that. The position before it was not read but interpolated."],
    [["t_exit", "before"], "came after that. Neither t_exit nor the position before it was read: both were interpolated."],
  ])("%j", (not_read, end) => expect(explain_exit({ ...facts, not_read }).stays.slice(-end.length)).toBe(end));
});
