// SPDX-License-Identifier: MIT
import { createHash, webcrypto } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode_text } from "../../src/bundle/chunk_text.ts";
import { parse_experiments_chunk } from "../../src/bundle/experiments.ts";
import { parse_index_chunk } from "../../src/bundle/index.ts";
import { parse_questions_chunk } from "../../src/bundle/load.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { parse_curves_chunk, parse_ids_chunk, parse_readings_chunk, parse_strips_chunk, parse_texts_chunk } from "../../src/bundle/shelf.ts";
import { pack } from "../../src/colour/cells.ts";
import { write_single_file } from "../../src/save/bundle_writer.ts";
import type { AppParts, PickedRun } from "../../src/save/bundle_writer.ts";
import { csv_text, make_csv, printable } from "../../src/save/csv.ts";
import { lay_out } from "../../src/save/sheet.ts";
import { fit, fit_lines, svg_surface, xml_text } from "../../src/save/surface.ts";
import { ticks_of } from "../../src/save/trace_picture.ts";
import { make_table } from "../../src/table/table.ts";
import { kAdaptive } from "../adaptive.ts";
import { kTried } from "../experiments.ts";
import { kFixture, kImported } from "../fixture.ts";
import { kHostile } from "../hostile.ts";
import { write_bundle } from "../make_bundle.ts";
import { read_manifest_text, read_run } from "../read_site.ts";
import type { ReadRun } from "../read_site.ts";

describe("texts of a table", () => {
  // As thinktrace/publish/table.cpp and text/utf8.cpp write them.
  test.each([
    ["plain", "plain"], ["", ""], ["a,b", '"a,b"'], ['say "x"', '"say ""x"""'], ["a;b", '"a;b"'], ["a\nb\tc", "a\\nb\\tc"],
    ["=1+1", "'=1+1"], ["  =1+1", "'  =1+1"], ["+1", "'+1"], ["-1", "'-1"], ["@SUM(A1)", "'@SUM(A1)"],
    ["＝1", "'＝1"], ["＋1", "'＋1"], ["－1", "'－1"], ["＠a", "'＠a"], ["\t=1", "'\\t=1"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`], ["a=1", "a=1"], ["\u001b[31m", "\\x1B[31m"], ["a\rb", "a\\x0Db"],
    ["\u202eabc", "\\u{202E}abc"], ["\u200b=1", "\\u{200B}=1"], ["\u00ad", "\\u{AD}"], ["\u{e0041}", "\\u{E0041}"], ["\ud800x", "\\u{D800}x"], ["Größe 雪 🙂", "Größe 雪 🙂"],
  ])("%j", (raw, cell) => expect(csv_text(raw)).toBe(cell));
  test("hostile texts stay one line and act on nothing", () => {
    for (const text of kHostile) {
      expect(printable(text)).not.toMatch(/[\0-\x1F\x7F-\x9F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/);
      expect(csv_text(text).replace(/^"/, "")).not.toMatch(/^ *[=+\-@]/);
    }
  });
});

describe("texts of a drawing", () => {
  test("are escaped, and what hides is shown", () => {
    expect(xml_text(`<a b="c">&'`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    expect(xml_text("a\u0000b\u202ec\ufffe\n")).toBe("a[U+0000]b[U+202E]c\uFFFD↵");
    const { surface, finish } = svg_surface(10, 10);
    for (const text of kHostile) surface.text(text, 0, 0, { size: 9 });
    const drawing = finish();
    expect(drawing.match(/<(?!\/?(svg|rect|text)\b)/g)).toBeNull();
    expect(drawing).not.toMatch(/[\0-\x09\x0B-\x1F\uFFFE\uFFFF]/);
  });
  test("cells of one colour are one path, bars where nothing parts them", () => {
    const { surface, finish } = svg_surface(10, 10);
    surface.cells(Uint32Array.from(([[1, 2, 3], [1, 2, 3], [255, 0, 0], [1, 2, 3]] as const).map(pack)), { x: 0, y: 0, columns: 3, cell: 4, gap: 0 });
    expect(finish()).toContain('<path fill="#010203" d="M0 0h8v4h-8zM0 4h4v4h-4z"/><path fill="#ff0000" d="M8 0h4v4h-4z"/>');
  });
  test("are cut to what has room", () => {
    expect(fit("short", 100, 10)).toBe("short");
    expect(fit("a longer text", 40, 10)).toBe("a lon…");
    expect(fit("雪雪雪雪雪", 40, 10)).toBe("雪雪雪…");
    expect(fit_lines("one two\nthree four five", 60, 10, 2)).toEqual(["one two", "three fou…"]);
    expect([fit_lines("one", 60, 10, 3), fit_lines("", 60, 10, 3)]).toEqual([["one"], []]);
  });
  test.each([[0, [0]], [1, [0, 1]], [41, [0, 10, 20, 30, 40]], [101, [0, 20, 40, 60, 80, 100]], [9000, [0, 2000, 4000, 6000, 8000]]])(
    "an axis to %d has round steps", (end, ticks) => expect(ticks_of(end)).toEqual(ticks));
  test("a sheet keeps to its limit and its order", () => {
    const lengths = Array.from({ length: 500 }, (_, i) => 40 + (i % 90)), layout = lay_out(lengths, 1000);
    expect(layout.n).toBeGreaterThan(20);
    expect(layout.n).toBeLessThan(500);
    expect(Math.max(layout.width, layout.height)).toBeLessThanOrEqual(1000);
    expect([...layout.tops]).toEqual([...layout.tops].sort((a, b) => a - b));
    const all = lay_out(lengths, Infinity);
    expect([all.n, all.tops.length]).toEqual([500, Math.ceil(500 / all.across) + 1]);
  });
});

const app: AppParts = { js: "void 0;", css: "p{}", js_sha256: `${"a".repeat(43)}=`, css_sha256: `${"b".repeat(43)}=` };

interface Read { file: string; manifest: ReturnType<typeof parse_manifest>; chunk(name: string): Uint8Array }

function read_file(file: string): Read {
  const block = /<script type="application\/json" id="bundle">([^<]*)<\/script>/.exec(file);
  return { file, manifest: parse_manifest(block?.[1] as string), chunk: (name) => {
    const match = new RegExp(`<script type="text/plain" id="chunk-${name}">([A-Za-z0-9+/=]*)</script>`).exec(file);
    const bytes = inflateRawSync(Buffer.from(match?.[1] as string, "base64"));
    expect(createHash("sha256").update(bytes).digest("hex").slice(0, 32)).toBe(name);
    return bytes;
  } };
}

// The traces `places` of a site's run, as the page gathers them.
function pick(run: ReadRun, places: readonly number[]): PickedRun {
  const { index } = run, prompts = new Map<number, string>();
  const traces = places.map((place) => {
    const question = index.traces.question[place] as number, of = run.shelves[index.questions.shelf[question] as number] as ReadRun["shelves"][number];
    const texts = of.texts[question - of.shelf.first_question], at = place - of.shelf.first_trace;
    prompts.set(question, texts?.prompt ?? "");
    return { place, text: texts?.traces[place - (index.questions.first_trace[question] as number)] ?? null,
      strip: of.strips[at] as PickedRun["traces"][number]["strip"], curve: of.curves[at] as PickedRun["traces"][number]["curve"],
      ids: of.ids[at] ?? [], readings: of.readings.filter((r) => r.trace === at), experiments: of.experiments.filter((e) => e.trace === at) };
  });
  return { index, questions: run.questions, prompts, traces };
}

describe("a single file", () => {
  let folder = "", runs: ReadRun[] = [];
  beforeAll(() => {
    Object.defineProperty(globalThis, "crypto", { value: globalThis.crypto ?? webcrypto });
    folder = mkdtempSync(join(tmpdir(), "thinktrace-save-"));
    const [run] = kFixture.runs;
    write_bundle(folder, { ...kFixture, runs: [run as typeof kImported, kImported, kAdaptive, kTried] }, { shelf_tokens: 40 });
    runs = parse_manifest(read_manifest_text(folder)).runs.map((r) => read_run(folder, r));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("what is read back is what was picked", async () => {
    const wanted = [[1, 2, 4, 5, 6], [0, 1, 3], [0, 2, 3, 4, 5], [0, 1]];
    const from = runs.map((run, i) => pick(run, wanted[i] as number[]));
    const read = read_file(await write_single_file({ title: "<b>\u2028", generator: "g" }, from, app));
    expect([read.manifest.title, read.manifest.app, read.manifest.live]).toEqual(["<b>\u2028", null, null]);
    read.manifest.runs.forEach((run, i) => {
      const { index: old, questions: old_texts, traces } = from[i] as PickedRun;
      const index = parse_index_chunk(decode_text(read.chunk(run.index)), run), texts = parse_questions_chunk(read.chunk(run.questions));
      expect(index.traces.id).toEqual(traces.map((t) => old.traces.id[t.place]));
      expect(run.notes[0]).toBe(`${traces.length} of the run’s ${old.n_traces} traces are here.`);
      expect([run.name, run.labels, run.settings, run.model, run.probe, run.experiments])
        .toEqual([old.run.name, old.run.labels, old.run.settings, old.run.model, old.run.probe, old.run.experiments]);
      expect(run.subjects.reduce((n, s) => n + s.n_traces, 0)).toBe(traces.length);
      for (const shelf of index.shelves) {
        const strips = parse_strips_chunk(read.chunk(shelf.strips), index, shelf), curves = parse_curves_chunk(read.chunk(shelf.curves), index, shelf);
        const words = parse_texts_chunk(read.chunk(shelf.texts), index, shelf);
        const ids = shelf.ids === null ? [] : parse_ids_chunk(read.chunk(shelf.ids), index, shelf);
        const readings = shelf.readings === null ? [] : parse_readings_chunk(read.chunk(shelf.readings), index, shelf, strips);
        const results = shelf.experiments === null ? [] : parse_experiments_chunk(read.chunk(shelf.experiments), index, shelf);
        for (let k = 0; k < shelf.n_traces; k++) {
          const t = shelf.first_trace + k, q = index.traces.question[t] as number, picked = traces[t] as PickedRun["traces"][number];
          const was = old.traces.question[picked.place] as number;
          expect([strips[k], curves[k], ids[k] ?? []]).toEqual([picked.strip, picked.curve, picked.ids]);
          expect(readings.filter((r) => r.trace === k).map((r) => ({ ...r, trace: 0 }))).toEqual(picked.readings.map((r) => ({ ...r, trace: 0 })));
          expect(results.filter((r) => r.trace === k).map((r) => ({ ...r, trace: 0 }))).toEqual(picked.experiments.map((r) => ({ ...r, trace: 0 })));
          const of_question = words[q - shelf.first_question];
          expect(of_question?.traces[t - (index.questions.first_trace[q] as number)]).toEqual(picked.text);
          expect(of_question?.prompt).toBe((from[i] as PickedRun).prompts.get(was));
          expect([index.questions.id[q], texts[q], index.questions.answer[q]]).toEqual([old.questions.id[was], old_texts[was], old.questions.answer[was]]);
          expect(run.subjects[index.questions.subject[q] as number]?.name).toBe(old.run.subjects[old.questions.subject[was] as number]?.name);
          for (const key of ["sample", "failed", "n_tokens", "first", "n_positions", "stop", "chosen", "top_start", "top_end", "class", "known", "cluster"] as const) {
            expect(index.traces[key][t], key).toBe(old.traces[key][picked.place]);
          }
          expect(index.errors.get(t)).toBe(old.errors.get(picked.place));
          for (const columns of ["numbers", "probing"] as const) {
            expect(index[columns].map((c) => [c.key, c.unit, c.values[t]])).toEqual(old[columns].map((c) => [c.key, c.unit, c.values[picked.place]]));
          }
        }
      }
    });
    expect(read.file).toContain("id=\"bundle\">{\"format\"");
    expect(read.file).not.toContain("<b>\u2028");
  });
  test("the page admits its own script and style and nothing else", async () => {
    const file = await write_single_file({ title: "t", generator: "g" }, [pick(runs[0] as ReadRun, [0])], app);
    expect(file).toContain(`script-src 'sha256-${app.js_sha256}'; style-src 'sha256-${app.css_sha256}'; img-src data:`);
    expect(file).not.toContain("'self'");
    expect(file).toContain("<script>void 0;</script>");
  });
  test.each([[{ js: "x='</SCRIPT>'" }], [{ js: "a<!--b" }], [{ js: "a\r" }], [{ css: "</style>" }], [{ js_sha256: "'unsafe-inline'" }]])(
    "code that would break out of its place is refused: %j", async (change) => {
      await expect(write_single_file({ title: "t", generator: "g" }, [pick(runs[0] as ReadRun, [0])], { ...app, ...change })).rejects.toThrow("own code");
    });
  test("a table has a line a trace and a cell a field", () => {
    const indexes = runs.map((r) => r.index), table = make_table({ indexes, subject: null });
    const ids = (runs[0] as ReadRun).index.traces.id, rows = ["d0", "b1", "c0"].map((id) => ids.indexOf(id));
    const lines = make_csv(table, [...rows, ids.length], (run) => (run === 0 ? runs[0]?.questions ?? null : null)).split("\r\n");
    expect([lines.length, lines.pop()]).toEqual([6, ""]);
    const [columns, ...cells] = lines.map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1] as string).slice(0, -1)) as string[][];
    const read = cells.map((row) => Object.fromEntries(row.map((cell, i) => [columns?.[i], cell])));
    expect(read[0]).toMatchObject({ run: "run one", trace_id: "d0", question_id: "q9", subject: "second", sample: "0", question: "Last one?",
      options: '"[""yes"",""no""]"', answer: "0", status: "ok", length: "3" });
    expect(read[1]).toMatchObject({ trace_id: "b1", chosen: "", stop: "budget", free: "none", end: "right" });
    expect(read[2]).toMatchObject({ trace_id: "c0", status: "failed", error: "the context is full", chosen: "", length: "", class: "" });
    expect(read[3]).toMatchObject({ run: "imported", question: "", options: "" });
    expect(columns).toEqual(expect.arrayContaining(table.fields.map((f) => f.key)));
    expect(new Set(columns).size).toBe(columns?.length);
    for (const row of cells) expect(row.length).toBe(columns?.length);
  });
});
