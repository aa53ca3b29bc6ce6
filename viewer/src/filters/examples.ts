// SPDX-License-Identifier: MIT
// Conditions to begin with, and where a mistake in one stands.
import { compile_expression } from "../table/expression.ts";
import type { TraceTable } from "../table/table.ts";

export interface Example { text: string; explain: string }

const kShown = 3;
export const kExamples: readonly Example[] = [
  { text: "end == 'right' and p_end < 0.6", explain: "right in the end, and not sure of it" },
  { text: "abs(change) > 0.5 and flips <= 1", explain: "turned around once, for good" },
  { text: "has(t_exit) and t_exit < length / 4", explain: "settled in the first quarter of the thinking" },
  { text: "class in ['productive', 'wavering']", explain: "either of two classes" },
  { text: "end == 'right' and p_if_none < 0.5", explain: "right in the end, and not without its thinking" },
  { text: "stop == 'budget' or length > 1000", explain: "long, or cut by the budget" },
  { text: "free == 'wrong' and sample == 0", explain: "the first sample of each question, where it was answered wrongly" },
];

// Those that make sense for the fields there are.
export const fitting_examples = (table: TraceTable): Example[] =>
  kExamples.filter(({ text }) => compile_expression(text, table).ok).slice(0, kShown);

const kAround = 18; // Characters on either side.

// The word at a place, with what stands around it.
export function mistake_at(text: string, at: number): { before: string; at: string; after: string } {
  const from = Math.min(Math.max(at, 0), text.length), word = /^(?:[\p{L}\p{N}_.]+|\s*\S?)/u.exec(text.slice(from))?.[0] ?? "", to = from + word.length;
  const start = Math.max(0, from - kAround), end = Math.min(text.length, to + kAround);
  return { before: `${start > 0 ? "…" : ""}${text.slice(start, from)}`, at: word, after: `${text.slice(to, end)}${end < text.length ? "…" : ""}` };
}
