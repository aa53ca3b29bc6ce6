// SPDX-License-Identifier: MIT
// Several curves in one plot: how they are told apart, where each stands on a common axis, and what they are at a place.
import type { Align } from "../state/state.ts";

// By place in the tray; colours that people with any of the usual colour deficiencies tell apart (after Okabe and Ito),
// each at least three times as bright or dark as the page. The dashes tell them apart without colour.
const kLight = ["#0072B2", "#D55E00", "#117733", "#AA4499", "#8A6D00", "#332288", "#1A1B1E", "#B0305C"] as const;
const kDark = ["#56B4E9", "#E69F00", "#2FC08F", "#CC79A7", "#F0E442", "#9C8CFF", "#E9E9E6", "#FF8A65"] as const;
const kDashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 4], [5, 2], [10, 3, 2, 3, 2, 3], [1, 5]];

export interface TrayLine { name: string; colour: string; dash: readonly number[] }

export const tray_line = (place: number, dark: boolean): TrayLine => ({
  name: `T${place + 1}`, colour: (dark ? kDark : kLight)[place % kLight.length] as string, dash: kDashes[place % kDashes.length] as readonly number[],
});

// Where position t of a trace with n_tokens stands: at t, or at its share of the thinking.
export const place_of = (t: number, n_tokens: number, align: Align): number => (align === "token" ? t : n_tokens === 0 ? 0 : t / n_tokens);

// The position that stands there; null behind the end of the thinking.
export function position_at(x: number, n_tokens: number, align: Align): number | null {
  if (align === "fraction") return Math.round(x * n_tokens);
  const t = Math.round(x);
  return t <= n_tokens ? t : null;
}

// The last probed position at or before t, by its place among them; -1: none yet.
export function reading_at(positions: readonly number[], t: number): number {
  let low = -1, high = positions.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((positions[middle] as number) <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}
