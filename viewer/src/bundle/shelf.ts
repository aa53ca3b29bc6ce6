// SPDX-License-Identifier: MIT
// The chunks of a shelf: neighbouring questions' pictures, texts, curves, token ids and further readings.
import type { Curve, RunIndex, Shelf, TraceText } from "../types.ts";
import { BundleError, as_array, as_count, as_index, as_object, as_string, as_strings, or_null } from "./check.ts";
import { parse_kind, split_chunk } from "./chunk_text.ts";
import { read_error, read_runs } from "./interpolated.ts";

// P of each option at each probed position in 255ths, option-major. [n_options, n_positions]
export interface Strip { values: Uint8Array; positions: readonly number[] | null } // null: first, first + 1, ..., n_tokens.

export interface ShelfTexts { prompt: string; traces: (TraceText | null)[] } // null: failed.
// trace: within the shelf. interpolated: runs [start, length, ...] of rows that were not read.
export interface Reading { trace: number; reader: number; forced: string; curve: Curve; interpolated: readonly number[] }

interface Sizes { n_options: number; n_positions: number; first: number; n_tokens: number }

function sizes_of(index: RunIndex, trace: number): Sizes {
  const t = index.traces, question = t.question[trace] as number;
  return { n_options: index.questions.n_options[question] as number, n_positions: t.n_positions[trace] as number,
    first: t.first[trace] as number, n_tokens: t.n_tokens[trace] as number };
}

function read_positions(value: unknown, n_tokens: number, where: string, may_repeat = false): number[] {
  let last = may_repeat ? 0 : -1;
  return as_array(value, where).map((p, i) => {
    const position = as_count(p, `${where}[${i}]`);
    if (position < last || (position === last && !may_repeat) || position > n_tokens) throw new BundleError(`${where}[${i}]: out of order or range`);
    return (last = position);
  });
}

export const is_consecutive = (s: Sizes): boolean => s.first + s.n_positions === s.n_tokens + 1;

// Positions in full. [n_positions]
export function list_positions(strip: Strip, first: number, n_positions: number): number[] {
  return strip.positions ? [...strip.positions] : Array.from({ length: n_positions }, (_, k) => first + k);
}

// One strip a trace of the shelf, in order; those without readings are empty.
export function parse_strips_chunk(bytes: Uint8Array, index: RunIndex, shelf: Shelf): Strip[] {
  const { head, body } = split_chunk(bytes);
  const listed = new Map(as_array(parse_kind(head, "strips")["positions"], "positions").map((entry, i) => {
    const [trace, list] = as_array(entry, `positions[${i}]`);
    const place = as_index(trace, shelf.n_traces, `positions[${i}][0]`);
    return [place, read_positions(list, sizes_of(index, shelf.first_trace + place).n_tokens, `positions[${i}][1]`)] as const;
  }));
  let at = 0;
  const strips = Array.from({ length: shelf.n_traces }, (_, i): Strip => {
    const sizes = sizes_of(index, shelf.first_trace + i), { n_options, n_positions } = sizes;
    const positions = listed.get(i) ?? null;
    const listed_well = positions?.length === n_positions && (n_positions === 0 || positions[0] === sizes.first);
    if (positions ? !listed_well : n_positions > 0 && !is_consecutive(sizes)) {
      throw new BundleError(`strip ${i}: its positions are not those of the index`);
    }
    const values = body.slice(at, at + n_options * n_positions);
    if (values.length !== n_options * n_positions) throw new BundleError(`strip ${i}: cut short`);
    at += values.length;
    for (let o = 0; o < n_options; o++) {
      for (let k = o * n_positions + 1; k < (o + 1) * n_positions; k++) values[k] = (values[k] as number) + (values[k - 1] as number);
    }
    return { values, positions };
  });
  if (at !== body.length) throw new BundleError("strips: more bytes than traces");
  return strips;
}

// Takes rows of differences of 16-bit numbers from bytes.
function make_row_reader(body: Uint8Array) {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  const take = (rows: number, n: number): Float32Array => {
    if (at + 2 * rows * n > body.length) throw new BundleError("curves: cut short");
    const values = new Float32Array(rows * n);
    for (let i = 0, last = 0; i < values.length; i++, at += 2) {
      last = ((i % n === 0 ? 0 : last) + view.getUint16(at, true)) & 0xffff;
      values[i] = last / 65535;
    }
    return values;
  };
  const finish = (): void => {
    if (at !== body.length) throw new BundleError("curves: more bytes than traces");
  };
  return { take, finish };
}

export interface CurveValues { values: Float32Array; mass: Float32Array }

// One a trace of the shelf, in order.
export function parse_curves_chunk(bytes: Uint8Array, index: RunIndex, shelf: Shelf): CurveValues[] {
  const { head, body } = split_chunk(bytes);
  parse_kind(head, "curves");
  const rows = make_row_reader(body);
  const curves = Array.from({ length: shelf.n_traces }, (_, i) => {
    const { n_options, n_positions } = sizes_of(index, shelf.first_trace + i);
    return { values: rows.take(n_options, n_positions), mass: rows.take(1, n_positions) };
  });
  rows.finish();
  return curves;
}

// A trace whose rows were interpolated has one at every position from 0 on.
function read_interpolated(value: unknown, sizes: Sizes, where: string): number[] {
  if ((value ?? null) !== null && (sizes.first !== 0 || !is_consecutive(sizes))) throw new BundleError(`${where}: there are positions without a row`);
  return read_runs(value, sizes.first, sizes.n_tokens, where);
}

function read_text(value: unknown, sizes: Sizes, where: string): TraceText | null {
  return or_null(value, (v) => {
    const t = as_object(v, where), { n_tokens } = sizes;
    const tokens = as_strings(t["tokens"], `${where}.tokens`);
    if (tokens.length !== n_tokens) throw new BundleError(`${where}: ${tokens.length} tokens, expected ${n_tokens}`);
    return {
      seed: or_null(t["seed"], (s) => as_string(s, `${where}.seed`)),
      lacks: as_strings(t["lacks"], `${where}.lacks`),
      interpolated: read_interpolated(t["interpolated"], sizes, `${where}.interpolated`), error: read_error(t["error"], `${where}.error`),
      tokens, forced: as_string(t["forced"], `${where}.forced`), answer_text: as_string(t["answer_text"], `${where}.answer_text`),
    };
  });
}

// One entry a question of the shelf, in order.
export function parse_texts_chunk(bytes: Uint8Array, index: RunIndex, shelf: Shelf): ShelfTexts[] {
  const { first_trace } = index.questions;
  const list = as_array(parse_kind(split_chunk(bytes).head, "texts")["questions"], "questions");
  if (list.length !== shelf.n_questions) throw new BundleError(`questions: ${list.length}, expected ${shelf.n_questions}`);
  return list.map((entry, i) => {
    const where = `questions[${i}]`, q = as_object(entry, where), from = first_trace[shelf.first_question + i] as number;
    const traces = as_array(q["traces"], `${where}.traces`);
    if (traces.length !== (first_trace[shelf.first_question + i + 1] as number) - from) {
      throw new BundleError(`${where}.traces: ${traces.length} traces, expected others`);
    }
    return { prompt: as_string(q["prompt"], `${where}.prompt`),
      traces: traces.map((t, k) => read_text(t, sizes_of(index, from + k), `${where}.traces[${k}]`)) };
  });
}

// One list a trace of the shelf; empty where ids are not known.
export function parse_ids_chunk(bytes: Uint8Array, index: RunIndex, shelf: Shelf): number[][] {
  const list = as_array(parse_kind(split_chunk(bytes).head, "ids")["traces"], "traces");
  if (list.length !== shelf.n_traces) throw new BundleError(`traces: ${list.length}, expected ${shelf.n_traces}`);
  return list.map((entry, i) => {
    const ids = as_array(entry, `traces[${i}]`).map((v, k) => as_count(v, `traces[${i}][${k}]`));
    const { n_tokens } = sizes_of(index, shelf.first_trace + i);
    if (ids.length !== 0 && ids.length !== n_tokens) throw new BundleError(`traces[${i}]: ${ids.length} ids for ${n_tokens} tokens`);
    return ids;
  });
}

export function parse_readings_chunk(bytes: Uint8Array, index: RunIndex, shelf: Shelf, strips: readonly Strip[]): Reading[] {
  const { head, body } = split_chunk(bytes);
  const rows = make_row_reader(body);
  const readings = as_array(parse_kind(head, "readings")["readings"], "readings").map((entry, i): Reading => {
    const where = `readings[${i}]`, r = as_object(entry, where);
    const trace = as_index(r["trace"], shelf.n_traces, `${where}.trace`);
    const { n_options, n_positions, first, n_tokens } = sizes_of(index, shelf.first_trace + trace);
    const positions = or_null(r["positions"], (v) => read_positions(v, n_tokens, `${where}.positions`, true)) ??
      list_positions(strips[trace] as Strip, first, n_positions);
    return { trace, reader: as_index(r["reader"], index.run.readers.length, `${where}.reader`),
      forced: as_string(r["forced"], `${where}.forced`),
      interpolated: read_runs(r["interpolated"], 0, positions.length - 1, `${where}.interpolated`),
      curve: { positions, values: rows.take(n_options, positions.length), mass: rows.take(1, positions.length) } };
  });
  rows.finish();
  return readings;
}
