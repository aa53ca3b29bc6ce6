// SPDX-License-Identifier: MIT
// A small bundle whose every number is known by heart.
import { make_analysis } from "./make_analysis.ts";
import type { BundleData, RunData, TraceData } from "./make_bundle.ts";

// From (p0, p1) to a row: what is left stays outside the options.
const row = (...p: number[]): number[] => p;

const short: TraceData = {
  id: "a0", sample: 0, tokens: ["So", ",", " two"], token_ids: [11, 12, 13], answer_text: "The answer is B.", chosen: 1,
  probs: [row(0.5, 0.25), row(1, 0), row(0, 1), row(0.125, 0.5)], seed: "7",
  readings: [{ reader: 0, probs: [row(0.25, 0.5), row(0.25, 0.5), row(0.5, 0.25), row(0.125, 0.75)], forced: "So it is " },
    { reader: 1, positions: [0, 3], probs: [row(0.5, 0.5), row(0, 1)], forced: "" }],
};
const wide = (id: string, sample: number, n: number, p_end: number, more: Partial<TraceData> = {}): TraceData => ({
  id, sample, tokens: Array.from({ length: n }, (_, i) => ` w${i}`),
  probs: Array.from({ length: n + 1 }, (_, t) => row(0.9 - (0.9 - (1 - p_end)) * (t / n), 0.1 + (p_end - 0.1) * (t / n))), ...more,
});

export const kFixture: BundleData = {
  title: "fixture", generator: "thinktrace test",
  runs: [{
    name: "run one", labels: ["A", "B"], notes: ["mind the gap"],
    readers: ["reader 2: Toy 1M (order 1)", "reader 3: Toy 3M"], settings: [["temperature", "0.6"], ["suffix", "\n\nThe answer is "]],
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
          { ...wide("d0", 0, 3, 0.5), token_ids: [], positions: [1, 2, 3], probs: [row(0.25, 0.5), row(0.5, 0.5), row(0.75, 0.25)] },
        ] },
      ] },
    ],
  }],
};

// As imports are: no seed, no prompt, no reading before the first token, one trace of which nothing was read.
export const kImported: RunData = {
  name: "imported", labels: ["1", "2"], notes: ["Imported."], settings: [["import", "jsonl"]],
  model: { name: "somebody’s", architecture: "", sha256: "" },
  analysis: make_analysis({ first: [1, 1], traces: 4, read: 2 }, [{ subject: "stars", first: [1, 1], traces: 4, read: 2 }]),
  subjects: [{ name: "stars", questions: [
    { id: "i0", text: "Which of these is a star?", options: ["a lamp", "the sun"], answer: 1, prompt: "", traces: [
      { id: "e0", sample: 0, tokens: ["The", " s\uFFFD", "n", "."], token_ids: [], positions: [2, 3, 4], seed: null, forced: "",
        probs: [row(0.5, 0.4), row(0.9, 0.1), row(0.04, 0.93)], answer_text: "The sun.",
        lacks: ["token_ids", "position_0", "exact_probabilities", "seed", "prompt", "<i>the weather</i>"] },
      { id: "e1", sample: 1, tokens: ["It is the sun,\nwhich shines."], token_ids: [], probs: [], stop: "unknown", chosen: 1, seed: null,
        forced: "", answer_text: "The sun.", lacks: ["tokens", "token_ids", "probes", "seed", "prompt"] },
    ] },
    { id: "i1", text: "Which of these is warm?", options: ["ice", "fire"], answer: 1, prompt: "", traces: [
      { ...wide("e2", 0, 12, 0.9), seed: null, lacks: ["seed"] },
      { id: "e3", sample: 1, tokens: ["Fire", " is", " warm"], probs: [], stop: "closed", chosen: 0, answer_text: "1", lacks: ["probes"] },
    ] },
  ] }],
};

export const kNumbers: BundleData = {
  title: "numbers",
  runs: [
    { ...(kFixture.runs[0] as RunData), analysis: make_analysis({ traces: 7, orders: true, prior: true,
      warnings: [{ kind: "low_mass", text: "the mass is low" }] },
      [{ subject: "first", traces: 5, start: [0.25, 0.125, 0.5], end: [1, 0.75, 1], warnings: [{ kind: "not_ended", text: "1 was cut" }] },
        { subject: "second", traces: 1, first: [1, 1], start: [0, null, null], end: [1, null, null] }]) },
    kImported,
  ],
};
