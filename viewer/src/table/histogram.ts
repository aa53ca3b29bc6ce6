// SPDX-License-Identifier: MIT
// How the values of a field are spread, over all rows and over those shown. Bin i goes from low + i * step to just before
// the next; the last one has its upper end too.
import type { NumberField } from "./table.ts";

export interface Histogram {
  low: number;
  high: number;
  step: number;
  all: Int32Array; // [n_bins]
  shown: Int32Array; // [n_bins]
  missing: number; // Rows without the number.
}

const kWhole: readonly string[] = ["tokens", "count"];
const kSlack = 1e-9; // 0.3 / 0.1 is a little less than 3.

// 1, 2 or 5 times a power of ten, the smallest that is not below `least`.
function nice_step(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least) + kSlack);
  return power * ([1, 2, 5, 10].find((m) => m * power >= least * (1 - kSlack)) ?? 10);
}

function range_of({ values, unit }: NumberField): { min: number; max: number; missing: number } {
  let min = Infinity, max = -Infinity, missing = 0;
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  // Shares and changes are drawn over all they can be, so that two of them compare.
  if (unit === "share") [min, max] = [Math.min(min, 0), Math.max(max, 1)];
  if (unit === "change") [min, max] = [Math.min(min, -1), Math.max(max, 1)];
  return min > max ? { min: 0, max: 1, missing } : { min, max, missing };
}

// What does not hang on the rows shown; bin: of each row, -1 where it is without the number.
interface Bins extends Omit<Histogram, "shown"> { bin: Int16Array; n_bins: number }

function make_bins(field: NumberField, n_bins: number): Bins {
  const { min, max, missing } = range_of(field), whole = kWhole.includes(field.unit);
  const edges = (step: number) => {
    const first = Math.floor(min / step + kSlack);
    // A bin of whole numbers holds `step` of them, the last one too.
    const last = whole ? Math.floor(max / step) + 1 : Math.max(first + 1, Math.ceil(max / step - kSlack));
    return { first, n: last - first };
  };
  const span = whole ? max - min + 1 : max - min || Math.abs(max) || 1;
  let step = nice_step(whole ? Math.max(1, span / n_bins) : span / n_bins);
  while (edges(step).n > n_bins) step = nice_step(step * 1.5);
  const { first, n } = edges(step), all = new Int32Array(n), bin = new Int16Array(field.values.length).fill(-1);
  field.values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    const at = bin[row] = Math.min(n - 1, Math.floor(value / step + kSlack) - first);
    all[at] = (all[at] as number) + 1;
  });
  const edge = (i: number): number => Number((i * step).toPrecision(12)); // 0.3, not 0.30000000000000004.
  return { low: edge(first), high: edge(first + n), step: edge(1), all, missing, bin, n_bins };
}

const kept = new WeakMap<NumberField, Bins>(); // The same field is asked for with one mask after another.

// REQUIRES: n_bins >= 2, as a range around 0 has an edge there; the field keeps its values. At most n_bins bins, with edges
// that are easily written.
export function make_histogram(field: NumberField, mask: Uint8Array, n_bins: number): Histogram {
  const known = kept.get(field), bins = known?.n_bins === n_bins ? known : make_bins(field, n_bins);
  kept.set(field, bins);
  const { low, high, step, all, missing, bin } = bins, shown = new Int32Array(all.length);
  for (let row = 0; row < bin.length; row++) {
    const at = bin[row] as number;
    if (mask[row] && at >= 0) shown[at] = (shown[at] as number) + 1;
  }
  return { low, high, step, all, shown, missing };
}
