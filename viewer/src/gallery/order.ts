// SPDX-License-Identifier: MIT
// Which questions a gallery shows, and in which order.
import { known_length } from "../bundle/decode.ts";
import type { Question, SortKey, State, SubjectRef, Trace } from "../types.ts";

// One line of the gallery: a question with those of its traces that pass the filters.
export interface Entry {
  subject: SubjectRef;
  place: number; // Of the subject in the run.
  question: Question;
  traces: Trace[];
}

interface SortEntry {
  name: string;
  explain: string;
  value: ((trace: Trace) => number | null) | null; // null: not a number of the traces.
}

const change = (t: Trace): number | null => (t.p_end === null || t.p_start === null ? null : t.p_end - t.p_start);

export const kSortKeys: Record<SortKey, SortEntry> = {
  number: { name: "number", explain: "the question’s place in the run", value: null },
  id: { name: "id", explain: "the question’s id", value: null },
  length: { name: "length", explain: "mean number of thinking tokens", value: known_length },
  start: { name: "P(right) at start", explain: "mean over the question’s traces", value: (t) => t.p_start },
  end: { name: "P(right) at end", explain: "mean over the question’s traces", value: (t) => t.p_end },
  change: { name: "change", explain: "P(right) at end minus at start, mean over the question’s traces", value: change },
};

export function trace_passes(trace: Trace, question: Question, state: State): boolean {
  if (state.stop === "failed") return trace.status === "failed";
  if (state.stop !== "any" && (trace.status === "failed" || trace.stop !== state.stop)) return false;
  if (state.end === "any") return true;
  if (trace.top_end === null) return false;
  return (trace.top_end === question.answer) === (state.end === "right");
}

// Every word must occur in the question's text or options; case does not matter.
export function text_passes(question: Question, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter((w) => w !== "");
  if (words.length === 0) return true;
  const where = [question.text, ...question.options].join("\n").toLowerCase();
  return words.every((word) => where.includes(word));
}

export function filter_entries(entries: readonly Entry[], state: State): Entry[] {
  if (state.end === "any" && state.stop === "any" && state.text.trim() === "") return [...entries];
  return entries.flatMap((entry) => {
    if (!text_passes(entry.question, state.text)) return [];
    const traces = entry.traces.filter((t) => trace_passes(t, entry.question, state));
    return traces.length > 0 ? [{ ...entry, traces }] : [];
  });
}

// The mean over the traces that have the number; null where none has.
export function sort_value(entry: Entry, key: SortKey): number | null {
  const value = kSortKeys[key].value;
  if (!value) return null;
  const numbers = entry.traces.filter((t) => t.status === "ok").map(value).filter((v) => v !== null);
  return numbers.length === 0 ? null : numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

const by_place = (a: Entry, b: Entry): number => a.place - b.place || a.question.number - b.question.number;
const by_id = (a: Entry, b: Entry): number =>
  a.question.id < b.question.id ? -1 : a.question.id > b.question.id ? 1 : by_place(a, b);

// A new list. Ties keep the order of the run in both directions, and questions
// without the number come last in both.
export function sort_entries(entries: readonly Entry[], key: SortKey, descending: boolean): Entry[] {
  const sign = descending ? -1 : 1;
  if (key === "number") return [...entries].sort((a, b) => sign * by_place(a, b));
  if (key === "id") return [...entries].sort((a, b) => sign * by_id(a, b));
  return entries.map((entry) => ({ entry, value: sort_value(entry, key) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || by_place(a.entry, b.entry);
      return sign * (a.value - b.value) || by_place(a.entry, b.entry);
    })
    .map(({ entry }) => entry);
}

export const arrange = (entries: readonly Entry[], state: State): Entry[] =>
  sort_entries(filter_entries(entries, state), state.sort, state.descending);

export interface Tally { traces: number; failed: number; right_start: number; right_end: number; read: number }

// How many traces there are, and in how many the forced answer was right.
export function tally(questions: readonly Question[]): Tally {
  const sum: Tally = { traces: 0, failed: 0, right_start: 0, right_end: 0, read: 0 };
  for (const question of questions) {
    for (const trace of question.traces) {
      sum.traces++;
      if (trace.status === "failed") sum.failed++;
      if (trace.top_start === null || trace.top_end === null) continue;
      sum.read++;
      if (trace.top_start === question.answer) sum.right_start++;
      if (trace.top_end === question.answer) sum.right_end++;
    }
  }
  return sum;
}
