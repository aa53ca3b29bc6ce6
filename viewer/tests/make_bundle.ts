// SPDX-License-Identifier: MIT
// Writes a bundle as docs/bundle.md describes it, from plain data: what the viewer's own tests read. Independent of src/
// on purpose.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { class_of, kNumberKinds, measure, sum, top } from "./measure.ts";

export interface ReadingData { reader: number; positions?: number[]; probs: number[][]; forced?: string; interpolated?: number[] } // By another reader.
export interface ArmData { name: string; label: string; draws: { n_tokens: number; p: number[]; source?: string }[] }
export interface PivotData { token: number; before: [number, number]; after: [number, number]; change: [number, number]; decided: boolean; alternatives: { text: string; p?: number; tally: [number, number] }[] }
export interface ExperimentData { // What an experiment made of a trace.
  experiment: number;
  arms?: ArmData[];
  prefixes?: { position: number; forced: number[] | null; free: number[]; none: number }[];
  pivots?: PivotData[];
  mistakes?: { position: number; text: string; by: string; before: number | null; after: number | null }[];
  hint?: { option: number; words: string; takes_over: number | null; mention: string | null; mention_token: number | null };
}
export interface TraceData {
  id: string;
  sample: number;
  error?: string; // Given: the trace failed.
  stop?: "closed" | "budget" | "end_of_text" | "unknown";
  chosen?: number | null;
  positions?: number[] | null;
  tokens: string[];
  token_ids?: number[]; // Left out: invented ones.
  probs: number[][]; // [n_positions][n_options]; empty: nothing was read.
  readings?: ReadingData[];
  experiments?: ExperimentData[];
  known?: boolean | null;
  cluster?: number;
  seed?: string | null;
  lacks?: string[];
  forced?: string;
  answer_text?: string;
  interpolated?: number[]; // Runs [start, length, …] of positions whose rows were not read.
  probe_error?: { mean: number; upper: number };
}
export interface QuestionData { id: string; text: string; options: string[]; answer: number; prompt?: string; traces: TraceData[] }
export interface RunData {
  name: string;
  model?: { name: string; architecture: string; sha256: string };
  settings?: [string, string][];
  notes?: string[];
  noise_floor?: { max_abs_dp: number; positions: number } | null;
  probe?: { mode: string; tolerance: number; share?: number; seconds?: number };
  analysis?: object | null;
  ablations?: object[]; // Reports.
  tables?: object[]; // Of other experiments.
  labels: string[];
  readers?: string[];
  experiments?: { number: number; kind: string; about: string }[];
  clusters?: number[][];
  numbers?: { key: string; name: string; explain: string; unit: string; value(trace: TraceData): number | null }[]; // Beside the usual ones.
  subjects: { name: string; questions: QuestionData[] }[];
}
export interface BundleData { title: string; generator?: string; live?: number | null; runs: RunData[] }

const kPage = fileURLToPath(new URL("../page/index.html", import.meta.url));
const kDist = fileURLToPath(new URL("../dist", import.meta.url));
const kShelfTokens = 32768;
const kStops = ["closed", "budget", "end_of_text", "unknown"];

const is_read = (t: TraceData): boolean => t.error === undefined && t.probs.length > 0;
const positions_of = (t: TraceData): number[] => t.positions ?? t.probs.map((_, k) => k);
const by_option = (probs: number[][], n_options: number): number[][] =>
  Array.from({ length: n_options }, (_, o) => probs.map((row) => row[o] ?? 0));
const differences = (row: number[]): number[] => row.map((v, k) => v - (row[k - 1] ?? 0));

const strip_bytes = (probs: number[][], n_options: number): Buffer =>
  Buffer.from(by_option(probs, n_options).flatMap((row) => differences(row.map((p) => Math.round(255 * p)))).map((d) => d & 0xff));

function curve_bytes(probs: number[][], n_options: number): Buffer {
  const rows = [...by_option(probs, n_options), probs.map(sum)].map((row) => row.map((p) => Math.min(65535, Math.round(65535 * p))));
  const list = rows.flatMap(differences), buffer = Buffer.alloc(2 * list.length);
  list.forEach((d, i) => buffer.writeUInt16LE(d & 0xffff, 2 * i));
  return buffer;
}

// Six significant digits, as the program writes them.
const short = (x: number | null | undefined): number | null => (x === null || x === undefined ? null : Number(x.toPrecision(6)));

function number_columns(run: RunData, questions: QuestionData[]): object[] {
  const rows = questions.flatMap((q) => q.traces.map((t) => ({
    length: t.error === undefined && !t.lacks?.includes("tokens") ? t.tokens.length : null,
    ...(is_read(t) ? measure({ probs: t.probs, positions: positions_of(t), end: t.tokens.length, answer: q.answer }) : {}),
  })) as Record<string, number | null>[]);
  const usual = kNumberKinds.map(([key, name, explain, unit]) => ({ key, name, explain, unit, values: rows.map((r) => short(r[key])) }));
  const more = (run.numbers ?? []).map(({ value, ...kind }) =>
    ({ ...kind, values: questions.flatMap((q) => q.traces.map((t) => short(value(t)))) }));
  return [...usual, ...more];
}

// Columns of the traces: a value each; -1 where there is nothing to say.
function trace_columns(questions: QuestionData[]): Record<string, unknown[]> {
  const each = (of: (t: TraceData, q: QuestionData) => unknown): unknown[] => questions.flatMap((q) => q.traces.map((t) => of(t, q)));
  const known = (t: TraceData): number => (t.known === undefined || t.known === null ? -1 : Number(t.known));
  const of_read = (of: (t: TraceData, q: QuestionData) => number) => each((t, q) => (is_read(t) ? of(t, q) : -1));
  const of_sound = (of: (t: TraceData) => number) => each((t) => (t.error === undefined ? of(t) : -1));
  return {
    id: each((t) => t.id), sample: each((t) => t.sample), failed: each((t) => Number(t.error !== undefined)),
    n_tokens: of_sound((t) => t.tokens.length), first: of_sound((t) => positions_of(t)[0] ?? 0), n_positions: of_sound((t) => t.probs.length),
    stop: of_sound((t) => kStops.indexOf(t.stop ?? "closed")),
    chosen: of_sound((t) => (t.chosen === undefined && is_read(t) ? top(t.probs.at(-1) as number[]) : t.chosen ?? -1)),
    top_start: of_read((t) => top(t.probs[0] as number[])), top_end: of_read((t) => top(t.probs.at(-1) as number[])),
    class: of_read((t, q) => class_of(t.probs, q.answer)), known: of_read(known), cluster: of_read((t) => t.cluster ?? -1),
    ...(questions.some((q) => q.traces.some((t) => t.interpolated)) && {
      probed: each((t) => (is_read(t) ? t.probs.length - sum((t.interpolated ?? []).filter((_, i) => i % 2 === 1)) : null)),
      error_mean: each((t) => short(t.probe_error?.mean)), error_upper: each((t) => short(t.probe_error?.upper)) }),
  };
}

// Every character outside ASCII, and those that could end the block, as \uXXXX.
const escape_manifest = (json: string): string =>
  json.replace(/[<>&\u0080-\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

export type ChunkKind = "index" | "questions" | "outlines" | "strips" | "texts" | "curves" | "ids" | "readings" | "experiments" | "analysis" | "ablations" | "tables" | "app";
export interface Written { folder: string; chunks: Record<ChunkKind, string[]> } // Names in the order of writing.

const no_chunks = (): Written["chunks"] =>
  ({ index: [], questions: [], outlines: [], strips: [], texts: [], curves: [], ids: [], readings: [], experiments: [], analysis: [], ablations: [], tables: [], app: [] });
const chunk_file = (bytes: Uint8Array): string => `thinktrace_chunk="${deflateRawSync(bytes).toString("base64")}";\n`;

type Write = (head: { kind: ChunkKind; [key: string]: unknown }, body?: Buffer) => string;
const make_writer = (out: Written): Write => (head, body) => {
  const line = JSON.stringify(head), bytes = body ? Buffer.concat([Buffer.from(`${line}\n`), body]) : Buffer.from(line);
  const name = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  writeFileSync(join(out.folder, "data", `${name}.js`), chunk_file(bytes));
  out.chunks[head.kind].push(name);
  return name;
};

// Neighbouring questions; a shelf ends with the first that fills it.
function into_shelves(questions: QuestionData[], tokens: number): QuestionData[][] {
  const shelves: QuestionData[][] = [];
  let open: QuestionData[] = [], n = 0;
  for (const q of questions) {
    open.push(q);
    n += sum(q.traces.map((t) => t.tokens.length));
    if (n < tokens) continue;
    shelves.push(open);
    [open, n] = [[], 0];
  }
  return open.length > 0 ? [...shelves, open] : shelves;
}

const ids_of = (t: TraceData): number[] => (t.error === undefined ? t.token_ids ?? t.tokens.map((_, i) => (i * 37) % 4096) : []);

function text_of(t: TraceData): object | null {
  if (t.error !== undefined) return null;
  return { seed: t.seed === undefined ? "1" : t.seed, lacks: t.lacks ?? [], tokens: t.tokens,
    forced: t.forced ?? "\n</think>\n\nThe answer is ", answer_text: t.answer_text ?? "",
    ...(t.interpolated && { interpolated: t.interpolated }), ...(t.probe_error && { error: t.probe_error }) };
}

function write_readings(traces: { t: TraceData; n: number }[], write: Write): string | null {
  const all = traces.flatMap(({ t, n }, trace) => (t.readings ?? []).map((r) => ({ ...r, trace, n })));
  if (all.length === 0) return null;
  return write({ kind: "readings", readings: all.map((r) => ({ trace: r.trace, reader: r.reader, positions: r.positions ?? null,
    forced: r.forced ?? "The answer is ", ...(r.interpolated && { interpolated: r.interpolated }) })) }, Buffer.concat(all.map((r) => curve_bytes(r.probs, r.n))));
}

function write_experiments(traces: { t: TraceData }[], write: Write): string | null {
  const all = traces.flatMap(({ t }, trace) => (t.experiments ?? []).map((e) => ({ trace, ...e })));
  if (all.length === 0) return null;
  const labels = Object.fromEntries(all.flatMap((e) => (e.arms ?? []).map(({ name, label }) => [name, label])));
  return write({ kind: "experiments", labels, results: all.map((e) => ({ ...e,
    ...(e.arms && { arms: e.arms.map(({ name, draws }) => ({ name, draws: draws.map((d) => ({ source: null, ...d })) })) }) })) });
}

function write_shelf(questions: QuestionData[], write: Write): object {
  const traces = questions.flatMap((q) => q.traces.map((t) => ({ t, n: q.options.length })));
  const read = traces.filter(({ t }) => is_read(t));
  const listed = traces.flatMap(({ t }, i) => {
    const positions = positions_of(t), first = positions[0] ?? 0;
    return is_read(t) && first + positions.length !== t.tokens.length + 1 ? [[i, positions]] : [];
  });
  const ids = traces.map(({ t }) => ids_of(t));
  return {
    n_questions: questions.length,
    strips: write({ kind: "strips", positions: listed }, Buffer.concat(read.map(({ t, n }) => strip_bytes(t.probs, n)))),
    texts: write({ kind: "texts", questions: questions.map((q) =>
      ({ prompt: q.prompt ?? `<|user|>${q.text}<|model|><think>\n`, traces: q.traces.map(text_of) })) }),
    curves: write({ kind: "curves" }, Buffer.concat(read.map(({ t, n }) => curve_bytes(t.probs, n)))),
    ids: ids.some((list) => list.length > 0) ? write({ kind: "ids", traces: ids }) : null,
    readings: write_readings(traces, write),
    experiments: write_experiments(traces, write),
  };
}

function write_index(run: RunData, shelf_tokens: number, write: Write): string {
  const questions = run.subjects.flatMap((s) => s.questions), traces = questions.flatMap((q) => q.traces);
  return write({
    kind: "index", shelves: into_shelves(questions, shelf_tokens).map((list) => write_shelf(list, write)),
    questions: { id: questions.map((q) => q.id), subject: run.subjects.flatMap((s, i) => s.questions.map(() => i)),
      answer: questions.map((q) => q.answer), n_options: questions.map((q) => q.options.length), n_traces: questions.map((q) => q.traces.length) },
    traces: trace_columns(questions), clusters: run.clusters ?? [],
    errors: traces.flatMap((t, i) => (t.error === undefined ? [] : [[i, t.error]])), numbers: number_columns(run, questions),
  });
}

// 16 equal parts of the thinking, each with the last reading at or before its middle, in 16 steps of P.
const kOutlineCells = 16;
function outline_bytes(questions: QuestionData[]): Buffer {
  const of_trace = (t: TraceData, n_options: number): number[] => {
    const positions = positions_of(t), cells = Array.from({ length: kOutlineCells }, (_, j) => {
      const middle = ((j + 0.5) * t.tokens.length) / kOutlineCells, n_before = positions.filter((p) => p <= middle).length;
      return t.probs[Math.max(0, n_before - 1)] as number[];
    });
    return by_option(cells, n_options).flatMap((row) => differences(row.map((p) => 17 * Math.round(15 * Math.min(1, p)))));
  };
  return Buffer.from(questions.flatMap((q) => q.traces.filter(is_read).flatMap((t) => of_trace(t, q.options.length))).map((d) => d & 0xff));
}

function write_run(run: RunData, shelf_tokens: number, write: Write): object {
  const questions = run.subjects.flatMap((s) => s.questions);
  return {
    name: run.name, model: run.model ?? { name: "Toy 1M", architecture: "toy", sha256: "ab".repeat(32) },
    settings: run.settings ?? [], notes: run.notes ?? [], noise_floor: run.noise_floor ?? null,
    ...(run.probe && { probe: run.probe }), labels: run.labels, readers: run.readers ?? [], experiments: run.experiments ?? [],
    subjects: run.subjects.map((s) => {
      const traces = s.questions.flatMap((q) => q.traces);
      return { name: s.name, n_questions: s.questions.length, n_traces: traces.length,
        n_failed: traces.filter((t) => t.error !== undefined).length };
    }),
    index: write_index(run, shelf_tokens, write),
    outlines: write({ kind: "outlines", cells: kOutlineCells }, outline_bytes(questions)),
    questions: write({ kind: "questions", questions: questions.map(({ text, options }) => ({ text, options })) }),
    analysis: run.analysis ? write({ kind: "analysis", analysis: run.analysis }) : null,
    ablations: run.ablations ? write({ kind: "ablations", reports: run.ablations }) : null,
    tables: run.tables ? write({ kind: "tables", tables: run.tables }) : null,
  };
}

// Tests that only read the data do without a built viewer.
function write_app(folder: string, write: Write): string | null {
  const [js, css] = ["app.js", "app.css"].map((file) => join(kDist, file)) as [string, string];
  if (!existsSync(js) || !existsSync(css)) return null;
  copyFileSync(js, join(folder, "app.js"));
  copyFileSync(css, join(folder, "app.css"));
  const hash = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("base64");
  return write({ kind: "app", js: readFileSync(js, "utf8"), css: readFileSync(css, "utf8"), js_sha256: hash(js), css_sha256: hash(css) });
}

export interface WriteOptions { shelf_tokens?: number } // A small limit makes several shelves.

function write_parts(folder: string, data: BundleData, { shelf_tokens = kShelfTokens }: WriteOptions) {
  mkdirSync(join(folder, "data"), { recursive: true });
  const out: Written = { folder, chunks: no_chunks() }, write = make_writer(out);
  const manifest = { format: "thinktrace-bundle", version: 2, generator: data.generator ?? "thinktrace 0.1.0", title: data.title,
    app: write_app(folder, write), live: data.live === undefined || data.live === null ? null : { revision: data.live },
    runs: data.runs.map((run) => write_run(run, shelf_tokens, write)) };
  return { out, manifest };
}

export function write_bundle(folder: string, data: BundleData, options: WriteOptions = {}): Written {
  const { out, manifest } = write_parts(folder, data, options);
  const page = readFileSync(kPage, "utf8");
  if (page.split("__BUNDLE__").length !== 2) throw new Error("the page must hold its place for the manifest once");
  writeFileSync(join(folder, "index.html"), page.replace("__BUNDLE__", () => escape_manifest(JSON.stringify(manifest))));
  return out;
}

// What thinktrace serve answers to who knows `revision`: nothing new, or a newer bundle.
export function write_news(folder: string, revision: number, data: BundleData | null, options: WriteOptions = {}): void {
  mkdirSync(join(folder, "live"), { recursive: true });
  const text = data ? chunk_file(Buffer.from(JSON.stringify({ kind: "live", manifest: write_parts(folder, data, options).manifest })))
    : 'thinktrace_chunk="";\n';
  writeFileSync(join(folder, "live", `${revision}.js`), text);
}
