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
