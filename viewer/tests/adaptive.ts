// SPDX-License-Identifier: MIT
// Invented traces as adaptive probing would leave them: some rows as they were, the others on the line between them.
import type { ReadingData, RunData, TraceData } from "./make_bundle.ts";

// Every tenth position, and every one where the curve moves by more than `step` within such a stretch.
function choose_positions(probs: readonly number[][], step: number): number[] {
  const last = probs.length - 1, chosen = new Set([0, last]);
  const far = (a: number, b: number): boolean => (probs[a] as number[]).some((p, o) => Math.abs(p - (probs[b]?.[o] ?? 0)) > step);
  const part = (from: number, to: number): void => {
    if (to - from < 2 || (to - from <= 10 && !far(from, to))) return;
    const middle = (from + to) >> 1;
    chosen.add(middle);
    part(from, middle);
    part(middle, to);
  };
  part(0, last);
  return [...chosen].sort((a, b) => a - b);
}

export interface Probed { probs: number[][]; interpolated: number[]; error: { mean: number; upper: number } }

export function probe_adaptively(probs: readonly number[][], step = 0.3): Probed {
  const chosen = choose_positions(probs, step), rows = probs.map((row) => [...row]), interpolated: number[] = [];
  let off = 0;
  chosen.slice(1).forEach((to, i) => {
    const from = chosen[i] as number;
    if (to - from > 1) interpolated.push(from + 1, to - from - 1);
    for (let t = from + 1; t < to; t++) {
      rows[t] = (probs[t] as number[]).map((exact, o) => {
        const a = probs[from]?.[o] as number, b = probs[to]?.[o] as number, p = a + ((b - a) * (t - from)) / (to - from);
        off += Math.abs(p - exact);
        return p;
      });
    }
  });
  const mean = off / (probs.length * (probs[0]?.length ?? 1));
  return { probs: rows, interpolated, error: { mean, upper: 1.4 * mean + 0.0005 } };
}

function adapt(t: TraceData): TraceData {
  if (t.error !== undefined || t.positions || t.probs.length < 3) return t;
  const read_again = (r: ReadingData): ReadingData => {
    const { probs, interpolated } = probe_adaptively(r.probs);
    return { ...r, probs, interpolated };
  };
  const { probs, interpolated, error } = probe_adaptively(t.probs);
  return { ...t, probs, interpolated, probe_error: error, ...(t.readings && { readings: t.readings.map((r) => (r.positions ? r : read_again(r))) }) };
}

// The run as if it had been probed with --probe adaptive.
export const probed_adaptively = (run: RunData, name: string): RunData => ({
  ...run, name, probe: { mode: "adaptive", tolerance: 0.05 },
  subjects: run.subjects.map((s) => ({ ...s, questions: s.questions.map((q) => ({ ...q,
    traces: q.traces.map((t) => ({ ...adapt(t), id: `${t.id.slice(0, 12)}ad0` })) })) })),
});

// Right, where `right` has it, at the read positions, and on the line between them elsewhere; the mass is 1. Two options, the second one right.
function lay_out(right: Readonly<Record<number, number>>, more: Omit<TraceData, "tokens" | "probs">): TraceData {
  const read = Object.keys(right).map(Number), last = read.at(-1) as number, interpolated: number[] = [];
  const rows = Array.from({ length: last + 1 }, (_, t) => {
    const to = read.find((p) => p >= t) as number, from = read.filter((p) => p <= t).at(-1) as number;
    const [a, b] = [right[from] as number, right[to] as number], p = from === to ? a : a + ((b - a) * (t - from)) / (to - from);
    if (from === t - 1 && from !== to) interpolated.push(t, to - from - 1);
    return [1 - p, p];
  });
  return { tokens: Array.from({ length: last }, (_, i) => ` w${i}`), probs: rows, ...(interpolated.length > 0 && { interpolated }), ...more };
}

// By heart: t_exit of ad0 is 5, read, and so is 4; of ad1 both 5 and 4 are interpolated; of ad2 6 is read and 5 is not. All of ad3 was read.
export const kAdaptive: RunData = {
  name: "adaptive", labels: ["A", "B"], readers: ["reader 2: Toy 3M (adaptive:0.05)"], probe: { mode: "adaptive", tolerance: 0.05, share: 0.3, seconds: 2 },
  subjects: [{ name: "s", questions: [
    { id: "ga", text: "Which was read?", options: ["one", "two"], answer: 1, traces: [
      { ...lay_out({ 0: 0.25, 4: 0.25, 5: 0.75, 8: 0.75, 12: 1 }, { id: "ad0", sample: 0, probe_error: { mean: 0.004, upper: 0.009 } }),
        readings: [{ reader: 0, positions: [0, 0, 3, 6, 12], probs: [[1, 0], [0.75, 0.25], [0.5, 0.5], [0.5, 0.5], [0, 1]], interpolated: [1, 2] }] },
      lay_out({ 0: 0.125, 8: 0.875 }, { id: "ad1", sample: 1, probe_error: { mean: 0.00031, upper: 0.0421 } }),
    ] },
    { id: "gb", text: "And which was not?", options: ["one", "two"], answer: 1, traces: [
      lay_out({ 0: 0.125, 6: 0.52 }, { id: "ad2", sample: 0, probe_error: { mean: 0, upper: 0.0005 } }),
      lay_out({ 0: 0.25, 1: 0.75 }, { id: "ad3", sample: 1 }),
      { id: "ad4", sample: 2, tokens: [], probs: [], error: "no room" },
      { id: "ad5", sample: 3, tokens: ["x"], probs: [], lacks: ["probes"] },
    ] },
  ] }],
};
