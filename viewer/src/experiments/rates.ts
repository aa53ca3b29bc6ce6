// SPDX-License-Identifier: MIT
// What is said of counts: a share with Wilson's interval, which holds for few trials and at 0 and 1 too; and of answers.
import type { ArmDraw, Prefix, Tally } from "../bundle/experiments.ts";
import { short_number } from "../text/numbers.ts";

const kZ = 1.959963984540054; // Of 95 %.

export interface Rate { share: number | null; low: number; high: number; n: number } // null: no trials.

// Wilson 1927, J. Am. Stat. Assoc. 22:209. Golden numbers: tests/unit/experiments.test.ts.
export function rate_of({ successes, trials: n }: Tally): Rate {
  if (n === 0) return { share: null, low: 0, high: 1, n };
  const p = successes / n, spread = (kZ * Math.sqrt((p * (1 - p)) / n + (kZ * kZ) / (4 * n * n))), scale = 1 + (kZ * kZ) / n;
  const middle = p + (kZ * kZ) / (2 * n);
  return { share: p, low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale), n };
}

export const interval_of = ({ low, high }: Rate): string => `[${short_number(low)}, ${short_number(high)}]`;
export const say_rate = (rate: Rate): string =>
  (rate.share === null ? "not tried" : `${short_number(rate.share)} ${interval_of(rate)} of ${rate.n}`);

// The most likely option; on a tie the lower index.
export const top_of = (p: readonly number[]): number => p.indexOf(Math.max(...p));

export const continuations = ({ free, none }: Prefix): number => free.reduce((sum, n) => sum + n, none);
export const free_rate = (prefix: Prefix, option: number): Rate => rate_of({ successes: prefix.free[option] ?? 0, trials: continuations(prefix) });

// Half the sum of the differences between the forced and the free distribution, "none of the options" among them.
export function gap_of(prefix: Prefix): number | null {
  const n = continuations(prefix), { forced } = prefix;
  if (forced === null || n === 0) return null;
  const outside = Math.max(0, 1 - forced.reduce((sum, p) => sum + p, 0));
  return forced.reduce((sum, p, o) => sum + Math.abs(p - (prefix.free[o] as number) / n), Math.abs(outside - prefix.none / n)) / 2;
}

export const mean_of = (draws: readonly ArmDraw[], option: number): number =>
  draws.reduce((sum, { p }) => sum + (p[option] as number), 0) / Math.max(1, draws.length);

// How many of the draws answer otherwise than `other` does; null where there is no such arm. An arm with as many draws is compared draw by
// draw, any other with its first.
export function count_changed(draws: readonly ArmDraw[], other: readonly ArmDraw[] | undefined): number | null {
  if (!other || other.length === 0) return null;
  const of = (i: number): ArmDraw => (other.length === draws.length ? other[i] : other[0]) as ArmDraw;
  return draws.filter(({ p }, i) => top_of(p) !== top_of(of(i).p)).length;
}
