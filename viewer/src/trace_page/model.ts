// SPDX-License-Identifier: MIT
// All that one trace's page shows: what the index, the questions and the chunks of its shelf say of it, put together.
import { question_at, trace_at } from "../bundle/index.ts";
import type { ExperimentResult } from "../bundle/experiments.ts";
import type { TraceDetail } from "../bundle/load.ts";
import { colour_readings, probability } from "../colour/colouring.ts";
import type { Readings } from "../colour/colouring.ts";
import { kNoReading, option_colours } from "../colour/palette.ts";
import type { Rgb } from "../colour/palette.ts";
import { mark_rows } from "../curve/interpolated.ts";
import { list_tops } from "../curve/measures.ts";
import { is_strided, reading_index } from "../curve/positions.ts";
import { option_label } from "../gallery/row.ts";
import { number_of } from "../gallery/trace_words.ts";
import { same_name } from "../state/state.ts";
import type { State } from "../state/state.ts";
import type { Question, QuestionText, Run, RunIndex, SubjectRef, Trace } from "../types.ts";
import { find_exit } from "./commitment.ts";
import type { Exit } from "./commitment.ts";
import { join_tokens } from "./ranges.ts";
import type { TokenText } from "./ranges.ts";

// One trace by its address.
export interface Found { run: Run; index: RunIndex; question: Question; trace: Trace }

// The trace that an address names; null: the subject has no such question, or the question no such sample.
export function find_trace(index: RunIndex, subject: SubjectRef, at: Pick<State, "question" | "sample">): number | null {
  const { run, questions } = index, place = run.subjects.indexOf(subject);
  const q = questions.id.findIndex((id, i) => questions.subject[i] === place && same_name(id, at.question ?? ""));
  return q < 0 ? null : samples_of(index, q).find((t) => index.traces.sample[t] === at.sample) ?? null;
}

export function tell_trace(index: RunIndex, texts: readonly QuestionText[], t: number): Found {
  return { run: index.run, index, question: question_at(index, texts, index.traces.question[t] as number), trace: trace_at(index, t) };
}

// The traces of a question.
export function samples_of(index: RunIndex, question: number): number[] {
  const from = index.questions.first_trace[question] as number, to = index.questions.first_trace[question + 1] as number;
  return Array.from({ length: to - from }, (_, i) => from + i);
}

// problem: why they could not be had.
export interface Experiments { results: readonly ExperimentResult[]; problem: unknown }

export interface TraceModel extends Found {
  detail: TraceDetail;
  text: TokenText;
  labels: string[]; // Of the options. [n_options]
  readings: Readings; // [n_options, n_positions]
  tops: Int32Array; // The most likely option of each reading. [n_positions]
  mass: Float32Array; // [n_positions]
  interpolated: Uint8Array; // 1 where a row was not read but interpolated. [n_positions]
  positions: number[]; // [n_positions]
  at: Int32Array; // Position to reading, -1: none yet. [n_tokens + 1]
  strided: boolean;
  first: number; // The first position that the page can point at.
  start: number; // The first probed one that it can point at, where the cursor comes in.
  exit: Exit | null;
  experiments: Experiments;
}

export function make_model(found: Found, detail: TraceDetail, experiments: Experiments = { results: [], problem: null }): TraceModel {
  const { run, index, question, trace } = found, { positions, values, mass } = detail.curve;
  const readings = { values, n_options: question.options.length, n_positions: positions.length, unit: 1 };
  const tops = list_tops(readings);
  return {
    ...found, detail, experiments, text: join_tokens(detail.tokens), labels: question.options.map((_, o) => option_label(run, o)),
    readings, tops, mass, positions, interpolated: mark_rows(detail.interpolated, positions[0] ?? 0, positions.length),
    at: reading_index(positions, trace.n_tokens), strided: is_strided(positions, trace.n_tokens),
    // An import may have no reading before the first token.
    first: positions[0] === 0 ? 0 : Math.min(1, trace.n_tokens),
    start: positions[0] ?? Math.min(1, trace.n_tokens),
    exit: find_exit(tops, positions, number_of(index, trace.place, "t_exit")),
  };
}

// Agreement of the most likely option with the other orders of the options; null: none were read.
export const order_agreement = (model: TraceModel): number | null => number_of(model.index, model.trace.place, "order_agreement");

// One colour per position, the first token's being at 1. [n_tokens + 1]
export function position_colours(model: TraceModel, look: Pick<State, "colouring" | "palette">): Rgb[] {
  const { question, readings, at } = model;
  const colours = option_colours(question.options.length, question.answer, look.palette);
  const by_reading = colour_readings(readings, question.answer, look.colouring, colours);
  return Array.from(at, (k) => by_reading[k] ?? kNoReading);
}

// The probabilities in force at position t; null where there is no reading yet. [n_options]
export function probabilities_at(model: TraceModel, t: number): number[] | null {
  const k = model.at[t] ?? -1;
  if (k < 0) return null;
  return model.question.options.map((_, o) => probability(model.readings, o, k));
}

export const mass_at = (model: TraceModel, t: number): number | null => model.mass[model.at[t] ?? -1] ?? null;
