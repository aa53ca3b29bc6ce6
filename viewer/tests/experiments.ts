// SPDX-License-Identifier: MIT
// A run with the results of every kind of experiment on a trace whose numbers are known by heart; and invented ones for any run.
import { make_random } from "../src/compare/bootstrap.ts";
import { make_ablation, make_report } from "./make_analysis.ts";
import type { ArmData, ExperimentData, RunData, TraceData } from "./make_bundle.ts";
import { top } from "./measure.ts";

const draw = (n_tokens: number, p: number[], source?: string) => ({ n_tokens, p, ...(source && { source }) });

export const kExperimentKinds = [{ number: 2, kind: "ablation", about: "2 draws of what is drawn, seed 1" }, { number: 3, kind: "continuation", about: "" },
  { number: 5, kind: "pivots", about: "from 8 to 64 trials" }, { number: 6, kind: "mistakes", about: "" }, { number: 2, kind: "hint", about: "suggested, wrong option" }];

// Of a trace with 8 tokens, 4 options, the second of them right.
export const kAll: ExperimentData[] = [
  { experiment: 0, arms: [
    { name: "real", label: "the real thinking", draws: [draw(8, [0.02, 0.95, 0.01, 0.01])] },
    { name: "none", label: "no thinking", draws: [draw(0, [0.6, 0.3, 0.05, 0.03])] },
    { name: "filler", label: "filler tokens", draws: [draw(8, [0.1, 0.7, 0.1, 0.1])] },
    { name: "other_question", label: "another question’s thinking", draws: [draw(8, [0.1, 0.5, 0.3, 0.1], "x1"), draw(8, [0.7, 0.2, 0.1, 0], "gone")] },
    { name: "first_0.5", label: "its first 50 %", draws: [draw(4, [0.4, 0.4, 0.1, 0.1])] },
  ] },
  { experiment: 1, prefixes: [{ position: 0, forced: [0.6, 0.3, 0.05, 0.03], free: [1, 14, 0, 0], none: 1 }, { position: 4, forced: null, free: [0, 8, 0, 0], none: 0 },
    { position: 8, forced: [0.02, 0.95, 0.01, 0.01], free: [0, 16, 0, 0], none: 0 }] },
  { experiment: 2, pivots: [{ token: 2, before: [5, 8], after: [3, 8], change: [-0.7, 0.3], decided: false, alternatives: [] },
    { token: 5, before: [3, 12], after: [12, 12], change: [0.31, 0.94], decided: true, alternatives: [{ text: " Seven", p: 0.31, tally: [0, 8] }, { text: "\n", tally: [2, 8] }] }] },
  { experiment: 3, mistakes: [{ position: 4, text: "So it is seven.", by: "rule", before: 1, after: 0 }, { position: 6, text: " Blue is a number.\n", by: "model", before: 1, after: 1 },
    { position: 8, text: "", by: "rule", before: null, after: 1 }] },
];

export const kHint = { option: 2, words: "I think the answer is 3: quickly.", takes_over: 3, mention: "said", mention_token: 5 };

const row = (right: number): number[] => [(0.98 - right) / 3, right, (0.98 - right) / 3, (0.98 - right) / 3];
const words = ["Okay", ",", " let", " me", " see", ".\n", "Blue", "."];
const trace = (id: string, sample: number, more: Partial<TraceData> = {}): TraceData =>
  ({ id, sample, tokens: words, probs: Array.from({ length: 9 }, (_, t) => row(0.2 + 0.09 * t)), answer_text: "The answer is 2.", ...more });

const mean = (arm: ArmData, option: number): number => arm.draws.reduce((sum, d) => sum + (d.p[option] as number), 0) / arm.draws.length;

// The columns that the program writes, for traces of questions whose right option `answer` tells.
export function experiment_numbers(run: RunData): NonNullable<RunData["numbers"]> {
  const answers = new Map(run.subjects.flatMap((s) => s.questions.flatMap((q) => q.traces.map((t) => [t.id, q.answer] as const))));
  const arms_of = (t: TraceData): ArmData[] => (t.experiments ?? []).flatMap((e) => e.arms ?? []);
  const labels = new Map(run.subjects.flatMap((s) => s.questions.flatMap((q) => q.traces.flatMap((t) => arms_of(t).map((a) => [a.name, a.label] as const)))));
  const pivots_of = (t: TraceData) => (t.experiments ?? []).find((e) => e.pivots)?.pivots;
  const change = ({ before, after }: NonNullable<ReturnType<typeof pivots_of>>[number]): number => after[0] / after[1] - before[0] / before[1];
  const of_arm = [...labels].filter(([name]) => name !== "real").flatMap(([name, label]) => {
    const find = (t: TraceData, wanted: string): ArmData | undefined => arms_of(t).find((a) => a.name === wanted), key = name.replace(/[^a-z0-9]/g, "_");
    return [
      { key: `p_if_${key}`, name: `P(right), ${label}`, explain: `with ${label}`, unit: "share",
        value: (t: TraceData) => { const a = find(t, name); return a ? mean(a, answers.get(t.id) as number) : null; } },
      { key: `changed_if_${key}`, name: `answer changes, ${label}`, explain: `with ${label}`, unit: "share", value: (t: TraceData) => {
        const a = find(t, name), real = find(t, "real")?.draws[0];
        return a && real ? a.draws.filter((d) => top(d.p) !== top(real.p)).length / a.draws.length : null;
      } },
    ];
  });
  const some = run.subjects.some((s) => s.questions.some((q) => q.traces.some(pivots_of)));
  return [...of_arm, ...(some ? [
    { key: "pivots", name: "pivots", explain: "tokens at which the chance of the right answer changes", unit: "count", value: (t: TraceData) => pivots_of(t)?.length ?? null },
    { key: "pivot_change", name: "largest change at a pivot", explain: "by size", unit: "change",
      value: (t: TraceData) => (pivots_of(t) ?? []).map(change).sort((a, b) => Math.abs(b) - Math.abs(a))[0] ?? null },
  ] : [])];
}

const plain: RunData = {
  name: "tried", labels: ["1", "2", "3", "4"], experiments: kExperimentKinds,
  subjects: [{ name: "colours", questions: [{ id: "x", text: "Which of these is a colour?", options: ["seven", "blue", "quickly", "a spoon"], answer: 1, traces: [
    trace("x0", 0, { experiments: kAll }), trace("x1", 1, { experiments: [{ experiment: 2, pivots: [] }, { experiment: 4, hint: kHint }] }), trace("x2", 2)] }] }],
};
export const kTried: RunData = { ...plain, ablations: [make_ablation([["real", "the real thinking"], ["none", "no thinking"]], ["colours", "others"])],
  tables: [make_report(1, "free", ["colours", "others"]), make_report(4, "hinted", ["colours"])], numbers: experiment_numbers(plain) };

// Invented results for the first samples of each question of a run.
export function with_experiments(run: RunData): RunData {
  const random = make_random(7);
  const near = (p: readonly number[], pull: number): number[] => {
    const mixed = p.map((x) => x * (1 - pull) + (pull * random()) / 2), total = mixed.reduce((a, b) => a + b, 0);
    return mixed.map((x) => Number(((0.97 * x) / total).toFixed(4)));
  };
  const results = (t: TraceData, answer: number, n_options: number): ExperimentData[] => {
    const n = t.tokens.length, start = t.probs[0] as number[], end = t.probs.at(-1) as number[], half = t.probs[n >> 1] as number[];
    const arm = (name: string, label: string, p: readonly number[], draws = 1, tokens = n) =>
      ({ name, label, draws: Array.from({ length: draws }, () => draw(tokens, near(p, draws > 1 ? 0.35 : 0.05))) });
    const free = (p: readonly number[]): number[] => {
      const counts = Array.from({ length: n_options }, () => 0);
      for (let i = 0; i < 16; i++) {
        const o = random() < 0.7 ? answer : top(near(p, 0.4));
        counts[o] = (counts[o] as number) + 1;
      }
      return counts;
    };
    const at = Math.max(1, Math.floor(n * 0.6));
    return [
      { experiment: 0, arms: [arm("real", "the real thinking", end), arm("none", "no thinking", start, 1, 0), arm("blank", "blanks", start), arm("filler", "filler tokens", start),
        arm("random", "random tokens", start, 3), arm("shuffled", "its tokens shuffled", half, 3), arm("sentences", "its sentences shuffled", end, 3),
        arm("other_question", "another question’s thinking", start, 3), arm("first_0.5", "its first 50 %", half, 1, n >> 1)] },
      { experiment: 1, prefixes: [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * n)).map((position) =>
        ({ position, forced: near(t.probs[position] as number[], 0), free: free(t.probs[position] as number[]), none: 1 })) },
      { experiment: 2, pivots: [{ token: at - 1, before: [5, 16], after: [15, 16], change: [0.2, 0.8], decided: true,
        alternatives: [{ text: " perhaps", tally: [4, 16] }, { text: ".\n\n", tally: [7, 16] }] }] },
      { experiment: 3, mistakes: [{ position: at, text: "So 4 plus 3 is 8.", by: "rule", before: top(end), after: (top(end) + 1) % n_options },
        { position: n, text: "Clearly that makes none of them.", by: "model", before: top(end), after: top(end) }] },
    ];
  };
  const made: RunData = { ...run, experiments: kExperimentKinds, subjects: run.subjects.map((s) => ({ ...s, questions: s.questions.map((q) => ({ ...q,
    traces: q.traces.map((t) => (t.error === undefined && t.sample < 2 && t.probs.length === t.tokens.length + 1 ? { ...t, experiments: results(t, q.answer, q.options.length) } : t)) })) })) };
  const report = make_ablation([["real", "the real thinking"], ["none", "no thinking"], ["filler", "filler tokens"]], run.subjects.map((s) => s.name));
  return { ...made, ablations: [report], tables: [make_report(1, "Forced against free", run.subjects.map((s) => s.name))], numbers: [...(run.numbers ?? []), ...experiment_numbers(made)] };
}
