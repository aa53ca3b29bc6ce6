// SPDX-License-Identifier: MIT
// What is said about one trace in a few words, and where its page is.
import { column_of, known_length, trace_at } from "../bundle/index.ts";
import { is_unread } from "../bundle/index.ts";
import type { ListOf, State } from "../state/state.ts";
import { plural, two_places } from "../text/numbers.ts";
import type { RunIndex } from "../types.ts";

// How the thinking stopped, where the model did not end it itself.
export const kStopNames = {
  closed: "",
  budget: "cut by the budget",
  end_of_text: "ended without closing",
  unknown: "ending not known",
} as const;

// A number of the trace that the bundle may bring; null: it has none.
export function number_of(index: RunIndex, trace: number, key: string): number | null {
  const value = column_of(index, key)?.values[trace] ?? NaN;
  return Number.isNaN(value) ? null : value;
}

export const answer_of = (index: RunIndex, trace: number): number => index.questions.answer[index.traces.question[trace] as number] as number;
export const is_right_at_end = (index: RunIndex, trace: number): boolean => index.traces.top_end[trace] === answer_of(index, trace);

export const name_trace = (index: RunIndex, trace: number): string =>
  `Question ${index.traces.question[trace]}, sample ${index.traces.sample[trace]}`;

export function describe_trace(index: RunIndex, trace: number): string {
  const head = `${name_trace(index, trace)}: `, t = trace_at(index, trace);
  if (t.status === "failed") return `${head}failed`;
  const length = known_length(index, trace), tokens = length === null ? "length not known" : plural(length, "thinking token");
  if (is_unread(t)) return `${head}${tokens}, nothing was read of it`;
  const stop = kStopNames[t.stop];
  return `${head}${tokens}, P(right) ${two_places(number_of(index, trace, "p_start"))} at start, ` +
    `${two_places(number_of(index, trace, "p_end"))} at end, forced answer at end ${is_right_at_end(index, trace) ? "right" : "wrong"}` +
    (stop === "" ? "" : `, ${stop}`);
}

// Whose traces a gallery lists.
export const list_of = ({ run, subject }: State): ListOf => (run === null ? "runs" : subject === null ? "run" : "subject");

// The address of the trace's own page.
export function page_of(index: RunIndex, trace: number, from: ListOf): Partial<State> {
  const { questions, run } = index, question = index.traces.question[trace] as number;
  return { page: "trace", run: run.key, subject: run.subjects[questions.subject[question] as number]?.key ?? null,
    question: questions.id[question] as string, sample: index.traces.sample[trace] as number, from, cursor: null };
}
