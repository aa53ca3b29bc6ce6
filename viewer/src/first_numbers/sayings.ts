// SPDX-License-Identifier: MIT
// What the numbers are called, which of a run's numbers belong to a subject, and what a reader must be told.
import type { Analysis, Block, Estimate } from "../bundle/analysis.ts";
import { plural, short_number, whole } from "../text/numbers.ts";
import type { Run, SubjectRef } from "../types.ts";

// "at the start", or what it is where the curves begin later.
export function name_of_start(block: Block): string {
  const { lowest, highest } = block.first_position;
  if (lowest !== highest) return "at the first position";
  return lowest === null || lowest === 0 ? "at the start" : `after ${plural(lowest, "token")}`;
}

// The same for narrow places.
export function short_name_of_start(block: Block): string {
  const { lowest, highest } = block.first_position;
  if (lowest !== highest) return "first";
  return lowest === null || lowest === 0 ? "start" : `t = ${lowest}`;
}

export function interval_text(e: Estimate, write: (x: number | null) => string = short_number): string {
  return e.low === null || e.high === null ? "" : `[${write(e.low)}, ${write(e.high)}]`;
}

// The block of a subject: by its name, else by its place among the subjects that have traces to count, if all their
// numbers of traces agree (a name with control characters is written otherwise in the analysis).
export function find_block(analysis: Analysis, run: Run, subject: SubjectRef): Block | null {
  const named = analysis.subjects.filter((b) => b.subject === subject.name);
  if (named.length === 1 && run.subjects.filter((s) => s.name === subject.name).length === 1) return named[0] ?? null;
  const counted = run.subjects.filter((s) => s.n_traces > s.n_failed);
  const agree = counted.length === analysis.subjects.length &&
    counted.every((s, i) => s.n_traces - s.n_failed === analysis.subjects[i]?.traces);
  return agree ? analysis.subjects[counted.indexOf(subject)] ?? null : null;
}

export interface Told { subject: string | null; text: string }

// A subject's warning is left out where all traces together give one of its kind.
export function warnings_told(analysis: Analysis): Told[] {
  const kinds = new Set(analysis.overall.warnings.map((w) => w.kind));
  const told: Told[] = analysis.overall.warnings.map(({ text }) => ({ subject: null, text }));
  if (analysis.subjects.length < 2) return told;
  return told.concat(analysis.subjects.flatMap((block) => block.warnings.filter((w) => !kinds.has(w.kind))
    .map(({ text }) => ({ subject: block.subject, text }))));
}

// What the head of the numbers says; some of it counts a set of traces (see sets.ts).
export interface HeadPart { text: string; count: number | null; set?: "all" | "read" | "not_ended" | "ended_unknown" }

export function head_parts(analysis: Analysis): HeadPart[] {
  const { overall: all } = analysis;
  const parts: HeadPart[] = [{ text: `${plural(all.traces, "trace")} of ${plural(all.questions, "question")}`, count: all.traces, set: "all" }];
  if (all.traces_read < all.traces) parts.push({ text: `${whole(all.traces_read)} with a curve`, count: all.traces_read, set: "read" });
  if (all.not_ended > 0) parts.push({ text: `${whole(all.not_ended)} did not end`, count: all.not_ended, set: "not_ended" });
  if (all.ended_unknown > 0) {
    parts.push({ text: `${whole(all.ended_unknown)} not known to have ended`, count: all.ended_unknown, set: "ended_unknown" });
  }
  if (analysis.level !== null) parts.push({ text: `[low, high] are ${percent(analysis.level)} intervals`, count: null });
  return parts;
}

const percent = (level: number): string => `${Number((100 * level).toPrecision(4))} %`;

// How the intervals were made.
export function interval_note(analysis: Analysis): string {
  const { resamples, seed, level } = analysis;
  const drawn = resamples === null ? "" : `, drawn ${whole(resamples)} times${seed === null ? "" : ` (seed ${seed})`}`;
  return `Intervals${level === null ? "" : ` (${percent(level)})`} are of a bootstrap over whole questions${drawn}, since ` +
    "traces of one question are not independent; where all traces agree, Wilson’s interval with the number of questions " +
    "(its dot is hollow). With fewer than about 20 questions they are too short.";
}
