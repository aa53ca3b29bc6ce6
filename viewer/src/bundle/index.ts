// SPDX-License-Identifier: MIT
// The index chunk: columns of numbers, one value a question or a trace.
import type { NumberColumn, Question, QuestionText, Run, RunIndex, Shelf, Stop, Trace, TraceClass, Unit } from "../types.ts";
import { BundleError, as_array, as_chunk_name, as_count, as_index, as_number, as_object, as_one_of, as_string, as_strings, or_missing } from "./check.ts";
import type { Json } from "./check.ts";
import { parse_kind } from "./chunk_text.ts";
import { read_probing } from "./interpolated.ts";

export const kStops: readonly Stop[] = ["closed", "budget", "end_of_text", "unknown"];
export const kClasses: readonly TraceClass[] =
  ["productive", "counterproductive", "right throughout", "wrong throughout", "wavering"];
const kUnits: readonly Unit[] = ["share", "change", "tokens", "bits", "count", ""];

function read_strings(from: Json, key: string, n: number | null, where: string): string[] {
  const list = as_strings(from[key], `${where}.${key}`);
  if (n !== null && list.length !== n) throw new BundleError(`${where}.${key}: ${list.length} values, expected ${n}`);
  return list;
}

interface Range { low: number; high: number }

// Whole numbers within a range. [n]
function read_column(from: Json, key: string, n: number, where: string, { low, high }: Range): Int32Array {
  const list = as_array(from[key], `${where}.${key}`);
  if (list.length !== n) throw new BundleError(`${where}.${key}: ${list.length} values, expected ${n}`);
  const column = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const value = list[i];
    if (!Number.isInteger(value) || (value as number) < low || (value as number) > high) {
      throw new BundleError(`${where}.${key}[${i}]: expected a whole number from ${low} to ${high}`);
    }
    column[i] = value as number;
  }
  return column;
}

function read_shelves(value: unknown, first_trace: Int32Array, n_questions: number): Shelf[] {
  let first_question = 0;
  const shelves = as_array(value, "index.shelves").map((entry, i): Shelf => {
    const where = `index.shelves[${i}]`, s = as_object(entry, where);
    const n = as_count(s["n_questions"], `${where}.n_questions`), end = first_question + n;
    if (end > n_questions) throw new BundleError(`${where}: more questions than there are`);
    const begin = first_trace[first_question] as number;
    const name = (key: string): string => as_chunk_name(s[key], `${where}.${key}`);
    const maybe = (key: string): string | null => or_missing(s[key], (v) => as_chunk_name(v, `${where}.${key}`));
    const shelf = {
      n_questions: n, first_question, first_trace: begin, n_traces: (first_trace[end] as number) - begin,
      strips: name("strips"), texts: name("texts"), curves: name("curves"), ids: maybe("ids"), readings: maybe("readings"), experiments: maybe("experiments"),
    };
    first_question = end;
    return shelf;
  });
  if (first_question !== n_questions) throw new BundleError("index.shelves: fewer questions than there are");
  return shelves;
}

function read_numbers(value: unknown, n: number): NumberColumn[] {
  return as_array(value, "index.numbers").map((entry, i) => {
    const where = `index.numbers[${i}]`, c = as_object(entry, where);
    const list = as_array(c["values"], `${where}.values`);
    if (list.length !== n) throw new BundleError(`${where}.values: ${list.length} values, expected ${n}`);
    return {
      key: as_string(c["key"], `${where}.key`), name: as_string(c["name"], `${where}.name`),
      explain: as_string(c["explain"], `${where}.explain`), unit: as_one_of(c["unit"], kUnits, `${where}.unit`),
      values: Float64Array.from(list, (v, k) => (v === null ? NaN : typeof v === "number" ? v : as_number(v, `${where}.values[${k}]`))),
    };
  });
}

// Where the part of each item begins, the total last. [n + 1]
function starts(counts: Int32Array): Int32Array {
  const first = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) first[i + 1] = (first[i] as number) + (counts[i] as number);
  return first;
}

// The item that each part belongs to. [total]
function owners(first: Int32Array): Int32Array {
  const owner = new Int32Array(first.at(-1) ?? 0);
  for (let i = 0; i + 1 < first.length; i++) owner.fill(i, first[i], first[i + 1]);
  return owner;
}

const kMany = 2 ** 31 - 1;

function read_traces(from: Json, first_trace: Int32Array, n_options: Int32Array, n_clusters: number): RunIndex["traces"] {
  const question = owners(first_trace), n = question.length, where = "index.traces";
  const column = (key: string, low: number, high: number) => read_column(from, key, n, where, { low, high });
  const option = (key: string): Int32Array => {
    const values = column(key, -1, 255);
    values.forEach((v, i) => {
      if (v >= (n_options[question[i] as number] as number)) throw new BundleError(`${where}.${key}[${i}]: no option of its question`);
    });
    return values;
  };
  const traces = {
    id: read_strings(from, "id", n, where), question, sample: column("sample", 0, kMany), failed: column("failed", 0, 1),
    n_tokens: column("n_tokens", -1, kMany), first: column("first", -1, kMany), n_positions: column("n_positions", -1, kMany),
    stop: column("stop", -1, kStops.length - 1), chosen: option("chosen"), top_start: option("top_start"), top_end: option("top_end"),
    class: column("class", -1, kClasses.length - 1), known: column("known", -1, 1),
    cluster: column("cluster", -1, n_clusters - 1),
  };
  for (let i = 0; i < n; i++) {
    const of = `${where}[${i}]`, positions = traces.n_positions[i] as number;
    if (traces.failed[i]) traces.n_tokens[i] = traces.n_positions[i] = traces.first[i] = 0;
    else if (positions < 0 || (traces.n_tokens[i] as number) < 0) throw new BundleError(`${of}: a count below 0`);
    else if (positions > 0 && ((traces.first[i] as number) < 0 || (traces.first[i] as number) + positions > (traces.n_tokens[i] as number) + 1)) {
      throw new BundleError(`${of}: more positions than it has`);
    } else if (positions > 0 && ((traces.top_start[i] as number) < 0 || (traces.top_end[i] as number) < 0)) {
      throw new BundleError(`${of}: was read, and has no most likely option`);
    }
  }
  return traces;
}

export function parse_index_chunk(text: string, run: Run): RunIndex {
  const chunk = parse_kind(text, "index");
  const q = as_object(chunk["questions"], "index.questions"), id = read_strings(q, "id", null, "index.questions");
  const n = id.length;
  const column = (key: string, low: number, high: number) => read_column(q, key, n, "index.questions", { low, high });
  const n_options = column("n_options", 1, 255), answer = column("answer", 0, 254);
  answer.forEach((a, i) => {
    if (a >= (n_options[i] as number)) throw new BundleError(`index.questions.answer[${i}]: no option`);
  });
  const first_trace = starts(column("n_traces", 0, kMany));
  const clusters = as_array(chunk["clusters"], "index.clusters").map((centre, i) =>
    as_array(centre, `index.clusters[${i}]`).map((p, j) => as_number(p, `index.clusters[${i}][${j}]`)));
  const of_traces = as_object(chunk["traces"], "index.traces"), traces = read_traces(of_traces, first_trace, n_options, clusters.length);
  const shelves = read_shelves(chunk["shelves"], first_trace, n);
  const errors = new Map(as_array(chunk["errors"], "index.errors").map((entry, i) => {
    const [trace, error] = as_array(entry, `index.errors[${i}]`);
    return [as_index(trace, traces.id.length, `index.errors[${i}][0]`), as_string(error, `index.errors[${i}][1]`)] as const;
  }));
  return {
    run, shelves, n_questions: n, n_traces: traces.id.length,
    questions: { id, subject: column("subject", 0, run.subjects.length - 1), answer, n_options, first_trace,
      shelf: owners(starts(Int32Array.from(shelves, (s) => s.n_questions))) },
    traces, clusters, errors, numbers: read_numbers(chunk["numbers"], traces.id.length),
    probing: read_probing(of_traces, traces, "index.traces"),
  };
}

const or_none = (value: number | undefined): number | null => (value === undefined || value < 0 ? null : value);

// REQUIRES: 0 <= i < index.n_traces.
export function trace_at(index: RunIndex, i: number): Trace {
  const t = index.traces;
  return {
    id: t.id[i] as string, place: i, sample: t.sample[i] as number, status: t.failed[i] ? "failed" : "ok",
    error: index.errors.get(i) ?? "", n_tokens: t.n_tokens[i] as number, first: t.first[i] as number,
    n_positions: t.n_positions[i] as number, stop: kStops[t.stop[i] as number] ?? "unknown", chosen: or_none(t.chosen[i]),
    top_start: or_none(t.top_start[i]), top_end: or_none(t.top_end[i]),
  };
}

// REQUIRES: 0 <= q < index.n_questions; `texts` is of the same run.
export function question_at(index: RunIndex, texts: readonly QuestionText[], q: number): Question {
  const { id, subject, answer } = index.questions, text = texts[q];
  if (!text || text.options.length !== index.questions.n_options[q]) {
    throw new BundleError(`question ${q}: its text does not belong to the index`);
  }
  return { ...text, id: id[q] as string, place: q, answer: answer[q] as number,
    subject: index.run.subjects[subject[q] as number] as Question["subject"] };
}

export const column_of = (index: RunIndex, key: string): NumberColumn | undefined => index.numbers.find((c) => c.key === key);

// Thinking tokens. An import that knows the text but not its tokens has one "token" that is the whole text, which is no length.
export function known_length(index: RunIndex, i: number): number | null {
  const length = column_of(index, "length")?.values[i] ?? NaN;
  return Number.isNaN(length) ? null : length;
}

// A trace that was imported without readings is fine, and has nothing to draw.
export const is_unread = (trace: Trace): boolean => trace.status === "ok" && trace.n_positions === 0;
