// SPDX-License-Identifier: MIT
// The parts of a run, loaded when they are asked for. What was loaded is kept; a failed load is not, so that looking
// again tries again.
import type { QuestionText, Run, RunIndex, TraceText, Curve } from "../types.ts";
import { parse_ablations_chunk } from "./ablations.ts";
import type { Ablation } from "./ablations.ts";
import { parse_tables_chunk } from "./tables.ts";
import type { ReportTable } from "./tables.ts";
import { parse_analysis_chunk } from "./analysis.ts";
import type { Analysis } from "./analysis.ts";
import { BundleError, as_array, as_object, as_string, as_strings } from "./check.ts";
import { decode_text, parse_kind } from "./chunk_text.ts";
import { load_chunk } from "./chunks.ts";
import { parse_experiments_chunk } from "./experiments.ts";
import type { ExperimentResult } from "./experiments.ts";
import { parse_index_chunk } from "./index.ts";
import { parse_outlines_chunk } from "./outlines.ts";
import type { Outlines } from "./outlines.ts";
import { list_positions, parse_curves_chunk, parse_ids_chunk, parse_readings_chunk, parse_strips_chunk, parse_texts_chunk } from "./shelf.ts";
import type { CurveValues, Reading, ShelfTexts, Strip } from "./shelf.ts";

interface Cache<T> {
  get(name: string, parse: (bytes: Uint8Array) => T): Promise<T>;
  peek(name: string): T | undefined; // What is there already.
  keep(names: ReadonlySet<string>): void; // And nothing else.
}

// Keeps the last `limit` chunks.
function make_cache<T>(limit: number): Cache<T> {
  const loads = new Map<string, Promise<T>>(), there = new Map<string, T>();
  const load = async (name: string, parse: (bytes: Uint8Array) => T): Promise<T> => {
    try {
      const value = parse(await load_chunk(name));
      if (loads.has(name)) there.set(name, value); // Others may have pushed it out meanwhile.
      return value;
    } catch (error) {
      loads.delete(name);
      throw error instanceof BundleError && !error.message.startsWith("The file") ? new BundleError(`The file data/${name}.js: ${error.message}`) : error;
    }
  };
  return {
    get(name, parse) {
      const entry = loads.get(name) ?? load(name, parse);
      loads.delete(name); // A Map keeps the order of insertion: the oldest use comes first.
      loads.set(name, entry);
      if (loads.size > limit) {
        const oldest = loads.keys().next().value as string;
        loads.delete(oldest);
        there.delete(oldest);
      }
      return entry;
    },
    peek: (name) => there.get(name),
    keep(names) {
      for (const name of [...loads.keys()].filter((n) => !names.has(n))) {
        loads.delete(name);
        there.delete(name);
      }
    },
  };
}

const kPages = 24; // Shelves whose texts and curves are kept: those of the last traces looked at.
const kRuns = 64; // A live page loads an index for every revision.
const kPictures = 1200; // Of about 130 kB each.

const indexes = make_cache<RunIndex>(kRuns), questions = make_cache<QuestionText[]>(kRuns);
const outlines = make_cache<Outlines>(kRuns), analyses = make_cache<Analysis>(kRuns), ablations = make_cache<Ablation[]>(kRuns), tables = make_cache<ReportTable[]>(kRuns), strips = make_cache<Strip[]>(kPictures);
const texts = make_cache<ShelfTexts[]>(kPages), curves = make_cache<CurveValues[]>(kPages);
const ids = make_cache<number[][]>(kPages), readings = make_cache<Reading[]>(kPages), experiments = make_cache<ExperimentResult[]>(kPages);

export function parse_questions_chunk(bytes: Uint8Array): QuestionText[] {
  return as_array(parse_kind(decode_text(bytes), "questions")["questions"], "questions").map((entry, i) => {
    const q = as_object(entry, `questions[${i}]`);
    return { text: as_string(q["text"], `questions[${i}].text`), options: as_strings(q["options"], `questions[${i}].options`) };
  });
}

// Two runs of a bundle, or of two revisions of a live one, may have one index chunk; each gets an index of its own.
const of_run = new WeakMap<Run, RunIndex>();
export async function load_index(run: Run): Promise<RunIndex> {
  const known = of_run.get(run);
  if (known) return known;
  const parsed = await indexes.get(run.index, (bytes) => parse_index_chunk(decode_text(bytes), run));
  const index = of_run.get(run) ?? (parsed.run === run ? parsed : { ...parsed, run });
  of_run.set(run, index);
  return index;
}
// Null where the bundle has none.
export async function load_outlines(index: RunIndex): Promise<Outlines | null> {
  const chunk = index.run.outlines;
  return chunk === null ? null : outlines.get(chunk, (bytes) => parse_outlines_chunk(bytes, index));
}
export const outlines_now = ({ run }: RunIndex): Outlines | undefined => (run.outlines === null ? undefined : outlines.peek(run.outlines));
export const load_questions = (run: Run): Promise<QuestionText[]> => questions.get(run.questions, parse_questions_chunk);
export const load_analysis = (chunk: string): Promise<Analysis> =>
  analyses.get(chunk, (bytes) => parse_analysis_chunk(decode_text(bytes)));

export const load_ablations = (chunk: string): Promise<Ablation[]> =>
  ablations.get(chunk, (bytes) => parse_ablations_chunk(decode_text(bytes)));

export const load_tables = (chunk: string): Promise<ReportTable[]> => tables.get(chunk, (bytes) => parse_tables_chunk(decode_text(bytes)));

// Where a run grows, each revision brings chunks of the whole run anew: only those of the latest are kept.
export function drop_stale(runs: readonly Run[]): void {
  indexes.keep(new Set(runs.map((run) => run.index)));
  questions.keep(new Set(runs.map((run) => run.questions)));
  outlines.keep(new Set(runs.flatMap((run) => run.outlines ?? [])));
  analyses.keep(new Set(runs.flatMap((run) => run.analysis ?? [])));
  ablations.keep(new Set(runs.flatMap((run) => run.ablations ?? [])));
  tables.keep(new Set(runs.flatMap((run) => run.tables ?? [])));
}

const shelf_of = (index: RunIndex, i: number) => {
  const shelf = index.shelves[i];
  if (!shelf) throw new BundleError(`there is no shelf ${i}`);
  return shelf;
};

// Pictures of shelf `i`, one a trace.
export async function load_strips(index: RunIndex, i: number): Promise<Strip[]> {
  const shelf = shelf_of(index, i);
  return strips.get(shelf.strips, (bytes) => parse_strips_chunk(bytes, index, shelf));
}
export const strips_now = (index: RunIndex, i: number): Strip[] | undefined => strips.peek(shelf_of(index, i).strips);

export async function load_texts(index: RunIndex, i: number): Promise<ShelfTexts[]> {
  const shelf = shelf_of(index, i);
  return texts.get(shelf.texts, (bytes) => parse_texts_chunk(bytes, index, shelf));
}

export interface TraceDetail extends TraceText { prompt: string; curve: Curve }

// All that the page of one trace needs to begin with. Throws BundleError for a trace that failed.
export async function load_trace(index: RunIndex, trace: number): Promise<TraceDetail> {
  const question = index.traces.question[trace] as number, i = index.questions.shelf[question] as number, shelf = shelf_of(index, i);
  const [pictures, words, values] = await Promise.all([load_strips(index, i), load_texts(index, i),
    curves.get(shelf.curves, (bytes) => parse_curves_chunk(bytes, index, shelf))]);
  const of_question = words[question - shelf.first_question] as ShelfTexts;
  const text = of_question.traces[trace - (index.questions.first_trace[question] as number)];
  if (!text) throw new BundleError(`The file data/${shelf.texts}.js lacks the trace ${index.traces.id[trace]}.`);
  const at = trace - shelf.first_trace, { first, n_positions } = index.traces;
  const positions = list_positions(pictures[at] as Strip, first[trace] as number, n_positions[trace] as number);
  return { ...text, prompt: of_question.prompt, curve: { positions, ...(values[at] as CurveValues) } };
}

// Token ids of the trace's thinking; empty where they are not known.
export async function load_ids(index: RunIndex, trace: number): Promise<number[]> {
  const shelf = shelf_of(index, index.questions.shelf[index.traces.question[trace] as number] as number), chunk = shelf.ids;
  if (chunk === null) return [];
  return (await ids.get(chunk, (bytes) => parse_ids_chunk(bytes, index, shelf)))[trace - shelf.first_trace] ?? [];
}

// How the run's further readers read the trace.
export async function load_readings(index: RunIndex, trace: number): Promise<Reading[]> {
  const i = index.questions.shelf[index.traces.question[trace] as number] as number, shelf = shelf_of(index, i), chunk = shelf.readings;
  if (chunk === null) return [];
  const pictures = await load_strips(index, i);
  const all = await readings.get(chunk, (bytes) => parse_readings_chunk(bytes, index, shelf, pictures));
  return all.filter((r) => r.trace === trace - shelf.first_trace);
}

// What experiments made of the trace.
export async function load_experiments(index: RunIndex, trace: number): Promise<ExperimentResult[]> {
  const shelf = shelf_of(index, index.questions.shelf[index.traces.question[trace] as number] as number), chunk = shelf.experiments;
  if (chunk === null) return [];
  const all = await experiments.get(chunk, (bytes) => parse_experiments_chunk(bytes, index, shelf));
  return all.filter((r) => r.trace === trace - shelf.first_trace);
}
