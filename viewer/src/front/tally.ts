// SPDX-License-Identifier: MIT
// What the front page says of a subject, from the run's index alone.
import type { RunIndex } from "../types.ts";

export interface Tally {
  traces: number;
  failed: number;
  read: number;
  right_start: number; // Of those that were read.
  right_end: number;
  first: number; // The latest first probed position.
}

const belongs = (index: RunIndex, trace: number, subject: number): boolean =>
  index.questions.subject[index.traces.question[trace] as number] === subject;

// `subject`: its place in the run.
export function tally_subject(index: RunIndex, subject: number): Tally {
  const t = index.traces, sum: Tally = { traces: 0, failed: 0, read: 0, right_start: 0, right_end: 0, first: 0 };
  for (let i = 0; i < index.n_traces; i++) {
    if (!belongs(index, i, subject)) continue;
    sum.traces++;
    if (t.failed[i]) sum.failed++;
    else if ((t.n_positions[i] as number) > 0) {
      const answer = index.questions.answer[t.question[i] as number];
      sum.read++;
      if (t.top_start[i] === answer) sum.right_start++;
      if (t.top_end[i] === answer) sum.right_end++;
      sum.first = Math.max(sum.first, t.first[i] as number);
    }
  }
  return sum;
}

// The subject's first shelf, and one trace of each of its first questions there: one that was read, if there is any.
export function choose_strip(index: RunIndex, subject: number, limit: number): { shelf: number; traces: number[] } | null {
  const { subject: of, shelf: shelves, first_trace } = index.questions;
  const first = of.indexOf(subject), shelf = shelves[first];
  if (shelf === undefined) return null;
  const traces: number[] = [];
  for (let q = first; q < index.n_questions && shelves[q] === shelf && traces.length < limit; q++) {
    if (of[q] !== subject) continue;
    const from = first_trace[q] as number, n = (first_trace[q + 1] as number) - from;
    const own = Array.from({ length: n }, (_, k) => from + k), fine = own.filter((i) => !index.traces.failed[i]);
    const trace = fine.find((i) => (index.traces.n_positions[i] as number) > 0) ?? fine[0] ?? own[0];
    if (trace !== undefined) traces.push(trace);
  }
  return { shelf, traces };
}
