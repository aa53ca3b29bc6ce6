// SPDX-License-Identifier: MIT
// What the controls change in the state.
import { kMaxBrushes } from "../state/state.ts";
import type { Brush, SortTerm, State } from "../state/state.ts";
import { field_of } from "../table/table.ts";
import type { TraceTable } from "../table/table.ts";
import { visible_string } from "../text/visible.ts";
import type { Range } from "./axis.ts";

// Lets one more value through, or one fewer; a field that lets none through by name lets all through.
export function toggle_facet(facets: State["facets"], key: string, name: string): State["facets"] {
  const { [key]: chosen = [], ...rest } = facets;
  const next = chosen.includes(name) ? chosen.filter((n) => n !== name) : [...chosen, name];
  return next.length > 0 ? { ...rest, [key]: next } : rest;
}

// Null takes the range away. An address holds so many ranges and no more.
export function set_brush(brushes: readonly Brush[], key: string, range: Range | null): Brush[] {
  const at = brushes.findIndex((b) => b.key === key), others = brushes.filter((b) => b.key !== key);
  if (!range) return others;
  if (at < 0) return others.length < kMaxBrushes ? [...others, { key, ...range }] : others;
  return brushes.flatMap((b, i) => (b.key !== key ? [b] : i === at ? [{ key, ...range }] : []));
}

// What is the first or the second to sort by; "": nothing. A place that had a key keeps its direction.
export function choose_sort(sort: readonly SortTerm[], place: 0 | 1, key: string, falls: boolean): SortTerm[] {
  const term = key === "" ? null : { key, descending: sort[place]?.descending ?? falls };
  const [first, second] = place === 0 ? [term, sort[1]] : [sort[0], term];
  return [first, second?.key === first?.key ? null : second].filter((t): t is SortTerm => t !== null && t !== undefined);
}

export const turn_sort = (sort: readonly SortTerm[], place: 0 | 1): SortTerm[] =>
  sort.map((t, i) => (i === place ? { ...t, descending: !t.descending } : t));

export interface ActiveFilter { name: string; value: string; without: Partial<State> } // without: what takes it away.

// A number as it is typed, and as an address has it.
export const plain_number = (x: number): string => String(Number(x.toPrecision(6)));

// The filters that are on, in words. Without a table fields go by their keys.
export function active_filters(state: State, table: TraceTable | null): ActiveFilter[] {
  const name_of = (key: string): string => visible_string((table && field_of(table, key)?.name) ?? key);
  const facets = Object.entries(state.facets).map(([key, chosen]): ActiveFilter => {
    const { [key]: _, ...rest } = state.facets;
    return { name: name_of(key), value: visible_string(chosen.join(" or ")), without: { facets: rest } };
  });
  const brushes = state.brushes.map((brush): ActiveFilter => ({ name: name_of(brush.key), value: `${plain_number(brush.low)} to ${plain_number(brush.high)}`,
    without: { brushes: set_brush(state.brushes, brush.key, null) } }));
  return [
    ...(state.text.trim() === "" ? [] : [{ name: "text", value: visible_string(state.text), without: { text: "", scope: "question" } as const }]),
    ...facets, ...brushes,
    ...(state.where.trim() === "" ? [] : [{ name: "condition", value: visible_string(state.where), without: { where: "" } }]),
  ];
}
