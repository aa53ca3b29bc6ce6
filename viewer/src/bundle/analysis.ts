// SPDX-License-Identifier: MIT
// The first numbers of a run, as thinktrace/publish/analysis_json.h names them. A number that is missing is one that
// is not defined; one of another type is a flaw that is told with its place.
import { BundleError, as_array, as_count, as_number, as_object, as_string, or_missing } from "./check.ts";
import type { Json } from "./check.ts";
import { parse_kind } from "./chunk_text.ts";

export interface Estimate {
  value: number | null; // null: not defined.
  low: number | null; // Of the interval; both ends or none.
  high: number | null;
  wilson: boolean; // All traces agree, so drawing questions would say nothing.
  n_traces: number;
  n_questions: number;
  count: number | null; // Of shares that have it: traces.
}

const kTwoByTwo = ["right_right", "right_wrong", "wrong_right", "wrong_wrong"] as const;
const kForced = ["right_at_start", "right_at_end", "p_right_at_start", "p_right_at_end"] as const;
const kMass = ["at_start", "at_end", "over_curve"] as const;
const kCorrelation = ["over_traces", "within_questions", "within_subjects"] as const;
const kCommitment = ["t_exit_mean", "t_exit_median", "performative_share", "performative_share_high", "p_right_at_exit"] as const;
const kClasses = ["productive", "counterproductive", "meaningless_effort", "right_throughout", "wrong_throughout",
  "wavering", "known_already"] as const;
const kLabel = ["top_at_start", "top_at_end", "right"] as const;
const kOrders = ["option", "option_at_start", "option_at_end", "label", "label_at_start", "label_at_end"] as const;

type Estimates<K extends readonly string[]> = Record<K[number], Estimate>;
export type TwoByTwo = Estimates<typeof kTwoByTwo>;
export type Correlation = Estimates<typeof kCorrelation>;
export type Classes = Estimates<typeof kClasses>;

export interface Labels {
  n_options: number;
  traces: number;
  each: (Estimates<typeof kLabel> & { prior: number | null })[];
  prior_right: Estimate | null;
}

export interface Block {
  subject: string; // Empty in the block of all traces.
  traces: number;
  questions: number;
  traces_read: number;
  traces_with_bad_readings: number;
  not_ended: number;
  ended_unknown: number;
  first_position: { lowest: number | null; highest: number | null };
  forced: Estimates<typeof kForced> & { start_by_end: TwoByTwo; end_by_free: TwoByTwo };
  free_right: Estimate;
  mass: Estimates<typeof kMass> & { lowest_at_start: number | null; lowest_at_end: number | null };
  thinking_length: { mean: Estimate; median: Estimate; longest: number | null; unknown: number;
    r_forced_right_at_end: Correlation; r_free_right: Correlation };
  flips: Estimate;
  commitment: Estimates<typeof kCommitment> & { censored: number };
  classes: Classes;
  labels: Labels;
  order_agreement: Estimates<typeof kOrders>;
  warnings: { kind: string; text: string }[];
}

export interface Analysis {
  seed: number | null;
  resamples: number | null;
  level: number | null;
  overall: Block;
  subjects: Block[];
}

const number_or_null = (from: Json, key: string, where: string): number | null =>
  or_missing(from[key], (v) => as_number(v, `${where}.${key}`));
const count_or_0 = (from: Json, key: string, where: string): number =>
  or_missing(from[key], (v) => as_count(v, `${where}.${key}`)) ?? 0;
// A part of the whole; one that is missing is empty.
const part = (from: Json, key: string, where: string): Json => as_object(from[key] ?? {}, `${where}.${key}`);

export function read_estimate(value: unknown, where: string): Estimate {
  const e = as_object(value ?? {}, where);
  const low = number_or_null(e, "low", where), high = number_or_null(e, "high", where);
  if (low !== null && high !== null && low > high) throw new BundleError(`${where}: an interval from ${low} to ${high}`);
  const whole = low !== null && high !== null;
  return {
    value: number_or_null(e, "value", where), low: whole ? low : null, high: whole ? high : null,
    wilson: e["method"] === "wilson", n_traces: count_or_0(e, "n_traces", where),
    n_questions: count_or_0(e, "n_questions", where),
    count: or_missing(e["count"], (v) => as_count(v, `${where}.count`)),
  };
}

function read_estimates<K extends readonly string[]>(from: Json, keys: K, where: string): Estimates<K> {
  return Object.fromEntries(keys.map((key) => [key, read_estimate(from[key], `${where}.${key}`)])) as Estimates<K>;
}

function read_labels(from: Json, where: string): Labels {
  return {
    n_options: count_or_0(from, "n_options", where),
    traces: count_or_0(from, "traces", where),
    each: as_array(from["each"] ?? [], `${where}.each`).map((value, i) => {
      const place = `${where}.each[${i}]`, label = as_object(value, place);
      return { ...read_estimates(label, kLabel, place), prior: number_or_null(label, "prior", place) };
    }),
    prior_right: or_missing(from["prior_right"], (v) => read_estimate(v, `${where}.prior_right`)),
  };
}

function read_length(from: Json, where: string): Block["thinking_length"] {
  const correlation = (key: string): Correlation =>
    read_estimates(part(from, key, where), kCorrelation, `${where}.${key}`);
  return {
    ...read_estimates(from, ["mean", "median"] as const, where),
    longest: number_or_null(from, "longest", where),
    unknown: count_or_0(from, "unknown", where),
    r_forced_right_at_end: correlation("r_forced_right_at_end"),
    r_free_right: correlation("r_free_right"),
  };
}

function read_warnings(value: unknown, where: string): Block["warnings"] {
  return as_array(value ?? [], where).map((entry, i) => {
    const warning = as_object(entry, `${where}[${i}]`);
    return { kind: as_string(warning["kind"], `${where}[${i}].kind`), text: as_string(warning["text"], `${where}[${i}].text`) };
  });
}

function read_block(value: unknown, where: string): Block {
  const b = as_object(value, where);
  const count = (key: string): number => count_or_0(b, key, where);
  const place = (key: string): string => `${where}.${key}`;
  const forced = part(b, "forced", where), mass = part(b, "mass", where), first = part(b, "first_position", where);
  const commitment = part(b, "commitment", where);
  return {
    subject: as_string(b["subject"] ?? "", place("subject")),
    traces: count("traces"), questions: count("questions"), traces_read: count("traces_read"),
    traces_with_bad_readings: count("traces_with_bad_readings"),
    not_ended: count("not_ended"), ended_unknown: count("ended_unknown"),
    first_position: {
      lowest: number_or_null(first, "lowest", place("first_position")),
      highest: number_or_null(first, "highest", place("first_position")),
    },
    forced: {
      ...read_estimates(forced, kForced, place("forced")),
      start_by_end: read_estimates(part(forced, "start_by_end", place("forced")), kTwoByTwo, place("forced.start_by_end")),
      end_by_free: read_estimates(part(forced, "end_by_free", place("forced")), kTwoByTwo, place("forced.end_by_free")),
    },
    free_right: read_estimate(b["free_right"], place("free_right")),
    mass: {
      ...read_estimates(mass, kMass, place("mass")),
      lowest_at_start: number_or_null(mass, "lowest_at_start", place("mass")),
      lowest_at_end: number_or_null(mass, "lowest_at_end", place("mass")),
    },
    thinking_length: read_length(part(b, "thinking_length", where), place("thinking_length")),
    flips: read_estimate(b["flips"], place("flips")),
    commitment: {
      ...read_estimates(commitment, kCommitment, place("commitment")),
      censored: count_or_0(commitment, "censored", place("commitment")),
    },
    classes: read_estimates(part(b, "classes", where), kClasses, place("classes")),
    labels: read_labels(part(b, "labels", where), place("labels")),
    order_agreement: read_estimates(part(b, "order_agreement", where), kOrders, place("order_agreement")),
    warnings: read_warnings(b["warnings"], place("warnings")),
  };
}

export function parse_analysis_chunk(text: string): Analysis {
  const analysis = as_object(parse_kind(text, "analysis")["analysis"], "analysis");
  const resampling = part(analysis, "resampling", "analysis");
  return {
    seed: number_or_null(resampling, "seed", "analysis.resampling"),
    resamples: number_or_null(resampling, "resamples", "analysis.resampling"),
    level: number_or_null(resampling, "level", "analysis.resampling"),
    overall: read_block(analysis["overall"], "analysis.overall"),
    subjects: as_array(analysis["subjects"] ?? [], "analysis.subjects")
      .map((block, i) => read_block(block, `analysis.subjects[${i}]`)),
  };
}
