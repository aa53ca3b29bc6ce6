// SPDX-License-Identifier: MIT
// Which rows of the table pass: facets, ranges, an expression, and the text search. All of them must let a row through.
import type { State } from "../state/state.ts";
import { compile_expression } from "./expression.ts";
import type { Matches } from "./search.ts";
import { field_of } from "./table.ts";
import type { CategoryField, TraceTable } from "./table.ts";

export type Filters = Pick<State, "facets" | "brushes" | "where" | "text">;

export interface Filtered { mask: Uint8Array; n: number; error: string | null } // error: of the expression, which then lets all through.

// A value that the field does not know is passed over, and so is a facet that knows none of its values: an address from
// another bundle still shows something.
function apply_facet(mask: Uint8Array, table: TraceTable, key: string, wanted: readonly string[]): void {
  const field = field_of(table, key);
  if (field?.kind !== "category") return;
  const passes = Uint8Array.from(field.names, (name) => Number(wanted.includes(name)));
  if (!passes.includes(1)) return;
  for (let row = 0; row < mask.length; row++) if (!passes[field.values[row] as number]) mask[row] = 0;
}

// Both ends belong to the range; a row without the number lies in none.
function apply_brush(mask: Uint8Array, table: TraceTable, { key, low, high }: State["brushes"][number]): void {
  const field = field_of(table, key);
  if (field?.kind !== "number") return;
  for (let row = 0; row < mask.length; row++) {
    const value = field.values[row] as number;
    if (!(value >= low && value <= high)) mask[row] = 0;
  }
}

// `except`: the key of a facet and of ranges that are left out, as the counts beside them need.
export function filter_table(table: TraceTable, state: Filters, matches: Matches | null, except?: string): Filtered {
  const mask = new Uint8Array(table.n).fill(1);
  for (const [key, wanted] of Object.entries(state.facets)) if (key !== except) apply_facet(mask, table, key, wanted);
  for (const brush of state.brushes) if (brush.key !== except) apply_brush(mask, table, brush);
  const where = compile_expression(state.where, table), passes = matches?.passes;
  let n = 0;
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] && ((passes && !passes[row]) || (where.ok && !where.test(row)))) mask[row] = 0;
    n += mask[row] as number;
  }
  return { mask, n, error: where.ok ? null : where.error };
}

// How many rows of the mask each name of the field has. [names of the field]
export function count_names({ names, values }: CategoryField, mask: Uint8Array): Int32Array {
  const counts = new Int32Array(names.length);
  for (let row = 0; row < mask.length; row++) {
    const place = values[row] as number;
    if (mask[row] && place >= 0) counts[place] = (counts[place] as number) + 1;
  }
  return counts;
}
