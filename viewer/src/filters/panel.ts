// SPDX-License-Identifier: MIT
// The filter panel of a gallery: words, categories, numbers and a condition. All of them must let a trace through.
import type { Context } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { filters_open, keep_filters_open } from "../dom/preferences.ts";
import { kFacets, kMaxBrushes } from "../state/state.ts";
import type { State } from "../state/state.ts";
import type { Matches } from "../table/search.ts";
import { field_of } from "../table/table.ts";
import type { NumberField, TraceTable } from "../table/table.ts";
import { visible_string } from "../text/visible.ts";
import { make_brush } from "./brush.ts";
import type { BrushPart } from "./brush.ts";
import { set_brush, toggle_facet } from "./changes.ts";
import { make_facet } from "./facet.ts";
import type { FacetPart } from "./facet.ts";
import { make_find } from "./find.ts";
import { make_masks } from "./masks.ts";
import { choose_numbers } from "./menus.ts";
import { make_where } from "./where.ts";

export interface FilterPanel {
  element: HTMLElement;
  show(state: State, table: TraceTable, matches: Matches | null): void;
  open(): boolean;
  set_open(open: boolean): void;
  find(): void; // Opens, and puts the cursor where words are typed.
  watch(folded: () => void): void; // Told when it has opened or closed.
}

type Change = (change: Partial<State>) => void;
type Masks = (key: string) => Uint8Array;

function make_facets(context: Context, changed: Change) {
  const parts = new Map<string, FacetPart>(), element = h("div", { class: "facets" });
  const show = (state: State, table: TraceTable, masks: Masks): void => {
    for (const key of kFacets) {
      const field = field_of(table, key);
      if (field?.kind !== "category") continue;
      let part = parts.get(key);
      if (!part) {
        parts.set(key, part = make_facet(field, (name) => changed({ facets: toggle_facet(context.state().facets, key, name) })));
        element.append(part.element);
      }
      part.show(field, masks(key), state.facets[key] ?? []);
    }
  };
  return { element, show };
}

// Numbers that the reader asked for, on any page, until the window is closed.
const added = new Set<string>();

function make_brushes(context: Context, changed: Change, again: () => void) {
  const parts = new Map<string, BrushPart>(), list = h("div", { class: "brushes" });
  const menu = h("select", { class: "brush-add", aria: { label: "Add a number" }, on: { change: () => {
    const key = menu.value;
    added.add(key);
    again();
    parts.get(key)?.element.scrollIntoView({ block: "nearest" });
    context.announce("Added above");
  } } });
  const full = h("p", { class: "quiet", hidden: true }, `No more than ${kMaxBrushes} ranges at a time.`);
  const element = h("div", {}, h("p", { class: "brush-hint quiet" }, "Filled bars: what the other filters leave. Drag across the bars, or click one, to choose a range."), list, full, menu);
  const part_of = (field: NumberField): BrushPart => {
    const part = parts.get(field.key) ?? make_brush(field, (range) => changed({ brushes: set_brush(context.state().brushes, field.key, range) }));
    parts.set(field.key, part);
    return part;
  };
  const fill_menu = (others: readonly NumberField[]): void => {
    const keys = others.map((f) => f.key).join();
    if (menu.dataset["keys"] === keys) return;
    menu.dataset["keys"] = keys;
    replace(menu, h("option", { value: "" }, "Add a number …"),
      ...others.map((f) => h("option", { value: f.key, title: visible_string(f.explain) }, visible_string(f.name) || "(no name)")));
    menu.hidden = others.length === 0;
  };
  const show = (state: State, table: TraceTable, masks: Masks): void => {
    const ranges = new Map(state.brushes.map((b) => [b.key, { low: b.low, high: b.high }]));
    const { shown, others } = choose_numbers(table, new Set([...added, ...ranges.keys()]));
    const wanted = shown.map((field) => part_of(field).element);
    if (wanted.length !== list.children.length || wanted.some((e, i) => list.children[i] !== e)) replace(list, ...wanted);
    for (const field of shown) part_of(field).show(field, masks(field.key), ranges.get(field.key) ?? null);
    fill_menu(others);
    full.hidden = ranges.size < kMaxBrushes;
  };
  return { element, show };
}

const kWide = "(min-width: 1000px)"; // As in filters.css: where there is room beside the traces.

const section = (name: string, ...children: Child[]): HTMLElement => h("section", { class: "filter-section" }, h("h3", {}, name), ...children);

export function make_filter_panel(context: Context): FilterPanel {
  let last: Parameters<FilterPanel["show"]> | null = null;
  // What was typed or dragged last may come after the reader has left.
  const changed = (change: Partial<State>): void => { if (element.isConnected) context.go(change, "replace"); };
  const draw = (): void => {
    if (!last || element.hidden) return;
    const [state, table, matches] = last, masks = make_masks(table, state, matches);
    find.show(state, matches);
    facets.show(state, table, masks);
    brushes.show(state, table, masks);
    where.show(state, table);
  };
  const find = make_find(changed), facets = make_facets(context, changed), where = make_where(changed);
  const brushes = make_brushes(context, changed, draw);
  const element = h("div", { class: "filters", id: "filters", role: "search", hidden: !(window.matchMedia(kWide).matches && filters_open()),
    aria: { label: "Filters" } }, h("h2", { class: "unseen" }, "Filters"),
  section("Words", find.element), section("Categories", facets.element), section("Numbers", brushes.element), section("Condition", where.element));
  const watchers: (() => void)[] = [];
  const set_open = (open: boolean): void => {
    element.hidden = !open;
    if (window.matchMedia(kWide).matches) keep_filters_open(open);
    draw();
    for (const watcher of watchers) watcher();
  };
  return {
    element, set_open,
    show(...shown) {
      last = shown;
      draw();
    },
    open: () => !element.hidden,
    watch: (folded) => { watchers.push(folded); },
    find() {
      if (element.hidden) set_open(true);
      find.focus();
    },
  };
}
