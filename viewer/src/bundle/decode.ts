// SPDX-License-Identifier: MIT
// From a chunk's JSON text to typed data, and from base64 to numbers.
import type { Question, QuestionChunk, Stop, Trace, TraceDetail } from "../types.ts";
import { BundleError, as_array, as_chunk_name, as_count, as_index, as_number, as_object, as_one_of, as_probability,
  as_string, or_missing, or_null } from "./check.ts";

const kStops: readonly Stop[] = ["closed", "budget", "end_of_text", "unknown"];

export function bytes_from_base64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new BundleError("not base64");
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// Option-major bytes [n_options, n_positions], 255 = certain.
export function decode_strip(trace: Trace, n_options: number): Uint8Array {
  const strip = bytes_from_base64(trace.strip);
  const expected = n_options * count_positions(trace);
  if (strip.length !== expected) {
    throw new BundleError(`trace ${trace.id}: its strip has ${strip.length} bytes, expected ${expected}`);
  }
  return strip;
}

// Little-endian unsigned 16-bit numbers to probabilities; `n` of them are expected.
export function decode_u16(text: string, n: number, where: string): Float32Array {
  const bytes = bytes_from_base64(text);
  if (bytes.length !== 2 * n) throw new BundleError(`${where}: has ${bytes.length} bytes, expected ${2 * n}`);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: n }, (_, i) => view.getUint16(2 * i, true) / 65535);
}

export function count_positions(trace: Trace): number {
  return trace.positions ? trace.positions.length : trace.n_tokens + 1;
}

// A trace that was imported without readings is fine, and has nothing to draw.
export const is_unread = (trace: Trace): boolean => trace.status === "ok" && trace.positions?.length === 0;

// Thinking tokens. An import that knows the text but not its tokens has one "token" that is the whole text, which is no
// length; that much is to be seen without the question's chunk.
export function known_length(trace: Trace): number | null {
  return is_unread(trace) && trace.n_tokens === 1 ? null : trace.n_tokens;
}

function read_positions(value: unknown, n_tokens: number, where: string): number[] | null {
  return or_null(value, (v) => {
    let last = -1;
    return as_array(v, where).map((p, i) => {
      const position = as_count(p, `${where}[${i}]`);
      if (position <= last || position > n_tokens) throw new BundleError(`${where}[${i}]: out of order or range`);
      return (last = position);
    });
  });
}

function read_trace(value: unknown, n_options: number, where: string): Trace {
  const t = as_object(value, where);
  const status = as_one_of(t["status"], ["ok", "failed"], `${where}.status`);
  const n_tokens = as_count(t["n_tokens"], `${where}.n_tokens`);
  const probability = (key: string) => or_null(t[key], (v) => as_probability(v, `${where}.${key}`));
  const option = (key: string) => or_null(t[key], (v) => as_index(v, n_options, `${where}.${key}`));
  return {
    id: as_string(t["id"], `${where}.id`),
    sample: as_count(t["sample"], `${where}.sample`),
    status,
    error: as_string(t["error"], `${where}.error`),
    n_tokens,
    // A failed trace need not have stopped in any way.
    stop: status === "ok" ? as_one_of(t["stop"], kStops, `${where}.stop`) : "closed",
    chosen: option("chosen"),
    positions: read_positions(t["positions"], n_tokens, `${where}.positions`),
    strip: as_string(t["strip"], `${where}.strip`),
    p_start: probability("p_start"),
    p_end: probability("p_end"),
    top_start: option("top_start"),
    top_end: option("top_end"),
    mass_start: probability("mass_start"),
    mass_end: probability("mass_end"),
  };
}

function read_question(value: unknown, where: string): Question {
  const q = as_object(value, where);
  const options = as_array(q["options"], `${where}.options`).map((o, i) => as_string(o, `${where}.options[${i}]`));
  return {
    id: as_string(q["id"], `${where}.id`),
    number: as_count(q["number"], `${where}.number`),
    text: as_string(q["text"], `${where}.text`),
    options,
    answer: as_index(q["answer"], options.length, `${where}.answer`),
    chunk: as_chunk_name(q["chunk"], `${where}.chunk`),
    traces: as_array(q["traces"], `${where}.traces`).map((t, i) =>
      read_trace(t, options.length, `${where}.traces[${i}]`)),
  };
}

export function parse_kind(text: string, kind: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BundleError("the chunk holds no JSON");
  }
  const chunk = as_object(value, "chunk");
  if (chunk["kind"] !== kind) throw new BundleError(`chunk: expected the kind "${kind}"`);
  return chunk;
}

export function parse_subject_chunk(text: string): Question[] {
  return as_array(parse_kind(text, "subject")["questions"], "questions")
    .map((q, i) => read_question(q, `questions[${i}]`));
}

function read_detail(value: unknown, where: string): TraceDetail {
  const t = as_object(value, where);
  const tokens = as_array(t["tokens"], `${where}.tokens`).map((s, i) => as_string(s, `${where}.tokens[${i}]`));
  const token_ids = as_array(t["token_ids"], `${where}.token_ids`)
    .map((id, i) => as_number(id, `${where}.token_ids[${i}]`));
  if (token_ids.length !== 0 && token_ids.length !== tokens.length) {
    throw new BundleError(`${where}: ${token_ids.length} token ids for ${tokens.length} tokens`);
  }
  return {
    id: as_string(t["id"], `${where}.id`),
    sample: as_count(t["sample"], `${where}.sample`),
    seed: or_missing(t["seed"], (v) => as_string(v, `${where}.seed`)),
    lacks: as_array(t["lacks"] ?? [], `${where}.lacks`).map((w, i) => as_string(w, `${where}.lacks[${i}]`)),
    tokens,
    token_ids,
    probs: as_string(t["probs"], `${where}.probs`),
    mass: as_string(t["mass"], `${where}.mass`),
    forced: as_string(t["forced"], `${where}.forced`),
    answer_text: as_string(t["answer_text"], `${where}.answer_text`),
  };
}

export function parse_question_chunk(text: string): QuestionChunk {
  const chunk = parse_kind(text, "question");
  return {
    id: as_string(chunk["id"], "id"),
    prompt: as_string(chunk["prompt"], "prompt"),
    traces: as_array(chunk["traces"], "traces").map((t, i) => read_detail(t, `traces[${i}]`)),
  };
}
