// SPDX-License-Identifier: MIT
// Reads a whole site folder with the viewer's own readers and checks every shape and range that docs/bundle.md promises.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { parse_analysis_chunk } from "../src/bundle/analysis.ts";
import type { Analysis } from "../src/bundle/analysis.ts";
import { decode_text } from "../src/bundle/chunk_text.ts";
import { parse_experiments_chunk } from "../src/bundle/experiments.ts";
import type { ExperimentResult } from "../src/bundle/experiments.ts";
import { column_of, parse_index_chunk, question_at, trace_at } from "../src/bundle/index.ts";
import { parse_questions_chunk } from "../src/bundle/load.ts";
import { parse_manifest } from "../src/bundle/manifest.ts";
import { parse_outlines_chunk } from "../src/bundle/outlines.ts";
import type { Outlines } from "../src/bundle/outlines.ts";
import { outline_of, picture_of } from "../src/colour/cells.ts";
import { list_positions, parse_curves_chunk, parse_ids_chunk, parse_readings_chunk, parse_strips_chunk, parse_texts_chunk } from "../src/bundle/shelf.ts";
import type { CurveValues, Reading, ShelfTexts, Strip } from "../src/bundle/shelf.ts";
import { list_tops } from "../src/curve/measures.ts";
import { count_changed } from "../src/experiments/rates.ts";
import { find_block } from "../src/first_numbers/sayings.ts";
import { find_exit } from "../src/trace_page/commitment.ts";
import type { Question, QuestionText, Run, RunIndex, Shelf, Trace, TraceText } from "../src/types.ts";
import { class_of, exit_place, sum } from "./measure.ts";

export function read_manifest_text(folder: string): string {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const blocks = [...page.matchAll(/<script type="application\/json" id="bundle">([^<]*)<\/script>/g)];
  expect(blocks.length, "one manifest block").toBe(1);
  return blocks[0]?.[1] as string;
}

export function read_chunk(folder: string, name: string): Uint8Array {
  const script = readFileSync(join(folder, "data", `${name}.js`), "latin1");
  const match = /^thinktrace_chunk="([A-Za-z0-9+/=]*)";\n?$/.exec(script);
  expect(match, `data/${name}.js is one assignment`).not.toBeNull();
  const bytes = inflateRawSync(Buffer.from(match?.[1] as string, "base64"));
  expect(createHash("sha256").update(bytes).digest("hex").slice(0, 32)).toBe(name);
  return bytes;
}

export interface ReadShelf { shelf: Shelf; strips: Strip[]; texts: ShelfTexts[]; curves: CurveValues[]; ids: number[][]; readings: Reading[];
  experiments: ExperimentResult[] }
export interface ReadRun { run: Run; index: RunIndex; questions: QuestionText[]; shelves: ReadShelf[]; outlines: Outlines | null; analysis: Analysis | null }

function read_shelf(folder: string, index: RunIndex, shelf: Shelf): ReadShelf {
  const chunk = (name: string): Uint8Array => read_chunk(folder, name);
  const strips = parse_strips_chunk(chunk(shelf.strips), index, shelf);
  return {
    shelf, strips, texts: parse_texts_chunk(chunk(shelf.texts), index, shelf), curves: parse_curves_chunk(chunk(shelf.curves), index, shelf),
    ids: shelf.ids === null ? [] : parse_ids_chunk(chunk(shelf.ids), index, shelf),
    experiments: shelf.experiments === null ? [] : parse_experiments_chunk(chunk(shelf.experiments), index, shelf),
    readings: shelf.readings === null ? [] : parse_readings_chunk(chunk(shelf.readings), index, shelf, strips),
  };
}

export function read_run(folder: string, run: Run): ReadRun {
  const index = parse_index_chunk(decode_text(read_chunk(folder, run.index)), run);
  return { run, index, questions: parse_questions_chunk(read_chunk(folder, run.questions)),
    shelves: index.shelves.map((shelf) => read_shelf(folder, index, shelf)),
    outlines: run.outlines === null ? null : parse_outlines_chunk(read_chunk(folder, run.outlines), index),
    analysis: run.analysis === null ? null : parse_analysis_chunk(decode_text(read_chunk(folder, run.analysis))) };
}

// A site has millions of numbers, and expect() takes its time: it is asked only about what is wrong.
const near = (a: number, b: number, within: number, what: string): void => {
  if (!(Math.abs(a - b) <= within)) expect(Math.abs(a - b), what).toBeLessThanOrEqual(within);
};

const kRounding = 2e-5; // Of 16 bits, and of six digits.

// Rows of a curve. [n_positions][n_options]
function rows_of({ values }: { values: ArrayLike<number> }, n_options: number, n_positions: number): number[][] {
  return Array.from({ length: n_positions }, (_, k) => Array.from({ length: n_options }, (_unused, o) => values[o * n_positions + k] as number));
}

function check_mass(rows: number[][], mass: Float32Array): void {
  rows.forEach((row, k) => near(Math.min(1, sum(row)), mass[k] as number, 0.011, "mass")); // Imports are in hundredths.
}

// What hangs on which of two options is ahead can't be told from rounded numbers where they are close.
const has_near_ties = (rows: number[][]): boolean =>
  rows.some((row) => row.filter((p) => p >= Math.max(...row) - 2 * kRounding).length > 1);

// The index's numbers of a trace against its curve.
function check_numbers(index: RunIndex, trace: Trace, rows: number[][], answer: number, positions: number[]): void {
  const number = (key: string): number => column_of(index, key)?.values[trace.place] as number;
  const first = rows[0] as number[], last = rows.at(-1) as number[];
  near(first[answer] as number, number("p_start"), kRounding, "p_start");
  near(last[answer] as number, number("p_end"), kRounding, "p_end");
  near(sum(first), number("mass_start"), 0.011, "mass_start");
  near(sum(last), number("mass_end"), 0.011, "mass_end");
  for (const [top, row] of [[trace.top_start, first], [trace.top_end, last]] as const) {
    near(row[top as number] as number, Math.max(...row), kRounding, "the most likely option");
  }
  if (has_near_ties(rows)) return;
  expect(positions[exit_place(rows)], "t_exit").toBe(number("t_exit"));
  expect(class_of(rows, answer), "class").toBe(index.traces.class[trace.place]);
}

// What the index says of a trace's probes is what its text says.
function check_probing({ index, run }: ReadRun, { place, n_positions }: Trace, { interpolated, error }: TraceText): void {
  const n = sum(interpolated.filter((_, i) => i % 2 === 1)), [probed, mean, upper] = index.probing.map(({ values }) => values[place]);
  expect(error !== null, "an estimate where rows were interpolated").toBe(n > 0);
  if (!run.probe) expect(n).toBe(0);
  if (probed === undefined) expect(n).toBe(0);
  else expect(probed).toBe(n_positions - n);
  if (!error) return expect([mean ?? NaN, upper ?? NaN]).toEqual([NaN, NaN]);
  near(mean as number, error.mean, kRounding * error.mean, "error_mean");
  near(upper as number, error.upper, kRounding * error.upper, "error_upper");
}

function check_trace(read: ReadRun, s: ReadShelf, question: Question, trace: Trace): void {
  const { index } = read, at = trace.place - s.shelf.first_trace, n = question.options.length, m = trace.n_positions;
  const text = s.texts[question.place - s.shelf.first_question]?.traces[trace.place - (index.questions.first_trace[question.place] as number)];
  const strip = s.strips[at] as Strip, curve = s.curves[at] as CurveValues;
  if (trace.status === "failed") {
    expect([text, strip.values.length, curve.values.length, s.ids[at]?.length ?? 0]).toEqual([null, 0, 0, 0]);
    expect(trace.error).not.toBe("");
    return;
  }
  if (!text) throw new Error(`the shelf lacks trace ${trace.id}`);
  expect(text.tokens.length).toBe(trace.n_tokens);
  for (const reading of s.readings.filter((r) => r.trace === at)) {
    check_mass(rows_of(reading.curve, n, reading.curve.positions.length), reading.curve.mass);
  }
  if (m === 0) {
    expect([trace.top_start, trace.top_end, column_of(index, "p_end")?.values[trace.place]]).toEqual([null, null, NaN]);
    return;
  }
  check_probing(read, trace, text);
  const rows = rows_of(curve, n, m);
  strip.values.forEach((byte, i) => near(byte / 255, curve.values[i] as number, 0.5 / 255 + 1e-4, "strip and curve"));
  check_mass(rows, curve.mass);
  check_numbers(index, trace, rows, question.answer, list_positions(strip, trace.first, m));
}

// t_exit from the bundle's curves, and as the program wrote it from the exact numbers. Returns how many were compared.
export function check_exits({ index, shelves }: ReadRun): number {
  let n_compared = 0;
  for (const { shelf, strips, curves } of shelves) {
    curves.forEach(({ values }, i) => {
      const trace = trace_at(index, shelf.first_trace + i), n_options = index.questions.n_options[index.traces.question[trace.place] as number] as number;
      const written = column_of(index, "t_exit")?.values[trace.place] ?? NaN;
      if (trace.n_positions === 0 || has_near_ties(rows_of({ values }, n_options, trace.n_positions))) return;
      const tops = list_tops({ values, n_options, n_positions: trace.n_positions, unit: 1 });
      expect(find_exit(tops, list_positions(strips[i] as Strip, trace.first, trace.n_positions), null)?.t, trace.id).toBe(written);
      n_compared++;
    });
  }
  return n_compared;
}

// Outlines have what pictures have in the middle of each part of the thinking, in 16 steps. Returns how many cells were compared.
export function check_outlines({ index, shelves, outlines }: ReadRun): number {
  let n_compared = 0;
  for (const { shelf, strips } of outlines ? shelves : []) {
    strips.forEach((strip, i) => {
      const whole = picture_of(index, shelf.first_trace + i, strip), { n_positions, n_options, n_tokens, first } = whole;
      if (n_positions === 0) return;
      const outline = outline_of(index, shelf.first_trace + i, outlines as Outlines), n_cells = outline.n_positions, positions = list_positions(strip, first, n_positions);
      for (let j = 0; j < n_cells; j++) {
        const k = Math.max(0, positions.filter((t) => t <= ((j + 0.5) * n_tokens) / n_cells).length - 1);
        expect(outline.positions?.[j]).toBe(Math.floor((j * n_tokens) / n_cells));
        for (let o = 0; o < n_options; o++, n_compared++) near(whole.values[o * n_positions + k] as number, outline.values[o * n_cells + j] as number, 9, "outline");
      }
    });
  }
  return n_compared;
}

export interface SiteSum { questions: number; traces: number; failed: number; shelves: number; ids: number; readings: number; experiments: number; analyses: number }

// The shares of a table are of the same traces and add up.
function check_analysis(analysis: Analysis): void {
  for (const block of [analysis.overall, ...analysis.subjects]) {
    const cells = Object.values(block.forced.start_by_end);
    expect(cells.reduce((a, e) => a + (e.count ?? 0), 0), block.subject).toBe(block.traces_read);
    const { productive, counterproductive, meaningless_effort } = block.classes;
    expect((productive.count ?? 0) + (counterproductive.count ?? 0) + (meaningless_effort.count ?? 0)).toBe(block.traces_read);
    expect(block.labels.each.length).toBe(block.labels.n_options);
  }
}

// The index has the numbers of the last experiment that gives them; here there is one of a kind.
function check_experiment(index: RunIndex, shelf: Shelf, { trace, arms, pivots }: ExperimentResult): void {
  const place = shelf.first_trace + trace, answer = index.questions.answer[index.traces.question[place] as number] as number;
  const number = (key: string): number | undefined => column_of(index, key)?.values[place], real = arms.find(({ name }) => name === "real");
  for (const arm of arms.filter(({ name }) => name !== "real")) {
    const key = arm.name.replace(/[^a-z0-9]/g, "_"), mean = sum(arm.draws.map(({ p }) => p[answer] as number)) / arm.draws.length;
    near(mean, number(`p_if_${key}`) as number, 6e-5, key);
    if (real) expect(number(`changed_if_${key}`), key).toBeCloseTo((count_changed(arm.draws, real.draws.slice(0, 1)) as number) / arm.draws.length, 5);
  }
  if (pivots) expect(number("pivots")).toBe(pivots.length);
}

function check_run(read: ReadRun, total: SiteSum): void {
  const { run, index, shelves, analysis } = read;
  if (analysis) {
    check_analysis(analysis);
    for (const subject of run.subjects) {
      if (subject.n_traces > subject.n_failed) expect(find_block(analysis, run, subject)?.traces).toBe(subject.n_traces - subject.n_failed);
    }
    total.analyses++;
  }
  expect(read.questions.length).toBe(index.n_questions);
  const counts = run.subjects.map(() => [0, 0, 0]);
  for (const s of shelves) {
    for (let q = s.shelf.first_question; q < s.shelf.first_question + s.shelf.n_questions; q++) {
      const question = question_at(index, read.questions, q), of = counts[index.questions.subject[q] as number] as [number, number, number];
      expect(run.labels.length).toBeGreaterThanOrEqual(question.options.length);
      of[0]++;
      for (let t = index.questions.first_trace[q] as number; t < (index.questions.first_trace[q + 1] as number); t++) {
        const trace = trace_at(index, t);
        of[1]++;
        if (trace.status === "failed") of[2]++;
        check_trace(read, s, question, trace);
      }
    }
    total.ids += s.ids.filter((list) => list.length > 0).length;
    total.readings += s.readings.length;
    total.experiments += s.experiments.length;
    for (const result of s.experiments) check_experiment(index, s.shelf, result);
  }
  expect(counts, run.name).toEqual(run.subjects.map((s) => [s.n_questions, s.n_traces, s.n_failed]));
  total.questions += index.n_questions;
  total.traces += index.n_traces;
  total.failed += sum(run.subjects.map((s) => s.n_failed));
  total.shelves += shelves.length;
}

export function read_site(folder: string): SiteSum {
  const total: SiteSum = { questions: 0, traces: 0, failed: 0, shelves: 0, ids: 0, readings: 0, experiments: 0, analyses: 0 };
  for (const run of parse_manifest(read_manifest_text(folder)).runs) check_run(read_run(folder, run), total);
  return total;
}
