// SPDX-License-Identifier: MIT
// Invented indexes for tests of the table: every kind of trace there is, by chance but the same each time.
import { make_table } from "../src/table/table.ts";
import type { TraceTable } from "../src/table/table.ts";
import { make_random } from "./generate.ts";
import type { Random } from "./generate.ts";
import type { NumberColumn, Run, RunIndex, Shelf, SubjectRef } from "../src/types.ts";

export const below = (random: Random, n: number): number => Math.floor(random() * n);
export const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;

const hex = (text: string): string => Array.from(text, (c) => c.charCodeAt(0).toString(16)).join("").padEnd(32, "0").slice(0, 32);

function make_run(name: string, subjects: SubjectRef[]): Run {
  return { name, key: name, model: { name: "m", architecture: "", sha256: "" }, settings: [], notes: [], noise_floor: null, probe: null,
    labels: ["A", "B", "C"], readers: [], experiments: [], subjects, index: hex(`${name}i`), questions: hex(`${name}q`), outlines: null, analysis: null, ablations: null, tables: null };
}

function random_numbers(random: Random, key: string, unit: NumberColumn["unit"], n: number): NumberColumn {
  const value = (): number => (unit === "tokens" ? below(random, 400) : unit === "count" ? below(random, 5)
    : Math.round((random() * (unit === "change" ? 2 : 1) - (unit === "change" ? 1 : 0)) * 100) / 100);
  return { key, name: key, explain: "", unit, values: Float64Array.from({ length: n }, () => (random() < 0.15 ? NaN : value())) };
}

export function random_index(random: Random, name: string, n_questions: number): RunIndex {
  const subjects = ["chains", "beasts", "fortunes"].map((s) => ({ name: s, key: s, n_questions: 0, n_traces: 0, n_failed: 0 }));
  const counts = Int32Array.from({ length: n_questions }, () => 1 + below(random, 3));
  const first_trace = new Int32Array(n_questions + 1), question: number[] = [], shelf: number[] = [];
  counts.forEach((n, q) => {
    first_trace[q + 1] = (first_trace[q] as number) + n;
    for (let i = 0; i < n; i++) question.push(q);
    shelf.push(Math.floor(q / 4));
  });
  const n = question.length;
  const shelves = Array.from({ length: Math.ceil(n_questions / 4) }, (_, i): Shelf => {
    const first_question = 4 * i, n_of = Math.min(4, n_questions - first_question), first = first_trace[first_question] as number;
    const chunk = (kind: string): string => hex(`${name}${kind}${i}`);
    return { n_questions: n_of, first_question, first_trace: first, n_traces: (first_trace[first_question + n_of] as number) - first,
      strips: chunk("s"), texts: chunk("t"), curves: chunk("c"), ids: null, readings: null, experiments: null };
  });
  const column = (low: number, high: number): Int32Array => Int32Array.from({ length: n }, () => low + below(random, high - low + 1));
  const numbers = [["length", "tokens"], ["p_start", "share"], ["p_end", "share"], ["change", "change"], ["flips", "count"], ["t_exit", "tokens"]] as const;
  return {
    run: make_run(name, subjects), shelves, n_questions, n_traces: n,
    questions: { id: Array.from({ length: n_questions }, (_, q) => `${q}`.padStart(4, "0")), answer: new Int32Array(n_questions),
      subject: Int32Array.from({ length: n_questions }, (_, q) => Math.floor((3 * q) / n_questions)),
      n_options: new Int32Array(n_questions).fill(3), first_trace, shelf: Int32Array.from(shelf) },
    traces: { id: question.map((q, t) => `${name}-${q}-${t}`), question: Int32Array.from(question),
      sample: Int32Array.from(question, (q, t) => t - (first_trace[q] as number)),
      failed: Int32Array.from(question, () => Number(random() < 0.1)), n_tokens: column(1, 400), first: new Int32Array(n),
      n_positions: column(0, 1), stop: column(0, 3), chosen: column(-1, 2), top_start: column(-1, 2), top_end: column(-1, 2),
      class: column(-1, 4), known: column(-1, 1), cluster: column(-1, 2) },
    clusters: [[0.2, 0.9], [0.5, 0.5], [1, 0]], errors: new Map(), probing: [], numbers: numbers.map(([key, unit]) => random_numbers(random, key, unit, n)),
  };
}

export function random_table(seed: number, n_questions: number, runs: readonly string[] = ["one", "two"]): TraceTable {
  const random = make_random(seed);
  return make_table({ indexes: runs.map((name) => random_index(random, name, n_questions)), subject: null });
}
