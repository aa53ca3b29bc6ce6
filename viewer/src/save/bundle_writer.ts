// SPDX-License-Identifier: MIT
// Some traces of a bundle as a bundle of their own in one file: docs/bundle.md, "single file". The readers of bundle/ are
// its mirror image, and the tests read back what is written here.
import template from "../../page/index.html?raw";
import { pipe } from "../bundle/chunks.ts";
import type { ExperimentResult, Tally } from "../bundle/experiments.ts";
import type { CurveValues, Reading, Strip } from "../bundle/shelf.ts";
import type { Manifest, QuestionText, Run, RunIndex, TraceText } from "../types.ts";

export interface PickedTrace { place: number; text: TraceText | null; strip: Strip; curve: CurveValues; ids: readonly number[];
  readings: readonly Reading[]; experiments: readonly ExperimentResult[] }

// What is taken of a run. `traces` in the order of the run, none twice; `prompts` by question.
export interface PickedRun { index: RunIndex; questions: readonly QuestionText[]; prompts: ReadonlyMap<number, string>; traces: readonly PickedTrace[] }

export interface AppParts { js: string; css: string; js_sha256: string; css_sha256: string }

const kShelfTokens = 32768;

// Bytes of rows of whole numbers as differences, `size` bytes each.
function difference_bytes(values: ArrayLike<number>, n: number, size: 1 | 2): Uint8Array {
  const bytes = new Uint8Array(values.length * size);
  for (let i = 0; i < values.length; i++) {
    const step = (values[i] as number) - (i % n === 0 ? 0 : values[i - 1] as number);
    bytes[i * size] = step & 0xff;
    if (size === 2) bytes[2 * i + 1] = (step >> 8) & 0xff;
  }
  return bytes;
}

function curve_bytes({ values, mass }: CurveValues): Uint8Array[] {
  const whole = (row: Float32Array): Int32Array => Int32Array.from(row, (p) => Math.round(65535 * p));
  return [difference_bytes(whole(values), mass.length, 2), difference_bytes(whole(mass), mass.length, 2)];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface PackedChunk { name: string; base64: string }

function base64_of(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

// REQUIRES: crypto.subtle, which pages over plain http don't have.
async function pack(head: object, body?: readonly Uint8Array[]): Promise<PackedChunk> {
  const line = new TextEncoder().encode(JSON.stringify(head) + (body ? "\n" : ""));
  const bytes = joined([line, ...(body ?? [])]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
  return { name: Array.from(hash.subarray(0, 16), (b) => b.toString(16).padStart(2, "0")).join(""),
    base64: base64_of(await pipe(bytes, new CompressionStream("deflate-raw"))) };
}

interface PickedQuestion { place: number; traces: PickedTrace[] }

function by_question({ index, traces }: PickedRun): PickedQuestion[] {
  const list: PickedQuestion[] = [];
  for (const trace of traces) {
    const place = index.traces.question[trace.place] as number;
    if (list.at(-1)?.place !== place) list.push({ place, traces: [] });
    (list.at(-1) as PickedQuestion).traces.push(trace);
  }
  return list;
}

function into_shelves(index: RunIndex, questions: readonly PickedQuestion[]): PickedQuestion[][] {
  const shelves: PickedQuestion[][] = [];
  let tokens = kShelfTokens;
  for (const question of questions) {
    if (tokens >= kShelfTokens) {
      shelves.push([]);
      tokens = 0;
    }
    (shelves.at(-1) as PickedQuestion[]).push(question);
    for (const t of question.traces) tokens += index.traces.n_tokens[t.place] as number;
  }
  return shelves;
}

type Keep = (head: object, body?: readonly Uint8Array[]) => Promise<string>; // Packs a chunk and gives its name.

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((v, i) => v === b[i]);

// Where everything was read the key is missing.
const runs_of = ({ interpolated }: { interpolated: readonly number[] }): object => (interpolated.length > 0 ? { interpolated } : {});

async function write_readings(index: RunIndex, traces: readonly PickedTrace[], keep: Keep): Promise<string | null> {
  const all = traces.flatMap((t, trace) => t.readings.map((r) => ({ r, trace, t })));
  if (all.length === 0) return null;
  const own = ({ place, strip }: PickedTrace): readonly number[] => strip.positions ??
    Array.from({ length: index.traces.n_positions[place] as number }, (_, k) => (index.traces.first[place] as number) + k);
  const readings = all.map(({ r, trace, t }) => ({ trace, reader: r.reader, forced: r.forced,
    positions: same(r.curve.positions, own(t)) ? null : r.curve.positions, ...runs_of(r) }));
  return keep({ kind: "readings", readings }, all.flatMap(({ r }) => curve_bytes(r.curve)));
}

const tally = ({ successes, trials }: Tally): number[] => [successes, trials];

async function write_experiments(traces: readonly PickedTrace[], keep: Keep): Promise<string | null> {
  const all = traces.flatMap((t, trace) => t.experiments.map((e) => ({ ...e, trace })));
  if (all.length === 0) return null;
  const labels = Object.fromEntries(all.flatMap(({ arms }) => arms.map(({ name, label }) => [name, label])));
  return keep({ kind: "experiments", labels, results: all.map(({ pivots, arms, ...rest }) => ({
    ...rest, arms: arms.map(({ name, draws }) => ({ name, draws })),
    ...(pivots && { pivots: pivots.map((p) => ({ ...p, before: tally(p.before), after: tally(p.after),
      alternatives: p.alternatives.map((a) => ({ ...a, tally: tally(a.tally) })) })) }) })) });
}

async function write_shelf({ index, prompts }: PickedRun, questions: readonly PickedQuestion[], keep: Keep): Promise<object> {
  const traces = questions.flatMap((q) => q.traces);
  const listed = traces.flatMap(({ strip }, i) => (strip.positions ? [[i, strip.positions]] : []));
  const texts = questions.map((q) => ({ prompt: prompts.get(q.place) ?? "", traces: q.traces.map((t) => t.text && {
    seed: t.text.seed, lacks: t.text.lacks, tokens: t.text.tokens, forced: t.text.forced, answer_text: t.text.answer_text,
    ...runs_of(t.text), ...(t.text.error && { error: t.text.error }) }) }));
  return {
    n_questions: questions.length,
    strips: await keep({ kind: "strips", positions: listed },
      traces.map((t) => difference_bytes(t.strip.values, index.traces.n_positions[t.place] as number, 1))),
    texts: await keep({ kind: "texts", questions: texts }),
    curves: await keep({ kind: "curves" }, traces.flatMap((t) => curve_bytes(t.curve))),
    ids: traces.some((t) => t.ids.length > 0) ? await keep({ kind: "ids", traces: traces.map((t) => t.ids) }) : null,
    readings: await write_readings(index, traces, keep),
    experiments: await write_experiments(traces, keep),
  };
}

async function write_index(run: PickedRun, questions: readonly PickedQuestion[], subjects: readonly number[], keep: Keep): Promise<string> {
  const { index, traces } = run, q = index.questions, t = index.traces;
  const of_questions = (column: Int32Array): number[] => questions.map(({ place }) => column[place] as number);
  const of_traces = (column: Int32Array): number[] => traces.map(({ place }) => column[place] as number);
  const of_numbers = (values: Float64Array): (number | null)[] => traces.map(({ place }) => {
    const value = values[place] as number;
    return Number.isNaN(value) ? null : value;
  });
  const shelves = [];
  for (const shelf of into_shelves(index, questions)) shelves.push(await write_shelf(run, shelf, keep));
  return keep({
    kind: "index", shelves,
    questions: { id: questions.map(({ place }) => q.id[place]), subject: of_questions(q.subject).map((s) => subjects.indexOf(s)),
      answer: of_questions(q.answer), n_options: of_questions(q.n_options), n_traces: questions.map((of) => of.traces.length) },
    traces: { id: traces.map(({ place }) => t.id[place]), sample: of_traces(t.sample), failed: of_traces(t.failed),
      n_tokens: of_traces(t.n_tokens), first: of_traces(t.first), n_positions: of_traces(t.n_positions),
      stop: of_traces(t.stop), chosen: of_traces(t.chosen),
      top_start: of_traces(t.top_start), top_end: of_traces(t.top_end), class: of_traces(t.class), known: of_traces(t.known),
      cluster: of_traces(t.cluster), ...Object.fromEntries(index.probing.map(({ key, values }) => [key, of_numbers(values)])) },
    clusters: index.clusters,
    errors: traces.flatMap(({ place }, i) => (index.errors.has(place) ? [[i, index.errors.get(place)]] : [])),
    numbers: index.numbers.map(({ values, ...kind }) => ({ ...kind, values: of_numbers(values) })),
  });
}

// The run's entry in the manifest. The numbers of the whole run would not be those of its part: there are none.
async function write_run(picked: PickedRun, keep: Keep): Promise<object> {
  const { index } = picked, run: Run = index.run, questions = by_question(picked);
  const subject_of = (q: PickedQuestion): number => index.questions.subject[q.place] as number;
  const subjects = [...new Set(questions.map(subject_of))].sort((a, b) => a - b);
  const part = picked.traces.length < index.n_traces ? [`${picked.traces.length} of the run’s ${index.n_traces} traces are here.`] : [];
  return {
    name: run.name, model: run.model, settings: run.settings, notes: [...part, ...run.notes], noise_floor: run.noise_floor,
    ...(run.probe && { probe: Object.fromEntries(Object.entries(run.probe).filter(([, value]) => value !== null)) }),
    labels: run.labels, readers: run.readers, experiments: run.experiments,
    subjects: subjects.map((s) => {
      const own = questions.filter((q) => subject_of(q) === s), traces = own.flatMap((q) => q.traces);
      return { name: run.subjects[s]?.name ?? "", n_questions: own.length, n_traces: traces.length,
        n_failed: traces.filter((t) => index.traces.failed[t.place]).length };
    }),
    index: await write_index(picked, questions, subjects, keep),
    questions: await keep({ kind: "questions", questions: questions.map(({ place }) => picked.questions[place]) }),
    analysis: null, ablations: null, tables: null,
  };
}

const escape_manifest = (json: string): string =>
  json.replace(/[<>&\x7F-\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

// Nothing in the app may end its own element, and its hash must be that of the text as the browser reads it.
function check_app({ js, css, js_sha256, css_sha256 }: AppParts): void {
  const hashes = [js_sha256, css_sha256].every((hash) => /^[A-Za-z0-9+/]{43}=$/.test(hash));
  if (!hashes || /<!-{2}|<\/script|\r|\0/i.test(js) || /<!-{2}|<\/style|\r|\0/i.test(css)) {
    throw new Error("the page’s own code can’t stand in a page");
  }
}

// What stands before and after the mark.
function cut_at(text: string, mark: string): [string, string] {
  const [before, after, ...more] = text.split(mark);
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`the page does not hold ${mark} once`);
  return [before, after];
}

// The page that every site has, with its parts inside it, as thinktrace/publish/page.cpp makes it too. An inline script
// runs where it stands, so it comes after all that it reads.
function page_text(manifest: object, chunks: readonly PackedChunk[], app: AppParts): string {
  check_app(app);
  let page = cut_at(template, "script-src 'self'").join(`script-src 'sha256-${app.js_sha256}'`);
  page = cut_at(page, "style-src 'self'").join(`style-src 'sha256-${app.css_sha256}'`);
  page = cut_at(page, '<script src="app.js" defer></script>\n').join("");
  const [head, rest] = cut_at(page, '<link rel="stylesheet" href="app.css">'), [middle, after] = cut_at(rest, "__BUNDLE__");
  const [tail, end] = cut_at(after, "</body>");
  const blocks = chunks.map(({ name, base64 }) => `<script type="text/plain" id="chunk-${name}">${base64}</script>\n`);
  return [head, `<style>${app.css}</style>`, middle, escape_manifest(JSON.stringify(manifest)), tail, ...blocks,
    `<script>${app.js}</script>\n</body>`, end].join("");
}

export async function write_single_file(of: Pick<Manifest, "title" | "generator">, runs: readonly PickedRun[], app: AppParts): Promise<string> {
  const chunks = new Map<string, PackedChunk>();
  const keep: Keep = async (head, body) => {
    const chunk = await pack(head, body);
    chunks.set(chunk.name, chunk);
    return chunk.name;
  };
  const entries: object[] = [];
  for (const run of runs) entries.push(await write_run(run, keep));
  const manifest = { format: "thinktrace-bundle", version: 2, generator: of.generator, title: of.title, app: null, live: null, runs: entries };
  return page_text(manifest, [...chunks.values()], app);
}
