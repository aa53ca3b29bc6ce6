// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BundleError } from "../../src/bundle/check.ts";
import { decode_text, split_chunk } from "../../src/bundle/chunk_text.ts";
import { bytes_from_base64 } from "../../src/bundle/chunks.ts";
import { column_of, is_unread, known_length, parse_index_chunk, question_at, trace_at } from "../../src/bundle/index.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { parse_outlines_chunk } from "../../src/bundle/outlines.ts";
import { list_positions, parse_curves_chunk, parse_ids_chunk, parse_readings_chunk, parse_strips_chunk, parse_texts_chunk } from "../../src/bundle/shelf.ts";
import type { Strip } from "../../src/bundle/shelf.ts";
import type { Run, RunIndex, Shelf } from "../../src/types.ts";
import { kFixture, kImported } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { write_bundle } from "../make_bundle.ts";
import type { TraceData } from "../make_bundle.ts";
import { check_outlines, read_manifest_text, read_run, read_site } from "../read_site.ts";

const kName = "0".repeat(32);
const kManifest = { format: "thinktrace-bundle", version: 2, generator: "g", title: "t", app: null, live: null, runs: [{
  name: "r", model: { name: "m", architecture: "a", sha256: "" }, settings: [["k", "v"]], notes: [], noise_floor: null, labels: ["1", "2"],
  readers: ["another", "a third"], index: kName, questions: kName, analysis: null,
  subjects: [0, 1].map(() => ({ name: "s", n_questions: 1, n_traces: 1, n_failed: 0 })),
}] };
const of_run = (change: object) => JSON.stringify({ ...kManifest, runs: [{ ...kManifest.runs[0], ...change }] });

describe("the manifest", () => {
  test("gives subjects of one name keys of their own", () => {
    const run = parse_manifest(JSON.stringify(kManifest)).runs[0];
    expect(run?.subjects.map((s) => [s.name, s.key])).toEqual([["s", "s"], ["s", "s (2)"]]);
  });
  test("names first numbers, the app and the revision, or none of them", () => {
    expect([null, "a".repeat(32)].map((analysis) => parse_manifest(of_run({ analysis })).runs[0]?.analysis)).toEqual([null, "a".repeat(32)]);
    for (const bad of ["../../x", 7, {}, false]) expect(() => parse_manifest(of_run({ analysis: bad }))).toThrow("runs[0].analysis");
    expect(parse_manifest(JSON.stringify(kManifest))).toMatchObject({ app: null, live: null });
    expect(parse_manifest(JSON.stringify({ ...kManifest, app: "b".repeat(32), live: { revision: 7 } }))).toMatchObject({ app: "b".repeat(32), live: 7 });
    expect(() => parse_manifest(JSON.stringify({ ...kManifest, live: { revision: -1 } }))).toThrow("manifest.live.revision");
  });
  test.each([
    ["not JSON", "__BUNDLE__", "holds no manifest"],
    ["another format", JSON.stringify({ ...kManifest, format: "x" }), "not a thinktrace bundle"],
    ["another version", JSON.stringify({ ...kManifest, version: 1 }), "version 2"],
    ["a chunk name that is a path", of_run({ index: "../../x" }), "runs[0].index"],
    ["a count below 0", JSON.stringify(kManifest).replace('"n_traces":1', '"n_traces":-1'), "n_traces"],
    ["a missing list", JSON.stringify({ ...kManifest, runs: undefined }), "manifest.runs"],
  ])("%s is refused with its place", (_name, text, message) => {
    expect(() => parse_manifest(text)).toThrow(BundleError);
    expect(() => parse_manifest(text)).toThrow(message);
  });
});

test("bytes", () => {
  expect([...bytes_from_base64(Buffer.from([0, 127, 255]).toString("base64"))]).toEqual([0, 127, 255]);
  expect(() => bytes_from_base64("§")).toThrow(BundleError);
  expect(split_chunk(Buffer.from("{}\n\n\u0001")).head).toBe("{}");
  expect([...split_chunk(Buffer.from("{}\n\n\u0001")).body]).toEqual([10, 1]);
  expect(split_chunk(Buffer.from("{}")).body.length).toBe(0);
  expect(() => decode_text(Uint8Array.of(255))).toThrow("not UTF-8");
});

// Two questions of one trace each on two shelves; the second trace was read at 1 and 3 alone.
const run = parse_manifest(JSON.stringify(kManifest)).runs[0] as Run;
const shelf = { n_questions: 1, strips: kName, texts: kName, curves: kName, ids: null, readings: null };
const kIndex = {
  kind: "index", shelves: [shelf, shelf],
  questions: { id: ["q", "p"], subject: [0, 1], answer: [1, 0], n_options: [2, 3], n_traces: [1, 1] },
  traces: { id: ["a", "b"], sample: [0, 4], failed: [0, 0], n_tokens: [2, 3], first: [0, 1], n_positions: [3, 2], stop: [0, 3], chosen: [-1, 2],
    top_start: [0, 1], top_end: [1, 1], class: [0, 3], known: [-1, -1], cluster: [-1, 0] },
  clusters: [[0.5, 1]], errors: [], numbers: [{ key: "length", name: "length", explain: "", unit: "tokens", values: [2, null] }],
};
const index_of = (change: object = {}, traces: object = {}): RunIndex =>
  parse_index_chunk(JSON.stringify({ ...kIndex, ...change, traces: { ...kIndex.traces, ...traces } }), run);
const of_shelf = (index: RunIndex, i: number): Shelf => index.shelves[i] as Shelf;

describe("the index", () => {
  test("is read", () => {
    const index = index_of();
    expect([...index.questions.first_trace]).toEqual([0, 1, 2]);
    expect([...index.questions.shelf]).toEqual([0, 1]);
    expect(of_shelf(index, 1)).toMatchObject({ first_question: 1, first_trace: 1, n_traces: 1 });
    expect(trace_at(index, 1)).toMatchObject({ id: "b", sample: 4, status: "ok", stop: "unknown", chosen: 2, top_start: 1 });
    expect(trace_at(index, 0).chosen).toBeNull();
    expect([known_length(index, 0), known_length(index, 1)]).toEqual([2, null]);
    const texts = [{ text: "?", options: ["x", "y"] }, { text: "!", options: ["x"] }];
    expect(question_at(index, texts, 0)).toMatchObject({ id: "q", answer: 1, place: 0, subject: { key: "s" } });
    expect(() => question_at(index, texts, 1)).toThrow("does not belong");
  });
  test("failed and unread traces", () => {
    const failed = index_of({ errors: [[1, "no room"]] }, { failed: [0, 1], n_tokens: [2, -1], n_positions: [3, -1], first: [0, -1] });
    expect(trace_at(failed, 1)).toMatchObject({ status: "failed", error: "no room", n_tokens: 0, n_positions: 0 });
    const unread = trace_at(index_of({}, { n_positions: [3, 0], top_start: [0, -1], top_end: [0, -1] }), 1);
    expect([is_unread(unread), is_unread(trace_at(failed, 1)), unread.top_end]).toEqual([true, false, null]);
  });
  test.each<[string, object, object, string]>([
    ["an answer that is no option", { questions: { ...kIndex.questions, answer: [2, 0] } }, {}, "index.questions.answer[0]"],
    ["a subject that is not there", { questions: { ...kIndex.questions, subject: [0, 2] } }, {}, "subject[1]"],
    ["a column cut short", {}, { sample: [0] }, "index.traces.sample: 1 values, expected 2"],
    ["a number with a fraction", {}, { sample: [0, 0.5] }, "index.traces.sample[1]"],
    ["more positions than tokens", {}, { n_positions: [4, 2] }, "index.traces[0]"],
    ["a first position below 0", {}, { first: [-1, 1] }, "index.traces[0]"],
    ["a length below 0", {}, { n_tokens: [-1, 3], n_positions: [0, 2] }, "index.traces[0]"],
    ["an unknown stop", {}, { stop: [0, 4] }, "stop[1]"],
    ["a top that is no option of its question", {}, { top_end: [2, 1] }, "top_end[0]"],
    ["a cluster that is not there", {}, { cluster: [1, 0] }, "cluster[0]"],
    ["an error of no trace", { errors: [[2, "x"]] }, {}, "index.errors[0][0]"],
    ["shelves that leave a question out", { shelves: [shelf] }, {}, "fewer questions"],
    ["shelves with more questions", { shelves: [shelf, shelf, shelf] }, {}, "more questions"],
    ["an unknown unit", { numbers: [{ ...kIndex.numbers[0], unit: "furlongs" }] }, {}, "unit"],
    ["a number that is a text", { numbers: [{ ...kIndex.numbers[0], values: [1, "2"] }] }, {}, "values[1]"],
    ["another kind", { kind: "questions" }, {}, "kind"],
  ])("%s is refused with its place", (_name, change, traces, message) => {
    expect(() => index_of(change, traces)).toThrow(BundleError);
    expect(() => index_of(change, traces)).toThrow(message);
  });
});

const bytes = (head: object, body: number[] = []): Uint8Array => Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(body)]);

describe("a shelf", () => {
  const index = index_of(), first = of_shelf(index, 0), second = of_shelf(index, 1);
  test("strips are differences, option by option", () => {
    const body = [255, 1, 255, 10, 251, 0];
    const [strip] = parse_strips_chunk(bytes({ kind: "strips", positions: [] }, body), index, first);
    expect([...(strip as Strip).values]).toEqual([255, 0, 255, 10, 5, 5]);
    expect(list_positions(strip as Strip, 0, 3)).toEqual([0, 1, 2]);
    expect(() => parse_strips_chunk(bytes({ kind: "strips", positions: [] }, body.slice(1)), index, first)).toThrow("cut short");
    expect(() => parse_strips_chunk(bytes({ kind: "strips", positions: [] }, [...body, 1]), index, first)).toThrow("more bytes");
  });
  test("outlines are differences, option by option and trace by trace", () => {
    const read = (head: object, body: number[]) => parse_outlines_chunk(bytes(head, body), index);
    const [n, m] = [0, 1].map((i) => index.questions.n_options[index.traces.question[i] as number]) as [number, number];
    const rows = Array.from({ length: n + m }, (_, i) => (i % 2 === 0 ? [0, 17, 238] : [255, 0, 1])).flat(), outlines = read({ kind: "outlines", cells: 3 }, rows);
    expect([...outlines.from]).toEqual([0, 3 * n, 3 * (n + m)]);
    expect([...outlines.values].slice(0, 6)).toEqual([0, 17, 255, 255, 255, 0]);
    expect(() => read({ kind: "outlines", cells: 3 }, rows.slice(1))).toThrow("not as many bytes");
    expect(() => read({ kind: "outlines", cells: 0 }, [])).toThrow(BundleError);
    expect(() => read({ kind: "strips", cells: 3 }, rows)).toThrow("kind");
  });
  test("positions are listed where they are not consecutive", () => {
    const read = (positions: unknown) => parse_strips_chunk(bytes({ kind: "strips", positions }, [0, 0, 0, 0, 0, 0]), index, second);
    expect(list_positions(read([[0, [1, 3]]])[0] as Strip, 1, 2)).toEqual([1, 3]);
    for (const bad of [[], [[0, [1]]], [[0, [3, 1]]], [[0, [1, 4]]], [[0, [2, 3]]], [[1, [1, 3]]], [[0, [1, 1]]]]) {
      expect(() => read(bad), JSON.stringify(bad)).toThrow(BundleError);
    }
  });
  test("curves are differences of 16-bit numbers, the mass behind the options", () => {
    const u16 = (...list: number[]): number[] => list.flatMap((v) => [v & 255, (v >> 8) & 255]);
    const body = u16(65535, 1, -1, 32768, 0, 0, 0, 65535, 0);
    const [curve] = parse_curves_chunk(bytes({ kind: "curves" }, body), index, first);
    const half = Math.fround(32768 / 65535);
    expect([...(curve?.values ?? [])]).toEqual([1, 0, 1, half, half, half]);
    expect([...(curve?.mass ?? [])]).toEqual([0, 1, 1]);
    expect(() => parse_curves_chunk(bytes({ kind: "curves" }, body.slice(2)), index, first)).toThrow("cut short");
    expect(() => parse_curves_chunk(bytes({ kind: "curves" }, [...body, 0]), index, first)).toThrow("more bytes");
  });
  test("readings by others may have positions of their own, equal ones too", () => {
    const head = { kind: "readings", readings: [{ trace: 0, reader: 1, positions: [0, 1, 1], forced: "f" }] };
    const [reading] = parse_readings_chunk(bytes(head, new Array<number>(24).fill(0)), index, second, [{ values: new Uint8Array(6), positions: [1, 3] }]);
    expect(reading).toMatchObject({ trace: 0, reader: 1, forced: "f", curve: { positions: [0, 1, 1] } });
    const own = { kind: "readings", readings: [{ trace: 0, reader: 0, positions: null, forced: "" }] };
    const [same] = parse_readings_chunk(bytes(own, new Array<number>(16).fill(0)), index, second, [{ values: new Uint8Array(6), positions: [1, 3] }]);
    expect(same?.curve.positions).toEqual([1, 3]);
    const strange = { kind: "readings", readings: [{ ...head.readings[0], reader: 2 }] };
    expect(() => parse_readings_chunk(bytes(strange), index, second, [])).toThrow("readings[0].reader");
  });
  const text = { seed: null, lacks: [], tokens: ["a", "b"], forced: "", answer_text: "" };
  const texts = (t: object | null) => parse_texts_chunk(bytes({ kind: "texts", questions: [{ prompt: "p", traces: [t] }] }), index, first)[0]?.traces[0];
  test("what an import was not told", () => {
    expect(texts(text)).toMatchObject({ seed: null, lacks: [] });
    expect(texts({ ...text, lacks: ["seed", "<b>"] })?.lacks).toEqual(["seed", "<b>"]);
    expect(texts(null)).toBeNull();
    expect(() => texts({ ...text, lacks: "seed" })).toThrow("traces[0].lacks");
    expect(() => texts({ ...text, lacks: [1] })).toThrow("traces[0].lacks[0]");
    expect(() => texts({ ...text, seed: 1 })).toThrow("traces[0].seed");
    expect(() => texts({ ...text, tokens: ["a"] })).toThrow("1 tokens, expected 2");
  });
  test("token ids are all there or none", () => {
    const ids = (list: unknown) => parse_ids_chunk(bytes({ kind: "ids", traces: list }), index, first);
    expect(ids([[]])).toEqual([[]]);
    expect(ids([[7, 8]])).toEqual([[7, 8]]);
    expect(() => ids([[1]])).toThrow("1 ids for 2 tokens");
    expect(() => ids([])).toThrow("traces: 0");
  });
});

describe("a written bundle", () => {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-bundle-"));
  beforeAll(() => void write_bundle(folder, make_demo({ questions: 2, samples: 3, runs: 2 }), { shelf_tokens: 300 }));
  afterAll(() => rmSync(folder, { recursive: true }));
  test("is read in full, with every number in its range", () => {
    const site = read_site(folder);
    expect(site).toMatchObject({ questions: 16, traces: 48, failed: 2, ids: 46, readings: 60, analyses: 0 });
    expect(site.shelves).toBeGreaterThan(4);
  });
  test("has an inert manifest: ASCII, and nothing that could end the block", () => {
    expect(read_manifest_text(folder)).toMatch(/^[\x20-\x3B\x3D\x3F-\x7E]*$/);
  });
  test("has chunks of one line of ASCII", () => {
    for (const file of readdirSync(join(folder, "data"))) {
      expect(file).toMatch(/^[0-9a-f]{32}\.js$/);
      expect(readFileSync(join(folder, "data", file), "latin1")).toMatch(/^thinktrace_chunk="[A-Za-z0-9+/=]+";\n?$/);
    }
  });
});

// What was written must be what is read: positions, numbers, texts, ids and readings of every trace.
test("odd traces come back as they were", () => {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-bundle-"));
  const written = write_bundle(folder, { title: "", runs: [...kFixture.runs, kImported] }, { shelf_tokens: 4 });
  expect(written.chunks.ids.length).toBeLessThan(written.chunks.texts.length); // A shelf without ids has no chunk of them.
  const manifest = parse_manifest(read_manifest_text(folder));
  expect(manifest.runs.map((run) => check_outlines(read_run(folder, run))).every((n) => n > 30)).toBe(true);
  [...kFixture.runs, kImported].forEach((data, r) => {
    const read = read_run(folder, manifest.runs[r] as Run), traces = data.subjects.flatMap((s) => s.questions.flatMap((q) => q.traces));
    traces.forEach((t: TraceData, i) => {
      const s = read.shelves.find(({ shelf: of }) => i >= of.first_trace && i < of.first_trace + of.n_traces);
      if (!s) throw new Error("no shelf");
      const at = i - s.shelf.first_trace, trace = trace_at(read.index, i), text = s.texts.flatMap((q) => q.traces)[at];
      expect(text?.tokens ?? []).toEqual(t.tokens);
      expect(list_positions(s.strips[at] as Strip, trace.first, trace.n_positions)).toEqual(t.positions ?? t.probs.map((_, k) => k));
      expect(s.ids[at] ?? []).toHaveLength(t.token_ids?.length ?? (t.error === undefined ? t.tokens.length : 0));
      const n = trace.n_positions;
      t.probs.forEach((row, k) => row.forEach((p, o) => expect(s.curves[at]?.values[o * n + k]).toBeCloseTo(p, 4)));
      expect(s.readings.filter((x) => x.trace === at).map((x) => [x.reader, x.curve.positions.length]))
        .toEqual((t.readings ?? []).map((x) => [x.reader, x.probs.length]));
    });
  });
  // By hand: 0, 0, 1, 1 are the most likely options of the first trace.
  const { index } = read_run(folder, manifest.runs[0] as Run);
  expect(["length", "p_start", "p_end", "change", "mass_end", "t_exit", "flips", "performative_share"]
    .map((key) => column_of(index, key)?.values[0])).toEqual([3, 0.25, 0.5, 0.25, 0.625, 2, 1, 0.333333]);
  rmSync(folder, { recursive: true });
});
