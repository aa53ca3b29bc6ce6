// SPDX-License-Identifier: MIT
// What one curve says of itself, by place among its readings: the twins of thinktrace/analysis/measures.h.
import { change, most_likely } from "../colour/colouring.ts";
import type { Readings } from "../colour/colouring.ts";

// The most likely option of each reading; on a tie the lower index. [n_positions]
export const list_tops = (r: Readings): Int32Array => Int32Array.from({ length: r.n_positions }, (_, k) => most_likely(r, k));

// The first reading from which the most likely option stays what it is in the last one; null where nothing was read.
export function exit_place(tops: Int32Array): number | null {
  let k = tops.length;
  while (k > 0 && tops[k - 1] === tops[tops.length - 1]) k--;
  return k === tops.length ? null : k;
}

// The readings whose most likely option is not that of the reading before.
export const flip_places = (tops: Int32Array): number[] =>
  Array.from(tops.keys()).filter((k) => k > 0 && tops[k] !== tops[k - 1]);

// The reading that moved the option's probability the most; the first of equals, null where none moved it.
export function largest_change(r: Readings, option: number): { place: number; change: number } | null {
  let best: { place: number; change: number } | null = null;
  for (let k = 1; k < r.n_positions; k++) {
    const by = change(r, option, k);
    if (Math.abs(by) > Math.abs(best?.change ?? 0)) best = { place: k, change: by };
  }
  return best;
}
