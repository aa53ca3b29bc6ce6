// SPDX-License-Identifier: MIT
// What two runs are compared by: numbers of a question, each a mean over its traces.
import { column_of, kStops } from "../bundle/index.ts";
import type { RunIndex, Unit } from "../types.ts";
import type { Matched } from "./match.ts";

export interface Measure { key: string; name: string; explain: string; unit: Unit }

const kRightEnd: Measure = { key: "right_end", name: "right at end", unit: "share",
  explain: "share of the traces whose forced answer is right at the last probed position" };

// Those of the summary, in its order.
export const kSummaryKeys = ["p_start", "p_end", "right_end", "length", "t_exit", "performative_share", "flips", "entropy_end"] as const;

// Where a trace would have settled is not known if it was cut: these are over the others, as in the first numbers.
const kOfEnded: readonly string[] = ["t_exit", "performative_share", "p_right_at_exit"];

// What both runs have.
export function list_measures(a: RunIndex, b: RunIndex): Measure[] {
  const common = a.numbers.filter(({ key }) => column_of(b, key) && key !== kRightEnd.key)
    .map(({ key, name, explain, unit }): Measure => ({ key, name, explain, unit }));
  const place = common.findIndex(({ key }) => key === "p_end") + 1;
  return [...common.slice(0, place), kRightEnd, ...common.slice(place)];
}

function trace_value(index: RunIndex, key: string): (trace: number) => number {
  const t = index.traces, values = column_of(index, key)?.values;
  const closed = kStops.indexOf("closed"), unknown = kStops.indexOf("unknown");
  if (key === kRightEnd.key) {
    return (i) => (t.top_end[i] as number) < 0 ? NaN : Number(t.top_end[i] === index.questions.answer[t.question[i] as number]);
  }
  if (!values) return () => NaN;
  if (!kOfEnded.includes(key)) return (i) => values[i] as number;
  return (i) => (t.stop[i] === closed || t.stop[i] === unknown ? values[i] as number : NaN);
}

// The mean over each question's traces that have the number; NaN where none has. [n_questions]
export function question_means(index: RunIndex, key: string): Float64Array {
  const value = trace_value(index, key), { first_trace } = index.questions;
  return Float64Array.from({ length: index.n_questions }, (_, q) => {
    let sum = 0, n = 0;
    for (let i = first_trace[q] as number; i < (first_trace[q + 1] as number); i++) {
      const x = index.traces.failed[i] ? NaN : value(i);
      if (Number.isNaN(x)) continue;
      sum += x;
      n++;
    }
    return n === 0 ? NaN : sum / n;
  });
}

// The commonest forced answer at the end of each question's traces, on a tie the lower index; -1 where nothing was read.
export function common_answers(index: RunIndex): Int32Array {
  const { first_trace, n_options } = index.questions;
  return Int32Array.from({ length: index.n_questions }, (_, q) => {
    const votes = new Int32Array(n_options[q] as number);
    for (let i = first_trace[q] as number; i < (first_trace[q + 1] as number); i++) {
      const option = index.traces.top_end[i] as number;
      if (!index.traces.failed[i] && option >= 0) votes[option] = (votes[option] as number) + 1;
    }
    const most = Math.max(...votes);
    return most === 0 ? -1 : votes.indexOf(most);
  });
}

// One measure over the common questions. NaN where a run has none. [n]
export interface PairedValues { first: Float64Array; second: Float64Array; difference: Float64Array }

export function pair_values(a: RunIndex, b: RunIndex, matched: Matched, key: string): PairedValues {
  const of_a = question_means(a, key), of_b = question_means(b, key);
  const first = Float64Array.from(matched.first, (q) => of_a[q] as number);
  const second = Float64Array.from(matched.second, (q) => of_b[q] as number);
  return { first, second, difference: second.map((x, i) => x - (first[i] as number)) };
}

// The latest first probed position of the run's traces; 0 is before any thinking.
export const latest_start = ({ traces }: RunIndex): number =>
  traces.first.reduce((most, t, i) => ((traces.n_positions[i] as number) > 0 ? Math.max(most, t) : most), 0);
