// SPDX-License-Identifier: MIT
// What an adaptively probed curve brings beside its rows: which of them were interpolated between read ones, how far off
// they may be, and how that was asked for.
import type { ErrorEstimate, NumberColumn, Probe, RunIndex } from "../types.ts";
import { BundleError, as_array, as_count, as_number, as_object, as_one_of, or_missing } from "./check.ts";
import type { Json } from "./check.ts";

// Runs [start, length, …] of positions, as many as can be told apart: none touches another, and the first and the last
// position, between which all others lie, were read. Empty where the key is missing.
export function read_runs(value: unknown, first: number, last: number, where: string): number[] {
  const runs = or_missing(value, (v) => as_array(v, where).map((n, i) => as_count(n, `${where}[${i}]`))) ?? [];
  if (runs.length % 2 !== 0) throw new BundleError(`${where}: a start without its length`);
  let least = first + 1;
  for (let i = 0; i < runs.length; i += 2) {
    const [start, length] = [runs[i] as number, runs[i + 1] as number];
    if (start < least || length < 1 || start + length > last) throw new BundleError(`${where}[${i}]: out of order or range`);
    least = start + length + 1;
  }
  return runs;
}

function read_size(value: unknown, where: string): number {
  const size = as_number(value, where);
  if (size < 0) throw new BundleError(`${where}: below 0`);
  return size;
}

export function read_error(value: unknown, where: string): ErrorEstimate | null {
  return or_missing(value, (v) => {
    const e = as_object(v, where), mean = read_size(e["mean"], `${where}.mean`), upper = read_size(e["upper"], `${where}.upper`);
    if (upper < mean) throw new BundleError(`${where}.upper: below the mean`);
    return { mean, upper };
  });
}

export function read_probe(value: unknown, where: string): Probe | null {
  return or_missing(value, (v) => {
    const probe = as_object(v, where), most = (key: "share" | "seconds") => or_missing(probe[key], (n) => read_size(n, `${where}.${key}`));
    return { mode: as_one_of(probe["mode"], ["adaptive"] as const, `${where}.mode`), tolerance: read_size(probe["tolerance"], `${where}.tolerance`),
      share: most("share"), seconds: most("seconds") };
  });
}

const kProbing = [
  ["probed", "positions read", "how many positions were read; the others were interpolated", "count"],
  ["error_mean", "estimated mean error", "estimated mean |dP|: how far the option’s probabilities are from the exact curve", ""],
  ["error_upper", "bound of the mean error", "the mean |dP| is meant to be below this in nine traces of ten", ""],
] as const;

// Of the index's columns of traces: all three or none. [3][n]
export function read_probing(from: Json, { failed, n_positions }: RunIndex["traces"], where: string): NumberColumn[] {
  if (kProbing.every(([key]) => from[key] === undefined)) return [];
  const columns = kProbing.map(([key, name, explain, unit]) => {
    const list = as_array(from[key], `${where}.${key}`);
    if (list.length !== failed.length) throw new BundleError(`${where}.${key}: ${list.length} values, expected ${failed.length}`);
    const values = Float64Array.from(list, (v, i) => (v === null || failed[i] ? NaN : read_size(v, `${where}.${key}[${i}]`)));
    return { key, name, explain, unit, values };
  });
  const [probed, mean, upper] = columns.map(({ values }) => values) as [Float64Array, Float64Array, Float64Array];
  failed.forEach((is_failed, i) => {
    const read = probed[i] as number, n = n_positions[i] as number;
    const fits = n === 0 ? Number.isNaN(read) : Number.isInteger(read) && read >= 1 && read <= n;
    if (!is_failed && !fits) throw new BundleError(`${where}.probed[${i}]: not a number of its positions`);
    const exact = Number.isNaN(mean[i]) && Number.isNaN(upper[i]);
    if (!exact && !((mean[i] as number) <= (upper[i] as number))) throw new BundleError(`${where}.error_upper[${i}]: no bound of the mean`);
  });
  return columns;
}
