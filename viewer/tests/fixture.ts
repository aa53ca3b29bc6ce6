// SPDX-License-Identifier: MIT
// A small bundle whose every number is known by heart.
import type { BundleData, TraceData } from "./make_bundle.ts";

// From (p0, p1) to a row: what is left stays outside the options.
const row = (...p: number[]): number[] => p;

const short: TraceData = {
  id: "a0", sample: 0, tokens: ["So", ",", " two"], token_ids: [11, 12, 13], answer_text: "The answer is B.", chosen: 1,
  probs: [row(0.5, 0.25), row(1, 0), row(0, 1), row(0.125, 0.5)], seed: "7",
};
const wide = (id: string, sample: number, n: number, p_end: number, more: Partial<TraceData> = {}): TraceData => ({
  id, sample, tokens: Array.from({ length: n }, (_, i) => ` w${i}`),
  probs: Array.from({ length: n + 1 }, (_, t) => row(0.9 - (0.9 - (1 - p_end)) * (t / n), 0.1 + (p_end - 0.1) * (t / n))), ...more,
});

export const kFixture: BundleData = {
  title: "fixture", generator: "thinktrace test",
  runs: [{
    name: "run one", labels: ["A", "B"], notes: ["mind the gap"], settings: [["temperature", "0.6"], ["suffix", "\n\nThe answer is "]],
    noise_floor: { max_abs_dp: 0.0123, positions: 12 },
    subjects: [
      { name: "first", questions: [
        { id: "q0", text: "Which is two?", options: ["one", "two"], answer: 1, traces: [short, wide("a1", 1, 40, 0.95)] },
        { id: "q1", text: "Which is seven?", options: ["seven", "eight"], answer: 0,
          traces: [wide("b0", 0, 20, 0.7), wide("b1", 1, 30, 0.2, { stop: "budget", chosen: null })] },
        { id: "q2", text: "Which is a prime?", options: ["nine", "eleven"], answer: 1, traces: [
          { id: "c0", sample: 0, tokens: [], probs: [], error: "the context is full" },
          { ...wide("c1", 1, 6, 0.6), positions: [0, 3, 6], probs: [row(0.75, 0.25), row(0.5, 0.5), row(0.25, 0.75)] },
        ] },
      ] },
      { name: "second", questions: [
        { id: "q9", text: "Last one?", options: ["yes", "no"], answer: 0, traces: [
          // As imports are: no reading before the first token, no token ids.
          { ...wide("z0", 0, 3, 0.5), token_ids: [], positions: [1, 2, 3], probs: [row(0.25, 0.5), row(0.5, 0.5), row(0.75, 0.25)] },
        ] },
      ] },
    ],
  }],
};
