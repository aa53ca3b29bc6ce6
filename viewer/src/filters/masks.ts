// SPDX-License-Identifier: MIT
// Which rows pass every filter but a field's own: what the counts and bars beside that field go by.
import { filter_table } from "../table/filter.ts";
import type { Filters } from "../table/filter.ts";
import type { Matches } from "../table/search.ts";
import type { TraceTable } from "../table/table.ts";

// Fields that filter nothing share one mask.
export function make_masks(table: TraceTable, state: Filters, matches: Matches | null): (key: string) => Uint8Array {
  const all = filter_table(table, state, matches).mask, own = new Map<string, Uint8Array>();
  const filtering = new Set([...Object.keys(state.facets), ...state.brushes.map((b) => b.key)]);
  return (key) => {
    if (!filtering.has(key)) return all;
    const mask = own.get(key) ?? filter_table(table, state, matches, key).mask;
    own.set(key, mask);
    return mask;
  };
}
