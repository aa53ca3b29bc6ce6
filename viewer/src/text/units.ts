// SPDX-License-Identifier: MIT
// Numbers of traces and their means, written as their unit asks.
import type { Unit } from "../types.ts";
import { one_place, rounded, short_number, whole } from "./numbers.ts";

const missing = (x: number | null): x is null => x === null || Number.isNaN(x);
const plain = (x: number): string => (Number.isInteger(x) && Math.abs(x) < 1e15 ? (x < 0 ? `−${whole(-x)}` : whole(x)) : String(Number(x.toPrecision(4))).replace("-", "−"));

// Of one trace: tokens and counts are whole there.
export function write_value(x: number | null, unit: Unit): string {
  if (missing(x)) return "–";
  return unit === "share" || unit === "change" ? short_number(x) : unit === "bits" ? rounded(x, 2) : plain(x);
}

// Of several.
export function write_mean(x: number | null, unit: Unit): string {
  if (missing(x)) return "–";
  return unit === "tokens" || unit === "count" ? one_place(x) : write_value(x, unit);
}

// A difference between two means shows its sign.
export function write_difference(x: number | null, unit: Unit): string {
  const text = write_mean(x, unit);
  return missing(x) || x <= 0 || !/[1-9]/.test(text) ? text : `+${text}`;
}
