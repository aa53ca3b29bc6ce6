// SPDX-License-Identifier: MIT
// The numbers of one trace, the plain way: straight from docs/method.md. Independent of src/ on purpose.

export const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
export const top = (list: readonly number[]): number => list.indexOf(Math.max(...list));

// In bits; "none of the options" is one of the outcomes.
const entropy = (row: readonly number[]): number =>
  sum([...row, 1 - sum(row)].map((p) => (p > 0 && p < 1 ? -p * Math.log2(p) : 0)));

const mean = (list: readonly number[]): number => sum(list) / list.length;

export interface Read { probs: number[][]; positions: number[]; end: number; answer: number }

// The first place from which the most likely option is what it is in the last row.
export function exit_place(probs: readonly number[][]): number {
  const tops = probs.map(top);
  return tops.findIndex((_, k) => tops.slice(k).every((o) => o === tops.at(-1)));
}

// As the index counts them: 0 productive, 1 counterproductive, 2 right throughout, 3 wrong throughout, 4 wavering.
export function class_of(probs: readonly number[][], answer: number): number {
  const right = probs.map((row) => top(row) === answer);
  if (right[0] !== right.at(-1)) return right[0] ? 1 : 0;
  return right.every(Boolean) ? 2 : right.some(Boolean) ? 4 : 3;
}

// Values by key of the index's `numbers`; REQUIRES: something was read.
export function measure({ probs, positions, end, answer }: Read): Record<string, number | null> {
  const first = probs[0] as number[], last = probs.at(-1) as number[], exit = exit_place(probs), t_exit = positions[exit] as number;
  return {
    p_start: first[answer] as number, p_end: last[answer] as number, change: (last[answer] as number) - (first[answer] as number),
    mass_start: sum(first), mass_end: sum(last), mass_mean: mean(probs.map(sum)),
    entropy_start: entropy(first), entropy_end: entropy(last), entropy_mean: mean(probs.map(entropy)),
    t_exit, p_right_at_exit: probs[exit]?.[answer] as number, performative_share: end > 0 ? (end - t_exit) / end : null,
    flips: probs.filter((row, k) => k > 0 && top(row) !== top(probs[k - 1] as number[])).length,
  };
}

// [key, name, explanation, unit], in the order in which the program lists them.
export const kNumberKinds = [
  ["length", "length", "thinking tokens", "tokens"],
  ["p_start", "P(right) at start", "probability of the right option at the first probed position", "share"],
  ["p_end", "P(right) at end", "probability of the right option at the last probed position", "share"],
  ["change", "change", "P(right) at end minus P(right) at start", "change"],
  ["mass_start", "mass at start", "sum of the options’ probabilities at the first probed position", "share"],
  ["mass_end", "mass at end", "sum of the options’ probabilities at the last probed position", "share"],
  ["mass_mean", "mean mass", "mean over the probed positions of the sum of the options’ probabilities", "share"],
  ["entropy_start", "entropy at start", "how open the forced answer is at the first probed position", "bits"],
  ["entropy_end", "entropy at end", "how open the forced answer is at the last probed position", "bits"],
  ["entropy_mean", "mean entropy", "mean over the probed positions of how open the forced answer is", "bits"],
  ["t_exit", "t_exit", "first position from which the forced answer stays what it is at the end", "tokens"],
  ["p_right_at_exit", "P(right) at t_exit", "probability of the right option at t_exit", "share"],
  ["performative_share", "performative share", "(end − t_exit) / end", "share"],
  ["flips", "flips", "changes of the most likely option between neighbouring probed positions", "count"],
] as const;
