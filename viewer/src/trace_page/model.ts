// SPDX-License-Identifier: MIT
// All that one trace's page shows, put together from the two chunks.
import { BundleError } from "../bundle/check.ts";
import { count_positions, decode_u16 } from "../bundle/decode.ts";
import { colour_readings, probability } from "../colour/colouring.ts";
import type { Readings } from "../colour/colouring.ts";
import { kNoReading, option_colours } from "../colour/palette.ts";
import type { Rgb } from "../colour/palette.ts";
import type { Look } from "../colour/paint.ts";
import { is_strided, list_positions, reading_index } from "../curve/positions.ts";
import type { Question, QuestionChunk, Run, SubjectRef, Trace, TraceDetail } from "../types.ts";

export interface TraceModel {
  run: Run;
  subject: SubjectRef;
  question: Question;
  trace: Trace;
  prompt: string;
  detail: TraceDetail;
  readings: Readings; // [n_options, n_positions]
  mass: Float32Array; // [n_positions]
  positions: number[]; // [n_positions]
  index: Int32Array; // Position to reading, -1: none yet. [n_tokens + 1]
  strided: boolean;
  first: number; // The first position that the page can point at.
  start: number; // The first probed one that it can point at, where the cursor comes in.
}

export function make_model(run: Run, subject: SubjectRef, question: Question, trace: Trace, chunk: QuestionChunk) {
  const detail = chunk.traces.find((t) => t.id === trace.id);
  if (!detail) throw new BundleError(`The file data/${question.chunk}.js lacks the trace ${trace.id}.`);
  if (detail.tokens.length !== trace.n_tokens) {
    throw new BundleError(`The trace ${trace.id} has ${detail.tokens.length} tokens, expected ${trace.n_tokens}.`);
  }
  const n_positions = count_positions(trace), n_options = question.options.length;
  const where = `The trace ${trace.id}`;
  const positions = list_positions(trace.positions, trace.n_tokens);
  const model: TraceModel = {
    run, subject, question, trace, prompt: chunk.prompt, detail, positions,
    readings: {
      values: decode_u16(detail.probs, n_options * n_positions, `${where}: probs`), n_options, n_positions, unit: 1,
    },
    mass: decode_u16(detail.mass, n_positions, `${where}: mass`),
    index: reading_index(trace.positions, trace.n_tokens),
    strided: is_strided(trace.positions, trace.n_tokens),
    // An import may have no reading before the first token.
    first: positions[0] === 0 ? 0 : Math.min(1, trace.n_tokens),
    start: positions[0] ?? Math.min(1, trace.n_tokens),
  };
  return model;
}

// One colour per position, the first token's being at 1. [n_tokens + 1]
export function position_colours(model: TraceModel, look: Look): Rgb[] {
  const { question, readings, index } = model;
  const colours = option_colours(question.options.length, question.answer, look.palette);
  const by_reading = colour_readings(readings, question.answer, look.colouring, colours);
  return Array.from(index, (k) => by_reading[k] ?? kNoReading);
}

// The probabilities in force at position t; null where there is no reading yet. [n_options]
export function probabilities_at(model: TraceModel, t: number): number[] | null {
  const k = model.index[t] ?? -1;
  if (k < 0) return null;
  return model.question.options.map((_, o) => probability(model.readings, o, k));
}

export const mass_at = (model: TraceModel, t: number): number | null => model.mass[model.index[t] ?? -1] ?? null;
