// SPDX-License-Identifier: MIT
// In which order the common questions are listed, and which of them.
import type { CompareOrder } from "../state/state.ts";
import type { PairedValues } from "./measures.ts";

// Places among the common questions. Those without the number come last; ties keep the order of the first run.
export function order_pairs({ difference }: PairedValues, order: CompareOrder): number[] {
  const value = (i: number): number => {
    const d = difference[i] as number;
    return order === "size" ? -Math.abs(d) : order === "falling" ? -d : d;
  };
  return Array.from(difference, (_, i) => i).sort((a, b) => {
    const x = value(a), y = value(b);
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return x - y || a - b;
  });
}

// Whether both runs answered the question, and differently.
export const differ_at_end = (first: number, second: number): boolean => first >= 0 && second >= 0 && first !== second;
