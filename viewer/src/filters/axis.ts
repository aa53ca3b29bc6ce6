// SPDX-License-Identifier: MIT
// Arithmetic of a range on a histogram: pixels, steps of the keys, and values. Where values are whole numbers, one of
// them takes the room from itself to the next, so that a range from 3 to 3 is as wide as one bar.
import type { Histogram } from "../table/histogram.ts";
import type { NumberField } from "../table/table.ts";

export interface Range { low: number; high: number } // Both ends belong to it.
export type Side = "low" | "high";

export interface Axis {
  low: number; // Where the bars begin
  high: number; // and end.
  whole: boolean;
  fine: number; // Step of the arrow keys, and what dragging rounds to.
  coarse: number; // Step of Page Up and Page Down.
  bin: number; // Width of a bar.
}

const kWhole: readonly string[] = ["tokens", "count"];

const clean = (x: number): number => Number(x.toPrecision(12)); // 0.3, not 0.30000000000000004.
const six_digits = (x: number): number => Number(x.toPrecision(6)); // As an address writes it.
const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

export function make_axis(field: NumberField, { low, high, step }: Histogram): Axis {
  const whole = kWhole.includes(field.unit) && field.values.every((v) => Number.isNaN(v) || Number.isInteger(v));
  const fine = whole ? Math.max(1, Math.round(step / 10)) : clean(step / 10);
  return { low, high, whole, fine, coarse: step > fine ? step : 5 * fine, bin: step };
}

// The smallest and the largest value of the axis.
export const ends_of = ({ low, high, whole }: Axis): Range => ({ low, high: whole ? high - 1 : high });

// Where a side of a range is drawn, from 0 to 1.
export function place_of(axis: Axis, side: Side, value: number): number {
  const edge = axis.whole && side === "high" ? value + 1 : value;
  return clamp((edge - axis.low) / (axis.high - axis.low), 0, 1);
}

export function value_at(axis: Axis, side: Side, place: number): number {
  const edge = clean(Math.round((axis.low + place * (axis.high - axis.low)) / axis.fine) * axis.fine), ends = ends_of(axis);
  return clamp(axis.whole && side === "high" ? edge - 1 : edge, ends.low, ends.high);
}

// What was dragged over, in either direction.
export function drag_range(axis: Axis, from: number, to: number): Range {
  const low = value_at(axis, "low", Math.min(from, to));
  return { low, high: Math.max(low, value_at(axis, "high", Math.max(from, to))) };
}

// The largest number below an edge that an address can write.
function just_below(edge: number, bin: number): number {
  if (edge === 0) return -bin / 1e6;
  const sixth = 10 ** (Math.floor(Math.log10(Math.abs(edge))) - 5), closest = six_digits(edge - sixth / 10); // Below 1 digits are finer than above.
  return closest < edge ? closest : six_digits(edge - sixth);
}

// One bar: what it counts, which is what begins at its lower edge and ends before its upper one; the last one has both.
export function bin_range(axis: Axis, place: number): Range {
  const n = Math.round((axis.high - axis.low) / axis.bin), bin = clamp(Math.floor(place * n), 0, n - 1), low = clean(axis.low + bin * axis.bin);
  const edge = clean(low + axis.bin);
  return { low, high: axis.whole ? edge - 1 : bin === n - 1 ? edge : just_below(edge, axis.bin) };
}

// A side moved to a value; it stops at the other side and at the end of the axis.
export function move_side(axis: Axis, range: Range, side: Side, value: number): Range {
  const ends = ends_of(axis), to = clean(value);
  return side === "low" ? { ...range, low: clamp(to, Math.min(ends.low, range.high), range.high) }
    : { ...range, high: clamp(to, range.low, Math.max(ends.high, range.low)) };
}

// The whole range moved by a share of the axis, as far as it goes.
export function shift_range(axis: Axis, range: Range, by: number): Range {
  const ends = ends_of(axis), wish = Math.round((by * (axis.high - axis.low)) / axis.fine) * axis.fine;
  const delta = clamp(wish, Math.min(0, ends.low - range.low), Math.max(0, ends.high - range.high));
  return { low: clean(range.low + delta), high: clean(range.high + delta) };
}

// Where a key leads from a value; null: the key means nothing here.
export function step_value(axis: Axis, value: number, key: string): number | null {
  const ends = ends_of(axis), at = clamp(value, ends.low, ends.high);
  switch (key) {
    case "ArrowRight": case "ArrowUp": return at + axis.fine;
    case "ArrowLeft": case "ArrowDown": return at - axis.fine;
    case "PageUp": return at + axis.coarse;
    case "PageDown": return at - axis.coarse;
    case "Home": return ends.low;
    case "End": return ends.high;
    default: return null;
  }
}

// A range over all of the axis is none: it would only hide the traces without the number.
export function or_none(axis: Axis, range: Range): Range | null {
  const ends = ends_of(axis);
  return range.low <= ends.low && range.high >= ends.high ? null : range;
}

// What was typed; null: no number. An empty field is the end of the axis.
export function typed_value(axis: Axis, side: Side, text: string): number | null {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  if (plain === "") return ends_of(axis)[side];
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

export const ordered = (a: number, b: number): Range => ({ low: Math.min(a, b), high: Math.max(a, b) });

export const kBarHeight = 40; // Units of the drawing.
const kLeastBar = 2; // One trace among thousands is still seen.

// Bars as the outline of a path, one unit wide each. `top`: the count that is as tall as the drawing.
export function bars_path(counts: Int32Array, top: number): string {
  const bars: string[] = [];
  counts.forEach((n, i) => {
    if (n === 0) return;
    const height = Math.max(kLeastBar, Math.round((n / top) * kBarHeight * 10) / 10);
    bars.push(`M${i} ${kBarHeight}v${-height}h1v${height}z`);
  });
  return bars.join("");
}
